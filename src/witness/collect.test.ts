/**
 * Collecting cosignatures: our log before real witnesses (the other half of this folder, each on a database of its own), and before
 * witnesses that are slow, dead, ahead of us, of another mind, or talk nonsense.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { partyEntry, random, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { freshDatabase } from '../../test/support/postgres.ts';
import { freshMemory, TestLog, testSigner, witnessesFile } from '../../test/support/witness.ts';
import type { DatabaseConfigs } from '../adapters/postgres/index.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { handOver } from '../cli/keys.ts';
import { keepCosignature, settleQuorums, witnessId } from '../ledger/cosignatures.ts';
import { nodeCache } from '../ledger/nodes.ts';
import { parseCheckpoint, parseNote, parseReceipt, parseVkey, utf8, verifyReceipt } from '../proof/index.ts';
import { cosign, formatSize, SIZE_TYPE } from '../proof/witness.ts';
import type { Signer } from '../proof/write.ts';
import { acknowledge, alarms, openAlarms } from './alarms.ts';
import { type Collector, createCollector } from './collect.ts';
import { readWitnesses, type Witnesses } from './config.ts';
import { addCheckpoint, seen, type WitnessDeps, type WitnessMemory } from './serve.ts';

type Behaviour = (body: string) => Promise<Response> | Response;

const hosts = ['north', 'south', 'east'].map((name) => ({
  name,
  signer: testSigner(`${name}.example.gov/witness`, 4),
  url: `https://${name}.example.gov/witness`,
}));
/** how a witness answers now; without an entry, as it should */
const behaviours = new Map<string, Behaviour>();
const databases = new Map<string, TestLedger>();
const collectors: Collector[] = [];
const troubles: unknown[] = [];
let asked: string[] = [];

beforeAll(async () => {
  for (const { name } of hosts) databases.set(name, await testLedger());
});
afterEach(async () => {
  for (const one of collectors.splice(0)) await one.stop();
  behaviours.clear();
  asked = [];
  expect(troubles.splice(0)).toEqual([]);
});
afterAll(async () => {
  for (const one of databases.values()) await one.close();
});

const memories = new Map<string, WitnessMemory>();
function memoryOf(name: string): WitnessMemory {
  const memory = memories.get(name) ?? freshMemory();
  memories.set(name, memory);
  return memory;
}

function witnessDeps(name: string, signer: Signer, t: TestLedger): WitnessDeps {
  const db = databases.get(name)?.db;
  if (!db) throw new Error(name);
  const key = parseVkey(t.vkey);
  return { db, clock: t.clock, random, signer, logs: new Map([[key.name, [key]]]), memory: memoryOf(name) };
}

/** The network of this test: by host name, to the witness itself or to what the test says. */
const network =
  (t: TestLedger): typeof fetch =>
  async (input, init) => {
    const url = new URL(String(input));
    const host = hosts.find((one) => url.host.startsWith(one.name));
    if (!host || url.pathname !== '/witness/add-checkpoint') throw new TypeError(`no such place: ${url.href}`);
    asked.push(host.name);
    const body = typeof init?.body === 'string' ? init.body : '';
    const own = behaviours.get(host.name);
    if (own) return await own(body);
    const answer = await addCheckpoint(witnessDeps(host.name, host.signer, t), body);
    if (answer.status === 200) return new Response(answer.lines);
    if (answer.status === 409)
      return new Response(formatSize(answer.size), { status: 409, headers: { 'Content-Type': SIZE_TYPE } });
    return new Response(answer.why, { status: answer.status });
  };

interface SetUp {
  readonly t: TestLedger;
  readonly witnesses: Witnesses;
  /** a collector with nothing in memory, as after a start */
  collector(change?: { fetch?: typeof fetch; timeout?: number; backOff?: number; gap?: number }): Collector;
  write(count?: number): Promise<string>;
}

/** The same log again, perhaps under a new key. */
interface Before {
  readonly database: DatabaseConfigs;
  readonly keys: string;
  readonly past: readonly string[];
}

async function setUp(needed: number, count = hosts.length, before?: Before): Promise<SetUp> {
  const file = witnessesFile(
    hosts.slice(0, count).map(({ signer, url }) => ({ key: signer.key, url })),
    needed,
  );
  let made: Witnesses | null = null;
  const { past = [], ...again } = before ?? {};
  const t = await testLedger({
    ...again,
    witnesses: (vkey) => {
      made = readWitnesses(file, vkey, past);
      if (!made) throw new Error('no witnesses');
      return made;
    },
  });
  const witnesses = readWitnesses(file, t.vkey, past);
  if (!witnesses) throw new Error('no witnesses');
  return {
    t,
    witnesses,
    collector({ fetch = network(t), timeout = 300, backOff = 0, gap = 0 } = {}) {
      const { at } = nodeCache(t.ledger.tiles);
      const onError = (error: unknown) => troubles.push(error);
      const { pool, db, clock } = t;
      const made = createCollector({
        pool,
        db,
        clock,
        random,
        witnesses,
        at,
        onError,
        fetch,
        timeout,
        backOff,
        gap,
      });
      collectors.push(made);
      return made;
    },
    async write(count = 3) {
      const entries = Array.from({ length: count }, (_, i) => partyEntry(t, `Place ${i}`));
      await t.ledger.append({ key: t.newId(), entries });
      await t.ledger.publish();
      return entries[0]?.id ?? '';
    },
  };
}

/** The witnesses' databases outlive a test: each test's log has a key of its own, so what they saw of the one before must go. */
async function forget(): Promise<void> {
  memories.clear();
  for (const one of databases.values()) {
    const { rows } = await one.pool.query('select origin from witness.seen');
    if (rows.length > 0) await one.pool.query(`update witness.seen set size = 0, root = sha256(''), note = ''`);
  }
}

const linesIn = (note: string) => parseNote(note).signatures.map((one) => one.name);
async function receipt({ t, witnesses }: SetUp, id: string) {
  const file = await t.ledger.receipt(id);
  if (!file) throw new Error('no receipt');
  const { proof } = parseReceipt(file.json);
  return {
    json: file.json,
    size: file.size,
    signed: linesIn(proof.checkpoint).slice(1),
    verdict: await verifyReceipt({ receipt: file.json, policy: witnesses.text }),
    alone: await verifyReceipt({ receipt: file.json, policy: t.policy }),
  };
}

describe('with witnesses that answer', () => {
  test('the newest checkpoint is offered, what comes back is kept, and receipts complete themselves', async () => {
    await forget();
    const s = await setUp(2);
    const { t } = s;
    const first = await s.write();
    expect(await t.ledger.witnessed(0)).toEqual({ size: 3, signed: 0, of: 3, complete: false });
    const early = await receipt(s, first);
    expect(early).toMatchObject({
      size: 3,
      signed: [],
      verdict: { ok: false, failure: 'quorum-missing' },
      alone: { ok: true },
    });

    // One of three signs the first checkpoint; the quorum comes with the second.
    behaviours.set('south', () => new Response('busy', { status: 503 }));
    behaviours.set('east', () => new Response('busy', { status: 503 }));
    const collector = s.collector();
    await collector.round();
    expect(await t.ledger.witnessed(0)).toEqual({ size: 3, signed: 1, of: 3, complete: false });
    expect((await receipt(s, first)).signed).toEqual(['north.example.gov/witness']);
    await s.write(5);
    behaviours.delete('south');
    await collector.round();
    expect(await t.ledger.witnessed(0)).toEqual({ size: 8, signed: 2, of: 3, complete: true });
    const whole = await receipt(s, first);
    expect(whole).toMatchObject({ size: 8, verdict: { ok: true }, alone: { ok: true } });
    expect(whole.signed.toSorted()).toEqual(['north.example.gov/witness', 'south.example.gov/witness']);
    // What was given before goes on verifying by what it was given for.
    expect(await verifyReceipt({ receipt: early.json, policy: t.policy })).toMatchObject({ ok: true });

    // Later checkpoints change nothing: both halves are the same, whenever they are taken; a late line only adds itself.
    await s.write(200);
    behaviours.delete('east');
    await collector.round();
    expect((await receipt(s, first)).json).toBe(whole.json);
    const stored = await t.db.selectFrom('log.cosignature').select(['size', 'witness']).orderBy('n').execute();
    expect(stored.map((one) => one.size)).toEqual([3, 8, 8, 208, 208, 208]);
    expect(troubles).toEqual([]);
    expect(await openAlarms(t.db)).toBe(0);
    await t.close();
  });

  test('a late quorum of an older checkpoint does not turn a receipt back', async () => {
    await forget();
    const s = await setUp(1, 2);
    const id = await s.write();
    const note = (await s.t.db.selectFrom('log.checkpoint').select('note').executeTakeFirstOrThrow()).note;
    await s.write();
    behaviours.set('north', () => new Response('busy', { status: 503 }));
    const collector = s.collector();
    await collector.round();
    const then = await receipt(s, id);
    expect(then.size).toBe(6);
    // North signs the older one after all.
    const host = hosts[0];
    if (!host) throw new Error('north');
    const line = await cosign(note, host.signer, 5);
    await keepCosignature(
      s.t.pool,
      s.witnesses,
      { size: 3, witness: witnessId(host.signer.key), line, time: 5 },
      new Date(),
    );
    expect((await receipt(s, id)).json).toBe(then.json);
    await s.t.close();
  });

  test('a start without memory adopts the size that the witness names', async () => {
    await forget();
    const s = await setUp(1, 1);
    await s.write(7);
    const [north] = hosts;
    if (!north) throw new Error('north');
    const { note } = await s.t.db.selectFrom('log.checkpoint').select('note').executeTakeFirstOrThrow();
    expect((await addCheckpoint(witnessDeps('north', north.signer, s.t), `old 0\n\n${note}`)).status).toBe(200);
    await s.write(9);
    await s.collector().round();
    expect(await s.t.ledger.witnessed(15)).toMatchObject({ size: 16, signed: 1, complete: true });
    expect(asked).toEqual(['north', 'north']);
    await s.t.close();
  });

  test('a policy that is new here finds the quorums that were there', async () => {
    await forget();
    const s = await setUp(2, 2);
    const id = await s.write();
    await s.collector().round();
    await s.write();
    const other = readWitnesses(
      `${witnessesFile([{ key: hosts[0]?.signer.key ?? s.t.signer.key, url: 'https://north.example.gov' }], 1)}`,
      s.t.vkey,
    );
    if (!other) throw new Error('no policy');
    expect(await settleQuorums(s.t.pool, other)).toBe(1);
    expect(await settleQuorums(s.t.pool, other)).toBe(0);
    expect((await receipt(s, id)).size).toBe(3);
    await s.t.close();
  });
});

describe('alarms', () => {
  test('a log that goes on under a new key: the witness is shown the new name, and receipts of both names have their quorum', async () => {
    await forget();
    const dir = await mkdtemp(join(tmpdir(), 'counterfoil-collect-'));
    const database = await freshDatabase();
    const keys = join(dir, 'keys');
    const server = (past: readonly string[]) => setUp(1, 1, { database, keys, past });
    const s = await server([]);
    const before = await s.write();
    await s.collector().round();
    // Written and published under the old name, and shown to nobody before the hand-over.
    const between = await s.write();
    const io = { stdout: { write: () => {} }, stderr: { write: () => {} } };
    const wanted = { lost: false, origin: undefined, oldKey: undefined, reason: 'a new key a year' };
    const owner = openPool(database.ownerConfig, 2);
    expect(await handOver(owner, keys, io, wanted)).toBe(0);
    await owner.end();
    const next = await server([s.t.vkey]);
    expect(next.t.vkey).toMatch(/\/log\/2\+/);
    expect(await settleQuorums(next.t.pool, next.witnesses)).toBe(1);
    const collector = next.collector();
    await collector.round();
    const after = await next.write();
    await collector.round();
    for (const id of [before, between, after])
      expect(await receipt(next, id)).toMatchObject({ signed: ['north.example.gov/witness'], verdict: { ok: true } });
    // The old name’s quorum stays with the receipt that had it; what came too late for it carries the new name’s.
    const origins = [before, between, after].map(async (id) => (await receipt(next, id)).verdict);
    expect(await Promise.all(origins)).toMatchObject([
      { origin: TEST_ORIGIN },
      { origin: `${TEST_ORIGIN}/2` },
      { origin: `${TEST_ORIGIN}/2` },
    ]);
    const seenBy = await databases.get('north')?.db.selectFrom('witness.seen').select(['origin', 'size']).execute();
    expect(seenBy?.map((one) => one.origin)).toContain(`${TEST_ORIGIN}/2`);
    await s.t.close();
    await next.t.close();
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  });

  test('a witness that is ahead of us: kept once, open until somebody says why, and it goes on being asked', async () => {
    await forget();
    const s = await setUp(1, 1);
    await s.write();
    const north = databases.get('north');
    const root = Buffer.alloc(32, 7);
    await north?.pool.query(
      `insert into witness.seen (origin, size, root, note, cosigned_at) values ('records.example.gov/log', 900, $1, '', 1)
       on conflict (origin) do update set size = 900, root = $1`,
      [root],
    );
    const collector = s.collector();
    for (let i = 0; i < 3; i++) await collector.round();
    const [alarm, ...more] = await alarms(s.t.db);
    expect(more).toEqual([]);
    expect(alarm).toMatchObject({ kind: 'ahead', at: 900, ours: 3, acknowledged: null });
    expect(alarm?.who).toMatch(/^north\.example\.gov\/witness\+[0-9a-f]{8}$/);
    expect(parseCheckpoint(parseNote(String(alarm?.evidence.checkpoint)).text).size).toBe(3);
    expect(await openAlarms(s.t.db)).toBe(1);
    expect(asked.length).toBeGreaterThan(2);
    const by = { name: 'Sample Owner', party: s.t.newId(), reason: 'An old copy was put back.', at: new Date(5_000) };
    await acknowledge(s.t.db, alarm?.id ?? '', by);
    await acknowledge(s.t.db, alarm?.id ?? '', { ...by, reason: 'second thoughts' });
    await collector.round();
    expect(await openAlarms(s.t.db)).toBe(0);
    expect((await alarms(s.t.db))[0]?.acknowledged?.reason).toBe('An old copy was put back.');
    // Nobody of the running server can take it away.
    await expect(s.t.pool.query('delete from witness.alarm')).rejects.toThrow('permission denied');
    await expect(s.t.pool.query('delete from witness.acknowledgement')).rejects.toThrow('permission denied');
    await expect(s.t.pool.query(`update witness.acknowledgement set reason = ''`)).rejects.toThrow('permission denied');
    await s.t.close();
  });

  test('another history: by the witness’s proof, and by the older word for two roots', async () => {
    await forget();
    const s = await setUp(1, 2);
    const fork = new TestLog('records.example.gov/log', s.t.signer, 'another history');
    await s.write(9);
    const north = hosts[0];
    if (!north) throw new Error('north');
    expect((await addCheckpoint(witnessDeps('north', north.signer, s.t), await fork.request(0, 5))).status).toBe(200);
    behaviours.set('south', () => new Response('9\n', { status: 409 }));
    await s.collector().round();
    await s.collector().round();
    const raised = await alarms(s.t.db);
    expect(raised.map(({ kind, at, who }) => [kind, at, who.split('.')[0]]).toSorted()).toEqual([
      ['fork', 5, 'north'],
      ['fork', 9, 'south'],
    ]);
    expect((await seen(witnessDeps('north', north.signer, s.t).db, 'records.example.gov/log'))?.size).toBe(5);
    await s.t.close();
  });
});

describe('witnesses that do not work', () => {
  const other = testSigner('stranger.example', 4);
  const table: readonly (readonly [string, Behaviour, RegExp])[] = [
    ['an error', () => new Response('no', { status: 500 }), /answered 500/],
    ['does not know us', () => new Response('unknown log', { status: 404 }), /answered 404: unknown log/],
    ['a web page', () => new Response('<!doctype html>'), /not understood/],
    ['nothing', () => new Response(''), /not understood/],
    [
      'a line by a stranger',
      async (body) => {
        return new Response(await cosign(body.slice(body.indexOf('\n\n') + 2), other, 7));
      },
      /without its own cosignature/,
    ],
    [
      'a line that does not hold',
      async () => {
        const [host] = hosts;
        if (!host) throw new Error('north');
        const log = new TestLog('records.example.gov/log');
        return new Response(await cosign(await log.checkpoint(3), host.signer, 7));
      },
      /not understood/,
    ],
    ['a size that is none', () => new Response('0x10\n', { status: 409 }), /not understood/],
    [
      'the size that was sent',
      (body) => new Response(`${/^old (\d+)/.exec(body)?.[1]}\n`, { status: 409 }),
      /named the size/,
    ],
    [
      'a size that moves',
      (body) => new Response(`${Number(/^old (\d+)/.exec(body)?.[1]) === 1 ? 2 : 1}\n`, { status: 409 }),
      /another size 3 times/,
    ],
    [
      'a body without end',
      () => new Response(new ReadableStream({ pull: (c) => c.enqueue(utf8('— '.repeat(5_000))) })),
      /not understood/,
    ],
    ['unprocessable before anything was signed', () => new Response('no', { status: 422 }), /answered 422/],
    ['a dead line', () => Promise.reject(new TypeError('fetch failed')), /could not be reached/],
  ];
  test('each is told in words, keeps nothing, raises nothing', async () => {
    await forget();
    const s = await setUp(1, 1);
    await s.write();
    for (const [name, behaviour, words] of table) {
      behaviours.set('north', behaviour);
      await s.collector().round();
      const { rows } = await s.t.pool.query<{ trouble: string }>('select trouble from witness.state');
      expect(`${name}: ${rows[0]?.trouble}`).toMatch(words);
    }
    expect(await s.t.db.selectFrom('log.cosignature').selectAll().execute()).toEqual([]);
    expect(await openAlarms(s.t.db)).toBe(0);
    behaviours.clear();
    await s.collector().round();
    expect(await s.t.ledger.witnessed(0)).toMatchObject({ signed: 1, complete: true });
    await s.t.close();
  });

  test('it is asked ever more rarely', async () => {
    await forget();
    const s = await setUp(1, 1);
    await s.write();
    behaviours.set('north', () => new Response('no', { status: 500 }));
    const collector = s.collector({ backOff: 60_000 });
    for (let i = 0; i < 5; i++) await collector.round();
    expect(asked).toEqual(['north']);
    await s.t.close();
  });

  test('a witness that never answers and one that is not there hold up neither an append nor the others', async () => {
    await forget();
    const s = await setUp(1);
    const silent: Server = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const mixed: typeof fetch = (input, init) => {
      const url = String(input);
      if (url.includes('north')) return fetch(`http://127.0.0.1:${address.port}/`, init);
      if (url.includes('south')) return fetch('http://127.0.0.1:9/', init);
      return network(s.t)(input, init);
    };
    const appends = async () => {
      const took: number[] = [];
      for (let i = 0; i < 60; i++) {
        const from = performance.now();
        await s.t.ledger.append({ key: s.t.newId(), entries: [partyEntry(s.t)] });
        took.push(performance.now() - from);
      }
      return took.toSorted((a, b) => a - b)[30] ?? 0;
    };
    s.t.ledger.start();
    await appends();
    const collector = s.collector({ fetch: mixed, timeout: 60_000, gap: 1_000 });
    const medians = { alone: [0], beside: [0] };
    // In turns, so that what else this machine does weighs on both.
    for (let i = 0; i < 3; i++) {
      medians.alone.push(await appends());
      collector.start();
      medians.beside.push(await appends());
      await collector.stop();
    }
    const [alone = 0, beside = 0] = [medians.alone, medians.beside].map((all) => all.toSorted((a, b) => a - b)[2]);
    console.log(
      `append, median: ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside a silent and a dead witness`,
    );
    collector.start();
    expect(beside).toBeLessThan(3 * alone + 25);
    const position = 7 * 60 - 1;
    expect(await s.t.ledger.published(position, 5_000)).toBe(true);
    for (let i = 0; i < 200 && !(await s.t.ledger.witnessed(position))?.complete; i++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await s.t.ledger.witnessed(position)).toMatchObject({ signed: 1, of: 3, complete: true });
    const stopping = performance.now();
    await collector.stop();
    expect(performance.now() - stopping).toBeLessThan(2_000);
    silent.closeAllConnections();
    await new Promise((done) => silent.close(done));
    await s.t.close();
  });
});
