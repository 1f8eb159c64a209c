/** The form of a statement, in parts: its fields with what was typed, and what was typed as the command takes it. */

import type { Texts } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { type Errors, Field, Radios, Select, TextArea } from '../../ui/form.tsx';
import { rich } from '../../ui/rich.tsx';
import { type Holding, officeText } from '../people/view.ts';
import { SaidWhen, saidAt } from '../sourced.tsx';
import type { Source } from '../sources/view.ts';
import type { StatementInput } from './commands.ts';
import { FORMS, MEDIA } from './entries.ts';

const MEDIUM = {
  statement: 'said.statement.medium.statement',
  post: 'said.statement.medium.post',
  letter: 'said.statement.medium.letter',
  hearing: 'said.statement.medium.hearing',
  interview: 'said.statement.medium.interview',
  spokesperson: 'said.statement.medium.spokesperson',
  'told an outlet': 'said.statement.medium.outlet',
} as const;

/** Names of the fields. */
export const STATEMENT_NAMES = [
  'holding',
  'name',
  'words',
  'form',
  'medium',
  'outlet',
  'day',
  'time',
  'source',
] as const;

const spanOf = ({ from, until }: Holding) => (from || until ? ` (${from ?? '…'} – ${until ?? '…'})` : '');

/** @throws InvalidInput where the day is none */
export function readStatement(values: Texts, zone: string): StatementInput {
  const { holding = '', name = '', words = '', form, medium, outlet = '', source = '', day = '', time = '' } = values;
  return {
    ...{ holding, name, words, outlet, source },
    form: FORMS.find((one) => one === form) ?? FORMS[0],
    medium: MEDIA.find((one) => one === medium) ?? MEDIA[0],
    saidOn: day,
    ...saidAt(day, time, zone),
  };
}

export function StatementFields(props: {
  readonly values: Texts;
  readonly errors: Errors;
  readonly sources: readonly Source[];
  readonly holdings: readonly Holding[];
  /** of the times that are typed */
  readonly zone: string;
}) {
  const { values, errors, sources, holdings, zone } = props;
  const text = (name: string) => values[name] ?? '';
  return (
    <>
      <Select
        name="holding"
        label={t('said.statement.form.who')}
        hint={rich('said.statement.form.who.hint', { a: (words) => <a href="/desk/people#add">{words}</a> })}
        none={t('said.statement.form.who.none')}
        value={text('holding')}
        errors={errors}
        choices={holdings.map((one) => ({
          value: one.id,
          label: `${one.name}, ${officeText(one)}${spanOf(one)}`,
        }))}
      />
      <Field name="name" label={t('said.statement.form.name')} value={text('name')} errors={errors} maxlength={200} />
      <Radios
        name="form"
        label={t('said.statement.form.whose')}
        required
        value={text('form') || FORMS[0]}
        errors={errors}
        choices={[
          {
            value: 'quotation',
            label: t('said.statement.form.quotation'),
            hint: t('said.statement.form.quotation.hint'),
          },
          {
            value: 'paraphrase',
            label: t('said.statement.form.paraphrase'),
            hint: t('said.statement.form.paraphrase.hint'),
          },
        ]}
      />
      <TextArea
        name="words"
        label={t('said.statement.form.words')}
        required
        value={text('words')}
        errors={errors}
        rows={4}
        maxlength={2000}
      />
      <Select
        name="source"
        label={t('said.source')}
        required
        value={text('source')}
        errors={errors}
        choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
      />
      <Select
        name="medium"
        label={t('said.statement.form.medium')}
        required
        value={text('medium')}
        errors={errors}
        choices={MEDIA.map((one) => ({ value: one, label: t(MEDIUM[one]) }))}
      />
      <Field
        name="outlet"
        label={t('said.statement.form.outlet')}
        value={text('outlet')}
        errors={errors}
        maxlength={200}
      />
      <SaidWhen label={t('said.statement.form.day')} zone={zone} values={values} errors={errors} />
    </>
  );
}
