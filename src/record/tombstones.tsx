/** What stands in the place of something that was taken down: that it was, when, by which role and why, with the entry that says so. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
import type { Thing } from '../rooms/publication/entries.ts';
import { type Tombstone, tombstonesOf } from '../rooms/publication/view.ts';
import { rich } from '../ui/rich.tsx';
import { Time } from '../ui/time.tsx';
import type { Cut } from './cut.ts';
import { open } from './open.ts';
import { receiptPaths } from './receipt-paths.ts';

/**
 * Tombstones of a matter that everyone may see now, of things that the record showed by the cut. A takedown later than the cut counts too: what
 * is down is not shown as of any time.
 * @param now the present
 */
export const tombstonesAt = (
  db: Kysely<Database>,
  matter: string,
  kind: Thing,
  cut: Cut,
  now: Date,
): Promise<readonly Tombstone[]> =>
  tombstonesOf(db, matter, kind, open('t', { last: Number.MAX_SAFE_INTEGER, until: null, shownAt: now }), cut);

export function Tombstones(props: {
  readonly tombstones: readonly Tombstone[];
  readonly zone: string;
  readonly entry: (entry: string) => string;
}) {
  const { tombstones, zone, entry } = props;
  if (tombstones.length === 0) return null;
  return (
    <section aria-labelledby="taken-down">
      <h3 id="taken-down">{t('record.down')}</h3>
      <ul class="entries">
        {tombstones.map((one) => (
          <li>
            <p>
              {rich('record.down.what', {
                kind: one.kind,
                at: <Time at={one.at} zone={zone} />,
                role: one.decidedBy,
                reason: one.reason,
              })}
            </p>
            <p class="soft">{rich('record.down.receipts', { a: (words) => <a href={entry(one.entry)}>{words}</a> })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export const tombstoneBody = z
  .strictObject({
    id: z.string().meta({ description: 'of the thing that was taken down' }),
    reason: z.string(),
    decidedBy: z.string().meta({ description: 'role' }),
    at: z.string().meta({ description: 'when it was taken down' }),
    entry: z.string().meta({ description: 'the entry that says so' }),
    receipt: z.strictObject({ json: z.string(), pdf: z.string() }),
  })
  .meta({ id: 'Tombstone', description: 'Stands in the place of something that was taken down' });

export const jsonTombstone = (one: Tombstone): z.infer<typeof tombstoneBody> => ({
  id: one.subject,
  reason: one.reason,
  decidedBy: one.decidedBy,
  at: one.at.toISOString(),
  entry: one.entry,
  receipt: receiptPaths(one.entry),
});
