/**
 * What may be written of clocks: the due rule in a request and the due date in a service, which are part of their entries, and what
 * moves a date afterwards. Each of the latter carries the old date, the new one and its working, as they were told.
 */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { instantText, isoDate, line, prose, uuid } from '../fields.ts';
import { calendarEvent, cellEvent } from './events.ts';
import { unit } from './rule.ts';

export { type DueRule, dueRule } from './rule.ts';

/** A due date with its working, one sentence a step, as text a lawyer can check. */
export const due = z.strictObject({
  on: isoDate,
  /** the first instant that is too late */
  at: instantText,
  working: z.array(line(300)).min(1).max(20),
});
export type Due = z.infer<typeof due>;

/** The date of some items of a service, where they differ from the start; all the other items where `items` is null. */
export const servedCell = due.extend({ items: z.array(z.number().int().min(1).max(500)).min(1).max(500).nullable() });
export type ServedCell = z.infer<typeof servedCell>;

const items = z.array(z.number().int().min(1).max(500)).min(1).max(500).nullable();

const pause = z.strictObject({
  kind: z.enum(['tolling', 'stay']),
  from: isoDate,
  until: isoDate.nullable(),
  fromAt: instantText,
  untilAt: instantText.nullable(),
  order: line(180).nullable(),
  words: line(180).nullable(),
});

/** The date of some items, or of all where `items` is null; without a date while the clock stands. */
export const dueCell = z.strictObject({
  items,
  on: isoDate.nullable(),
  at: instantText.nullable(),
  pauses: z.array(pause).max(200),
});
export type DueCell = z.infer<typeof dueCell>;

/**
 * What an entry did to the date, as it was counted and told then; null while the clock stands. `states` are the dates of every item
 * from each moment on at which something happened that the entry changes: a late fact changes what is said of times before others.
 */
export const change = z.strictObject({
  before: isoDate.nullable(),
  after: isoDate.nullable(),
  working: z.array(line(300)).min(1).max(100),
  states: z
    .array(z.strictObject({ from: instantText, cells: z.array(dueCell).min(1).max(500) }))
    .min(1)
    .max(200),
});
export type Change = z.infer<typeof change>;

const reason = prose(1000).pipe(z.string().min(1));
const about = { service: uuid, request: uuid, reason, due: change };

/** The issuer extends: to a date, or by a number of days after the date that stands. */
export const dueExtended = z
  .strictObject({
    ...about,
    /** the items it is for; null for all */
    items,
    to: isoDate.nullable(),
    by: z.strictObject({ count: z.number().int().min(1).max(3650), unit }).nullable(),
    /** whether the recipient had asked for it */
    asked: z.boolean(),
    /** the entry `extension.asked` that it answers, where the recipient asked here */
    ask: uuid.optional(),
  })
  .refine(({ to, by }) => (to === null) !== (by === null), { error: () => t('clock.entry.date-or-days') });

/** The recipient asks for more time. It moves nothing; the issuer answers with `due.extended` or `extension.refused`. */
export const extensionAsked = z.strictObject({
  service: uuid,
  request: uuid,
  until: isoDate,
  /** the items it is for; null for all that are open */
  items,
  reason,
  /** who asks, as they name themselves; the issuer is entitled to it */
  askedBy: line(200),
});
export const extensionRefused = z.strictObject({
  service: uuid,
  request: uuid,
  /** the entry `extension.asked` */
  ask: uuid,
  reason,
});

export const CAUSES = ['clarification asked', 'fee awaited', 'other'] as const;

/** The clock pauses from `occurredAt` of the entry; what is left runs again from `until`, or from `clock.resumed`. */
export const clockTolled = z.strictObject({ ...about, items, cause: z.enum(CAUSES), until: instantText.nullable() });
export const clockResumed = z.strictObject({
  ...about,
  /** the entry `clock.tolled` that it ends */
  tolled: uuid,
});
/** Service was at another time than was written down. */
export const serviceCorrected = z.strictObject({ ...about, servedAt: instantText });

/** A fact that moves many clocks at once (`cause`) reached this one: an order or what else it means for it, or a closing. */
export const dueRecounted = z.strictObject({
  ...about,
  cause: uuid,
  /** what happened to this clock; null where its calendar changed */
  event: cellEvent.nullable(),
});

/** Days that an office is closed, or open after all, for every clock that counts by its calendar. */
export const closingAdded = z.strictObject({
  party: uuid,
  closing: calendarEvent,
  reason: reason.optional(),
  /** where it is known from: an address, a notice */
  source: line(500).optional(),
});
/** What was added to a calendar is taken back: it never should have counted. */
export const closingWithdrawn = z.strictObject({
  party: uuid,
  /** the entry `closing.added` */
  closing: uuid,
  reason,
});

export const clockEntries = {
  'due.extended': dueExtended,
  'extension.asked': extensionAsked,
  'extension.refused': extensionRefused,
  'clock.tolled': clockTolled,
  'clock.resumed': clockResumed,
  'service.corrected': serviceCorrected,
  'due.recounted': dueRecounted,
  'closing.added': closingAdded,
  'closing.withdrawn': closingWithdrawn,
} as const;
