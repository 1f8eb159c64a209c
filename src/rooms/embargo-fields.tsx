/** The fields of a form that publishes: not before which time, in which zone. Where they stay empty, it is published at once. */
import type { Millis } from '../base/clock.ts';
import type { Texts } from '../base/form.ts';
import { type Errors, Field } from '../ui/form.tsx';
import { untilOf } from './publication/rules.ts';
import type { Until } from './until.ts';

export const EMBARGO_NAMES = ['embargoDay', 'embargoTime', 'embargoZone'] as const;

/** @returns null where it is to be public at once @throws InvalidInput as `untilOf` */
export const readEmbargo = (values: Texts, now: Millis): Until | null =>
  untilOf(
    { day: values['embargoDay'] ?? '', time: values['embargoTime'] ?? '', zone: values['embargoZone'] ?? '' },
    now,
  );

/** @param props.zone what stands in the field of the zone at first @param props.moving an embargo that stands gets another time */
export function EmbargoFields(props: {
  readonly values: Texts;
  readonly errors: Errors;
  readonly zone: string;
  readonly moving?: boolean;
}) {
  const { values, errors, zone, moving = false } = props;
  return (
    <fieldset class="usa-fieldset usa-form-group">
      <legend class="usa-legend">{moving ? 'Not public before' : 'Not public before (optional)'}</legend>
      {moving ? null : (
        <div class="usa-hint">
          It is written to the log at once; everyone sees it from this time on. Leave day and time empty to publish now.
        </div>
      )}
      <Field
        name="embargoDay"
        type="date"
        label="Day it becomes public"
        value={values['embargoDay'] ?? ''}
        errors={errors}
        required={moving}
        width="medium"
      />
      <Field
        name="embargoTime"
        type="time"
        label="Time it becomes public"
        value={values['embargoTime'] ?? ''}
        errors={errors}
        required={moving}
        width="medium"
      />
      <Field
        name="embargoZone"
        label="Time zone of that time"
        hint="Such as America/New_York"
        value={values['embargoZone'] ?? zone}
        errors={errors}
        required={moving}
        maxlength={60}
        width="medium"
      />
    </fieldset>
  );
}
