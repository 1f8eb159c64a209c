/** Whether an entry is taken down now, and what stands in its place. Shows nothing of the entry itself. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { UUID } from '../base/ids.ts';
import { hex } from '../proof/index.ts';
import { openNow } from './open.ts';

export interface Down {
  readonly matter: string;
  readonly position: number;
  /** hex */
  readonly commitment: string;
  readonly reason: string;
  readonly decidedBy: string;
  /** the entry that took it down, and when that was recorded */
  readonly entry: string;
  readonly at: Date;
}

/** Null where the entry is not down, or its tombstone is not for everyone. */
export async function takenDown(db: Kysely<Database>, entry: string, now: Date): Promise<Down | null> {
  if (!UUID.test(entry)) return null;
  const { rows } = await sql<Omit<Down, 'commitment'> & { commitment: Buffer }>`
    select t.matter, e.seq as position, e.commitment, t.reason, t.decided_by as "decidedBy", t.entry, t.recorded_at as at
    from ledger.entry e join view.subject b on b.seq = e.seq and not b.tomb
    join lateral (select * from view.takedown x where x.subject = b.subject order by x.seq desc limit 1) t on t.down
    where e.id = ${entry} and ${openNow('t', now)}`.execute(db);
  const row = rows[0];
  return row ? { ...row, position: Number(row.position), commitment: hex(row.commitment) } : null;
}
