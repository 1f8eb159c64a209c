/** The form of a figure, in parts: its fields with what was typed, and what was typed as the command takes it. */
import type { Texts } from '../../base/form.ts';
import { type Errors, Field, Select } from '../../ui/form.tsx';
import type { Meeting } from '../meetings/view.ts';
import { SaidWhen, saidAt } from '../sourced.tsx';
import type { Source } from '../sources/view.ts';
import type { FigureInput } from './commands.ts';
import { QUALIFIERS } from './entries.ts';

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
        label="What it measures"
        hint="The same words as a figure that stands already put it beside that one."
        required
        value={text('measure')}
        errors={errors}
        maxlength={200}
      />
      <Field
        name="unit"
        label="Unit"
        hint="US dollars, mayors, per cent"
        required
        value={text('unit')}
        errors={errors}
        maxlength={40}
        width="medium"
      />
      <Field
        name="low"
        label="Value, or the lower end"
        hint="In full: 200000000000"
        required
        value={text('low')}
        errors={errors}
        inputmode="decimal"
        width="medium"
      />
      <Field
        name="high"
        label="Upper end of a range"
        value={text('high')}
        errors={errors}
        inputmode="decimal"
        width="medium"
      />
      <Select
        name="qualifier"
        label="How the source qualifies it"
        required
        value={text('qualifier')}
        errors={errors}
        choices={QUALIFIERS.map((one) => ({ value: one, label: one === 'exactly' ? 'not at all' : one }))}
      />
      <Field
        name="originalValue"
        label="As the source words it"
        hint="Exactly: about $200 billion"
        required
        value={text('originalValue')}
        errors={errors}
        maxlength={300}
      />
      <Field name="claimant" label="Who claims it" required value={text('claimant')} errors={errors} maxlength={200} />
      <Field
        name="asOf"
        type="date"
        label="The day the value is for"
        value={text('asOf')}
        errors={errors}
        width="medium"
      />
      {meetings.length > 0 ? (
        <Select
          name="meeting"
          label="Head-count of a meeting"
          hint="Where it counts who came or was invited, it stands beside our own count there."
          none="No head-count"
          value={text('meeting')}
          errors={errors}
          choices={meetings.map((one) => ({ value: one.id, label: one.subject }))}
        />
      ) : null}
      <Select
        name="source"
        label="Source"
        required
        value={text('source')}
        errors={errors}
        choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
      />
      <SaidWhen label="Day it was claimed" values={values} errors={errors} />
    </>
  );
}
