/** The due rule as it stands in a request. Form only: what a rule means is worked out in due.ts. */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { isoDate, line, timeZone } from '../fields.ts';

/** `17:00`; from 00:00 to 23:59. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: () => t('clock.entry.time-of-day') });

/**
 * Whose holidays: `none` (Monday to Friday), a country or one of its parts (`US`, `US-CA`, `GB-NIR`), or several joined by `+`, which
 * takes out the holidays of each. Names that start with `x-` are calendars that a case brings along.
 */
export const calendarId = z
  .string()
  .regex(/^(none|x-[a-z0-9-]{1,40}|[A-Z]{2}(-[A-Z0-9]{1,3})?(\+[A-Z]{2}(-[A-Z0-9]{1,3})?){0,5})$/, {
    error: () => t('clock.entry.calendar'),
  });

export const UNITS = ['days', 'business days', 'weeks', 'months'] as const;
export const unit = z.enum(UNITS);
export type Unit = z.infer<typeof unit>;

const count = z.number().int().min(1).max(3650);

/** A fixed date; the day ends at 24:00 in `zone`. A fixed date is not computed, so it never rolls (FRCP 6, committee note of 2009). */
const fixed = z.strictObject({ type: z.literal('fixed'), on: isoDate, zone: timeZone });

/** The first form of a count, still in entries: calendar days, or Monday to Friday without holidays; nothing rolls. */
const days = z.strictObject({
  type: z.literal('days'),
  days: count,
  business: z.boolean(),
  zone: timeZone,
});

/** A number of days, business days, weeks or months after service. */
const counted = z.strictObject({
  type: z.literal('count'),
  count,
  unit,
  /** where days begin and end: the issuer's zone */
  zone: timeZone,
  /** the issuer's calendar: which days are business days */
  holidays: calendarId,
  /** whose calendar and zone count; `recipient` needs those of each recipient */
  whose: z.enum(['issuer', 'recipient']),
  /** what happens when the last day is no business day */
  roll: z.enum(['none', 'next business day']),
  /** what arrives after this time counts as received the next day; null for none */
  cutOff: timeOfDay.nullable(),
  /** with `business days`, what arrives on another day counts as received the next business day */
  receivedOn: z.enum(['any day', 'business days']),
  /** days added for service by mail, after the period would otherwise end (FRCP 6(d)); 0 for none */
  mailDays: z.number().int().min(0).max(30),
  /** where the rule was taken from; null for one's own */
  preset: z.strictObject({ id: z.string().regex(/^[a-z0-9-]{1,40}$/), citation: line(300) }).nullable(),
});
export type CountRule = z.infer<typeof counted>;

export const dueRule = z.discriminatedUnion('type', [fixed, days, counted]);
export type DueRule = z.infer<typeof dueRule>;
