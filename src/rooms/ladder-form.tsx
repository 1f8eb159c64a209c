/** The steps that may follow a request, as words and as a form: what, who takes it, when. Shared by composing and by what comes after. */
import { InvalidInput } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { type Errors, Field, Select } from '../ui/form.tsx';
import { type LadderStep, STEP_KINDS, STEP_ROLES } from './escalation/entries.ts';
import { KIND } from './ladder.ts';

/** Rows of the form; a ladder may have fewer steps. */
export const ROWS = 5;

export type LadderFields = Readonly<Record<string, string>>;

/** "on the due date", "8 days after the due date", "1 day before the due date" */
export function whenWords(after: number): string {
  return t('clock.ladder.when', whenOf(after));
}

const whenOf = (after: number) => ({ when: after === 0 ? 'on' : after < 0 ? 'before' : 'after', n: Math.abs(after) });

/** "An editor sends a reminder, from 1 day after the due date on." */
export const stepWords = ({ kind, who, after }: Pick<LadderStep, 'kind' | 'who' | 'after'>): string =>
  t('clock.ladder.step', { who, kind: KIND[kind], ...whenOf(after) });

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
    if (!who) errors[`who-${row}`] = t('clock.ladder.who.missing', { n: row });
    if (!(days <= (before ? 365 : 3650))) errors[`days-${row}`] = t('clock.ladder.days.missing', { n: row });
    if (who && errors[`days-${row}`] === undefined) {
      steps.push({ step: steps.length + 1, kind, who, after: before && days > 0 ? -days : days });
    }
  }
  if (Object.keys(errors).length === 0 && steps.length === 0) errors['kind-1'] = t('clock.ladder.none');
  if (Object.keys(errors).length > 0) {
    throw new InvalidInput(
      'input-refused',
      { what: t('clock.ladder.incomplete'), lost: t('clock.lost.written') },
      errors,
    );
  }
  return steps;
}

export function LadderRows({ fields, errors }: { fields: LadderFields; errors: Errors }) {
  return (
    <>
      {Array.from({ length: ROWS }, (_, i) => i + 1).map((row) => (
        <fieldset class="usa-fieldset form--row ladder">
          <legend class="usa-legend">{t('clock.ladder.row', { n: row })}</legend>
          <Select
            name={`kind-${row}`}
            label={t('clock.ladder.what')}
            none={t('clock.ladder.no-step')}
            required={row === 1}
            value={fields[`kind-${row}`] ?? ''}
            errors={errors}
            choices={STEP_KINDS.map((kind) => ({ value: kind, label: t(`clock.ladder.kind.${KIND[kind]}`) }))}
          />
          <Select
            name={`who-${row}`}
            label={t('clock.ladder.who')}
            required
            value={fields[`who-${row}`] ?? 'editor'}
            errors={errors}
            choices={[
              { value: 'editor', label: t('clock.ladder.who.editor') },
              { value: 'owner', label: t('clock.ladder.who.owner') },
            ]}
          />
          <Field
            name={`days-${row}`}
            type="number"
            inputmode="numeric"
            label={t('clock.ladder.days')}
            required
            width="short"
            value={fields[`days-${row}`] ?? ''}
            errors={errors}
          />
          <Select
            name={`when-${row}`}
            label={t('clock.ladder.when.label')}
            required
            value={fields[`when-${row}`] ?? 'after'}
            errors={errors}
            choices={[
              { value: 'after', label: t('clock.ladder.when.after') },
              { value: 'before', label: t('clock.ladder.when.before') },
            ]}
          />
        </fieldset>
      ))}
    </>
  );
}
