/**
 * Lists on their way into the directory, as kept in work tables: their files, what each row would change, what was chosen of it. Nothing here
 * is a fact; the directory knows of it when it is written (run.ts).
 */

import { type Kysely, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../../base/database.ts';
import { Conflict, NotFound } from '../../../base/errors.ts';
import { uuidv7 } from '../../../base/ids.ts';
import { t } from '../../../base/language.ts';
import type { Services } from '../../../base/services.ts';
import { type Mapping, mapping } from './row.ts';

/**
 * `mapping`: somebody says which column is what; `comparing`: in the background; `compared`: somebody chooses; `writing`: in the background;
 * `done`. Files go when it is done.
 */
export const STATES = ['mapping', 'comparing', 'compared', 'writing', 'done'] as const;
export type State = (typeof STATES)[number];
/** What a row is: told apart on the page of differences. */
export const WHATS = ['new', 'changed', 'gone', 'problem'] as const;
export type What = (typeof WHATS)[number];

const notes = z.object({
  /** rows that change nothing */
  same: z.number().default(0),
  /** sentences on what was passed over, and why */
  lines: z.array(z.string()).default([]),
  /** how many of each were written */
  written: z.object({ new: z.number(), changed: z.number(), gone: z.number(), passed: z.number() }).optional(),
});
export type Notes = z.infer<typeof notes>;

export interface Import {
  readonly id: string;
  /** the organisation whose work it is */
  readonly party: string;
  readonly name: string;
  readonly form: 'ocd' | 'csv';
  readonly mapping: Mapping | null;
  readonly state: State;
  readonly total: number;
  readonly done: number;
  readonly notes: Notes;
  readonly trouble: string | null;
  readonly createdAt: Date;
}

interface ImportRow {
  id: string;
  party: string;
  name: string;
  form: string;
  mapping: unknown;
  state: string;
  total: number;
  done: number;
  notes: unknown;
  trouble: string | null;
  created_at: Date;
}

const toImport = (row: ImportRow): Import => ({
  id: row.id,
  party: row.party,
  name: row.name,
  form: row.form === 'ocd' ? 'ocd' : 'csv',
  mapping: row.mapping === null ? null : mapping.parse(row.mapping),
  state: STATES.find((one) => one === row.state) ?? 'mapping',
  total: row.total,
  done: row.done,
  notes: notes.parse(row.notes),
  trouble: row.trouble,
  createdAt: row.created_at,
});

export async function loadImport(db: Kysely<Database>, id: string): Promise<Import> {
  const row = await db.selectFrom('work.directory_import').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row)
    throw new NotFound('no-import', { what: t('directory.import.none'), lost: t('directory.import.none.lost') });
  return toImport(row);
}

/** The lists of an organisation, newest first. */
export async function importsOf(db: Kysely<Database>, party: string): Promise<readonly Import[]> {
  const rows = await db
    .selectFrom('work.directory_import')
    .selectAll()
    .where('party', '=', party)
    .orderBy('created_at', 'desc')
    .limit(50)
    .execute();
  return rows.map(toImport);
}

/** Those that a stop interrupted. */
export async function importsUnderWay(db: Kysely<Database>): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('work.directory_import')
    .select('id')
    .where('state', 'in', ['comparing', 'writing'])
    .where('trouble', 'is', null)
    .orderBy('updated_at')
    .execute();
  return rows.map((row) => row.id);
}

export async function beginImport(
  { db, clock, random }: Pick<Services, 'db' | 'clock' | 'random'>,
  party: string,
): Promise<string> {
  const now = clock.now();
  const id = uuidv7(now, random);
  const at = new Date(now);
  await db
    .insertInto('work.directory_import')
    .values({
      id,
      party,
      name: 'a list',
      form: 'csv',
      mapping: null,
      state: 'mapping',
      trouble: null,
      created_at: at,
      updated_at: at,
    })
    .execute();
  return id;
}

export async function changeImport(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  id: string,
  change: {
    readonly name?: string;
    readonly form?: Import['form'];
    readonly mapping?: Mapping;
    readonly state?: State;
    readonly total?: number;
    readonly done?: number;
    readonly notes?: Notes;
    readonly trouble?: string | null;
  },
  from?: readonly State[],
): Promise<void> {
  const { mapping: map, notes: said, ...rest } = change;
  const done = await db
    .updateTable('work.directory_import')
    .set({
      ...rest,
      ...(map ? { mapping: JSON.stringify(map) } : {}),
      ...(said ? { notes: JSON.stringify(said) } : {}),
      updated_at: new Date(clock.now()),
    })
    .where('id', '=', id)
    .$if(from !== undefined, (query) => query.where('state', 'in', [...(from ?? [])]))
    .executeTakeFirst();
  if (from !== undefined && done.numUpdatedRows === 0n)
    throw new Conflict('import-moved-on', {
      what: t('directory.import.moved-on'),
      lost: t('directory.import.moved-on.lost'),
      next: t('directory.import.moved-on.next'),
    });
}

export async function dropImport(db: Kysely<Database>, id: string): Promise<void> {
  await db
    .deleteFrom('work.directory_import')
    .where('id', '=', id)
    .where('state', 'in', ['mapping', 'compared'])
    .execute();
}

const PIECE = 1024 * 1024;

/** Keeps a file in pieces as it comes in. @returns its size in bytes */
export async function putFile(
  db: Kysely<Database>,
  id: string,
  file: number,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<number> {
  let [n, size, held] = [0, 0, Buffer.alloc(0)];
  const put = async (data: Buffer) => {
    await db.insertInto('work.directory_import_file').values({ import: id, file, n: n++, name, data }).execute();
  };
  for await (const piece of bytes) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge();
    held = Buffer.concat([held, piece]);
    for (; held.length >= PIECE; held = held.subarray(PIECE)) await put(held.subarray(0, PIECE));
  }
  if (held.length > 0 || n === 0) await put(held);
  return size;
}

export async function filesOf(
  db: Kysely<Database>,
  id: string,
): Promise<readonly { readonly file: number; readonly name: string }[]> {
  return await db
    .selectFrom('work.directory_import_file')
    .select(['file', 'name'])
    .where('import', '=', id)
    .where('n', '=', 0)
    .orderBy('file')
    .execute();
}

/** A file again, piece by piece. */
export async function* bytesOf(db: Kysely<Database>, id: string, file: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; ; n++) {
    const row = await db
      .selectFrom('work.directory_import_file')
      .select('data')
      .where('import', '=', id)
      .where('file', '=', file)
      .where('n', '=', n)
      .executeTakeFirst();
    if (!row) return;
    yield row.data;
  }
}

export async function dropFiles(db: Kysely<Database>, id: string): Promise<void> {
  await db.deleteFrom('work.directory_import_file').where('import', '=', id).execute();
}

export interface RowOf {
  readonly n: number;
  readonly file: string;
  readonly line: number;
  readonly what: What;
  readonly name: string;
  readonly party: string | null;
  readonly body: unknown;
  /** of what changed: fields, old and new */
  readonly before: unknown;
  readonly problem: string | null;
  readonly chosen: boolean;
}

export async function insertRows(db: Kysely<Database>, id: string, rows: readonly RowOf[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into work.directory_import_row (import, n, file, line, what, name, party, body, before, problem, chosen)
    select ${id}::uuid, n, file, line, what, name, party, body, before, problem, chosen
    from json_populate_recordset(null::work.directory_import_row, ${JSON.stringify(rows)})`.execute(db);
}

export async function deleteRows(
  db: Kysely<Database>,
  id: string,
  which: SqlCondition = sql<SqlBool>`true`,
): Promise<void> {
  await db.deleteFrom('work.directory_import_row').where('import', '=', id).where(which).execute();
}
type SqlCondition = ReturnType<typeof sql<SqlBool>>;

export type Counts = Readonly<Record<What, { readonly all: number; readonly chosen: number }>>;

export async function countRows(db: Kysely<Database>, id: string): Promise<Counts> {
  const { rows } = await sql<{ what: string; n: number; chosen: number }>`
    select what, count(*)::int as n, (count(*) filter (where chosen))::int as chosen from work.directory_import_row
    where import = ${id} group by what`.execute(db);
  const of = (what: What) => {
    const row = rows.find((one) => one.what === what);
    return { all: row?.n ?? 0, chosen: row?.chosen ?? 0 };
  };
  return { new: of('new'), changed: of('changed'), gone: of('gone'), problem: of('problem') };
}

/** Rows of a sort, `size` from the one at `offset` on, in the order of the list. */
export async function rowsPage(
  db: Kysely<Database>,
  id: string,
  what: What,
  offset: number,
  size: number,
): Promise<readonly RowOf[]> {
  const rows = await db
    .selectFrom('work.directory_import_row')
    .selectAll()
    .where('import', '=', id)
    .where('what', '=', what)
    .orderBy('n')
    .limit(size)
    .offset(offset)
    .execute();
  return rows.map(toRow);
}

const toRow = ({ what, ...row }: Omit<RowOf, 'what'> & { readonly what: string }): RowOf => ({
  ...row,
  what: WHATS.find((one) => one === what) ?? 'problem',
});

/** Chosen rows between two places of the list, in its order. */
export async function chosenBetween(
  db: Kysely<Database>,
  id: string,
  from: number,
  to: number,
): Promise<readonly RowOf[]> {
  const rows = await db
    .selectFrom('work.directory_import_row')
    .selectAll()
    .where('import', '=', id)
    .where('n', '>=', from)
    .where('n', '<', to)
    .where('chosen', '=', true)
    .where('what', '<>', 'problem')
    .orderBy('n')
    .execute();
  return rows.map(toRow);
}

/** The last place in the list, or -1. */
export async function lastRow(db: Kysely<Database>, id: string): Promise<number> {
  const row = await db
    .selectFrom('work.directory_import_row')
    .select((eb) => eb.fn.max('n').as('n'))
    .where('import', '=', id)
    .executeTakeFirst();
  return row?.n ?? -1;
}

/** Of the rows shown, those ticked are chosen and the others are not; without `shown`, all rows of a sort. */
export async function chooseRows(
  { db }: Pick<Services, 'db'>,
  id: string,
  what: What,
  choice: { readonly shown: readonly number[]; readonly ticked: readonly number[] } | 'all' | 'none',
): Promise<void> {
  const rows = db.updateTable('work.directory_import_row').where('import', '=', id).where('what', '=', what);
  if (typeof choice === 'string') {
    await rows.set({ chosen: choice === 'all' }).execute();
    return;
  }
  if (choice.shown.length === 0) return;
  await rows
    .set({ chosen: sql<boolean>`n = any(${[...choice.ticked]}::int[])` })
    .where('n', 'in', [...choice.shown])
    .execute();
}
