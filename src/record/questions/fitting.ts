/**
 * Who fits a question: parties, each once, page by page. A page begins where the one before it ended (by its key, not by counting), so
 * the last page of 90,000 costs what the first does. Reads only.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { partiesAsOf } from '../../rooms/directory/view.ts';
import { affiliationsOn, membersOn } from '../../rooms/people/among.ts';
import { localInput } from '../../ui/time.tsx';
import { type Memory, memory } from '../lru.ts';
import { open } from '../open.ts';
import { knownAt, seenAt } from '../parties.ts';
import type { Known, KnownMeeting, KnownRequest } from './known.ts';
import { type Question, questionParams } from './question.ts';

/** A party that fits, as the first request or meeting of the question calls it. */
export interface Fit {
  readonly party: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
}

type Sql = RawBuilder<unknown>;
const all = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);

/** Which services of a request count, with the conditions of its part or without. */
const services = ({ cut }: Known, { request, conditions }: KnownRequest, whole = false): Sql =>
  all([sql`s.request = ${request.id} and ${open('s', cut)}`, ...(whole ? [] : conditions)]);

/** SQL: how participant `p` stands: the last word, `withdrew` where they had accepted before they declined. */
export const statusOf = ({ cut }: Pick<Known, 'cut'>): RawBuilder<string> => {
  const said = sql`from view.participation w where w.participant = p.id and ${open('w', cut)}`;
  const last = sql`(select w.partstat ${said} order by w.occurred_at desc, w.seq desc limit 1)`;
  return sql<string>`coalesce(case when ${last} = 'declined' and exists (select ${said} and w.partstat = 'accepted')
    then 'withdrew' else ${last} end, 'needs-action')`;
};

/** SQL: whether participant `p` was seen there; null where nobody took it. */
export const cameOf = ({ cut }: Pick<Known, 'cut'>): RawBuilder<boolean | null> => sql<boolean | null>`(
  select d.attended from view.attendance d where d.participant = p.id and ${open('d', cut)}
  order by d.seq desc limit 1)`;

function participants(known: Known, { part }: KnownMeeting, whole = false): Sql {
  const { participation } = part;
  const base = sql`p.meeting = ${part.meeting} and ${open('p', known.cut)}`;
  if (whole || participation === undefined) return base;
  if (participation === 'came') return sql`${base} and ${cameOf(known)}`;
  if (participation === 'did not come') return sql`${base} and not ${cameOf(known)}`;
  return sql`${base} and ${statusOf(known)} = ${participation}`;
}

const dayOf = ({ moment }: Known) => localInput(moment.at, moment.zone).slice(0, 10);

/** SQL: parties as `(party, name, kind, state)` that the first part is about. @param whole without its conditions */
function base(known: Known, whole: boolean): Sql {
  const request = known.requests.find(({ part }) => !part.not);
  if (request)
    return sql`(select s.recipient as party, s.name, s.kind, s.state from view.service s where ${services(known, request, whole)})`;
  const meeting = known.meetings.find(({ part }) => !part.not);
  if (meeting)
    return sql`(select distinct on (p.party) p.party, p.party_name as name, p.kind, p.state from view.participant p
      where ${participants(known, meeting, whole)} order by p.party, p.seq)`;
  return sql`(select d.id as party, d.name, d.kind, d.state from ${partiesAsOf(seenAt(known.cut))} d)`;
}

/** SQL: conditions on a party `x` besides what its base says. */
function others(known: Known): Sql {
  const { question, cut } = known;
  const first = known.requests.find(({ part }) => !part.not) ?? known.meetings.find(({ part }) => !part.not);
  const conditions: Sql[] = [];
  const among = (not: boolean, ids: Sql) =>
    conditions.push(not ? sql`x.party not in (${ids})` : sql`x.party in (${ids})`);
  for (const one of known.requests)
    if (one !== first) among(one.part.not, sql`select s.recipient from view.service s where ${services(known, one)}`);
  for (const one of known.meetings)
    if (one !== first)
      among(one.part.not, sql`select p.party from view.participant p where ${participants(known, one)}`);
  const { kind, state, member, affiliation, text } = question;
  if (kind !== undefined) conditions.push(sql`x.kind = ${kind}`);
  if (state !== undefined) conditions.push(sql`lower(x.state) = ${state.toLowerCase()}`);
  if (text !== undefined) conditions.push(sql`x.name ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`);
  if (member !== undefined) among(false, membersOn(member, knownAt(cut), dayOf(known)));
  if (affiliation !== undefined)
    among(
      false,
      sql`select a.party from (${affiliationsOn(knownAt(cut), dayOf(known))}) a where a.among = ${affiliation}`,
    );
  return all(conditions);
}

const keyOf = (sort: Question['sort'], alias: string): Sql => {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const name = sql`${column('name')}, ${column('party')}`;
  return sort === 'name' ? name : sql`coalesce(${column(sort)}, ''), ${name}`;
};

// What it counts is a function of the question, the position and the minute: services and words are only ever added.
const remembered = new WeakMap<Kysely<Database>, Memory<number>>();

/** How many fit. Remembered while nothing is written. */
export async function countOf(db: Kysely<Database>, known: Known): Promise<number> {
  const { moment, cut } = known;
  const counted = remembered.get(db) ?? memory<number>(2000);
  remembered.set(db, counted);
  const of = questionParams({ ...known.question, columns: [] });
  const key = JSON.stringify([of, cut.last, cut.until, Math.floor(moment.at.getTime() / 60_000), dayOf(known)]);
  const before = counted.get(key);
  if (before !== undefined) return before;
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${base(known, false)} x where ${others(known)}`.execute(db);
  const n = rows[0]?.n ?? 0;
  counted.set(key, n);
  return n;
}

export interface FitPage {
  readonly rows: readonly Fit[];
  /** whether there are more before and after */
  readonly before: boolean;
  readonly after: boolean;
}

/** The parties that fit after `after`, or before `before`; without either the first ones. */
export async function fitPage(
  db: Kysely<Database>,
  known: Known,
  size: number,
  at: { readonly after?: string | undefined; readonly before?: string | undefined },
): Promise<FitPage> {
  const { sort, down } = known.question;
  const from = at.after ?? at.before;
  const backwards = at.after === undefined && at.before !== undefined;
  const falling = down !== backwards;
  const dir = falling ? sql`desc` : sql`asc`;
  const columns =
    sort === 'name'
      ? [sql`x.name`, sql`x.party`]
      : [sql`coalesce(${sql.ref(`x.${sort}`)}, '')`, sql`x.name`, sql`x.party`];
  const order = sql.join(columns.map((one) => sql`${one} ${dir}`));
  const beyond =
    from === undefined
      ? sql`true`
      : sql`(${keyOf(sort, 'x')}) ${falling ? sql`<` : sql`>`} (select ${keyOf(sort, 'k')} from ${base(known, true)} k where k.party = ${from} limit 1)`;
  const { rows } = await sql<Fit>`
    select x.party, x.name, x.kind, x.state from ${base(known, false)} x where ${others(known)} and ${beyond}
    order by ${order} limit ${size + 1}`.execute(db);
  const more = rows.length > size;
  const shown = rows.slice(0, size);
  return backwards
    ? { rows: shown.toReversed(), before: more, after: true }
    : { rows: shown, before: from !== undefined, after: more };
}
