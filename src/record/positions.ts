/**
 * Positions of the public entries of a matter, in memory: how many lie between two cuts, and which stand on a page, is looked up instead of counted
 * by the database each time. What is withheld is in them and has to be left out at the time that is asked for (`withheldAt`). Reads only.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import type { Cut } from './cut.ts';
import { everyones, withheldAt } from './open.ts';
import { countUpTo, prefixes, type UpTo } from './prefixes.ts';
import { positions } from './roster.ts';

/** Positions, ascending, and when each happened, milliseconds. */
export interface Column {
  readonly seqs: Float64Array;
  readonly occurred: Float64Array;
}

export interface Positions extends UpTo {
  /** entries that a list shows one by one */
  readonly listed: Column;
  /** recipients served, and dates that were counted anew: one line stands for many */
  readonly served: Column;
  readonly recounted: Column;
}

const LISTS = ['listed', 'served', 'recounted'] as const;
const MB = 2 ** 20;
const kept = new WeakMap<Kysely<Database>, ReturnType<typeof memoryOf>>();
const memoryOf = () =>
  prefixes<Positions>(64 * MB, (all) => 16 * LISTS.reduce((sum, name) => sum + all[name].seqs.length, 0));

const joined = (a: Float64Array, b: Float64Array): Float64Array => {
  if (b.length === 0) return a;
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
};

/** @param pairs of a position and milliseconds, 8 bytes each */
function longer(before: Column | undefined, pairs: Buffer | null): Column {
  const both = positions(pairs);
  const of = (which: number) => Float64Array.from({ length: both.length / 2 }, (_, i) => both[2 * i + which] ?? 0);
  if (!before) return { seqs: of(0), occurred: of(1) };
  return { seqs: joined(before.seqs, of(0)), occurred: joined(before.occurred, of(1)) };
}

/** @param erased entries of the matter that were erased: what was is in no list that is made afterwards */
export async function positionsOf(
  db: Kysely<Database>,
  matter: string,
  last: number,
  erased: number,
): Promise<Positions> {
  const known = kept.get(db) ?? memoryOf();
  kept.set(db, known);
  return await known.reaching(`${matter} ${erased}`, last, async (before) => {
    const pairs = sql`string_agg(int8send(e.seq) || int8send((extract(epoch from e.occurred_at) * 1000)::bigint), ''::bytea order by e.seq)`;
    const { rows } = await sql<Record<(typeof LISTS)[number], Buffer | null>>`
      select ${pairs} filter (where e.kind not in ('request.served', 'due.recounted')) as listed,
             ${pairs} filter (where e.kind = 'request.served') as served, ${pairs} filter (where e.kind = 'due.recounted') as recounted
      from ledger.entry e where e.matter = ${matter} and ${everyones('e')} and e.seq > ${before?.upTo ?? -1} and e.seq <= ${last}
        and e.canonical is not null`.execute(db);
    const column = (name: (typeof LISTS)[number]) => longer(before?.[name], rows[0]?.[name] ?? null);
    return { upTo: last, listed: column('listed'), served: column('served'), recounted: column('recounted') };
  });
}

/** The last position of a public entry of a matter that had happened by the time of a cut on that axis; null for none. */
export async function lastHappened(db: Kysely<Database>, matter: string, cut: Cut): Promise<number | null> {
  const { rows } = await sql<{ erased: number; withheld: readonly number[] | null }>`
    select (select count(*)::int from view.erasure x where x.matter = ${matter}) as erased, ${withheldAt(cut.shownAt)} as withheld`.execute(
    db,
  );
  const withheld = new Set(rows[0]?.withheld?.map(Number));
  const until = cut.until?.getTime() ?? Number.POSITIVE_INFINITY;
  const all = await positionsOf(db, matter, cut.last, rows[0]?.erased ?? 0);
  const lastOf = ({ seqs, occurred }: Column): number => {
    for (let i = countUpTo(seqs, seqs.length, cut.last) - 1; i >= 0; i--)
      if ((occurred[i] ?? 0) <= until && !withheld.has(seqs[i] ?? -1)) return seqs[i] ?? -1;
    return -1;
  };
  const last = Math.max(...LISTS.map((name) => lastOf(all[name])));
  return last < 0 ? null : last;
}
