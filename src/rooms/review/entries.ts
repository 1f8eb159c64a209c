/** What may be written of review: whether what staff publish is looked at by a second person first, and which role that person has. */
import { z } from 'zod';
import { uuid } from '../fields.ts';

export const REVIEWERS = ['editor', 'owner'] as const;
export type Reviewer = (typeof REVIEWERS)[number];

export const reviewSet = z.strictObject({
  /** the organisation */
  party: uuid,
  /** true: nobody publishes alone */
  second: z.boolean(),
  /** the weakest role that may publish what somebody else wrote */
  reviewer: z.enum(REVIEWERS),
});

export const reviewEntries = { 'review.set': reviewSet } as const;
