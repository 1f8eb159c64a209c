/**
 * Each query of collecting a cosignature fails twice: before PostgreSQL heard of it, and after it carried it out and before its answer
 * came. Then the server starts again: the cosignature is there once, the quorum is known, and the receipt is whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cut, type CuttingLine, cuttingLine } from '../../test/support/cutting.ts';
import { partyEntry, random, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../../test/support/postgres.ts';
import { freshMemory, testSigner, witnessesFile } from '../../test/support/witness.ts';
import { nodeCache } from '../ledger/nodes.ts';
import { verifyReceipt } from '../proof/index.ts';
import { formatSize, SIZE_TYPE } from '../proof/witness.ts';
import { createCollector } from './collect.ts';
import { readWitnesses, type Witnesses } from './config.ts';
import { addCheckpoint } from './serve.ts';

/**
 * The newest checkpoint, the tiles of the proof in one or two steps, as the tree's size has it; keeping: BEGIN, lock, cosignature, who signed,
 * quorum, COMMIT; how the witness stands.
 */
const [FEWEST, QUERIES] = [9, 10];

const SIGNER = testSigner('north.example.gov/witness', 4);
const FILE = witnessesFile([{ key: SIGNER.key, url: 'https://north.example.gov/witness' }], 1);
const memory = freshMemory();
let database: FreshDatabase;
let line: CuttingLine;
let keys: string;
let witness: TestLedger;
let round = 0;

beforeAll(async () => {
  database = await freshDatabase();
  line = await cuttingLine(database.appConfig);
  keys = await mkdtemp(join(tmpdir(), 'counterfoil-keys-'));
  witness = await testLedger();
});
afterAll(async () => {
  await line.close();
  await witness.close();
  await database.drop();
  await rm(keys, { recursive: true, force: true });
});

function policyOf(vkey: string): Witnesses {
  const read = readWitnesses(FILE, vkey);
  if (read === null) throw new Error('no witness');
  return read;
}

/** A server as after a start, perhaps through the line, and a collector that asks the witness, whose database is its own. */
async function start(through: boolean) {
  const t = await testLedger({
    database: through ? { ...database, appConfig: line.config } : database,
    keys,
    now: Date.parse('2026-03-02T15:00:00.000Z') + round * 1_000,
    onError: () => {},
    witnesses: policyOf,
  });
  const deps = {
    db: witness.db,
    clock: t.clock,
    random,
    signer: SIGNER,
    logs: new Map([[t.signer.key.name, [t.signer.key]]]),
    memory,
  };
  const troubles: unknown[] = [];
  const collector = createCollector({
    pool: t.pool,
    db: t.db,
    clock: t.clock,
    random,
    witnesses: policyOf(t.vkey),
    at: nodeCache(t.ledger.tiles).at,
    onError: (error) => troubles.push(error),
    gap: 0,
    backOff: 0,
    async fetch(_, init) {
      const answer = await addCheckpoint(deps, typeof init?.body === 'string' ? init.body : '');
      if (answer.status === 200) return new Response(answer.lines);
      if (answer.status !== 409) return new Response(answer.why, { status: answer.status });
      return new Response(formatSize(answer.size), { status: 409, headers: { 'Content-Type': SIZE_TYPE } });
    },
  });
  return { t, collector, troubles };
}

/** Collects for one new entry, with the line cut at the n-th query, then starts again. @returns queries until the cut, and whether it came */
async function trial(at: number, cut: Cut): Promise<{ readonly cut: boolean; readonly queries: number }> {
  round++;
  const one = await start(true);
  let id = '';
  let happened = { cut: false, queries: 0 };
  try {
    // The first round of a start settles what was there; what is cut is a round like any other.
    await one.t.ledger.append({ key: `${round}-warm`, entries: [partyEntry(one.t)] });
    await one.t.ledger.publish();
    await one.collector.round();
    const entry = partyEntry(one.t);
    id = entry.id;
    await one.t.ledger.append({ key: `${round}`, entries: [entry] });
    await one.t.ledger.publish();
    line.arm(at, cut);
    await one.collector.round().catch(() => {});
    happened = { cut: line.done(), queries: line.passed() };
  } finally {
    line.arm(Number.POSITIVE_INFINITY, 'before');
    await one.collector.stop();
    await one.t.close();
  }

  const again = await start(false);
  try {
    await again.collector.round();
    expect(again.troubles).toEqual([]);
    const receipt = await again.t.ledger.receipt(id);
    const verdict = await verifyReceipt({ receipt: receipt?.json ?? '', policy: policyOf(again.t.vkey).text });
    expect(verdict).toMatchObject({ ok: true, witnesses: { signed: [{}] } });
    const { rows } = await again.t.pool.query<{ lines: number; sizes: number; quorums: number }>(`
      select (select count(*) from log.cosignature) as lines, (select count(distinct size) from log.cosignature) as sizes,
             (select count(*) from log.quorum) as quorums`);
    expect(rows[0]).toEqual({ lines: 2 * round, sizes: 2 * round, quorums: 2 * round });
    const { rows: alarms } = await again.t.pool.query('select from witness.alarm');
    expect(alarms).toEqual([]);
  } finally {
    await again.collector.stop();
    await again.t.close();
  }
  return happened;
}

it('makes as many queries as are cut, and not one more', async () => {
  expect(await trial(QUERIES + 1, 'before')).toEqual({ cut: false, queries: QUERIES });
});

describe.each(['before', 'after'] as const)('the line to PostgreSQL cut %s a query was carried out', (cut) => {
  it.each(Array.from({ length: QUERIES }, (_, i) => i + 1))('query %i of collecting a cosignature', async (at) => {
    const found = await trial(at, cut);
    // Where the proof took one step, the tenth is not there, and the ninth was the last.
    expect(found).toEqual(found.cut ? { cut: true, queries: at } : { cut: false, queries: FEWEST });
    if (at <= FEWEST) expect(found.cut).toBe(true);
  });
});
