/** People, offices, who held them, and what they are to associations, as read. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { nameNow, type Seen } from '../directory/view.ts';
import type { Source } from '../matters/entries.ts';
import {
  affiliationStated,
  membershipHeld,
  officeHeld,
  officeRegistered,
  personCorrected,
  personRegistered,
  termStated,
  termWithdrawn,
} from './entries.ts';

export interface Held {
  readonly from: string | null;
  readonly until: string | null;
}

/** A person in an office, over a time. */
export interface Holding extends Held {
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly note: string | null;
  readonly office: string;
  readonly title: string;
  readonly party: string;
  readonly partyName: string;
}

const NOW: Seen = () => sql`true`;

export const projectPeople: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id };
  switch (entry.kind) {
    case 'person.registered': {
      const b = personRegistered.parse(entry.body);
      return [{ table: 'view.person', row: { ...at, id: b.person, name: b.name, note: b.note } }];
    }
    case 'person.corrected':
      return [{ table: 'view.person_change', row: { ...at, ...personCorrected.parse(entry.body) } }];
    case 'office.registered': {
      const b = officeRegistered.parse(entry.body);
      return [{ table: 'view.office', row: { ...at, id: b.office, party: b.party, title: b.title } }];
    }
    case 'office.held': {
      const { holding, office, person, from, until, source } = officeHeld.parse(entry.body);
      const row = { ...at, id: holding, office, person, from_on: from, until_on: until, source };
      return [{ table: 'view.holding', row }];
    }
    case 'membership.held': {
      const { membership, from, until, ...b } = membershipHeld.parse(entry.body);
      return [{ table: 'view.membership', row: { ...at, id: membership, ...b, from_on: from, until_on: until } }];
    }
    case 'affiliation.stated': {
      const { affiliation, from, until, with: among, ...b } = affiliationStated.parse(entry.body);
      return [
        { table: 'view.affiliation', row: { ...at, id: affiliation, among, ...b, from_on: from, until_on: until } },
      ];
    }
    case 'term.stated': {
      const { from, until, ...b } = termStated.parse(entry.body);
      return [{ table: 'view.term', row: { ...at, ...b, from_on: from, until_on: until, withdrawn: false } }];
    }
    case 'term.withdrawn': {
      const days = { from_on: null, until_on: null, withdrawn: true, source: null };
      return [{ table: 'view.term', row: { ...at, ...termWithdrawn.parse(entry.body), ...days } }];
    }
    default:
      return [];
  }
};

/** SQL: the last word on the days of what stands under this alias, as `t`; and its days with it. */
const lastWord = (alias: string, seen: Seen) => sql`left join lateral (
  select t.* from view.term t where t.term = ${sql.ref(`${alias}.id`)} and ${seen('t')} order by t.seq desc limit 1) t on true`;
const daysOf = (alias: string) => sql`
  (case when t.term is null then ${sql.ref(`${alias}.from_on`)} else t.from_on end)::text as "from",
  (case when t.term is null then ${sql.ref(`${alias}.until_on`)} else t.until_on end)::text as "until"`;
const STANDS = sql`not coalesce(t.withdrawn, false)`;
/** SQL: people under the name that they have now, as `p`. */
const people = (seen: Seen) => sql`lateral (
  select p.id, p.seq, p.entry, coalesce(c.name, p.name) as name, case when c.person is null then p.note else c.note end as note
  from view.person p left join lateral (
    select c.person, c.name, c.note from view.person_change c where c.person = p.id and ${seen('c')} order by c.seq desc limit 1) c on true`;

async function holdings(
  db: Kysely<Database>,
  which: RawBuilder<unknown>,
  seen: Seen = NOW,
): Promise<readonly Holding[]> {
  const { rows } = await sql<Holding>`
    select h.id, h.person, p.name, p.note, h.office, o.title, o.party, ${nameNow('y')} as "partyName", ${daysOf('h')}
    from view.holding h join ${people(seen)} where p.id = h.person) p on true join view.office o on o.id = h.office
    join view.party y on y.id = o.party ${lastWord('h', seen)}
    where ${seen('h')} and ${STANDS} and ${which} order by lower(p.name), "from" nulls first, h.seq limit 500`.execute(
    db,
  );
  return rows;
}

const escaped = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Holdings whose person, office or party holds these words, any case; all where there are none. At most 500. */
export const holdingsLike = (db: Kysely<Database>, words = '') =>
  holdings(db, words === '' ? sql`true` : sql`(p.name || ' ' || o.title || ' ' || y.name) ilike ${escaped(words)}`);

export const holdingById = async (db: Kysely<Database>, id: string): Promise<Holding | null> =>
  (await holdings(db, sql`h.id = ${id}`))[0] ?? null;

/** Who holds and held offices of a party. */
export const holdingsOfParty = (db: Kysely<Database>, party: string, seen: Seen = NOW) =>
  holdings(db, sql`o.party = ${party}`, seen);
/** The offices that somebody holds and held. */
export const holdingsOfPerson = (db: Kysely<Database>, person: string, seen: Seen = NOW) =>
  holdings(db, sql`h.person = ${person}`, seen);

export interface Person {
  readonly id: string;
  readonly entry: string;
  readonly name: string;
  readonly note: string | null;
}

export async function personById(db: Kysely<Database>, id: string, seen: Seen = NOW): Promise<Person | null> {
  const { rows } = await sql<Person>`
    select p.id, p.entry, p.name, p.note from ${people(seen)} where p.id = ${id} and ${seen('p')}) p`.execute(db);
  return rows[0] ?? null;
}

/** People of this name, any case, with what tells them apart; those too who are known under another name now. */
export async function peopleNamed(
  db: Kysely<Database>,
  name: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly note: string | null }[]> {
  const key = name.toLowerCase();
  const { rows } = await sql<Person>`
    select p.id, p.name, p.note from ${people(NOW)} where lower(p.name) = ${key}
      or exists (select 1 from view.person_change k where k.person = p.id and lower(k.name) = ${key})) p order by p.seq`.execute(
    db,
  );
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

/** What a person or a party is to an association. */
export interface Membership extends Held {
  readonly id: string;
  readonly entry: string;
  readonly association: string;
  readonly associationName: string;
  readonly person: string | null;
  readonly member: string | null;
  /** of the person or the party */
  readonly name: string;
  readonly note: string | null;
  readonly role: string;
  readonly source: Source;
}

async function memberships(
  db: Kysely<Database>,
  which: RawBuilder<unknown>,
  seen: Seen,
): Promise<readonly Membership[]> {
  const { rows } = await sql<Membership>`
    select m.id, m.entry, m.association, ${nameNow('a')} as "associationName", m.person, m.member, coalesce(p.name, ${nameNow('y')}) as name, p.note,
      m.role, m.source, ${daysOf('m')}
    from view.membership m join view.party a on a.id = m.association left join ${people(seen)} where p.id = m.person) p on true
    left join view.party y on y.id = m.member ${lastWord('m', seen)}
    where ${seen('m')} and ${STANDS} and ${which} order by (m.role = 'member'), m.role, lower(coalesce(p.name, y.name)), m.seq limit 1000`.execute(
    db,
  );
  return rows;
}

/** Who is what in an association. */
export const membersOf = (db: Kysely<Database>, association: string, seen: Seen = NOW) =>
  memberships(db, sql`m.association = ${association}`, seen);
export const membershipsOfPerson = (db: Kysely<Database>, person: string, seen: Seen = NOW) =>
  memberships(db, sql`m.person = ${person}`, seen);
/** Of a party itself. */
export const membershipsOfParty = (db: Kysely<Database>, party: string, seen: Seen = NOW) =>
  memberships(db, sql`m.member = ${party}`, seen);

export interface Affiliation extends Held {
  readonly id: string;
  readonly entry: string;
  readonly person: string;
  readonly with: string;
  readonly source: Source;
}

export async function affiliationsOf(
  db: Kysely<Database>,
  person: string,
  seen: Seen = NOW,
): Promise<readonly Affiliation[]> {
  const { rows } = await sql<Affiliation>`
    select f.id, f.entry, f.person, f.among as "with", f.source, ${daysOf('f')} from view.affiliation f ${lastWord('f', seen)}
    where f.person = ${person} and ${seen('f')} and ${STANDS} order by "from" nulls first, f.seq`.execute(db);
  return rows;
}

/** With whom the people in these offices stood on a day (`YYYY-MM-DD`), by holding; who has no known affiliation is not in it. */
export async function affiliationsOfHoldings(
  db: Kysely<Database>,
  holdings: readonly string[],
  day: string,
  seen: Seen = NOW,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (holdings.length === 0) return found;
  const { rows } = await sql<Held & { holding: string; with: string }>`
    select h.id as holding, f.among as "with", ${daysOf('f')} from view.holding h join view.affiliation f on f.person = h.person
    ${lastWord('f', seen)} where h.id = any(${[...holdings]}::uuid[]) and ${seen('f')} and ${STANDS} order by f.among, f.seq`.execute(
    db,
  );
  for (const row of rows) {
    if (!heldOn(row, day)) continue;
    const list = found.get(row.holding);
    if (!list) found.set(row.holding, [row.with]);
    else if (!list.includes(row.with)) list.push(row.with);
  }
  return found;
}

/** What a statement of days is about, as far as it exists: its days now and whether it stands. */
export async function termById(
  db: Kysely<Database>,
  of: 'holding' | 'membership' | 'affiliation',
  id: string,
): Promise<Held | null> {
  const { rows } = await sql<Held>`
    select ${daysOf('h')} from ${sql.table(`view.${of}`)} h ${lastWord('h', NOW)} where h.id = ${id} and ${STANDS}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** "Mayor of the City of Example" as "Mayor, City of Example". */
export const officeText = ({ title, partyName }: Pick<Holding, 'title' | 'partyName'>): string =>
  `${title}, ${partyName}`;

/** Whether the office was held on this day (`YYYY-MM-DD`); what is not known does not speak against it. */
export const heldOn = ({ from, until }: Held, day: string): boolean =>
  (from === null || from <= day) && (until === null || day <= until);
