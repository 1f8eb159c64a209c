/**
 * The SQL of one append, one function a query, so that what an append costs can be read and counted. Sets travel as arrays or
 * JSON, never as one statement a row.
 */
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { checkEntry, type Entry } from '../proof/index.ts';

/** The advisory lock on which writers wait for their turn; the same number stands in `log.advance`. */
const TURN = 1131834694;

export interface EntryRow {
  readonly stream: string;
  readonly entry: Entry;
  readonly canonical: string;
  readonly opening: Uint8Array;
  readonly commitment: Uint8Array;
}

/**
 * How long PostgreSQL waits for the next word of a process that holds the lock on the log, milliseconds, before it ends its session and
 * lets the others on: one that was stopped, or whose machine is gone, is never told from one that thinks. An ordinary batch holds nobody up
 * for a second; one of thousands of entries takes its time to be made, and to be sent.
 */
export const patience = (entries: number): number => 600 + 2 * entries;

/**
 * Waits for the lock that orders the log across all server processes. Whatever is asked must be asked in statements after this one.
 * @param silence milliseconds that this session may be silent while it holds the lock; 0: as long as it likes
 */
export async function takeTurn(client: ClientBase, silence: number): Promise<void> {
  await client.query({
    name: 'take-turn',
    text: `select pg_advisory_xact_lock(${TURN}), set_config('idle_in_transaction_session_timeout', $1, true)`,
    values: [String(silence)],
  });
}

/** The time of the last entry, milliseconds; 0 before the first. */
export async function readLatest(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ ms: number | null }>({
    name: 'read-latest',
    text: `select case when recorded_at = '-infinity' then 0 else (extract(epoch from recorded_at) * 1000)::bigint end as ms from log.head`,
  });
  const head = rows[0];
  if (!head) throw new Error('log.head has no row: the database is not migrated');
  return head.ms ?? 0;
}

/** Entries of commands that were accepted before, by idempotency key. */
export async function readCommands(
  client: ClientBase,
  keys: readonly string[],
): Promise<Map<string, { position: number; entry: Entry }[]>> {
  const { rows } = await client.query<{ key: string; seq: number | null; canonical: string | null }>({
    name: 'read-commands',
    text: `select c.key, e.seq, e.canonical from ledger.command c
           left join ledger.entry e on e.seq >= c.first_seq and e.seq < c.first_seq + c.count
           where c.key = any($1) order by e.seq`,
    values: [keys],
  });
  const known = new Map<string, { position: number; entry: Entry }[]>();
  for (const row of rows) {
    const entries = known.get(row.key) ?? [];
    known.set(row.key, entries);
    if (row.seq !== null && row.canonical !== null) {
      entries.push({ position: row.seq, entry: checkEntry(JSON.parse(row.canonical)) });
    }
  }
  return known;
}

/** The position of the last entry of each stream; streams without entries are absent. */
export async function readLasts(client: ClientBase, streams: readonly string[]): Promise<Map<string, number>> {
  if (streams.length === 0) return new Map();
  const { rows } = await client.query<{ stream: string; last: number | null }>({
    name: 'read-lasts',
    text: `select s as stream, (select max(seq) from ledger.entry where stream = s) as last from unnest($1::uuid[]) s`,
    values: [streams],
  });
  return new Map(rows.flatMap((row) => (row.last === null ? [] : [[row.stream, row.last] as const])));
}

/** Refusals of `log.advance` (see its migration). */
const LATER = 'CF001';
const MOVED_ON = 'CF002';
const refusal = z.object({ code: z.enum([LATER, MOVED_ON]), detail: z.string().optional() });

/** What `log.advance` refused, if it did: the log holds a later time (milliseconds), or a stream has moved on. */
export function refusedAdvance(error: unknown): { readonly later: number } | { readonly movedOn: true } | null {
  const { data } = refusal.safeParse(error);
  if (!data) return null;
  return data.code === LATER ? { later: Number(data.detail ?? 0) } : { movedOn: true };
}

export interface Advance {
  /** how many */
  readonly entries: number;
  /** their time, RFC 3339; null: no entries */
  readonly at: string | null;
  /** position of the last entry of each stream that was asked about; null: none */
  readonly lasts: ReadonlyMap<string, number | null>;
}

/**
 * Moves the end of the log under its lock and gives the position of the first entry.
 * @param silence as for `takeTurn`; it takes the place of what `log.advance` sets, which is longer
 * @throws what `refusedAdvance` tells apart
 */
export async function advance(
  client: ClientBase,
  { entries, at, lasts }: Advance,
  silence = patience(entries),
): Promise<number> {
  const { rows } = await client.query<{ base: number }>({
    name: 'advance',
    text: `select log.advance($1, $2, $3, $4) as base, set_config('idle_in_transaction_session_timeout', $5, true)`,
    values: [
      entries,
      at,
      arrayText([...lasts.keys()]),
      arrayText([...lasts.values()].map((last) => (last === null ? null : String(last)))),
      String(silence),
    ],
  });
  return rows[0]?.base ?? 0;
}

/** Where the batch begins, as `log.advance` left it for the statements after it. */
const BASE = `current_setting('counterfoil.base')::bigint`;

/** Elements that need no quotes in an array as text: ids, times, kinds. `null` itself would be one of them. */
const BARE = /^[0-9A-Za-z][0-9A-Za-z._:+-]*$/;

/** An array in PostgreSQL's spelling. Written here because the driver looks at every letter of every element. */
export function arrayText(values: readonly (string | null)[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (i > 0) text += ',';
    if (value === null) text += 'NULL';
    else if (BARE.test(value) && value.length !== 4) text += value;
    else text += `"${value.replace(/["\\]/g, '\\$&')}"`;
  }
  return `${text}}`;
}

export interface CommandRow {
  readonly key: string;
  readonly first: number;
  readonly count: number;
}

/** Parameters of `writeLog`, made ahead of the moment in which the log is locked. */
export type LogValues = readonly (string | number | null | Buffer)[];

const WRITE_LOG = `
  with command as (
    insert into ledger.command (key, first_seq, count)
    select key, ${BASE} + first, count from unnest($1::text[], $2::bigint[], $3::int[]) c (key, first, count)
  )
  insert into ledger.entry
    (seq, id, stream, kind, matter, by_party, occurred_at, recorded_at, audience, corrects, canonical, opening, commitment)
  select ${BASE} + e.n - 1, e.id, e.stream, e.kind, e.matter, e.by_party, e.occurred_at, e.recorded_at, e.audience, e.corrects,
         e.canonical, substring($14::bytea, 64 * (e.n::int - 1) + 1, 32), substring($14::bytea, 64 * (e.n::int - 1) + 33, 32)
  from rows from (
    unnest($4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::uuid[]),
    string_to_table($13::text, E'\\n')
  ) with ordinality e (id, stream, kind, matter, by_party, occurred_at, recorded_at, audience, corrects, canonical, n)`;

/**
 * Parameters that write commands and entries; positions count from where the batch begins.
 * Canonical texts travel as one, parted by line breaks, which no canonical JSON holds; openings and commitments as one string of bytes.
 */
export function logValues(commands: readonly CommandRow[], entries: readonly EntryRow[]): LogValues {
  const column = (pick: (row: EntryRow) => string | null) => arrayText(entries.map(pick));
  const secrets = Buffer.alloc(entries.length * 64);
  entries.forEach((row, i) => {
    secrets.set(row.opening, 64 * i);
    secrets.set(row.commitment, 64 * i + 32);
  });
  return [
    arrayText(commands.map((c) => c.key)),
    arrayText(commands.map((c) => String(c.first))),
    arrayText(commands.map((c) => String(c.count))),
    column((r) => r.entry.id),
    column((r) => r.stream),
    column((r) => r.entry.kind),
    column((r) => r.entry.matter),
    column((r) => r.entry.by),
    column((r) => r.entry.occurredAt),
    column((r) => r.entry.recordedAt),
    column((r) => r.entry.audience),
    column((r) => r.entry.corrects ?? null),
    entries.map((r) => r.canonical).join('\n'),
    secrets,
  ];
}

/** Writes commands and entries, in one statement. */
export async function writeLog(client: ClientBase, values: LogValues): Promise<void> {
  await client.query({ name: 'write-log', text: WRITE_LOG, values: [...values] });
}

const tableName = z.string().regex(/^(view|view_rebuilt|work)\.[a-z_]+$/);
const columnName = z.string().regex(/^[a-z_]+$/);

// Statements for tables are prepared once a connection; the name says nothing, because names are cut at 63 bytes.
const statements = new Map<string, string>();

/**
 * Adds rows to a view or work table. Work tables ignore rows that are already there (outbox keys); views never may.
 * @param relative `seq` of the rows counts from where the batch begins
 */
export async function insertRows(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  json: string,
  relative = false,
): Promise<void> {
  const name = tableName.parse(table);
  const names = z.array(columnName).parse(columns);
  const values = names.map((column) => (relative && column === 'seq' ? `${BASE} + seq` : column));
  const text = `insert into ${name} (${names.join(', ')}) select ${values.join(', ')} from json_populate_recordset(null::${name}, $1)
                ${name.startsWith('work.') ? 'on conflict do nothing' : ''}`;
  const statement = statements.get(text) ?? `insert-rows-${statements.size}`;
  statements.set(text, statement);
  await client.query({ name: statement, text, values: [json] });
}
