/**
 * Each query of an append and of publishing fails twice: once before PostgreSQL heard of it, once after it carried it out and before
 * its answer came. Then the server starts again: nothing acknowledged is missing, nothing is there twice, and the log is whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cut, type CuttingLine, cuttingLine } from '../../test/support/cutting.ts';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../../test/support/postgres.ts';
import type { Append } from '../base/append.ts';
import { Unavailable } from '../base/errors.ts';
import { streamOf } from '../rooms/entries.ts';
import { fsck } from './fsck.ts';

/**
 * Queries of each work, all of them cut in turn; a run that is not cut counts them, so that one more would be noticed.
 * An append of entries with work rows: BEGIN, `advance`, entries, a view, the outbox, COMMIT; publishing: six.
 */
const WORKS = {
  /** two batches, and a round of publishing */
  quick: 2 * 6 + 6,
  /** the same while another process writes, when the lock passes on before the batch is on disk: its COMMIT says so, and waits */
  others: 2 * 6 + 6,
  /**
   * a batch with a key that was used before: the same six, refused; then with care, where the lock, the time, the keys and the streams are
   * asked one by one: BEGIN, `takeTurn`, `readLatest`, `readCommands`, `readLasts`, `advance`, entries, a view, the outbox, COMMIT
   */
  careful: 6 + 10,
} as const;
type Work = keyof typeof WORKS;

let database: FreshDatabase;
let line: CuttingLine;
let keys: string;
let written = 0;
beforeAll(async () => {
  database = await freshDatabase();
  line = await cuttingLine(database.appConfig);
  keys = await mkdtemp(join(tmpdir(), 'counterfoil-keys-'));
});
afterAll(async () => {
  await line.close();
  await database.drop();
  await rm(keys, { recursive: true, force: true });
});

const open = (through: boolean): Promise<TestLedger> =>
  testLedger({
    database: through ? { ...database, appConfig: line.config } : database,
    keys,
    now: Date.parse('2026-03-02T15:00:00.000Z') + written,
    onError: () => {},
  });

/** A command of two entries of a stream that is new, with a letter that goes with it. */
function command(t: TestLedger, key: string): Append {
  const row = { key, kind: 'letter', address: 'clerk@example.gov', not_before: '2999-01-01T00:00:00Z', params: {} };
  return {
    key,
    entries: [partyEntry(t), partyEntry(t)],
    expect: [{ stream: t.newId(), last: null }],
    rows: [{ table: 'work.outbox', rows: [{ ...row, state: 'queued', attempts: 0 }] }],
  };
}

/** What each work appends: batches of keys, one after the other. The first key of a careful one was used before. */
const batchesOf: Readonly<Record<Work, (name: string) => readonly (readonly string[])[]>> = {
  quick: (name) => [
    [`${name}-one`, `${name}-two`],
    [`${name}-three`, `${name}-four`],
  ],
  others: (name) => batchesOf.quick(name),
  careful: (name) => [[`${name}-warm`, `${name}-one`, `${name}-two`]],
};

/** Works with the line cut at the n-th query, then starts again and reckons up. @returns queries until the cut, and whether it came */
async function trial(work: Work, at: number, cut: Cut): Promise<{ readonly cut: boolean; readonly queries: number }> {
  const server = await open(true);
  const name = `${work}-${cut}-${at}`;
  const batches = batchesOf[work](name);
  const names = [...new Set([`${name}-warm`, ...batches.flat()])];
  const heard = new Map<string, number>();
  let happened = { cut: false, queries: 0 };
  try {
    // So that the connections are there and statements are prepared: what is cut is an append like any other.
    const append = async (key: string) => {
      const done = await server.ledger.append(command(server, key));
      heard.set(key, done.entries[0]?.position ?? -1);
    };
    await append(`${name}-warm`);
    if (work === 'others') {
      const other = await open(false);
      await other.ledger.append({ key: `${name}-other`, entries: [partyEntry(other), partyEntry(other)] });
      await other.close();
      written += 2;
      await server.ledger.append(command(server, `${name}-met`));
      names.push(`${name}-met`);
    }
    await server.ledger.publish();
    line.arm(at, cut);
    for (const [i, batch] of batches.entries()) {
      const publishing = work !== 'careful' && i === batches.length - 1 ? [server.ledger.publish().then(() => {})] : [];
      const outcomes = await Promise.allSettled([...batch.map(append), ...publishing]);
      for (const outcome of outcomes.slice(0, batch.length)) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Unavailable);
      }
    }
  } finally {
    happened = { cut: line.done(), queries: line.passed() };
    line.arm(Number.POSITIVE_INFINITY, 'before');
    await server.close();
  }

  const again = await open(false);
  try {
    for (const key of names) {
      const repeated = await again.ledger.append(command(again, key));
      expect(repeated.entries).toHaveLength(2);
      const before = heard.get(key);
      if (before !== undefined) expect(repeated).toMatchObject({ repeated: true, entries: [{ position: before }, {}] });
    }
    written += 2 * names.length;
    await again.ledger.publish();
    const { rows } = await again.pool.query<{ n: number; letters: number }>(
      `select (select count(*) from ledger.entry) as n,
              (select count(*) from work.outbox where starts_with(key, $1)) as letters`,
      [`${name}-`],
    );
    // Each letter goes with its entries: once, and never without them.
    expect(rows[0]).toEqual({ n: written, letters: names.length });
    expect(await fsck({ pool: again.pool, origin: TEST_ORIGIN, key: again.signer.key, streamOf })).toMatchObject({
      ok: true,
      entries: written,
      unpublished: 0,
    });
  } finally {
    await again.close();
  }
  return happened;
}

describe.each(['quick', 'others', 'careful'] as const)('an append, %s', (work) => {
  it('makes as many queries as are cut, and not one more', async () => {
    const past = WORKS[work] + 1;
    expect(await trial(work, past, 'before')).toEqual({ cut: false, queries: WORKS[work] });
  });

  describe.each(['before', 'after'] as const)('the line to PostgreSQL cut %s a query was carried out', (cut) => {
    it.each(Array.from({ length: WORKS[work] }, (_, i) => i + 1))('query %i', async (at) => {
      expect((await trial(work, at, cut)).cut).toBe(true);
    });
  });
});
