/**
 * The SQL of one append, one function a query, so that what an append costs can be read and counted. Sets travel as arrays or
 * JSON, never as one statement a row.
 */
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { checkEntry, type Entry } from '../proof/index.ts';

export interface EntryRow {
  readonly seq: number;
  readonly stream: string;
  readonly entry: Entry;
  readonly canonical: string;
  readonly opening: Uint8Array;
  readonly commitment: Uint8Array;
}

/** Opens the transaction and takes the row lock that orders the log across all server processes. */
export async function lockHead(client: ClientBase): Promise<{ size: number; recordedAt: number }> {
  await client.query('begin');
  const { rows } = await client.query<{ size: number; ms: number | null }>({
    name: 'lock-head',
    text: `select size, case when recorded_at = '-infinity' then 0 else (extract(epoch from recorded_at) * 1000)::bigint end as ms
           from log.head for update`,
  });
  const head = rows[0];
  if (!head) throw new Error('log.head has no row: the database is not migrated');
  return { size: head.size, recordedAt: head.ms ?? 0 };
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

export async function insertCommands(
  client: ClientBase,
  commands: readonly { key: string; first: number; count: number }[],
): Promise<void> {
  await client.query({
    name: 'insert-commands',
    text: 'insert into ledger.command (key, first_seq, count) select * from unnest($1::text[], $2::bigint[], $3::int[])',
    values: [commands.map((c) => c.key), commands.map((c) => c.first), commands.map((c) => c.count)],
  });
}

export async function insertEntries(client: ClientBase, rows: readonly EntryRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(pick: (row: EntryRow) => T) => rows.map(pick);
  await client.query({
    name: 'insert-entries',
    text: `insert into ledger.entry
             (seq, id, stream, kind, matter, by_party, occurred_at, recorded_at, audience, corrects, canonical, opening, commitment)
           select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[],
             $8::timestamptz[], $9::text[], $10::uuid[], $11::text[], $12::bytea[], $13::bytea[])`,
    values: [
      column((r) => r.seq),
      column((r) => r.entry.id),
      column((r) => r.stream),
      column((r) => r.entry.kind),
      column((r) => r.entry.matter),
      column((r) => r.entry.by),
      column((r) => r.entry.occurredAt),
      column((r) => r.entry.recordedAt),
      column((r) => r.entry.audience),
      column((r) => r.entry.corrects ?? null),
      column((r) => r.canonical),
      column((r) => Buffer.from(r.opening)),
      column((r) => Buffer.from(r.commitment)),
    ],
  });
}

const tableName = z.string().regex(/^(view|view_rebuilt|work)\.[a-z_]+$/);
const columnName = z.string().regex(/^[a-z_]+$/);

/** Adds rows to a view or work table. Work tables ignore rows that are already there (outbox keys); views never may. */
export async function insertRows(
  client: ClientBase,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const name = tableName.parse(table);
  const columns = z
    .array(columnName)
    .parse(Object.keys(rows[0] ?? {}))
    .join(', ');
  await client.query({
    text: `insert into ${name} (${columns}) select ${columns} from json_populate_recordset(null::${name}, $1)
           ${name.startsWith('work.') ? 'on conflict do nothing' : ''}`,
    values: [JSON.stringify(rows)],
  });
}

/** Moves the end of the log; `recordedAt` null leaves the time (a command without entries). */
export async function moveHead(client: ClientBase, size: number, recordedAt: string | null): Promise<void> {
  await client.query({
    name: 'move-head',
    text: 'update log.head set size = $1, recorded_at = coalesce($2::timestamptz, recorded_at)',
    values: [size, recordedAt],
  });
}
