/** The fields of a form that publishes: not before which time, in which zone. Where they stay empty, it is published at once. */

import type { Millis } from '../base/clock.ts';
import type { Texts } from '../base/form.ts';
import { t } from '../base/language.ts';
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
      <legend class="usa-legend">{moving ? t('said.embargo') : t('said.embargo.optional')}</legend>
      {moving ? null : <div class="usa-hint">{t('said.embargo.hint')}</div>}
      <Field
        name="embargoDay"
        type="date"
        label={t('said.embargo.day')}
        value={values['embargoDay'] ?? ''}
        errors={errors}
        required={moving}
        width="medium"
      />
      <Field
        name="embargoTime"
        type="time"
        label={t('said.embargo.time')}
        value={values['embargoTime'] ?? ''}
        errors={errors}
        required={moving}
        width="medium"
      />
      <Field
        name="embargoZone"
        label={t('said.embargo.zone')}
        hint={t('said.embargo.zone.hint')}
        value={values['embargoZone'] ?? zone}
        errors={errors}
        required={moving}
        maxlength={60}
        width="medium"
      />
    </fieldset>
  );
}
