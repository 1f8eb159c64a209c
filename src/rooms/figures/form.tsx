/** The form of a figure, in parts: its fields with what was typed, and what was typed as the command takes it. */

import type { Texts } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { type Errors, Field, Select } from '../../ui/form.tsx';
import type { Meeting } from '../meetings/view.ts';
import { SaidWhen, saidAt } from '../sourced.tsx';
import type { Source } from '../sources/view.ts';
import type { FigureInput } from './commands.ts';
import { QUALIFIERS } from './entries.ts';

const QUALIFIER = {
  exactly: 'said.figure.qualifier.exactly',
  about: 'said.figure.qualifier.about',
  'more than': 'said.figure.qualifier.more',
  'less than': 'said.figure.qualifier.less',
} as const;

/** Names of the fields. */
export const FIGURE_NAMES = [
  'measure',
  'unit',
  'low',
  'high',
  'qualifier',
  'originalValue',
  'asOf',
  'claimant',
  'meeting',
  'day',
  'time',
  'source',
] as const;

/** @throws InvalidInput where the day is none */
export function readFigure(values: Texts, zone: string): FigureInput {
  const { day = '', time = '', measure = '', unit = '', low = '', high = '', asOf = '' } = values;
  const { originalValue = '', claimant = '', source = '', meeting = '' } = values;
  const { saidAt: claimedAt } = saidAt(day, time, zone);
  const qualifier = QUALIFIERS.find((one) => one === values['qualifier']) ?? QUALIFIERS[0];
  return {
    measure,
    unit,
    low,
    high,
    originalValue,
    asOf,
    claimant,
    source,
    meeting,
    claimedAt,
    holding: '',
    qualifier,
  };
}

export function FigureFields(props: {
  readonly values: Texts;
  readonly errors: Errors;
  readonly sources: readonly Source[];
  readonly meetings: readonly Pick<Meeting, 'id' | 'subject'>[];
}) {
  const { values, errors, sources, meetings } = props;
  const text = (name: string) => values[name] ?? '';
  return (
    <>
      <Field
        name="measure"
        label={t('said.figure.form.measure')}
        hint={t('said.figure.form.measure.hint')}
        required
        value={text('measure')}
        errors={errors}
        maxlength={200}
      />
      <Field
        name="unit"
        label={t('said.figure.form.unit')}
        hint={t('said.figure.form.unit.hint')}
        required
        value={text('unit')}
        errors={errors}
        maxlength={40}
        width="medium"
      />
      <Field
        name="low"
        label={t('said.figure.form.low')}
        hint={t('said.figure.form.low.hint')}
        required
        value={text('low')}
        errors={errors}
        inputmode="decimal"
        width="medium"
      />
      <Field
        name="high"
        label={t('said.figure.form.high')}
        value={text('high')}
        errors={errors}
        inputmode="decimal"
        width="medium"
      />
      <Select
        name="qualifier"
        label={t('said.figure.form.qualifier')}
        required
        value={text('qualifier')}
        errors={errors}
        choices={QUALIFIERS.map((one) => ({ value: one, label: t(QUALIFIER[one]) }))}
      />
      <Field
        name="originalValue"
        label={t('said.figure.form.original')}
        hint={t('said.figure.form.original.hint')}
        required
        value={text('originalValue')}
        errors={errors}
        maxlength={300}
      />
      <Field
        name="claimant"
        label={t('said.figure.claimant')}
        required
        value={text('claimant')}
        errors={errors}
        maxlength={200}
      />
      <Field
        name="asOf"
        type="date"
        label={t('said.figure.form.as-of')}
        value={text('asOf')}
        errors={errors}
        width="medium"
      />
      {meetings.length > 0 ? (
        <Select
          name="meeting"
          label={t('said.figure.form.meeting')}
          hint={t('said.figure.form.meeting.hint')}
          none={t('said.figure.form.meeting.none')}
          value={text('meeting')}
          errors={errors}
          choices={meetings.map((one) => ({ value: one.id, label: one.subject }))}
        />
      ) : null}
      <Select
        name="source"
        label={t('said.source')}
        required
        value={text('source')}
        errors={errors}
        choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
      />
      <SaidWhen label={t('said.figure.form.day')} values={values} errors={errors} />
    </>
  );
}
