/** The due rule as it stands in a request, and the due date as it stands in a service: part of their entries. */
import { z } from 'zod';
import { instantText, isoDate, line } from '../fields.ts';

export { type DueRule, dueRule } from './rule.ts';

/** A due date with its working, one sentence a step, as text a lawyer can check. */
export const due = z.strictObject({
  on: isoDate,
  /** the first instant that is too late */
  at: instantText,
  working: z.array(line(300)).min(1).max(20),
});
export type Due = z.infer<typeof due>;
