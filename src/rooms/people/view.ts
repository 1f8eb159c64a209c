/** People, offices and who held them, as read. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { officeHeld, officeRegistered, personRegistered } from './entries.ts';

/** A person in an office, over a time. */
export interface Holding {
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly note: string | null;
  readonly office: string;
  readonly title: string;
  readonly party: string;
  readonly partyName: string;
  readonly from: string | null;
  readonly until: string | null;
}

export const projectPeople: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id };
  switch (entry.kind) {
    case 'person.registered': {
      const b = personRegistered.parse(entry.body);
      return [{ table: 'view.person', row: { ...at, id: b.person, name: b.name, note: b.note } }];
    }
    case 'office.registered': {
      const b = officeRegistered.parse(entry.body);
      return [{ table: 'view.office', row: { ...at, id: b.office, party: b.party, title: b.title } }];
    }
    case 'office.held': {
      const b = officeHeld.parse(entry.body);
      const { holding, office, person, from, until, source } = b;
      const row = { ...at, id: holding, office, person, from_on: from, until_on: until, source };
      return [{ table: 'view.holding', row }];
    }
    default:
      return [];
  }
};

async function holdings(db: Kysely<Database>, which: RawBuilder<unknown>): Promise<readonly Holding[]> {
  const { rows } = await sql<Holding>`
    select h.id, h.person, p.name, p.note, h.office, o.title, o.party, y.name as "partyName",
           h.from_on::text as "from", h.until_on::text as "until"
    from view.holding h join view.person p on p.id = h.person join view.office o on o.id = h.office
    join view.party y on y.id = o.party
    where ${which} order by lower(p.name), h.from_on nulls first, h.seq limit 500`.execute(db);
  return rows;
}

const escaped = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Holdings whose person, office or party holds these words, any case; all where there are none. At most 500. */
export const holdingsLike = (db: Kysely<Database>, words = '') =>
  holdings(db, words === '' ? sql`true` : sql`(p.name || ' ' || o.title || ' ' || y.name) ilike ${escaped(words)}`);

export const holdingById = async (db: Kysely<Database>, id: string): Promise<Holding | null> =>
  (await holdings(db, sql`h.id = ${id}`))[0] ?? null;

/** People of this name, any case, with what tells them apart. */
export async function peopleNamed(
  db: Kysely<Database>,
  name: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly note: string | null }[]> {
  const { rows } = await sql<{ id: string; name: string; note: string | null }>`
    select id, name, note from view.person where lower(name) = ${name.toLowerCase()} order by seq`.execute(db);
  return rows;
}

/** The office of a party with this title, any case, or null. */
export async function officeNamed(db: Kysely<Database>, party: string, title: string): Promise<string | null> {
  const row = await sql<{ id: string }>`
    select id from view.office where party = ${party} and lower(title) = ${title.toLowerCase()} order by seq limit 1`.execute(
    db,
  );
  return row.rows[0]?.id ?? null;
}

/** "Mayor of the City of Example" as "Mayor, City of Example". */
export const officeText = ({ title, partyName }: Pick<Holding, 'title' | 'partyName'>): string =>
  `${title}, ${partyName}`;

export interface Held {
  readonly from: string | null;
  readonly until: string | null;
}

/** Whether the office was held on this day (`YYYY-MM-DD`); what is not known does not speak against it. */
export const heldOn = ({ from, until }: Held, day: string): boolean =>
  (from === null || from <= day) && (until === null || day <= until);
