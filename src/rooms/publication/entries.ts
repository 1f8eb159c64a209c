/**
 * What may be written of what stands in the public record: that it is not shown before a time, that this time moved or fell away, that it was taken
 * down, and that it was put back. The thing itself is untouched: its entry, its commitment and its receipts stay.
 */
import { z } from 'zod';
import { instantText, line, prose, timeZone, uuid } from '../fields.ts';

/** Things that can be withheld. A note and a word on taking part go by the id of their entry. */
export const THINGS = ['statement', 'figure', 'participation', 'note'] as const;
export type Thing = (typeof THINGS)[number];

/** Roles that decide; a name would say more than the other side is owed. */
export const DECIDERS = ['editor', 'owner'] as const;

const reason = prose(1000).pipe(z.string().min(1, 'is missing'));
const common = { subject: uuid, of: z.enum(THINGS) };
const time = { until: instantText, zone: timeZone };

export const embargoSet = z.strictObject({ ...common, ...time });
export const embargoMoved = z.strictObject({ ...common, ...time, reason });
export const embargoLifted = z.strictObject({ ...common, reason });

export const publicationWithdrawn = z.strictObject({
  ...common,
  reason,
  decidedBy: z.enum(DECIDERS),
  /** the entries that are not shown any more, by what the public log holds of them */
  entries: z
    .array(
      z.strictObject({
        entry: uuid,
        position: z.number().int().nonnegative(),
        commitment: line(64).regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(200),
});
export const publicationRestored = z.strictObject({ ...common, reason, decidedBy: z.enum(DECIDERS) });

export const publicationEntries = {
  'embargo.set': embargoSet,
  'embargo.moved': embargoMoved,
  'embargo.lifted': embargoLifted,
  'publication.withdrawn': publicationWithdrawn,
  'publication.restored': publicationRestored,
} as const;
