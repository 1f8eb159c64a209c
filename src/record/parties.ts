/** Parties and people with what is around them, for the desk and for everyone: lists, and what one of them was asked, said and is part of. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { type Described, PARTY_COLUMNS, partiesAsOf, type Seen, stateName } from '../rooms/directory/view.ts';
import { EVERYTHING } from '../rooms/sight.ts';
import { newestStatement } from '../rooms/statements/view.ts';
import { type Cut, visible } from './cut.ts';
import { open, publicSight } from './open.ts';

export const PARTIES_SIZE = 50;
export const PARTY_SORTS = ['name', 'kind', 'state'] as const;

export interface PartyFilter {
  readonly q: string;
  readonly kind: string;
  readonly state: string;
  /** id of an association: its members, and parties with an office that a member holds */
  readonly association: string;
  readonly sort: (typeof PARTY_SORTS)[number];
  readonly down: boolean;
}

const UUID_TEXT = /^[0-9a-f-]{36}$/;

/** A filter from a query; what is not one of the choices is left out. */
export function partyFilter(query: Readonly<Record<string, string>>): PartyFilter {
  const association = query['association'] ?? '';
  return {
    q: (query['q'] ?? '').trim().slice(0, 100),
    kind: PARTY_KINDS.find((one) => one === query['kind']) ?? '',
    state: stateName((query['state'] ?? '').slice(0, 60)),
    association: UUID_TEXT.test(association) ? association : '',
    sort: PARTY_SORTS.find((one) => one === query['sort']) ?? 'name',
    down: query['dir'] === 'down',
  };
}

export const filterParams = ({ q, kind, state, association, sort, down }: PartyFilter): Record<string, string> => ({
  ...{ q, kind, state, association },
  ...(sort === 'name' ? {} : { sort }),
  ...(down ? { dir: 'down' } : {}),
});

/** Which facts of the directory count at a cut. */
export const seenAt =
  (cut: Cut): Seen =>
  (alias) =>
    visible(alias, cut);

/** Words on how long somebody was something are known whenever they were written down: as of a time, they count by their days. */
export const knownAt =
  (cut: Cut): Seen =>
  (alias) =>
    sql`${sql.ref(`${alias}.seq`)} <= ${cut.last}`;

const like = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

function fits({ q, kind, state, association }: PartyFilter): RawBuilder<unknown> {
  const words =
    q === ''
      ? sql``
      : sql`and (x.name ilike ${like(q)} or x.ocd_id = ${q} or x.id in (select a.party from view.party_alias a where a.value ilike ${like(q)}
          and not exists (select 1 from view.alias_withdrawal w where w.alias = a.id)))`;
  const among =
    association === ''
      ? sql``
      : sql`and x.id in (
          select m.member from view.membership m where m.association = ${association} and m.member is not null
          union select o.party from view.membership m join view.holding h on h.person = m.person join view.office o on o.id = h.office
          where m.association = ${association})`;
  return sql`true ${words} ${kind === '' ? sql`` : sql`and x.kind = ${kind}`}
    ${state === '' ? sql`` : sql`and lower(x.state) = ${state.toLowerCase()}`} ${among}`;
}

const ORDERS: Readonly<Record<PartyFilter['sort'], RawBuilder<unknown>>> = {
  name: sql`lower(x.name)`,
  kind: sql`x.kind`,
  state: sql`lower(x.state)`,
};

/** One page of parties, from 1, and how many there are. */
export async function partiesPage(
  db: Kysely<Database>,
  filter: PartyFilter,
  seen: Seen,
  page: number,
  size = PARTIES_SIZE,
): Promise<{ readonly rows: readonly Described[]; readonly total: number }> {
  const from = sql`from ${partiesAsOf(seen)} x where ${fits(filter)}`;
  const order = ORDERS[filter.sort];
  const [counted, found] = await Promise.all([
    sql<{ n: number }>`select count(*)::int as n ${from}`.execute(db),
    sql<Described>`select ${PARTY_COLUMNS} ${from} order by ${order} ${filter.down ? sql`desc` : sql`asc`} nulls last, lower(x.name), x.id
      limit ${size} offset ${(page - 1) * size}`.execute(db),
  ]);
  return { rows: found.rows, total: counted.rows[0]?.n ?? 0 };
}

/** All that fit, in steps, for downloads. */
export async function* allParties(
  db: Kysely<Database>,
  filter: PartyFilter,
  seen: Seen,
): AsyncGenerator<readonly Described[]> {
  const step = 5000;
  for (let page = 1; ; page++) {
    const { rows } = await partiesPage(db, filter, seen, page, step);
    if (rows.length > 0) yield rows;
    if (rows.length < step) return;
  }
}

/** States that parties have, for a choice. */
export async function statesOf(db: Kysely<Database>): Promise<readonly string[]> {
  const { rows } = await sql<{ state: string }>`
    select distinct state from (select state from view.party union all select state from view.party_change) x
    where state is not null order by state limit 200`.execute(db);
  return rows.map((row) => row.state);
}

export async function associations(
  db: Kysely<Database>,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select x.id, x.name from ${partiesAsOf()} x where x.kind = 'association' order by lower(x.name) limit 200`.execute(
    db,
  );
  return rows;
}

/** A request that was served on a party. */
export interface ServedOn {
  readonly service: string;
  readonly request: string;
  readonly title: string;
  readonly slug: string;
  readonly matter: string;
  readonly issuer: string;
  readonly servedAt: Date;
}

/** SQL: whose rows of `table` may be seen: public ones of public matters, or those of this organisation. */
const shown = (alias: string, issuer: string | null, cut: Cut) =>
  issuer === null
    ? sql`m.audience = 'public' and ${open(alias, cut)}`
    : sql`m.issuer = ${issuer} and ${visible(alias, cut)}`;

/** @param issuer the organisation that asks, for its own; null for what everyone may see */
export async function servedOn(
  db: Kysely<Database>,
  party: string,
  cut: Cut,
  issuer: string | null,
): Promise<readonly ServedOn[]> {
  const { rows } = await sql<ServedOn>`
    select s.id as service, s.request, r.title, m.slug, m.title as matter, i.name as issuer, s.occurred_at as "servedAt"
    from view.service s join view.request r on r.id = s.request join view.matter m on m.id = s.matter join view.party i on i.id = r.issuer
    where s.recipient = ${party} and ${shown('s', issuer, cut)} and ${issuer === null ? sql`r.audience = 'public'` : sql`true`}
    order by s.occurred_at desc, s.seq desc limit 200`.execute(db);
  return rows;
}

export interface AskedToMeet {
  readonly meeting: string;
  readonly subject: string;
  readonly startsAt: Date;
  readonly dayOnly: boolean;
  /** it was called off */
  readonly cancelled: boolean;
  /** who was invited: the party, or a person in one of its offices */
  readonly name: string;
  /** the last word on taking part; null while there is none */
  readonly partstat: string | null;
  readonly slug: string;
  readonly matterId: string;
  readonly matter: string;
}

/** Meetings that a party, or a person in one of its offices, was invited to. @param which of `view.participant p` */
export async function meetingsWith(
  db: Kysely<Database>,
  which: RawBuilder<unknown>,
  cut: Cut,
  issuer: string | null,
): Promise<readonly AskedToMeet[]> {
  const seen = issuer === null ? open('w', cut) : visible('w', cut);
  const { rows } = await sql<AskedToMeet>`
    select t.id as meeting, t.subject, coalesce((c.moved->>'startsAt')::timestamptz, t.starts_at) as "startsAt",
      coalesce((c.moved->>'dayOnly')::boolean, t.day_only) as "dayOnly", coalesce(c.cancelled, false) as cancelled,
      p.name, m.slug, m.id as "matterId", m.title as matter,
      (select w.partstat from view.participation w where w.participant = p.id and ${seen}
       order by w.occurred_at desc, w.seq desc limit 1) as partstat
    from view.participant p join view.meeting t on t.id = p.meeting join view.matter m on m.id = p.matter
    left join lateral (
      select (array_agg(c.changes->'when' order by c.seq desc) filter (where c.changes ? 'when'))[1] as moved, bool_or(c.cancelled) as cancelled
      from view.meeting_change c where c.meeting = t.id and ${shown('c', issuer, cut)}) c on true
    where ${which} and ${shown('p', issuer, cut)} and ${issuer === null ? sql`t.audience = 'public'` : sql`true`}
    order by "startsAt" desc, p.seq limit 200`.execute(db);
  return rows;
}

export interface SaidBy {
  readonly id: string;
  readonly entry: string;
  readonly speaker: string;
  readonly office: string | null;
  readonly words: string;
  readonly quotation: boolean;
  readonly at: Date;
  readonly dayOnly: boolean;
  readonly slug: string;
  readonly matterId: string;
  readonly matter: string;
}

/** What people said in these offices, newest first. @param which of `view.holding h`, `view.office o` */
export async function saidIn(
  db: Kysely<Database>,
  which: RawBuilder<unknown>,
  cut: Cut,
  issuer: string | null,
): Promise<readonly SaidBy[]> {
  const { rows } = await sql<SaidBy>`
    select s.id, s.entry, s.speaker ->> 'name' as speaker, s.speaker ->> 'office' as office, s.words, s.form = 'quotation' as quotation,
      s.occurred_at as at, s.day_only as "dayOnly", m.slug, m.id as "matterId", m.title as matter
    from view.statement s join view.holding h on h.id = s.holding join view.office o on o.id = h.office join view.matter m on m.id = s.matter
    where ${which} and ${shown('s', issuer, cut)} and ${newestStatement(issuer === null ? publicSight(cut) : EVERYTHING)}
    order by s.occurred_at desc, s.seq desc limit 100`.execute(db);
  return rows;
}
