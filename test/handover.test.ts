/**
 * A log that changes its key, and one that lost it, on a real database and over HTTP: receipts of both names, fsck, audit from the first
 * name to the last, hand-overs that nobody should believe, export and import, and a rotation that is cut off.
 */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileBlobs } from '../src/adapters/blobs/files.ts';
import { loadLogKey, takeLogKey } from '../src/adapters/keys/log-key.ts';
import { nextLogKey } from '../src/adapters/keys/rotation.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { type AuditOptions, audit, type Report } from '../src/audit/audit.ts';
import { titleOf } from '../src/cli/export.ts';
import { handOver } from '../src/cli/keys.ts';
import { fsck, oneState } from '../src/ledger/fsck.ts';
import { endOldName, handovers, pastNames, signerOf } from '../src/ledger/handover.ts';
import { rebuild } from '../src/ledger/rebuild.ts';
import { checkExport } from '../src/portable/check.ts';
import { exportTo } from '../src/portable/export.ts';
import { importFrom } from '../src/portable/import.ts';
import { signHandover } from '../src/proof/handover.ts';
import { parseCheckpoint, parseNote, parseVkey, verifyReceipt } from '../src/proof/index.ts';
import type { Signer } from '../src/proof/write.ts';
import { streamOf } from '../src/rooms/entries.ts';
import { openDocumentsOf } from '../src/rooms/order-document.ts';
import { project } from '../src/rooms/project.ts';
import { buildApp } from '../src/web/app.tsx';
import { publicLogRoutes } from '../src/web/public-log.ts';
import { lonePolicy } from '../src/witness/config.ts';
import { PLAIN_ASSETS } from './support/assets.ts';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from './support/ledger.ts';
import { type FreshDatabase, freshDatabase } from './support/postgres.ts';
import { type Middleman, proxyTo } from './support/proxy.ts';
import { servicesWithoutStore } from './support/web.ts';
import { testSigner } from './support/witness.ts';

const ORIGIN_2 = `${TEST_ORIGIN}/2`;
const ORIGIN_3 = `${TEST_ORIGIN}/3`;
let dir: string;
let keys: string;
let database: FreshDatabase;
let owner: pg.Pool;
let t: TestLedger;
let old: Signer;
let first: string;
let server: Server;
let door: Middleman;
let receipt: string;
const said: string[] = [];
const io = {
  stdout: { write: (text: string) => said.push(text) },
  stderr: { write: (text: string) => said.push(text) },
};
const wanted = { lost: false, origin: undefined, oldKey: undefined, reason: 'a key a year' };

const grow = async (ledger: TestLedger, key: string, count = 1) => {
  const { entries } = await ledger.ledger.append({
    key,
    entries: Array.from({ length: count }, () => partyEntry(ledger)),
  });
  await ledger.ledger.publish();
  return (await ledger.ledger.receipt(entries[0]?.entry.id ?? ''))?.json ?? '';
};
const look = (more: Partial<AuditOptions> = {}): Promise<Report> =>
  audit({
    url: `${door.url}/log`,
    dir: join(dir, 'state'),
    vkey: first,
    durable: false,
    fetch: (url, init) => fetch(url, init),
    now: () => 0,
    wait: async () => {},
    ...more,
  });
const checked = async (pool = owner, key = first) => {
  const { rows } = await pool.query<{ note: string }>('select note from log.checkpoint order by size desc limit 1');
  const { origin } = parseCheckpoint(parseNote(rows[0]?.note ?? '').text);
  return await fsck({ pool, origin, key: parseVkey(key), streamOf });
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-handover-'));
  keys = join(dir, 'keys');
  database = await freshDatabase();
  owner = openPool(database.ownerConfig, 3);
  t = await testLedger({ database, keys });
  [old, first] = [t.signer, t.vkey];
  // Serves what the database holds now, as the server that was started after each change would.
  server = createServer(async (request, answer) => {
    const past = pastNames(await handovers(owner));
    const log = { origin: '', logKey: (await signerOf(owner)) ?? '', witnesses: [], policy: '', past };
    const services = { ...servicesWithoutStore('http://localhost:8080'), db: t.db };
    const app = buildApp({
      services,
      assets: PLAIN_ASSETS,
      routes: publicLogRoutes(log),
      whoIs: async () => ({ who: 'anyone' }),
    });
    const got = await app.request(`http://localhost:8080${request.url}`);
    answer.writeHead(got.status).end(new Uint8Array(await got.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  door = await proxyTo(`http://127.0.0.1:${address.port}`);
  await grow(t, 'one', 300);
  receipt = await grow(t, 'two');
  expect(await look()).toMatchObject({ outcome: 'consistent', size: 301, origin: TEST_ORIGIN });
}, 120_000);
afterAll(async () => {
  await door?.close();
  server?.close();
  await owner?.end();
  await t?.close();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('a rotation that is cut off is told, goes on, and the old key signs nothing meanwhile', async () => {
  const next = await nextLogKey(keys, ORIGIN_2);
  // Nothing is signed over yet: the server would still start.
  expect((await loadLogKey(keys, 'x', await signerOf(owner))).vkey).toBe(first);
  await endOldName(t.pool, old.key, next.vkey);
  await expect(loadLogKey(keys, 'x', await signerOf(owner))).rejects.toMatchObject({ code: 'rotation-unfinished' });
  await t.ledger.append({ key: 'meanwhile', entries: [partyEntry(t)] });
  await expect(t.ledger.publish()).rejects.toMatchObject({ code: 'log-handed-over' });
  expect(await handOver(t.pool, keys, io, wanted)).toBe(0);
  expect(said.join('')).toContain(`the log goes on as ${ORIGIN_2}`);
  const loaded = await loadLogKey(keys, 'x', await signerOf(owner));
  expect([loaded.vkey, loaded.origin]).toEqual([next.vkey, ORIGIN_2]);
  const again = await testLedger({ database, keys });
  const newer = await grow(again, 'three', 5);
  await again.close();

  const policy = lonePolicy(loaded.vkey, [first]);
  expect(await verifyReceipt({ receipt, policy: lonePolicy(first) })).toMatchObject({ ok: true, origin: TEST_ORIGIN });
  for (const one of [receipt, newer]) expect(await verifyReceipt({ receipt: one, policy })).toMatchObject({ ok: true });
  expect(await verifyReceipt({ receipt: newer, policy: lonePolicy(first) })).toMatchObject({ failure: 'unknown-log' });
  for (const key of [first, loaded.vkey])
    expect(await checked(owner, key)).toMatchObject({ ok: true, handovers: 1, lost: 0 });
  expect(await rebuild(owner, project)).toMatchObject({ equal: true });
  await mkdir(join(dir, 'receipts'));
  await writeFile(join(dir, 'receipts', 'a.receipt.json'), receipt);
  await writeFile(join(dir, 'receipts', 'b.receipt.json'), newer);
}, 120_000);

test('hand-overs that nobody should believe are refused by name', async () => {
  const [stored] = await handovers(owner);
  if (!stored) throw new Error('a hand-over');
  const to = (await loadLogKey(keys, 'x')).signer;
  const serve = (statement: string) =>
    door.change('/log/hand-overs', () => Buffer.from(JSON.stringify([{ statement, checkpoint: stored.checkpoint }])));
  const root = Buffer.from(stored.root, 'hex');
  const stranger = testSigner(TEST_ORIGIN, 1);
  for (const [name, statement, outcome] of [
    ['cut', stored.statement.slice(0, -20), 'hand-over-refused'],
    ['by somebody else', await signHandover({ size: stored.size, root }, { from: stranger, to }), 'unknown-log'],
    [
      'of another root',
      await signHandover({ size: stored.size, root: new Uint8Array(32) }, { from: old, to }),
      'hand-over-mismatch',
    ],
    ['before what was seen', await signHandover({ size: 300, root }, { from: old, to }), 'hand-over-mismatch'],
    ['of more than there is', await signHandover({ size: 9_000, root }, { from: old, to }), 'hand-over-mismatch'],
    ['lost, it says', await signHandover({ size: stored.size, root }, { from: old.key, to }), 'key-lost'],
  ] as const) {
    serve(statement);
    const report = await look();
    expect([name, report.outcome, report.size]).toEqual([name, outcome, 301]);
    if (report.exit === 1) expect(report.evidence).toBeDefined();
  }
  door.change('/log/hand-overs', () => Buffer.from('{'));
  expect(await look()).toMatchObject({ outcome: 'hand-over-refused', exit: 1 });
  door.change('/log/hand-overs', null);
}, 120_000);

test('an audit follows from the old name to the new one, with either key, and receipts of both', async () => {
  const receipts = join(dir, 'receipts');
  const report = await look({ receipts });
  expect(report).toMatchObject({ outcome: 'consistent', origin: ORIGIN_2, sizeBefore: 301, receipts: { included: 2 } });
  const now = (await loadLogKey(keys, 'x')).vkey;
  expect(await look({ receipts, vkey: now })).toMatchObject({ outcome: 'consistent', receipts: { included: 2 } });
  const policy = lonePolicy(now, [first]);
  const fresh = { url: `${door.url}/log`, dir: join(dir, 'fresh'), receipts, policy };
  const { vkey: _, ...rest } = {
    vkey: '',
    durable: false,
    now: () => 0,
    wait: async () => {},
    fetch: (u: string, i: RequestInit) => fetch(u, i),
  };
  expect(await audit({ ...rest, ...fresh })).toMatchObject({ outcome: 'consistent', receipts: { included: 2 } });
}, 60_000);

test('fsck misses nothing: a hand-over without its entry, another statement, an entry that cannot go', async () => {
  const client = await owner.connect();
  const tampered = async (change: string) => {
    await client.query(change);
    return await checked();
  };
  try {
    await client.query('create table kept as select * from view.handover');
    expect(await tampered('update view.handover set size = size - 1')).toMatchObject({ failure: 'bad-handover' });
    expect(await tampered('delete from view.handover')).toMatchObject({ ok: false });
    await client.query('insert into view.handover select * from kept; drop table kept');
    await expect(
      client.query(`update ledger.entry set canonical = null, opening = null where kind = 'log.continued'`),
    ).rejects.toThrow('entries of the log itself stay');
    expect(await checked()).toMatchObject({ ok: true });
  } finally {
    client.release();
  }
}, 60_000);

test('a lost key: nothing is signed in silence, the new key signs alone, and an auditor must decide', async () => {
  const known = await signerOf(owner);
  await rename(join(keys, 'log-ed25519.pem'), join(dir, 'lost.pem'));
  await expect(loadLogKey(keys, 'x', known)).rejects.toMatchObject({ code: 'log-key-missing' });
  await expect(handOver(t.pool, keys, io, wanted)).rejects.toMatchObject({ code: 'log-key-missing' });
  // Another key in its place is no help either.
  await expect(loadLogKey(join(dir, 'wrong'), 'x', null)).resolves.toBeDefined();
  await expect(loadLogKey(join(dir, 'wrong'), 'x', known)).rejects.toMatchObject({ code: 'log-key-replaced' });
  expect(await handOver(t.pool, keys, io, { ...wanted, lost: true, reason: 'the disk died' })).toBe(0);
  await expect(handOver(t.pool, keys, io, { ...wanted, lost: true })).rejects.toMatchObject({ code: 'key-is-here' });
  const now = await loadLogKey(keys, 'x', await signerOf(owner));
  expect(now.origin).toBe(ORIGIN_3);
  expect(await checked()).toMatchObject({ ok: true, handovers: 2, lost: 1 });
  const undecided = await look();
  expect(undecided).toMatchObject({ outcome: 'key-lost', exit: 2, origin: ORIGIN_2 });
  expect(undecided.expected).toContain(now.vkey);
  expect(await look({ accept: [now.vkey] })).toMatchObject({ outcome: 'consistent', origin: ORIGIN_3 });
  // Decided once, it is not asked again.
  expect(await look()).toMatchObject({ outcome: 'consistent', origin: ORIGIN_3 });
}, 60_000);

test('an export has the hand-overs, and a server made of it without the key goes on under a new name', async () => {
  const now = await loadLogKey(keys, 'x');
  const to = join(dir, 'export');
  const blobs = await fileBlobs({ dir: join(dir, 'blobs') });
  const viewer = { html: '<!doctype html><title>viewer</title>', script: '// viewer' };
  const facts = await oneState(owner, (client) =>
    exportTo(
      to,
      { client, blobs, origin: now.origin, key: now.signer.key, now: 0, titleOf, openDocumentsOf, viewer },
      { public: false },
    ),
  );
  expect(facts.handovers).toBe(2);
  for (const trust of [first, now.vkey])
    expect(await checkExport(to, { streamOf, trust: parseVkey(trust) })).toMatchObject({
      ok: true,
      handovers: 2,
      lost: 1,
    });
  expect(await checkExport(to, { streamOf, trust: testSigner(TEST_ORIGIN, 1).key })).toMatchObject({
    failure: 'bad-handover',
  });

  const second = await freshDatabase();
  const [pool, app] = [openPool(second.ownerConfig, 3), openPool(second.appConfig, 3)];
  const elsewhere = join(dir, 'elsewhere');
  try {
    const takeKey = (_: string, key: Parameters<typeof takeLogKey>[1]) => takeLogKey(elsewhere, key, null);
    expect(await importFrom(to, { owner: pool, blobs, project, streamOf, takeKey })).toMatchObject({
      ok: true,
      handovers: 2,
    });
    await expect(loadLogKey(elsewhere, 'x', await signerOf(pool))).rejects.toMatchObject({ code: 'log-key-missing' });
    expect(await handOver(app, elsewhere, io, { ...wanted, lost: true })).toBe(0);
    const gone = await testLedger({ database: second, keys: elsewhere });
    const grown = await grow(gone, 'four');
    expect(await verifyReceipt({ receipt: grown, policy: lonePolicy(gone.vkey) })).toMatchObject({
      origin: `${TEST_ORIGIN}/4`,
    });
    await gone.close();
    expect(await checked(pool, first)).toMatchObject({ ok: true, handovers: 3, lost: 2 });
  } finally {
    await app.end();
    await pool.end();
    await second.drop();
  }
}, 120_000);
