/** The form of a statement, in parts: its fields with what was typed, and what was typed as the command takes it. */
import type { Texts } from '../../base/form.ts';
import { type Errors, Field, Radios, Select, TextArea } from '../../ui/form.tsx';
import { type Holding, officeText } from '../people/view.ts';
import { SaidWhen, saidAt } from '../sourced.tsx';
import type { Source } from '../sources/view.ts';
import type { StatementInput } from './commands.ts';
import { FORMS, MEDIA } from './entries.ts';

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
        label="Who spoke"
        hint={
          <>
            A person in an office. Not in the list? <a href="/desk/people#add">Write them down first</a>, or give the
            name alone below.
          </>
        }
        none="Somebody else"
        value={text('holding')}
        errors={errors}
        choices={holdings.map((one) => ({
          value: one.id,
          label: `${one.name}, ${officeText(one)}${spanOf(one)}`,
        }))}
      />
      <Field name="name" label="Name, where nobody above fits" value={text('name')} errors={errors} maxlength={200} />
      <Radios
        name="form"
        label="Whose words"
        required
        value={text('form') || FORMS[0]}
        errors={errors}
        choices={[
          { value: 'quotation', label: 'Theirs, word for word', hint: 'They must stand in the kept copy.' },
          { value: 'paraphrase', label: 'Ours', hint: 'Marked as a paraphrase wherever it is shown.' },
        ]}
      />
      <TextArea
        name="words"
        label="The words"
        required
        value={text('words')}
        errors={errors}
        rows={4}
        maxlength={2000}
      />
      <Select
        name="source"
        label="Source"
        required
        value={text('source')}
        errors={errors}
        choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
      />
      <Select
        name="medium"
        label="How it was said"
        required
        value={text('medium')}
        errors={errors}
        choices={MEDIA.map((one) => ({ value: one, label: one }))}
      />
      <Field name="outlet" label="To whom, or quoted by whom" value={text('outlet')} errors={errors} maxlength={200} />
      <SaidWhen label="Day it was said" zone={zone} values={values} errors={errors} />
    </>
  );
}
