/**
 * Positions of the public entries of a matter, in memory: how many lie between two cuts, and which stand on a page, is looked up instead of counted
 * by the database each time. What is withheld is in them and has to be left out at the time that is asked for (`withheldAt`). Reads only.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { everyones } from './open.ts';
import { prefixes, type UpTo } from './prefixes.ts';
import { positions } from './roster.ts';

export interface Positions extends UpTo {
  /** entries that a list shows one by one, ascending; without recounted dates, of which one stands for many */
  readonly listed: Float64Array;
  /** recipients served */
  readonly served: Float64Array;
}

const MB = 2 ** 20;
const kept = new WeakMap<Kysely<Database>, ReturnType<typeof memoryOf>>();
const memoryOf = () => prefixes<Positions>(64 * MB, ({ listed, served }) => listed.byteLength + served.byteLength);

const joined = (a: Float64Array | undefined, b: Float64Array): Float64Array => {
  if (!a) return b;
  if (b.length === 0) return a;
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
};

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
    const { rows } = await sql<{ listed: Buffer | null; served: Buffer | null }>`
      select string_agg(int8send(e.seq), ''::bytea order by e.seq) filter (where e.kind <> 'request.served') as listed,
             string_agg(int8send(e.seq), ''::bytea order by e.seq) filter (where e.kind = 'request.served') as served
      from ledger.entry e where e.matter = ${matter} and ${everyones('e')} and e.seq > ${before?.upTo ?? -1} and e.seq <= ${last}
        and e.canonical is not null and e.kind <> 'due.recounted'`.execute(db);
    const [listed, served] = [positions(rows[0]?.listed ?? null), positions(rows[0]?.served ?? null)];
    return { upTo: last, listed: joined(before?.listed, listed), served: joined(before?.served, served) };
  });
}
