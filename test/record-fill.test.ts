/** The log that `npm run bench -- record` measures is one that the code would have written: the same receipts, the same views. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BenchDatabase, benchDatabase } from '../bench/database.ts';
import { ORIGIN } from '../bench/ledger.ts';
import { type Filled, fill } from '../bench/record-fill.ts';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { fsck } from '../src/ledger/fsck.ts';
import { rebuild } from '../src/ledger/rebuild.ts';
import { parseVkey } from '../src/proof/index.ts';
import { streamOf } from '../src/rooms/entries.ts';
import { project } from '../src/rooms/project.ts';

const STREAMS = new URL('../src/rooms/streams.ts', import.meta.url).href;

let database: BenchDatabase;
let filled: Filled;
beforeAll(async () => {
  database = await benchDatabase();
  filled = await fill(database, 2_000);
});
afterAll(() => database.close());

test('every entry opens its commitment and stands under a checkpoint', async () => {
  const pool = openPool(database.ownerConfig);
  const { vkey } = await loadLogKey(`${database.dataDir}/keys`, ORIGIN);
  const found = await fsck({ pool, streams: STREAMS, origin: ORIGIN, key: parseVkey(vkey), streamOf });
  await pool.end();
  expect(found).toMatchObject({ ok: true });
  expect(filled.entries).toBeGreaterThan(1_800);
});

test('the views are those that are rebuilt from the entries, and the tables have all of their indexes', async () => {
  const pool = openPool(database.ownerConfig);
  const fresh = await benchDatabase();
  const other = openPool(fresh.ownerConfig);
  const indexes = `select schemaname, tablename, indexdef from pg_indexes where schemaname in ('view', 'ledger') order by 1, 2, 3`;
  expect((await pool.query(indexes)).rows).toEqual((await other.query(indexes)).rows);
  await other.end();
  await fresh.close();
  const rebuilt = await rebuild(pool, project);
  await pool.end();
  expect(rebuilt.tables.filter((one) => one.onlyBefore + one.onlyRebuilt > 0)).toEqual([]);
  expect(rebuilt.equal).toBe(true);
  const rows = new Map(rebuilt.tables.map((one) => [one.table, one.rows]));
  for (const table of [
    'party',
    'service',
    'evidence',
    'answer',
    'item_answer',
    'item_determination',
    'statement',
    'source',
    'note',
    'search',
  ])
    expect(rows.get(table), table).toBeGreaterThan(0);
});
