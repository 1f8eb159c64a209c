/** The steps that may follow a request, as words and as a form: what, who takes it, when. Shared by composing and by what comes after. */
import { InvalidInput } from '../base/errors.ts';
import { type Errors, Field, Select } from '../ui/form.tsx';
import { count } from '../ui/words.ts';
import { type LadderStep, STEP_KINDS, STEP_ROLES } from './escalation/entries.ts';

/** Rows of the form; a ladder may have fewer steps. */
export const ROWS = 5;

export type LadderFields = Readonly<Record<string, string>>;

/** "on the due date", "8 days after the due date", "1 day before the due date" */
export function whenWords(after: number): string {
  if (after === 0) return 'on the due date';
  return `${count(Math.abs(after), 'day')} ${after < 0 ? 'before' : 'after'} the due date`;
}

/** "An editor sends a reminder, from 1 day after the due date on." */
export const stepWords = ({ kind, who, after }: Pick<LadderStep, 'kind' | 'who' | 'after'>): string =>
  `${who === 'owner' ? 'An owner' : 'An editor'} ${kind === 'subpoena' ? 'serves a subpoena' : `sends a ${kind}`}, from ${whenWords(after)} on.`;

export const LADDER_NAMES: readonly string[] = Array.from({ length: ROWS }, (_, i) => i + 1).flatMap((n) => [
  `kind-${n}`,
  `who-${n}`,
  `days-${n}`,
  `when-${n}`,
]);

export function ladderFields(steps: readonly LadderStep[]): LadderFields {
  return Object.fromEntries(
    steps.flatMap(({ step, kind, who, after }) => [
      [`kind-${step}`, kind],
      [`who-${step}`, who],
      [`days-${step}`, String(Math.abs(after))],
      [`when-${step}`, after < 0 ? 'before' : 'after'],
    ]),
  );
}

/** Steps out of the fields of a form; rows without a kind are passed over. @throws InvalidInput naming each field */
export function readLadder(fields: (name: string) => string): readonly LadderStep[] {
  const errors: Record<string, string> = {};
  const steps: LadderStep[] = [];
  for (let row = 1; row <= ROWS; row++) {
    const kind = STEP_KINDS.find((one) => one === fields(`kind-${row}`));
    if (!kind) continue;
    const who = STEP_ROLES.find((one) => one === fields(`who-${row}`));
    const days = /^\d{1,4}$/.test(fields(`days-${row}`).trim()) ? Number(fields(`days-${row}`)) : Number.NaN;
    const before = fields(`when-${row}`) === 'before';
    if (!who) errors[`who-${row}`] = `Say who takes step ${row}.`;
    if (!(days <= (before ? 365 : 3650))) errors[`days-${row}`] = `Give a number of days for step ${row}.`;
    if (who && errors[`days-${row}`] === undefined) {
      steps.push({ step: steps.length + 1, kind, who, after: before && days > 0 ? -days : days });
    }
  }
  if (Object.keys(errors).length === 0 && steps.length === 0) errors['kind-1'] = 'Choose at least one step.';
  if (Object.keys(errors).length > 0) {
    throw new InvalidInput(
      'input-refused',
      { what: 'The steps are not complete.', lost: 'Nothing was written.' },
      errors,
    );
  }
  return steps;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export function LadderRows({ fields, errors }: { fields: LadderFields; errors: Errors }) {
  return (
    <>
      {Array.from({ length: ROWS }, (_, i) => i + 1).map((row) => (
        <fieldset class="usa-fieldset form--row ladder">
          <legend class="usa-legend">Step {row}</legend>
          <Select
            name={`kind-${row}`}
            label="What"
            none="no such step"
            required={row === 1}
            value={fields[`kind-${row}`] ?? ''}
            errors={errors}
            choices={STEP_KINDS.map((kind) => ({ value: kind, label: capital(kind) }))}
          />
          <Select
            name={`who-${row}`}
            label="Who"
            required
            value={fields[`who-${row}`] ?? 'editor'}
            errors={errors}
            choices={[
              { value: 'editor', label: 'Editors and owners' },
              { value: 'owner', label: 'Owners only' },
            ]}
          />
          <Field
            name={`days-${row}`}
            type="number"
            inputmode="numeric"
            label="Days"
            required
            width="short"
            value={fields[`days-${row}`] ?? ''}
            errors={errors}
          />
          <Select
            name={`when-${row}`}
            label="When"
            required
            value={fields[`when-${row}`] ?? 'after'}
            errors={errors}
            choices={[
              { value: 'after', label: 'after the due date' },
              { value: 'before', label: 'before the due date' },
            ]}
          />
        </fieldset>
      ))}
    </>
  );
}
