/**
 * The SQL of one append, one function a query, so that what an append costs can be read and counted. Sets travel as arrays or
 * JSON, never as one statement a row.
 */
import type { ClientBase, Pool } from 'pg';
import { z } from 'zod';
import { checkEntry, type Entry } from '../proof/index.ts';
import { copyIn } from './copy.ts';
import { COLUMNS, type EntryValues } from './entry-rows.ts';
import type { ColumnTypes, Special, TableRows } from './spelled.ts';

/** The advisory lock on which writers wait for their turn; the same number stands in `log.advance`. */
const TURN = 1131834694;

/**
 * How long PostgreSQL waits for the next word of a process that holds the lock on the log, milliseconds, before it ends its session and
 * lets the others on: one that was stopped, or whose machine is gone, is never told from one that thinks. The same for every batch: who
 * has long to think says a word in between (`stillHere`).
 */
export const PATIENCE = 600;

/** A word between, for a process that thinks while it holds the lock. */
export async function stillHere(client: ClientBase): Promise<void> {
  await client.query({ name: 'still-here', text: 'select' });
}

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
 * Moves the end of the log under its lock, writes which commands were accepted, and gives the position of the first entry.
 * @param silence as for `takeTurn`; it takes the place of what `log.advance` sets, which is longer
 * @param early as for `commit`
 * @throws what `refusedAdvance` tells apart
 */
export async function advance(
  client: ClientBase,
  { entries, at, lasts }: Advance,
  commands: readonly CommandRow[],
  silence = PATIENCE,
  early = false,
): Promise<number> {
  const { rows } = await client.query<{ base: number }>({
    name: 'advance',
    text: `with moved as materialized (
             select log.advance($1, $2, $3, $4) as base, set_config('idle_in_transaction_session_timeout', $5, true),
                    case when $9 then set_config('synchronous_commit', 'off', true) end
           ), command as (
             insert into ledger.command (key, first_seq, count)
             select key, base + first, count from moved, unnest($6::text[], $7::bigint[], $8::int[]) c (key, first, count)
           )
           select base from moved`,
    values: [
      entries,
      at,
      arrayText([...lasts.keys()]),
      arrayText([...lasts.values()].map((last) => (last === null ? null : String(last)))),
      String(silence),
      arrayText(commands.map((c) => c.key)),
      `{${commands.map((c) => c.first).join()}}`,
      `{${commands.map((c) => c.count).join()}}`,
      early,
    ],
  });
  return rows[0]?.base ?? 0;
}

/** A message in the log of changes that nobody reads: a transaction that writes nothing else waits for the disk because of it. */
const MARK = `select pg_logical_emit_message(true, 'counterfoil', '')`;

/** Makes the COMMIT of this transaction wait until everything that was committed before it is on disk. */
export async function leaveMark(client: ClientBase): Promise<void> {
  await client.query({ name: 'leave-mark', text: MARK });
}

/**
 * Ends a batch that was sent whole.
 * @param early the transaction commits without waiting for the disk, so that the lock on the log passes on at once (see `advance`); a
 *   transaction of its own behind it waits instead, on the same session, so that a database that crashed between the two cannot answer
 */
export async function commit(client: ClientBase, early: boolean): Promise<void> {
  await client.query(early ? `commit; ${MARK}` : 'commit');
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

/** Writes entries behind where `advance` left the log. */
export function writeEntries(client: ClientBase, { rows }: EntryValues): Promise<void> {
  return copyIn(client, 'write-entries', `copy ledger.entry (${COLUMNS.join()}) from stdin (format binary)`, rows);
}

const tableName = z.string().regex(/^(view|view_rebuilt|work)\.[a-z_]+$/);
const columnName = z.string().regex(/^[a-z_]+$/);

/** Which columns of views and work tables are arrays or JSON: all that COPY's text has to know of types. */
export async function readTypes(client: ClientBase | Pool): Promise<ColumnTypes> {
  const { rows } = await client.query<{ name: string; column: string; special: Special }>({
    name: 'read-types',
    text: `select n.nspname || '.' || c.relname as name, a.attname as column,
                  case when t.typcategory = 'A' then 'array' else 'json' end as special
           from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
           join pg_type t on t.oid = a.atttypid
           where n.nspname in ('view', 'work') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
             and (t.typcategory = 'A' or t.typname in ('json', 'jsonb'))`,
  });
  const types = new Map<string, Map<string, Special>>();
  for (const { name, column, special } of rows) types.set(name, (types.get(name) ?? new Map()).set(column, special));
  return types;
}

/** Adds rows to a view or work table at the least cost to the database. A row that is there already refuses all of them. */
export function copyRows(client: ClientBase, { table, columns, spelled }: TableRows): Promise<void> {
  const name = tableName.parse(table);
  const names = z.array(columnName).parse(columns);
  return copyIn(client, 'copy-rows', `copy ${name} (${names.join(', ')}) from stdin`, Buffer.from(spelled));
}

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
