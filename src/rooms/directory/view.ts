/** Parties as read: by id, by OCD id, by name. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { partyRegistered } from './entries.ts';

export interface Party {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly ocdId: string | null;
  readonly state: string | null;
}

export const projectDirectory: Project = (entry, seq) => {
  if (entry.kind !== 'party.registered') return [];
  const b = partyRegistered.parse(entry.body);
  return [
    {
      table: 'view.party',
      row: { ...stamps(entry, seq), id: b.party, name: b.name, kind: b.kind, ocd_id: b.ocdId, state: b.state },
    },
  ];
};

/** The party with this id, or null. */
export async function partyById(db: Kysely<Database>, id: string): Promise<Party | null> {
  const row = await db.selectFrom('view.party').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? { id: row.id, name: row.name, kind: row.kind, ocdId: row.ocd_id, state: row.state } : null;
}

/** Parties that carry one of these OCD ids or one of these names (any case); for matching rows of a CSV. */
export async function partiesLike(
  db: Kysely<Database>,
  ocdIds: readonly string[],
  names: readonly string[],
): Promise<readonly Party[]> {
  const lower = names.map((name) => name.toLowerCase());
  // Two look-ups by index a row. "offset 0" keeps the planner from reading the whole table instead, which it does for as long as
  // it has no statistics of a directory that has just grown.
  const { rows } = await sql<Party>`
    select p.* from unnest(${[...ocdIds]}::text[]) w (id), lateral (
      select id, name, kind, ocd_id as "ocdId", state from view.party where ocd_id = w.id offset 0) p
    union
    select p.* from unnest(${lower}::text[]) w (name), lateral (
      select id, name, kind, ocd_id as "ocdId", state from view.party where lower(name) = w.name offset 0) p`.execute(
    db,
  );
  return rows;
}
