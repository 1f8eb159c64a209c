/**
 * Fills a database with many entries at a tenth of the cost of appending them: entries are checked, stamped, committed to and projected by the
 * code that the append itself uses (`planning`), and their rows come in by COPY into tables whose indexes are made afterwards. The tree and its
 * checkpoint are the sequencer's. What is left out: the outbox and other work rows, and the lock, which nobody else wants here.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { uuidv7 } from '../src/base/ids.ts';
import { HEAD } from '../src/ledger/binary.ts';
import { copyIn } from '../src/ledger/copy.ts';
import { likely, type PlanDeps, planning } from '../src/ledger/plan.ts';
import { sequencer } from '../src/ledger/sequence.ts';
import type { ColumnTypes, TableRows } from '../src/ledger/spelled.ts';
import { copyRows, readTypes, writeEntries } from '../src/ledger/sql.ts';
import { checkBody, streamOf } from '../src/rooms/entries.ts';
import { project } from '../src/rooms/project.ts';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { clock, ORIGIN, random } from './ledger.ts';
import { type Party, registered, type Step, year } from './record-story.ts';

const DAY = 86_400_000;
/** Years of the story; fewer make a smaller log with records of the same size. */
const YEARS = Number(process.env.BENCH_YEARS ?? 10);
/** Entries a party in a year, as it comes out. */
const A_PARTY = 11;
const MOST_PARTIES = 90_837;
/** Entries after which rows of views go out. */
const PIECE = 10_000;

export interface Filled {
  readonly entries: number;
  readonly parties: number;
  /** slug of the last record, and the time of its serving and of its last entry, milliseconds */
  readonly slug: string;
  readonly from: number;
  readonly to: number;
}

/** Takes all indexes and keys off the tables that are filled. @returns what puts them back */
async function withoutIndexes(client: pg.PoolClient): Promise<readonly string[]> {
  const { rows } = await client.query<{ drop: string; make: string }>(`
    select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as drop,
           format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as make
    from pg_constraint c join pg_namespace n on n.oid = c.connamespace
    where n.nspname in ('view', 'ledger') and c.contype in ('p', 'u')
    union all
    select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname in ('view', 'ledger') and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ make }) => make);
}

/** Rows of views that wait, by table and columns. */
class Waiting {
  readonly #tables = new Map<string, { readonly rows: TableRows; text: string[] }>();
  add(one: TableRows): void {
    const key = `${one.table} ${one.columns.join(' ')}`;
    const known = this.#tables.get(key);
    if (known) known.text.push(one.spelled);
    else this.#tables.set(key, { rows: one, text: [one.spelled] });
  }
  async out(client: pg.PoolClient): Promise<void> {
    const all = [...this.#tables.values()];
    this.#tables.clear();
    await Promise.all(all.map(({ rows, text }) => copyRows(client, { ...rows, rows: [], spelled: text.join('') })));
  }
}

const COMMANDS = 'copy ledger.command (key, first_seq, count) from stdin';
/** What ends rows in COPY's binary format. */
const END = Buffer.from([0xff, 0xff]);

/** Writes steps one after the other, those of many in one COPY. @returns how many entries */
async function write(client: pg.PoolClient, types: ColumnTypes, steps: Iterable<Step>): Promise<number> {
  let base = 0;
  let commands: string[] = [];
  let rows: Uint8Array[] = [];
  const waiting = new Waiting();
  let written = 0;
  let going: Promise<unknown> = Promise.resolve();
  const out = async () => {
    await going;
    const entries = Buffer.concat([HEAD, ...rows, END]);
    going = Promise.all([
      writeEntries(client, { rows: entries, commitments: new Uint8Array(0) }),
      waiting.out(client),
      copyIn(client, 'fill-commands', COMMANDS, Buffer.from(commands.join(''))),
    ]);
    [rows, commands, written] = [[], [], base];
  };
  // A position that is text goes to the database as it is; a number would be counted from where a batch begins.
  const placed: PlanDeps['project'] = (entry, seq) =>
    project(entry, seq).map(({ table, row }) => ({ table, row: { ...row, seq: String(base + Number(row.seq)) } }));
  const deps: PlanDeps = { random, streamOf, checkBody, project: placed };
  for (const { at, commands: batch } of steps) {
    const made = planning(deps, batch, at, likely(batch), types);
    let step = made.next();
    while (!step.done) step = made.next();
    const plan = step.value;
    if (plan.commands.length !== batch.length || !plan.entries) throw new Error('a command of the story was refused');
    for (const { key, first, count } of plan.commands) commands.push(`${key}\t${base + first}\t${count}\n`);
    for (const one of plan.tables) waiting.add(one);
    rows.push(plan.entries.rows.slice(HEAD.length, -END.length));
    base += plan.move.entries;
    if (base - written < PIECE) continue;
    await out();
    if (Math.floor(base / 500_000) > Math.floor((base - PIECE) / 500_000))
      process.stderr.write(`${new Date().toISOString()} ${base} entries\n`);
  }
  await out();
  await going;
  return base;
}

/** Fills an empty, migrated database with about `wanted` entries, the last of them some minutes old. */
export async function fill(
  database: Pick<BenchDatabase, 'ownerConfig' | 'appConfig' | 'dataDir'>,
  wanted: number,
): Promise<Filled> {
  const pool = openPool(database.ownerConfig, 2);
  const client = await pool.connect();
  const end = Date.now() - 5 * 60_000;
  const parties: Party[] = [];
  const n = Math.min(MOST_PARTIES, Math.max(3, Math.round(wanted / A_PARTY / YEARS)));
  const begin = end - ((YEARS - 1) * 365 + 50) * DAY;
  const start = (no: number) => begin + no * 365 * DAY;
  const first = new Date(end).getUTCFullYear() - YEARS + 1;
  const office = uuidv7(begin, random);
  function* story(): Generator<Step> {
    yield* registered(office, n, begin - 10 * DAY, random, parties);
    for (let no = 0; no < YEARS; no++) {
      // Whoever has not the time for all of them is left with the first and the last.
      if (existsSync(join(database.dataDir, 'enough')) && no < YEARS - 1) continue;
      yield* year({ no: first + no, office, parties, start: start(no), end, random });
    }
  }
  const types = await readTypes(client);
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '1GB'`);
  const indexes = await withoutIndexes(client);
  const entries = await write(client, types, story());
  for (const make of indexes) await client.query(make);
  await client.query(`select setval('ledger.place', $1, false)`, [entries]);
  await client.query(
    `update log.head set size = $1::bigint, recorded_at = (select recorded_at from ledger.entry where seq = $1::bigint - 1)`,
    [entries],
  );
  await client.query('vacuum analyze');
  client.release();
  await pool.end();
  await published(database);
  return { entries, parties: n, slug: `certification-${first + YEARS - 1}`, from: start(YEARS - 1), to: end };
}

/** Tiles and checkpoints as the server makes them. */
async function published({ appConfig, dataDir }: Pick<BenchDatabase, 'appConfig' | 'dataDir'>): Promise<void> {
  const pool = openPool(appConfig, 2);
  const { signer } = await loadLogKey(join(dataDir, 'keys'), ORIGIN);
  const { round } = sequencer({ pool, clock, origin: ORIGIN, signer });
  while ((await round()).more);
  await pool.end();
}

export const filledFile = z.object({
  entries: z.number(),
  parties: z.number(),
  slug: z.string(),
  from: z.number(),
  to: z.number(),
});

/** The directory of a log with about `wanted` entries, filled unless it was before. @param kept where it stays for the next run */
export async function filledDir(
  wanted: number,
  kept: string | undefined,
): Promise<{ dataDir: string; filled: Filled }> {
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'counterfoil-bench-')));
  await mkdir(dataDir, { recursive: true });
  const note = join(dataDir, 'filled.json');
  const before = await readFile(note, 'utf8').catch(() => null);
  if (before !== null) return { dataDir, filled: filledFile.parse(JSON.parse(before)) };
  const database = await benchDatabase(dataDir);
  const filled = await fill(database, wanted);
  await database.close();
  await writeFile(note, JSON.stringify(filled));
  return { dataDir, filled };
}
