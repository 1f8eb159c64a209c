/**
 * Where in the log a reader stands: the position up to which facts count, and which of them are visible on an axis. Positions are
 * found once a page, so that all its queries see the same log however much is written meanwhile. Writes nothing.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';

/**
 * `recorded`: what the record showed at `at` (facts recorded by then). `occurred`: what had happened by `at`, as known today.
 * Left out: now.
 */
export interface AsOfPoint {
  readonly axis: 'recorded' | 'occurred';
  readonly at: Date;
}

export interface Cut {
  /** last position that counts; −1 when nothing had been written */
  readonly last: number;
  /** the time by which what is under an embargo must have become public; never later than the present */
  readonly shownAt: Date;
  /** on the axis `occurred`, the latest time of happening that counts; null otherwise */
  readonly until: Date | null;
}

/**
 * The cut of a page, at the present `now`. On the axis `recorded` this is the last entry recorded by then, found by bisection along the log:
 * recordedAt never goes backwards (FORMATS.md, "Entry"), so about log2(size) rows are read, in one query. Gaps, where an
 * entry was erased, are stepped over.
 */
export async function cutAt(db: Kysely<Database>, now: Date, asOf?: AsOfPoint): Promise<Cut> {
  // What the record showed at a time was public by then; what had happened by then is told as it is known today.
  const shownAt = asOf?.axis === 'recorded' && asOf.at < now ? asOf.at : now;
  if (asOf?.axis === 'recorded') {
    const { rows } = await sql<{ lo: number }>`
      with recursive s (lo, hi) as (
        select 0::bigint, size from log.head
        union all
        select case when e.recorded_at <= ${asOf.at} then e.seq + 1 else s.lo end,
               case when e.recorded_at <= ${asOf.at} then s.hi else (s.lo + s.hi) / 2 end
        from s left join lateral (
          select seq, recorded_at from ledger.entry where seq >= (s.lo + s.hi) / 2 order by seq limit 1
        ) e on true
        where s.lo < s.hi
      )
      select lo from s where lo >= hi order by lo desc limit 1`.execute(db);
    return { last: Number(rows[0]?.lo ?? 0) - 1, until: null, shownAt };
  }
  const head = await db.selectFrom('log.head').select('size').executeTakeFirst();
  return { last: (head?.size ?? 0) - 1, until: asOf?.at ?? null, shownAt };
}

/** SQL condition: the fact in table alias `t` is visible at the cut. */
export function visible(t: string, cut: Cut): RawBuilder<boolean> {
  const seq = sql<boolean>`${sql.ref(`${t}.seq`)} <= ${cut.last}`;
  return cut.until === null ? seq : sql<boolean>`${seq} and ${sql.ref(`${t}.occurred_at`)} <= ${cut.until}`;
}

/** SQL order, newest first: by position, or on the axis `occurred` by time of happening, then position. */
export function newestFirst(t: string, cut: Cut): RawBuilder<unknown> {
  return cut.until === null
    ? sql`${sql.ref(`${t}.seq`)} desc`
    : sql`${sql.ref(`${t}.occurred_at`)} desc, ${sql.ref(`${t}.seq`)} desc`;
}

/** SQL condition: fact `b` is newer than fact `a` in the order of `newestFirst`. */
export function newerThan(b: string, a: string, cut: Cut): RawBuilder<boolean> {
  return cut.until === null
    ? sql<boolean>`${sql.ref(`${b}.seq`)} > ${sql.ref(`${a}.seq`)}`
    : sql<boolean>`(${sql.ref(`${b}.occurred_at`)}, ${sql.ref(`${b}.seq`)}) > (${sql.ref(`${a}.occurred_at`)}, ${sql.ref(`${a}.seq`)})`;
}
