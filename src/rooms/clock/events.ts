/** What moves a due date, as the pure clock takes it: extensions, pauses, orders, corrections, closings. Form only. */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { isoDate, line } from '../fields.ts';
import { calendarId, unit } from './rule.ts';

/** RFC 3339 with any offset, seconds and fractions optional as there. */
const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/, { error: () => t('clock.entry.time') })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: () => t('clock.entry.time.none') });

/** An instant, or a day where the hour is not known. */
export const when = z.union([moment, isoDate]);
export type When = z.infer<typeof when>;

/** When a request was served: the instant, or the day where no more is known. */
export const service = z.union([z.strictObject({ at: moment }), z.strictObject({ on: isoDate })]);
export type Service = z.infer<typeof service>;

const common = {
  /** its name for those that refer to it; an entry's id */
  id: line(100).optional(),
  /** when it happened, or takes effect */
  at: when,
  /** when it was written down; for "as known at" */
  recordedAt: moment.optional(),
  /** the items it touches; all where left out */
  items: z.array(z.number().int().min(1).max(500)).min(1).optional(),
  /** why, in the words of who said it */
  words: line(180).optional(),
};

/** By the issuer, to a date. An earlier date than the one that stands changes nothing. */
const extendedTo = z.strictObject({ type: z.literal('extended'), ...common, to: isoDate });
/** By the issuer, by a number of days after the date that stands. */
const extendedBy = z.strictObject({
  type: z.literal('extended'),
  ...common,
  by: z.strictObject({ count: z.number().int().min(1).max(3650), unit }),
});
/** The day of an order that was made before the service, where `at` is the day of service: nothing happens to a clock before it. */
const dated = isoDate.optional();
/** The clock pauses: clarification asked, a fee awaited. The remaining days run again after `until`, or after `resumed`. */
const tolled = z.strictObject({ type: z.literal('tolled'), ...common, until: when.optional() });
const resumed = z.strictObject({ type: z.literal('resumed'), ...common, of: line(100) });
/** An order pauses the clock. `order` names it: court and docket number, or the order's id. */
const stayed = z.strictObject({
  type: z.literal('stayed'),
  ...common,
  order: line(180),
  dated,
  until: when.optional(),
});
const lifted = z.strictObject({ type: z.literal('lifted'), ...common, of: line(100), order: line(180).optional() });
/** An order sets the date, whatever was counted before, and ends the pauses that run. */
const compelled = z.strictObject({ type: z.literal('compelled'), ...common, order: line(180), dated, to: isoDate });
/** Service was at another time than written down before. */
const corrected = z.strictObject({ type: z.literal('service-corrected'), ...common, to: service });

export const cellEvent = z.union([extendedTo, extendedBy, tolled, resumed, stayed, lifted, compelled, corrected]);
/** Something that happened to the clock of one recipient or item. */
export type CellEvent = z.infer<typeof cellEvent>;

const forCalendar = {
  name: line(120),
  /** the calendar it belongs to; every calendar where left out */
  holidays: calendarId.optional(),
  recordedAt: moment.optional(),
};

const yearly = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: () => t('clock.entry.day-of-year') })
  .refine(
    (text) =>
      !Number.isNaN(Date.parse(`2000-${text}T00:00:00Z`)) &&
      new Date(`2000-${text}T00:00:00Z`).toISOString().slice(5, 10) === text,
    { error: () => t('clock.entry.day-of-year.none') },
  )
  .refine((text) => text !== '02-29', {
    error: () => t('clock.entry.29-february'),
    params: { refusal: 'yearly-29-february' },
  });

/** Days that are no business days beside those of the calendar, or, as `workday`, are one after all. */
export const calendarEvent = z.union([
  z.strictObject({ type: z.literal('holiday'), on: isoDate, ...forCalendar }),
  z.strictObject({ type: z.literal('closing'), from: isoDate, until: isoDate, ...forCalendar }),
  z.strictObject({ type: z.literal('closing'), every: yearly, ...forCalendar }),
  z.strictObject({ type: z.literal('workday'), on: isoDate, ...forCalendar }),
]);
export type CalendarEvent = z.infer<typeof calendarEvent>;

export const clockEvent = z.union([cellEvent, calendarEvent]);
export type ClockEvent = z.infer<typeof clockEvent>;

export const isCalendarEvent = (event: ClockEvent): event is CalendarEvent =>
  event.type === 'holiday' || event.type === 'closing' || event.type === 'workday';

/** What was written down by a moment (ms), for "as known at"; events without a time of recording always were. */
export const knownBy = <T extends ClockEvent>(events: readonly T[], at: number): readonly T[] =>
  events.filter((event) => event.recordedAt === undefined || Date.parse(event.recordedAt) <= at);
