/** How far a fact that moves many clocks has come, for the pages of the issuer. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';

export interface Progressed {
  readonly cause: string;
  readonly reason: string;
  readonly requests: number;
  /** services gone through, of all, and those of them whose date changed */
  readonly done: number;
  readonly total: number;
  readonly moved: number;
  readonly finished: boolean;
  /** the first thing that could not be counted */
  readonly trouble: string | null;
}

const columns = sql`w.cause, min(w.reason) as reason, count(*)::int as requests, sum(w.done)::int as done,
  sum(greatest(coalesce(w.total, 0), w.done))::int as total, sum(w.moved)::int as moved,
  bool_and(w.finished_at is not null) as finished, min(w.trouble) as trouble`;

/** The progress of some facts by their entry; those that reach no request are not in it. */
export async function progressOf(
  db: Kysely<Database>,
  causes: readonly string[],
): Promise<ReadonlyMap<string, Progressed>> {
  if (causes.length === 0) return new Map();
  const { rows } = await sql<Progressed>`
    select ${columns} from work.recount w where w.cause = any(${[...causes]}::uuid[]) group by w.cause`.execute(db);
  return new Map(rows.map((row) => [row.cause, row]));
}

/** Facts of one organisation that have not reached every clock yet, oldest first. */
export async function underWay(db: Kysely<Database>, issuer: string): Promise<readonly Progressed[]> {
  const { rows } = await sql<Progressed>`
    select ${columns} from work.recount w
    where w.cause in (select o.cause from work.recount o join view.request r on r.id = o.request
      where o.finished_at is null and r.issuer = ${issuer})
    group by w.cause order by min(w.created_at) limit 20`.execute(db);
  return rows;
}
