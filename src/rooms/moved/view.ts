/**
 * Due dates that moved, for the issuer's staff: what is new to a person since they looked, or since they were last told by mail. What they saw
 * is a position of the log. A fact that moved many dates at once is one line.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { MOVING_KINDS } from '../clock/view.ts';

/** One date that moved, or several that one fact moved. */
export interface Moved {
  readonly entry: string;
  readonly seq: number;
  readonly kind: string;
  readonly service: string;
  readonly name: string;
  readonly request: string;
  readonly title: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string;
  readonly recordedAt: Date;
  /** how many dates the same fact moved, this one included */
  readonly n: number;
}

const body = z.object({
  body: z.object({
    reason: z.string(),
    due: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  }),
});

/** Up to `limit` lines, newest first, of what was written after one position and up to another. */
export async function movedSince(
  db: Kysely<Database>,
  issuer: string,
  { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number },
): Promise<readonly Moved[]> {
  const { rows } = await sql<{
    seq: number;
    entry: string;
    kind: string;
    service: string;
    name: string;
    request: string;
    title: string;
    canonical: string | null;
    recorded_at: Date;
    n: number;
  }>`
    with moved as (
      select distinct on (coalesce(c.cause, d.entry), d.request) d.seq, d.entry, d.service, d.request, d.recorded_at,
        count(*) over (partition by coalesce(c.cause, d.entry), d.request) as n
      from (select distinct x.seq, x.entry, x.service, x.request, x.recorded_at from view.due x
        join view.request r on r.id = x.request
        where r.issuer = ${issuer} and x.seq > ${after} and x.seq <= ${upTo} and x.entry <> x.service) d
      left join view.recount c on c.entry = d.entry
      order by coalesce(c.cause, d.entry), d.request, d.seq desc)
    select m.seq, m.entry, e.kind, m.service, s.name, m.request, r.title, e.canonical, m.recorded_at, m.n::int as n
    from moved m join ledger.entry e on e.seq = m.seq join view.service s on s.id = m.service join view.request r on r.id = m.request
    where e.kind = any(${[...MOVING_KINDS]}::text[])
    order by m.seq desc limit ${limit}`.execute(db);
  return rows.flatMap(({ canonical, recorded_at, ...row }) => {
    // What was erased has nothing left to tell.
    const read = canonical === null ? null : body.safeParse(JSON.parse(canonical)).data;
    if (!read) return [];
    const { reason, due } = read.body;
    return [{ ...row, seq: Number(row.seq), before: due.before, after: due.after, reason, recordedAt: recorded_at }];
  });
}

/** The position of the newest entry that there is. */
export async function headOf(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ head: number | null }>`select max(seq) as head from ledger.entry`.execute(db);
  return Number(rows[0]?.head ?? 0);
}

export const EVERY = ['off', 'hour', 'day'] as const;
export type Every = (typeof EVERY)[number];

export interface Person {
  readonly userId: string;
  readonly party: string;
}

export interface Seen {
  readonly seen: number;
  readonly every: Every;
}

/** Until a person has looked once, what was written in the last week is new to them. */
const FIRST_LOOK_MS = 7 * 86_400_000;

/** What a person has seen, and which mail they want. */
export async function seenBy(db: Kysely<Database>, { userId, party }: Person, now: number): Promise<Seen> {
  const row = await db
    .selectFrom('work.moved_seen')
    .select(['seen_seq', 'every'])
    .where('user_id', '=', userId)
    .where('party', '=', party)
    .executeTakeFirst();
  const every = EVERY.find((one) => one === row?.every) ?? 'off';
  if (row && Number(row.seen_seq) > 0) return { seen: Number(row.seen_seq), every };
  // Times of recording never go back along the log: read from its end, this stops at the first older entry.
  const { rows } = await sql<{ seq: number }>`
    select seq from ledger.entry where recorded_at <= ${new Date(now - FIRST_LOOK_MS)} order by seq desc limit 1`.execute(
    db,
  );
  return { seen: Number(rows[0]?.seq ?? -1), every };
}

/** Notes that a person has seen everything up to a position; it never goes back. */
export async function markSeen(db: Kysely<Database>, { userId, party }: Person, upTo: number): Promise<void> {
  await sql`
    insert into work.moved_seen (user_id, party, seen_seq) values (${userId}, ${party}, ${upTo})
    on conflict (user_id, party) do update set seen_seq = greatest(work.moved_seen.seen_seq, excluded.seen_seq)`.execute(
    db,
  );
}

/** Sets which mail a person wants. What was written before is not told by mail afterwards. */
export async function setEvery(db: Kysely<Database>, { userId, party }: Person, every: Every): Promise<void> {
  const head = await headOf(db);
  await sql`
    insert into work.moved_seen (user_id, party, every, told_seq) values (${userId}, ${party}, ${every}, ${head})
    on conflict (user_id, party) do update set every = excluded.every,
      told_seq = case when work.moved_seen.every = 'off' then excluded.told_seq else work.moved_seen.told_seq end`.execute(
    db,
  );
}
