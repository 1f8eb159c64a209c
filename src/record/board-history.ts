/**
 * All facts of a request that its board counts, as columns in the order of the log, kept in memory and grown: whoever asks for the board as of
 * another time goes through them up to there (board-replay.ts) instead of having the database sort them. Read from views; derives nothing.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { DISPOSITIONS } from '../rooms/answers/entries.ts';
import { FINDINGS } from '../rooms/determinations/entries.ts';
import type { Request } from '../rooms/requests/view.ts';
import type { Version } from './board-counts.ts';
import { type Prefixes, prefixes, type UpTo } from './prefixes.ts';
import { numberAt, positions, type Roster, type Rosters, rosterOf } from './roster.ts';

/** Facts of one table. A column is never changed below `count`, so that whoever holds it sees the same however much comes after. */
export interface Facts {
  readonly count: number;
  readonly seq: Float64Array;
  /** when it happened, milliseconds */
  readonly occurred: Float64Array;
  /** its cell: number of the service × items + place of the item in the request */
  readonly cell: Uint32Array;
  /** place in `DISPOSITIONS` or `FINDINGS` */
  readonly value: Uint8Array;
  /** the answer that it is, or is about: the 62 random bits at the end of its id, told apart within a cell alone */
  readonly answer: BigUint64Array;
}

/** What services have in common that were made alike. */
export interface Alike {
  readonly kind: string;
  readonly state: string | null;
  readonly dueOn: string;
  readonly dueAt: number;
  readonly occurred: number;
}

/** A date of a service that something moved. */
export interface MovedDue {
  readonly seq: number;
  readonly occurred: number;
  /** number of the service */
  readonly n: number;
  /** null while the clock stands */
  readonly dueAt: number | null;
  readonly dueOn: string | null;
  readonly pausedUntil: number | null;
  /** where items differ, the date of each by its place in the request */
  readonly uneven: readonly (Pick<MovedDue, 'dueAt' | 'dueOn' | 'pausedUntil'> & { readonly item: number })[] | null;
}

export interface History extends UpTo {
  readonly items: number;
  readonly roster: Roster;
  readonly alike: readonly Alike[];
  /** which of `alike` each service is, by its number */
  readonly like: Uint32Array;
  readonly answers: Facts;
  readonly findings: Facts;
  /** in the order of position, then of the moment */
  readonly dues: readonly MovedDue[];
}

export type Histories = Prefixes<History>;

const MB = 2 ** 20;
/** Bytes of a fact, of a service beside its roster, and of a moved date. */
const [A_FACT, A_SERVICE, A_DUE] = [29, 4, 120];
const weigh = ({ answers, findings, dues, like, roster }: History) =>
  A_FACT * (answers.seq.length + findings.seq.length) +
  A_DUE * dues.length +
  A_SERVICE * like.length +
  24 * roster.seqs.length;

export const histories = (): Histories => prefixes<History>(160 * MB, weigh);

const NO_FACTS: Facts = {
  count: 0,
  seq: new Float64Array(0),
  occurred: new Float64Array(0),
  cell: new Uint32Array(0),
  value: new Uint8Array(0),
  answer: new BigUint64Array(0),
};

/** The history of a request up to its last fact at a cut, at least. What was erased is in no history that was made afterwards. */
export function historyOf(
  db: Kysely<Database>,
  known: Histories,
  rosters: Rosters,
  request: Request,
  { version, served, erased }: Pick<Version, 'version' | 'served' | 'erased'>,
): Promise<History> {
  const stand = { version, served };
  return known.reaching(`${request.id} ${erased}`, version, (before) => grown(db, rosters, request, stand, before));
}

async function grown(
  db: Kysely<Database>,
  rosters: Rosters,
  request: Request,
  { version, served }: Pick<Version, 'version' | 'served'>,
  before: History | undefined,
): Promise<History> {
  const from = before?.upTo ?? -1;
  const among = (t: string): RawBuilder<unknown> =>
    sql`${sql.ref(`${t}.request`)} = ${request.id} and ${sql.ref(`${t}.seq`)} > ${from} and ${sql.ref(`${t}.seq`)} <= ${version}`;
  const roster = await rosterOf(db, rosters, request.id, served);
  const placeOf = new Map(request.items.map(({ item }, i) => [item, i]));
  const items = request.items.length;
  const { alike, like } = await alikeIn(db, among('s'), roster, before);
  const facts = (
    table: 'view.item_answer' | 'view.item_determination',
    column: string,
    values: readonly string[],
    old: Facts,
  ) => moreFacts(db, { table, column, values, request: request.id, version, from, roster, placeOf, items }, old);
  return {
    ...{ upTo: version, items, roster, alike, like },
    answers: await facts('view.item_answer', 'disposition', DISPOSITIONS, before?.answers ?? NO_FACTS),
    findings: await facts('view.item_determination', 'finding', FINDINGS, before?.findings ?? NO_FACTS),
    dues: [...(before?.dues ?? []), ...(await duesIn(db, among('x'), roster, placeOf))],
  };
}

/** What is the same of many services is read once, with the positions of all of them. */
async function alikeIn(
  db: Kysely<Database>,
  among: RawBuilder<unknown>,
  roster: Roster,
  before: History | undefined,
): Promise<Pick<History, 'alike' | 'like'>> {
  if (before && before.like.length === roster.seqs.length) return before;
  const { rows } = await sql<{
    kind: string;
    state: string | null;
    due_on: string;
    due_at: Date;
    occurred_at: Date;
    seqs: Buffer;
  }>`
    select s.kind, s.state, s.due_on::text as due_on, s.due_at, s.occurred_at, string_agg(int8send(s.seq), ''::bytea) as seqs
    from view.service s where ${among} group by 1, 2, 3, 4, 5`.execute(db);
  const alike = [...(before?.alike ?? [])];
  const like = new Uint32Array(roster.seqs.length);
  if (before) like.set(before.like);
  for (const row of rows) {
    for (const seq of positions(row.seqs)) like[numberAt(roster, seq)] = alike.length;
    const { kind, state } = row;
    alike.push({ kind, state, dueOn: row.due_on, dueAt: row.due_at.getTime(), occurred: row.occurred_at.getTime() });
  }
  return { alike, like };
}

interface FactsWanted {
  readonly table: 'view.item_answer' | 'view.item_determination';
  readonly column: string;
  readonly values: readonly string[];
  readonly request: string;
  readonly version: number;
  readonly from: number;
  readonly roster: Roster;
  readonly placeOf: ReadonlyMap<number, number>;
  readonly items: number;
}

/** Rows read at once, and bytes of each: position, moment, position of its service, answer, item, value. */
const PAGE = 50_000;
const ROW = 36;

async function moreFacts(db: Kysely<Database>, wanted: FactsWanted, before: Facts): Promise<Facts> {
  let facts = before;
  for (let from = wanted.from; ; ) {
    const { rows } = await sql<{ rows: Buffer | null; last: number | null; n: number }>`
      select string_agg(
          int8send(f.seq) || int8send((extract(epoch from f.occurred_at) * 1000)::bigint) || int8send(s.seq) || substring(uuid_send(f.answer) from 9)
          || int2send(f.item::smallint) || int2send(coalesce(array_position(${[...wanted.values]}::text[], ${sql.ref(`f.${wanted.column}`)}), 0)::smallint),
          ''::bytea order by f.seq) as rows, max(f.seq) as last, count(*)::int as n
      from (select * from ${sql.table(wanted.table)} x
        where x.request = ${wanted.request} and x.seq > ${from} and x.seq <= ${wanted.version} order by x.seq limit ${PAGE}) f
      join view.service s on s.id = f.service`.execute(db);
    const { rows: bytes, last, n } = rows[0] ?? { rows: null, last: null, n: 0 };
    if (bytes) facts = added(facts, bytes, wanted);
    if (last === null || n < PAGE) return facts;
    from = Number(last);
  }
}

/** Columns with more room where they are full, so that growing by a fact a second copies them rarely. */
function roomier({ count, seq, occurred, cell, value, answer }: Facts, more: number): Facts {
  if (count + more <= seq.length) return { count, seq, occurred, cell, value, answer };
  const room = Math.ceil((count + more) * (count === 0 ? 1 : 1.25));
  const wider = <A extends Float64Array | Uint32Array | Uint8Array>(to: A, old: ArrayLike<number>): A => {
    to.set(old);
    return to;
  };
  const answers = new BigUint64Array(room);
  answers.set(answer);
  return {
    count,
    seq: wider(new Float64Array(room), seq),
    occurred: wider(new Float64Array(room), occurred),
    cell: wider(new Uint32Array(room), cell),
    value: wider(new Uint8Array(room), value),
    answer: answers,
  };
}

function added(before: Facts, bytes: Buffer, { roster, placeOf, items }: FactsWanted): Facts {
  const n = bytes.length / ROW;
  const to = roomier(before, n);
  let count = before.count;
  const big = (at: number) => bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  for (let i = 0; i < n; i++) {
    const at = i * ROW;
    const service = numberAt(roster, big(at + 16));
    const place = placeOf.get(bytes.readInt16BE(at + 32));
    if (service < 0 || place === undefined) continue;
    to.seq[count] = big(at);
    to.occurred[count] = Number(bytes.readBigInt64BE(at + 8));
    to.cell[count] = service * items + place;
    to.answer[count] = bytes.readBigUInt64BE(at + 24);
    to.value[count] = bytes.readInt16BE(at + 34) - 1;
    count++;
  }
  return { ...to, count };
}

const unevenCells = z.array(
  z.object({
    item: z.number(),
    due_on: z.string().nullable().default(null),
    due_at: z.string().nullable().default(null),
    paused_until: z.string().nullable().default(null),
  }),
);

const msOf = (at: Date | string | null) => (at === null ? null : new Date(at).getTime());

async function duesIn(
  db: Kysely<Database>,
  among: RawBuilder<unknown>,
  roster: Roster,
  placeOf: ReadonlyMap<number, number>,
): Promise<readonly MovedDue[]> {
  const { rows } = await sql<{
    seq: number;
    service: number;
    occurred_at: Date;
    due_on: string | null;
    due_at: Date | null;
    paused_until: Date | null;
    uneven: unknown;
  }>`
    select x.seq, s.seq as service, x.occurred_at, x.due_on::text as due_on, x.due_at, x.paused_until, x.uneven
    from view.due x join view.service s on s.id = x.service where ${among} order by x.seq, x.occurred_at`.execute(db);
  return rows.map((row) => ({
    ...{ seq: Number(row.seq), occurred: row.occurred_at.getTime(), n: numberAt(roster, Number(row.service)) },
    ...{ dueAt: msOf(row.due_at), dueOn: row.due_on, pausedUntil: msOf(row.paused_until) },
    uneven:
      row.uneven === null
        ? null
        : unevenCells.parse(row.uneven).map((one) => ({
            ...{ item: placeOf.get(one.item) ?? -1, dueAt: msOf(one.due_at), dueOn: one.due_on },
            pausedUntil: msOf(one.paused_until),
          })),
  }));
}
