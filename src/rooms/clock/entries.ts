/** The due rule as it stands in a request, and the due date as it stands in a service: part of their entries. */
import { z } from 'zod';
import { instantText, isoDate, line, timeZone } from '../fields.ts';

/** Either a fixed date, or a number of calendar or business days (Monday to Friday) after service; the day ends at 24:00 in `zone`. */
export const dueRule = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fixed'), on: isoDate, zone: timeZone }),
  z.strictObject({
    type: z.literal('days'),
    days: z.number().int().min(1).max(3650),
    business: z.boolean(),
    zone: timeZone,
  }),
]);
export type DueRule = z.infer<typeof dueRule>;

/** A due date with its working, one sentence a step, as text a lawyer can check. */
export const due = z.strictObject({
  on: isoDate,
  /** the first instant that is too late */
  at: instantText,
  working: z.array(line(300)).min(1).max(20),
});
export type Due = z.infer<typeof due>;
