/**
 * `npm run bench -- append`: durable, receipted entries a second with 64 callers, beside plain batched inserts of the same bytes
 * into the same PostgreSQL. Ours does everything: checks of bodies, commitments, views, idempotency, tree, checkpoint; a caller
 * goes on when its entry is durable, and the clock stops when every entry is under a signed checkpoint.
 */

import { openPool } from '../src/adapters/postgres/pool.ts';
import { instant } from '../src/base/clock.ts';
import { groupCommit } from '../src/ledger/queue.ts';
import { benchDatabase } from './database.ts';
import { callers, itemAnswered, newId } from './entry.ts';
import { benchLedger } from './ledger.ts';
import { type BenchLine, isRole, median, report, round, runRole } from './lib.ts';

const CALLERS = 64;
const ENTRIES = 24_000;
const WARM = 3_000;

/** What serves plain inserts best: they are too quick for more than one batch under way to gain anything. */
const PLAIN = { most: 4096, depth: () => 1, worth: 1 };

async function times(total: number, one: () => Promise<unknown>): Promise<void> {
  let left = total;
  await callers(CALLERS, () => left-- > 0, one);
}

async function ours(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { ledger, pool } = await benchLedger(database);
  ledger.start();
  const one = () => ledger.append({ key: newId(), entries: [itemAnswered()] });
  await times(WARM, one);
  const start = performance.now();
  await times(ENTRIES, one);
  await ledger.publish();
  const seconds = (performance.now() - start) / 1000;
  await ledger.stop();
  await pool.end();
  await database.close();
  return { perSecond: ENTRIES / seconds };
}

/** The same callers and the same queue; each batch is one multi-row insert and one commit. Only the work differs. */
async function plain(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const pool = openPool(database.ownerConfig);
  await pool.query('create table plain (id bigint generated always as identity primary key, bytes text not null)');
  const text = 'insert into plain (bytes) select * from unnest($1::text[])';
  const queue = groupCommit<string, true>(async (items) => {
    await pool.query({ name: 'plain', text, values: [items] });
    return items.map(() => ({ ok: true, value: true }) as const);
  }, PLAIN);
  const one = () => queue.push(JSON.stringify({ v: 1, ...itemAnswered(), recordedAt: instant(Date.now()) }), 1);
  await times(WARM, one);
  const start = performance.now();
  await times(ENTRIES, one);
  const seconds = (performance.now() - start) / 1000;
  await pool.end();
  await database.close();
  return { perSecond: ENTRIES / seconds };
}

export async function run(): Promise<readonly BenchLine[]> {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < 3; i++) {
    a.push((await runRole(import.meta.url, 'ours'))['perSecond'] ?? 0);
    b.push((await runRole(import.meta.url, 'plain'))['perSecond'] ?? 0);
  }
  const ratio = median(a) / median(b);
  return [
    report({
      bench: 'append',
      work: `${ENTRIES} entries by ${CALLERS} callers: durable, in views, under a signed checkpoint`,
      unit: 'entries/s',
      ours: round(median(a), 0),
      reference: round(median(b), 0),
      referenceName: 'plain batched inserts of the same bytes, same PostgreSQL, same callers',
      ratio: round(ratio),
      goal: '≥ 0.25',
      met: ratio >= 0.25,
    }),
  ];
}

if (isRole('ours')) process.stdout.write(`${JSON.stringify(await ours())}\n`);
if (isRole('plain')) process.stdout.write(`${JSON.stringify(await plain())}\n`);
