/** What may be written of courtesy reminders: when a request sends them, that one was written to a recipient, and whether it wants any. */
import { z } from 'zod';
import { instantText, isoDate, uuid } from '../fields.ts';

/** More would be pressure, and pressure is a step that a person takes. */
export const MOST_REMINDERS = 5;

/** Days before the due date, the earliest first; empty: no reminders. At most `most` go to one recipient, whatever moves its date. */
export const remindersSet = z.strictObject({
  request: uuid,
  days: z.array(z.number().int().min(1).max(90)).max(MOST_REMINDERS),
  most: z.number().int().min(1).max(MOST_REMINDERS),
});

/** One reminder to one recipient: which items were open, and the date as it stood. */
export const reminderWritten = z.strictObject({
  service: uuid,
  request: uuid,
  /** so many days before the due date it was to be sent */
  days: z.number().int().min(1).max(90),
  due: z.strictObject({ on: isoDate, at: instantText }),
  items: z.array(z.number().int().min(1).max(500)).min(1).max(500),
});

/** The recipient wants no reminders, or wants them again. */
export const reminderWished = z.strictObject({ service: uuid, request: uuid, wanted: z.boolean() });

export const reminderEntries = {
  'reminder.planned': remindersSet,
  'reminder.written': reminderWritten,
  'reminder.wished': reminderWished,
} as const;
