/**
 * A server process that ends, or stands still, in the middle of a batch with the lock on the log in its hands: the other processes go on
 * within a second. Two real processes on one PostgreSQL.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import type { Signer } from '../proof/write.ts';
import { streamOf } from '../rooms/entries.ts';
import { fsck } from './fsck.ts';
import { sequencer } from './sequence.ts';

const PROGRAM = fileURLToPath(new URL('../../test/support/holding.ts', import.meta.url));

let t: TestLedger;
const children: ChildProcess[] = [];
beforeAll(async () => {
  // The other process lives in real time: so does this one.
  t = await testLedger({ now: Date.now() });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => t.close());

/** Starts the process and waits until it holds the lock. */
async function holder(key: string, entries: number, stands: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
    env: { ...process.env, HOLDING: JSON.stringify({ appConfig: t.database.appConfig, key, entries, stands }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  expect(lines).toEqual(['{"holding":true}']);
  return { child, lines, ended: once(child, 'close') };
}

/** Eight callers of this process, who wait for the lock; the longest that one of them had to wait since now, milliseconds. */
async function others(name: string): Promise<number> {
  const from = performance.now();
  const waited = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      await t.ledger.append({ key: `${name}-${i}`, entries: [partyEntry(t)] });
      return performance.now() - from;
    }),
  );
  return Math.max(...waited);
}

/** Keys of accepted commands. */
const keysOf = async (prefix: string) =>
  (
    await t.pool.query<{ key: string }>('select key from ledger.command where starts_with(key, $1) order by key', [
      prefix,
    ])
  ).rows.map((one) => one.key);

/** One entry, and as many as a batch takes (`MOST` of ledger.ts). */
const SIZES = [1, 512];

test.each(SIZES)(
  'killed with the lock in its hands: the others go on within a second, and nothing of its batch of %i was written',
  async (entries) => {
    const key = `killed-${entries}`;
    const { child, ended } = await holder(key, entries, 60_000);
    const waiting = others(`after-kill-${entries}`);
    child.kill('SIGKILL');
    const ms = await waiting;
    await ended;
    console.log(`killed with ${entries} in its batch: the others waited ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(1_000);
    expect(await keysOf(key)).toEqual([`${key}-first`]);
  },
);

test.each(SIZES)(
  'stopped with the lock in its hands: the others go on within a second, and it writes its batch of %i when it wakes',
  async (entries) => {
    const key = `stopped-${entries}`;
    const { child, lines, ended } = await holder(key, entries, 1_500);
    child.kill('SIGSTOP');
    const ms = await others(`after-stop-${entries}`);
    console.log(`stopped with ${entries} in its batch: the others waited ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(1_000);
    expect(await keysOf(key)).toEqual([`${key}-first`]);
    child.kill('SIGCONT');
    await ended;
    // Its session had ended; it found out, and sent the batch again.
    expect(lines.slice(1)).toEqual(['{"outcomes":["written"]}']);
    expect(await keysOf(key)).toHaveLength(entries + 1);
  },
);

test('standing still while it publishes: another process publishes instead, and it cannot when it wakes', async () => {
  await t.ledger.append({ key: 'to-publish', entries: [partyEntry(t)] });
  let wake = () => {};
  let signing = () => {};
  const begun = new Promise<void>((resolve) => {
    signing = resolve;
  });
  const still = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const pool = openPool(t.database.appConfig);
  const { signer } = t;
  const slow: Signer = {
    key: signer.key,
    sign: async (text) => {
      signing();
      await still;
      return await signer.sign(text);
    },
  };
  const round = sequencer({ pool, clock: t.clock, origin: TEST_ORIGIN, signer: slow })
    .round()
    .then(
      () => 'published',
      () => 'refused',
    );
  await begun;
  const from = performance.now();
  const size = await t.ledger.publish();
  const ms = performance.now() - from;
  console.log(`publishing: the other waited ${Math.round(ms)} ms`);
  expect(ms).toBeLessThan(5_000);
  wake();
  expect(await round).toBe('refused');
  await pool.end();
  const { rows } = await t.pool.query<{ size: number }>('select max(size) as size from log.checkpoint');
  expect(rows[0]?.size).toBe(size);
  expect(await fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf })).toMatchObject({
    ok: true,
    unpublished: 0,
  });
});
