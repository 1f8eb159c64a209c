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
import { Unavailable } from '../base/errors.ts';
import { streamOf } from '../rooms/entries.ts';
import { fsck } from './fsck.ts';

const QUERIES = 16;

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

/** Appends in two batches and publishes, with the line cut at the n-th query. @returns whether there was an n-th query */
async function trial(at: number, cut: Cut): Promise<boolean> {
  const server = await open(true);
  const names = ['one', 'two', 'three', 'four'].map((name) => `${cut}-${at}-${name}`);
  const heard = new Map<string, number>();
  let happened = false;
  try {
    // So that the connections are there and statements are prepared: what is cut is an append like any other.
    await server.ledger.append({ key: `${cut}-${at}-warm`, entries: [partyEntry(server)] });
    await server.ledger.publish();
    line.arm(at, cut);
    const append = async (key: string) => {
      const done = await server.ledger.append({ key, entries: [partyEntry(server), partyEntry(server)] });
      heard.set(key, done.entries[0]?.position ?? -1);
    };
    const [one, two, ...rest] = names;
    const first = await Promise.allSettled([append(one ?? ''), append(two ?? '')]);
    const then = await Promise.allSettled([...rest.map(append), server.ledger.publish().then(() => {})]);
    const outcomes = [...first, ...then];
    for (const outcome of outcomes.slice(0, 4)) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Unavailable);
    }
  } finally {
    happened = line.done();
    line.arm(Number.POSITIVE_INFINITY, 'before');
    await server.close();
  }

  const again = await open(false);
  try {
    for (const key of names) {
      const repeated = await again.ledger.append({ key, entries: [partyEntry(again), partyEntry(again)] });
      expect(repeated.entries).toHaveLength(2);
      const before = heard.get(key);
      if (before !== undefined) expect(repeated).toMatchObject({ repeated: true, entries: [{ position: before }, {}] });
    }
    written += 9;
    await again.ledger.publish();
    const { rows } = await again.pool.query<{ n: number }>('select count(*) as n from ledger.entry');
    expect(rows[0]?.n).toBe(written);
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

describe.each(['before', 'after'] as const)('the line to PostgreSQL cut %s a query was carried out', (cut) => {
  // Two batches of five queries each, and a round of publishing of six.
  it.each(Array.from({ length: QUERIES }, (_, i) => i + 1))('query %i of an append and of publishing', async (at) => {
    expect(await trial(at, cut)).toBe(true);
  });
});
