/** Parties as read: as they are now or were known at a time, by id, and as candidates for what somebody gives of one. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import {
  aliasAdded,
  aliasWithdrawn,
  channelEnded,
  channelNoted,
  partyChanged,
  partyCorrected,
  partyRegistered,
} from './entries.ts';
import { type Candidate, HOW, type How, type Party } from './match.ts';
import { bareName, plainName } from './names.ts';

export { stateName, stateOfDivision } from '../states.ts';
export { channelsOfAll } from './channels.ts';
export { partyKind } from './kinds.ts';
export { type Candidate, type Match, meant, type Named, NEEDS_PLACE, type Party } from './match.ts';

/** A party with everything that is said of it. */
export interface Described extends Party {
  readonly seat: string | null;
  readonly timeZone: string | null;
  readonly ended: boolean;
  /** the list it was imported from */
  readonly list: string | null;
}

/** SQL condition: which facts of a table alias count; see `visible` of src/record/cut.ts. */
export type Seen = (alias: string) => RawBuilder<unknown>;
const NOW: Seen = () => sql`true`;

export const projectDirectory: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id };
  switch (entry.kind) {
    case 'party.registered': {
      const { party, name, kind, ocdId, state, seat, timeZone, list } = partyRegistered.parse(entry.body);
      const row = { ...stamps(entry, seq), id: party, name, kind, ocd_id: ocdId, state, bare: bareName(name) };
      if (seat === undefined && timeZone === undefined && list === undefined) return [{ table: 'view.party', row }];
      const more = { ...at, party, seat: seat ?? null, time_zone: timeZone ?? null, list: list ?? null };
      return [
        { table: 'view.party', row },
        { table: 'view.party_detail', row: more },
      ];
    }
    case 'party.changed':
    case 'party.corrected': {
      const b = (entry.kind === 'party.changed' ? partyChanged : partyCorrected).parse(entry.body);
      const { party, name, kind, ocdId, state, seat, timeZone, ended, reason, source } = b;
      const row = { party, name, kind, ocd_id: ocdId, state, seat, time_zone: timeZone, ended, reason, source };
      const bare = bareName(name);
      return [{ table: 'view.party_change', row: { ...at, corrects: entry.corrects ?? null, ...row, bare } }];
    }
    case 'alias.added': {
      const { alias, party, of, value, note } = aliasAdded.parse(entry.body);
      const bare = of === 'name' ? bareName(value) : null;
      return [{ table: 'view.party_alias', row: { ...at, id: alias, party, what: of, value, note, bare } }];
    }
    case 'alias.withdrawn':
      return [{ table: 'view.alias_withdrawal', row: { ...at, ...aliasWithdrawn.parse(entry.body) } }];
    case 'channel.noted': {
      const { channel, ...b } = channelNoted.parse(entry.body);
      return [
        { table: 'view.channel', row: { ...at, id: channel, by_party: entry.by, ...b, audience: entry.audience } },
      ];
    }
    case 'channel.ended':
      return [{ table: 'view.channel_end', row: { ...at, by_party: entry.by, ...channelEnded.parse(entry.body) } }];
    default:
      return [];
  }
};

/**
 * All parties as a table: `id, name, kind, ocd_id, state, seat, time_zone, ended, list, seq`. Of several descriptions the one that became
 * true last counts, so a correction of an old one does not take the place of what came after it.
 */
export const partiesAsOf = (seen: Seen = NOW): RawBuilder<unknown> => sql`(
  select p.id, p.name, p.kind, p.ocd_id, p.state, d.seat, d.time_zone, false as ended, d.list, p.seq
  from view.party p left join view.party_detail d on d.party = p.id
  where ${seen('p')} and not exists (select 1 from view.party_change c where c.party = p.id and ${seen('c')})
  union all
  select c.party, c.name, c.kind, c.ocd_id, c.state, c.seat, c.time_zone, c.ended, d.list, p.seq
  from (select distinct on (c.party) c.* from view.party_change c where ${seen('c')}
        order by c.party, c.occurred_at desc, c.seq desc) c
  join view.party p on p.id = c.party left join view.party_detail d on d.party = p.id
  where ${seen('p')})`;

export const PARTY_COLUMNS = sql`x.id, x.name, x.kind, x.ocd_id as "ocdId", x.state, x.seat, x.time_zone as "timeZone", x.ended, x.list`;

/** The party with this id as it is described, or null. */
export async function partyById(db: Kysely<Database>, id: string, seen: Seen = NOW): Promise<Described | null> {
  const { rows } = await sql<Described>`
    select ${PARTY_COLUMNS} from ${partiesAsOf(seen)} x where x.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** SQL: the name that a party of `view.party` under this alias has now. */
export const nameNow = (
  alias: string,
): RawBuilder<string> => sql<string>`coalesce((select c.name from view.party_change c
  where c.party = ${sql.ref(`${alias}.id`)} order by c.occurred_at desc, c.seq desc limit 1), ${sql.ref(`${alias}.name`)})`;

/** A party as it was or is called, described as it is now. */
const described = (found: RawBuilder<unknown>) => sql`
  with found (n, how, party) as (${found})
  select f.n, f.how, f.party as id, coalesce(c.name, p.name) as name, coalesce(c.kind, p.kind) as kind,
    case when c.party is null then p.ocd_id else c.ocd_id end as "ocdId", case when c.party is null then p.state else c.state end as state
  from (select distinct n, how, party from found) f join view.party p on p.id = f.party
  left join lateral (select party, name, kind, ocd_id, state from view.party_change where party = f.party
    order by occurred_at desc, seq desc limit 1) c on true`;

/** SQL: a way of being found, as a number. */
const how = (one: How) => sql`${HOW.indexOf(one)}::int`;
const standing = sql`not exists (select 1 from view.alias_withdrawal w where w.alias = a.id)`;

// Look-ups by index, one after the other. "offset 0" keeps the planner from reading the whole table instead, which it does for as long as
// it has no statistics of a directory that has just grown.
const byId = (ids: readonly string[], n: readonly number[]) => sql`
  select w.n, ${how('id')} as how, x.party from unnest(${[...ids]}::text[], ${[...n]}::int[]) w (id, n), lateral (
    (select p.id as party from view.party p where p.ocd_id = w.id
       and not exists (select 1 from view.party_change c where c.party = p.id) offset 0)
    union all (select c.party from view.party_change c where c.ocd_id = w.id and not exists (
       select 1 from view.party_change l where l.party = c.party and (l.occurred_at, l.seq) > (c.occurred_at, c.seq)) offset 0)
    union all (select a.party from view.party_alias a where lower(a.value) = w.id and a.what = 'ocd-id' and ${standing} offset 0)) x`;
const byName = (names: readonly string[], n: readonly number[]) => sql`
  select w.n, x.how, x.party from unnest(${names.map((one) => one.toLowerCase())}::text[], ${[...n]}::int[]) w (name, n), lateral (
    (select ${how('name')} as how, id as party from view.party where lower(name) = w.name offset 0)
    union all (select ${how('name')}, party from view.party_change where lower(name) = w.name offset 0)
    union all (select ${how('alias')}, a.party from view.party_alias a where lower(a.value) = w.name and a.what = 'name' and ${standing} offset 0)) x`;
/** By the bare name of those who are looked up; where that is the name itself, once. */
function byBareName(names: readonly string[], n: readonly number[]) {
  const keys: { readonly key: string; readonly n: number; readonly how: number }[] = [];
  names.forEach((name, i) => {
    const [whole, bare] = [plainName(name), bareName(name)];
    keys.push({ key: whole, n: n[i] ?? 0, how: HOW.indexOf('whole') });
    if (bare !== whole) keys.push({ key: bare, n: n[i] ?? 0, how: HOW.indexOf('bare') });
  });
  return sql`
  select w.n, x.how, x.party
  from unnest(${keys.map((one) => one.key)}::text[], ${keys.map((one) => one.n)}::int[], ${keys.map((one) => one.how)}::int[]) w (key, n, how), lateral (
    (select w.how, id as party from view.party where bare = w.key offset 0)
    union all (select w.how, party from view.party_change where bare = w.key offset 0)
    union all (select ${how('bare alias')}, a.party from view.party_alias a where a.bare = w.key and ${standing} offset 0)) x`;
}

interface FoundRow extends Party {
  readonly n: number;
  readonly how: number;
}

/** Parties that carry one of these OCD ids or one of these names (any case, former and further ones too), described as they are now. */
export async function partiesLike(
  db: Kysely<Database>,
  ocdIds: readonly string[],
  names: readonly string[],
): Promise<readonly Party[]> {
  const zeros = (of: readonly string[]) => of.map(() => 0);
  const found = sql`${byId(ocdIds, zeros(ocdIds))} union all ${byName(names, zeros(names))}`;
  const { rows } = await sql<FoundRow>`${described(found)}`.execute(db);
  return [...new Map(rows.map(({ n: _, how: __, ...party }) => [party.id, party])).values()];
}

/** Candidates for each of these rows, for `meant`: by id and the ids that stand for it, by every name, and by the bare name. Three look-ups a row. */
export async function candidatesFor<R extends { readonly name: string; readonly ocdId: string | null }>(
  db: Kysely<Database>,
  asked: readonly R[],
): Promise<(row: R) => readonly Candidate[]> {
  const n = asked.map((_, i) => i);
  const names = asked.map((row) => row.name);
  const withId = n.filter((i) => asked[i]?.ocdId);
  const ids = withId.map((i) => asked[i]?.ocdId ?? '');
  // Where an id is given, a name without its word is never looked at.
  const bare = n.filter((i) => !asked[i]?.ocdId);
  const bareNames = bare.map((i) => names[i] ?? '');
  const found = sql`${byId(ids, withId)} union all ${byName(names, n)} union all ${byBareName(bareNames, bare)}`;
  const { rows } = await sql<FoundRow>`${described(found)}`.execute(db);
  const places = new Map(asked.map((row, i) => [row, i]));
  const index = new Map<number, Candidate[]>();
  for (const { n: place, how: by, ...party } of rows) {
    const one: Candidate = { ...party, how: HOW[by] ?? 'name' };
    const there = index.get(place);
    if (there) there.push(one);
    else index.set(place, [one]);
  }
  return (row) => index.get(places.get(row) ?? -1) ?? [];
}

export interface Alias {
  readonly id: string;
  readonly entry: string;
  readonly what: string;
  readonly value: string;
  readonly note: string | null;
}

/** Further names and ids of a party that stand. */
export async function aliasesOf(db: Kysely<Database>, party: string, seen: Seen = NOW): Promise<readonly Alias[]> {
  const { rows } = await sql<Alias>`
    select a.id, a.entry, a.what, a.value, a.note from view.party_alias a where a.party = ${party} and ${seen('a')}
      and not exists (select 1 from view.alias_withdrawal w where w.alias = a.id and ${seen('w')}) order by a.what desc, a.seq`.execute(
    db,
  );
  return rows;
}

export interface Change {
  readonly entry: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly reason: string;
  readonly corrects: string | null;
  readonly ended: boolean;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

/** What a party was registered as and what it became, oldest first. */
export async function descriptionsOf(
  db: Kysely<Database>,
  party: string,
  seen: Seen = NOW,
): Promise<readonly Change[]> {
  const { rows } = await sql<Change>`
    select * from (
      select e.id as entry, p.name, p.kind, p.state, '' as reason, null::uuid as corrects, false as ended, p.occurred_at as "occurredAt",
        p.recorded_at as "recordedAt", p.seq
      from view.party p join ledger.entry e on e.seq = p.seq where p.id = ${party} and ${seen('p')}
      union all
      select c.entry, c.name, c.kind, c.state, c.reason, c.corrects, c.ended, c.occurred_at, c.recorded_at, c.seq
      from view.party_change c where c.party = ${party} and ${seen('c')}) x
    order by "occurredAt", seq`.execute(db);
  return rows;
}
