/**
 * What changed in a record between two times at which somebody may have looked: entries recorded after the first and up to the
 * second, each with what it is compared with what the record showed before. Reads only.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { type Cut, cutAt } from './cut.ts';
import type { Moment } from './matter.ts';
import { lastNoon } from './noon.ts';
import { open, withheldAt } from './open.ts';
import { positionsOf } from './positions.ts';
import { countUpTo } from './prefixes.ts';
import { firstOfFact, firstsOf } from './recounted.ts';
import { type EntryLine, othersIn, type Told, tell } from './timeline.ts';

/**
 * `corrected`: replaces an entry. `late`: happened before the first time, recorded after it. `changed`: the same cell or request
 * said something else before. `new`: everything else.
 */
export const CHANGES = ['new', 'changed', 'late', 'corrected'] as const;
export type ChangeKind = (typeof CHANGES)[number];

export interface Change extends Told {
  readonly change: ChangeKind;
  /** what the cell said before, as a value of its table of words; null where it said nothing */
  readonly before: string | null;
}

export interface Changes {
  readonly rows: readonly Change[];
  readonly total: number;
  /** recipients served in between; they stand on the board, not in the list */
  readonly served: number;
}

export const CHANGES_SIZE = 100;

/**
 * SQL, as `e`: entries of a matter that were written between two cuts, and those that were written before and became public in between, when
 * their embargo ended. Two arms, so that each is found by its own index.
 */
const between = (matter: string, a: Cut, b: Cut) => sql`(
  select e.* from ledger.entry e where e.matter = ${matter} and e.seq > ${a.last} and e.seq <= ${b.last}
  union all
  select e.* from work.public_since(${b.shownAt}) p join view.subject s on s.subject = p.subject join ledger.entry e on e.seq = s.seq
  where p.matter = ${matter} and p.since > ${a.shownAt} and s.seq <= ${a.last}) e`;

interface ChangeLine extends EntryLine {
  readonly before: string | null;
  readonly change: string;
}

const changeKind = z.enum(CHANGES);

/** Changes between two times of the record (recorded after `from`, up to and including `to`), in the order of the log. */
export async function changesBetween(
  db: Kysely<Database>,
  matter: string,
  from: Date,
  to: Date,
  page: number,
  now: Date,
): Promise<Changes> {
  const [a, b] = [
    await cutAt(db, now, { axis: 'recorded', at: from }),
    await cutAt(db, now, { axis: 'recorded', at: to }),
  ];
  const within = (t: string) => sql`${sql.ref(`${t}.seq`)} > ${a.last} and ${sql.ref(`${t}.seq`)} <= ${b.last}`;
  const { seqs, total, served } = await standingOn(db, matter, a, b, page);
  const { rows } = await sql<ChangeLine>`
    select e.seq, e.canonical, e.commitment, coalesce(oa.disposition, od.finding) as before,
      case when e.corrects is not null then 'corrected'
           when e.occurred_at <= ${from} then 'late'
           when oa.disposition is not null or od.finding is not null or e.kind = 'request.revoked'
             or e.kind in ('due.extended', 'clock.tolled', 'clock.resumed', 'service.corrected', 'due.recounted',
                         'consequence.status-changed', 'consequence.amount-stated', 'publication.withdrawn', 'publication.restored') then 'changed'
           else 'new' end as change
    from ledger.entry e
    left join view.item_answer na on na.seq = e.seq
    left join lateral (
      select x.disposition from view.item_answer x
      where x.service = na.service and x.item = na.item and x.seq <= ${a.last} order by x.seq desc limit 1) oa on true
    left join view.item_determination nd on nd.seq = e.seq
    left join lateral (
      select x.finding from view.item_determination x
      where x.service = nd.service and x.item = nd.item and x.seq <= ${a.last} order by x.seq desc limit 1) od on true
    where e.seq = any(${[...seqs]}::bigint[]) and ${open('e', b)} and e.canonical is not null order by e.seq`.execute(
    db,
  );
  const told = await tell(db, rows, await othersIn(db, rows, within('x')));
  return {
    rows: told.map((one, i) => ({
      ...one,
      change: changeKind.parse(rows[i]?.change),
      before: rows[i]?.before ?? null,
    })),
    total,
    served,
  };
}

interface Apart {
  readonly erased: number;
  /** in any matter */
  readonly withheld: readonly number[] | null;
  readonly became: readonly number[] | null;
  readonly recounted: readonly number[] | null;
}

/** Positions of a page of changes between two cuts, how many there are in all, and recipients served. */
async function standingOn(
  db: Kysely<Database>,
  matter: string,
  a: Cut,
  b: Cut,
  page: number,
): Promise<{ readonly seqs: readonly number[]; readonly total: number; readonly served: number }> {
  // What lies apart from the list of positions: few, and asked anew each time.
  const { rows } = await sql<Apart>`
    select (select count(*)::int from view.erasure x where x.matter = ${matter}) as erased, ${withheldAt(b.shownAt)} as withheld,
      (select array_agg(e.seq order by e.seq) from work.public_since(${b.shownAt}) p
        join view.subject s on s.subject = p.subject join ledger.entry e on e.seq = s.seq
        where p.matter = ${matter} and p.since > ${a.shownAt} and s.seq <= ${a.last}
          and e.matter = ${matter} and ${open('e', b)} and e.canonical is not null and e.kind <> 'request.served') as became,
      (select array_agg(f.seq order by f.seq) from (${firstsOf(matter, sql`x.seq > ${a.last} and x.seq <= ${b.last}`)}) f) as recounted`.execute(
    db,
  );
  const apart = rows[0];
  const positions = await positionsOf(db, matter, b.last, apart?.erased ?? 0);
  const [listed, served] = [positions.listed.seqs, positions.served.seqs];
  const [from, to] = [a.last, b.last].map((last) => countUpTo(listed, listed.length, last));
  const withheld = new Set(apart?.withheld?.map(Number));
  const became = apart?.became?.map(Number) ?? [];
  const recounted = apart?.recounted?.map(Number) ?? [];
  const [begin, end] = [(page - 1) * CHANGES_SIZE, page * CHANGES_SIZE];
  const seqs: number[] = became.slice(begin, end);
  let total = became.length;
  const next = (seq: number) => {
    if (withheld.has(seq)) return;
    if (total >= begin && total < end) seqs.push(seq);
    total++;
  };
  let r = 0;
  for (let i = from ?? 0; i < (to ?? 0); i++) {
    const seq = listed[i] ?? 0;
    for (let other = recounted[r]; other !== undefined && other < seq; other = recounted[r]) {
      next(other);
      r++;
    }
    next(seq);
  }
  for (; r < recounted.length; r++) next(recounted[r] ?? 0);
  const countServed = (last: number) => countUpTo(served, served.length, last);
  return { seqs, total, served: countServed(b.last) - countServed(a.last) };
}

/** What everyone saw up to a position of the log at a time. */
export interface SeenUpTo {
  readonly last: number;
  readonly shownAt: Date;
}

/** Public entries of a matter that came after `a`, up to and including `b`, the first `most` of them in words. */
export async function entriesBetween(
  db: Kysely<Database>,
  matter: string,
  a: SeenUpTo,
  b: SeenUpTo,
  most: number,
): Promise<{ readonly told: readonly Told[]; readonly total: number; readonly served: number }> {
  const from: Cut = { ...a, until: null };
  const to: Cut = { ...b, until: null };
  const within = (t: string) => sql`${sql.ref(`${t}.seq`)} > ${a.last} and ${sql.ref(`${t}.seq`)} <= ${b.last}`;
  const seen = sql`e.matter = ${matter} and ${open('e', to)} and e.canonical is not null`;
  const listed = sql`e.kind <> 'request.served' and ${firstOfFact(matter, within('x'))}`;
  const counted = await sql<{ total: number; served: number }>`
    select count(*) filter (where ${listed})::int as total, count(*) filter (where e.kind = 'request.served')::int as served
    from ${between(matter, from, to)} where ${seen}`.execute(db);
  const { rows } = await sql<EntryLine>`
    select e.seq, e.canonical, e.commitment from ${between(matter, from, to)} where ${seen} and ${listed} order by e.seq limit ${most}`.execute(
    db,
  );
  const { total, served } = counted.rows[0] ?? { total: 0, served: 0 };
  return { told: await tell(db, rows, await othersIn(db, rows, within('x'))), total, served };
}

/** The hint beside the time line of a record's pages: entries since the noon before their moment. */
export const recentAt = (db: Kysely<Database>, matter: string, cut: Cut, moment: Pick<Moment, 'at' | 'zone'>) =>
  entriesSince(db, matter, cut, lastNoon(moment.at, moment.zone));

/** Counted no further than this: a page does not wait for the count of a day on which 90,000 were served. */
export const MANY = 1000;

/**
 * How many public entries were recorded between `since` and a cut, `MANY` + 1 for more than `MANY`: the hint beside the time line.
 * On the axis of what happened it is not asked for, and 0.
 */
export async function entriesSince(db: Kysely<Database>, matter: string, cut: Cut, since: Date): Promise<number> {
  if (cut.until !== null) return 0;
  const before = await cutAt(db, cut.shownAt, { axis: 'recorded', at: since });
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (
      select from ${between(matter, before, cut)} where e.matter = ${matter} and ${open('e', cut)} limit ${MANY + 1}) t`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
