/** Clocks that jump while entries are written: the times of recording never go back along the log, whatever the processes' clocks say. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { streamOf } from '../rooms/entries.ts';
import { fsck } from './fsck.ts';

const HOUR = 3_600_000;
const WRITERS = 12;
const ROUNDS = 25;

let one: TestLedger;
let two: TestLedger;
beforeAll(async () => {
  one = await testLedger();
  // A second server process on the same database, its clock 17 minutes behind.
  two = await testLedger({ database: one.database, now: one.clock.now() - 17 * 60_000 });
});
afterAll(async () => {
  await two.close();
  await one.close();
});

test('clocks set back an hour and forward again under load, in two processes with clocks apart', async () => {
  let left = WRITERS;
  const clocks = async () => {
    for (let i = 0; left > 0; i++) {
      // Forward first: an hour back from where the log has come to.
      one.clock.tick(i % 5 === 4 ? -HOUR : i % 5 === 1 ? HOUR : 40);
      two.clock.tick(i % 7 === 3 ? -HOUR : i % 7 === 5 ? HOUR : 55);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writer = async (n: number) => {
    const t = n % 2 === 0 ? one : two;
    for (let i = 0; i < ROUNDS; i++) {
      const key = `${n}-${i}`;
      const done = await t.ledger.append({ key, entries: [partyEntry(t), partyEntry(t)] });
      expect(done).toMatchObject({ repeated: false, entries: [{}, {}] });
      if (i % 9 === 0) await one.ledger.publish();
    }
    left--;
  };
  await Promise.all([clocks(), ...Array.from({ length: WRITERS }, (_, n) => writer(n))]);

  const { rows } = await one.pool.query<{ n: number; back: number; times: number }>(`
    select count(*) as n, count(*) filter (where recorded_at < before) as back, count(distinct recorded_at) as times
    from (select recorded_at, lag(recorded_at) over (order by seq) as before from ledger.entry) t`);
  expect(rows[0]).toMatchObject({ n: 2 * WRITERS * ROUNDS, back: 0 });
  expect(rows[0]?.times).toBeGreaterThan(1);
  // What the receipt says is the entry's own word, not the column's: fsck compares the two.
  await one.ledger.publish();
  expect(await fsck({ pool: one.pool, origin: TEST_ORIGIN, key: one.signer.key, streamOf })).toMatchObject({
    ok: true,
    entries: 2 * WRITERS * ROUNDS,
    unpublished: 0,
  });
});

test('checkpoints signed after a clock was set back never say an earlier time than the one before', async () => {
  for (const ms of [0, -HOUR, 60_000, -24 * HOUR, 2 * HOUR]) {
    one.clock.tick(ms);
    await one.ledger.append({ key: `signed ${one.newId()}`, entries: [partyEntry(one)] });
    await one.ledger.publish();
  }
  const { rows } = await one.pool.query<{ n: number; back: number }>(`
    select count(*) as n, count(*) filter (where signed_at < before) as back
    from (select signed_at, lag(signed_at) over (order by size) as before from log.checkpoint) t`);
  expect(rows[0]?.n).toBeGreaterThan(5);
  expect(rows[0]?.back).toBe(0);
});
