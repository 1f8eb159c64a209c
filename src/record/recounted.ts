/**
 * Facts that moved many clocks at once, as the record lists them: one line for each fact and request, however many recipients it reached.
 * SQL parts, and the number of those that a line stands for.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';

/** Which rows of `view.recount x` a list looks at. */
export type Among = RawBuilder<unknown>;

/** Query: of what each fact did to the clocks of a request, the position of the first. */
export const firstsOf = (matter: string, among: Among) => sql`
  select min(x.seq) as seq from view.recount x
  where x.matter = ${matter} and x.audience = 'public' and ${among} group by x.request, x.cause`;

/** Condition on `ledger.entry e`: of what one fact did to the clocks of a request, the first alone. */
export const firstOfFact = (matter: string, among: Among): RawBuilder<boolean> => sql<boolean>`
  (e.kind <> 'due.recounted' or e.seq in (${firstsOf(matter, among)}))`;

/** How many recipients beside its own a line stands for, by position; positions that are of another kind are absent. */
export async function othersOf(
  db: Kysely<Database>,
  positions: readonly number[],
  among: Among,
): Promise<ReadonlyMap<number, number>> {
  if (positions.length === 0) return new Map();
  const { rows } = await sql<{ seq: number; n: number }>`
    select p.seq, (select count(*)::int - 1 from view.recount x
      where x.matter = p.matter and x.request = p.request and x.cause = p.cause and x.audience = 'public' and ${among}) as n
    from view.recount p where p.seq = any(${[...positions]}::bigint[])`.execute(db);
  return new Map(rows.map((row) => [Number(row.seq), row.n]));
}
