/** The history of one thing as the ledger holds it: its entries in order, and the position that a decision was made on. Reads only. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { instantText } from './fields.ts';

/** Position of the last entry of a stream, null while there is none: what `expect` of an append wants. Read it before what you decide on. */
export async function lastOf(db: Kysely<Database>, stream: string): Promise<number | null> {
  const row = await db
    .selectFrom('ledger.entry')
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('stream', '=', stream)
    .executeTakeFirst();
  return row?.last === null || row?.last === undefined ? null : Number(row.last);
}

/** The same of many streams at once; a stream without entries is not in it. */
export async function lastsOf(db: Kysely<Database>, streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (streams.length === 0) return new Map();
  const rows = await db
    .selectFrom('ledger.entry')
    .select((eb) => ['stream', eb.fn.max('seq').as('last')])
    .where('stream', 'in', [...streams])
    .groupBy('stream')
    .execute();
  return new Map(rows.map((row) => [row.stream, Number(row.last)]));
}

export interface StreamEntry {
  readonly id: string;
  readonly position: number;
  readonly kind: string;
  readonly by: string;
  readonly audience: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** 32 bytes */
  readonly commitment: Uint8Array;
  readonly body: Readonly<Record<string, unknown>>;
}

const stored = z.object({
  by: z.string(),
  audience: z.string(),
  occurredAt: instantText,
  recordedAt: instantText,
  body: z.record(z.string(), z.unknown()),
});

/** Entries of a stream that its parties may see (`public` and `parties`), oldest first. */
export const entriesOf = (db: Kysely<Database>, stream: string): Promise<readonly StreamEntry[]> =>
  entriesWhere(db, (eb) => eb('stream', '=', stream));

/** Entries by their ids, of those that both sides may see; whoever asks has made sure that they are theirs. */
export const entriesById = (db: Kysely<Database>, ids: readonly string[]): Promise<readonly StreamEntry[]> =>
  entriesWhere(db, (eb) => eb('id', '=', eb.fn.any(eb.val([...ids]))));

async function entriesWhere(
  db: Kysely<Database>,
  which: (eb: ExpressionBuilder<Database, 'ledger.entry'>) => Expression<SqlBool>,
): Promise<readonly StreamEntry[]> {
  const rows = await db
    .selectFrom('ledger.entry')
    .select(['id', 'seq', 'kind', 'canonical', 'commitment'])
    .where(which)
    .where('audience', 'in', ['public', 'parties'])
    // What was erased has nothing left to show; its `entry.erased` stands in the same stream.
    .where('canonical', 'is not', null)
    .$narrowType<{ canonical: string }>()
    .orderBy('seq')
    .execute();
  return rows.map(read);
}

interface EntryRow {
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  readonly canonical: string;
  readonly commitment: Uint8Array;
}

function read(row: EntryRow): StreamEntry {
  const entry = stored.parse(JSON.parse(row.canonical));
  return {
    id: row.id,
    position: row.seq,
    kind: row.kind,
    by: entry.by,
    audience: entry.audience,
    occurredAt: new Date(entry.occurredAt),
    recordedAt: new Date(entry.recordedAt),
    commitment: row.commitment,
    body: entry.body,
  };
}

/** The same of many streams in one query, of these kinds alone. */
export async function entriesOfAll(
  db: Kysely<Database>,
  streams: readonly string[],
  kinds: readonly string[],
): Promise<ReadonlyMap<string, readonly StreamEntry[]>> {
  const found = new Map<string, StreamEntry[]>();
  if (streams.length === 0) return found;
  const rows = await db
    .selectFrom('ledger.entry')
    .select(['id', 'seq', 'kind', 'canonical', 'commitment', 'stream'])
    .where('stream', 'in', [...streams])
    .where('kind', 'in', [...kinds])
    .where('audience', 'in', ['public', 'parties'])
    .where('canonical', 'is not', null)
    .$narrowType<{ canonical: string }>()
    .orderBy('seq')
    .execute();
  for (const row of rows) {
    const list = found.get(row.stream);
    if (list) list.push(read(row));
    else found.set(row.stream, [read(row)]);
  }
  return found;
}
