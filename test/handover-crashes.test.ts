/**
 * A hand-over that is cut off at every point there is: each query of the command, carried out with its answer lost, and each step on
 * files, not done or done. After each, a stopped server says so or starts, the same command again ends it, and nothing is
 * signed or written twice.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import { type KeyDisk, keyDisk } from '../src/adapters/keys/rotation.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { Unavailable } from '../src/base/errors.ts';
import { handOver } from '../src/cli/keys.ts';
import { fsck } from '../src/ledger/fsck.ts';
import { handovers, signerOf } from '../src/ledger/handover.ts';
import type { StoredHandover } from '../src/ledger/lineage.ts';
import { parseCheckpoint, parseNote, parseVkey } from '../src/proof/index.ts';
import { useNodeCrypto } from '../src/proof/node-crypto.ts';
import { streamOf } from '../src/rooms/entries.ts';
import { type Cut, type CuttingLine, cuttingLine } from './support/cutting.ts';
import { partyEntry, TEST_ORIGIN, testLedger } from './support/ledger.ts';
import { type FreshDatabase, freshDatabase } from './support/postgres.ts';

let dir: string;
let keys: string;
let database: FreshDatabase;
let owner: pg.Pool;
let line: CuttingLine;
let first: string;
let said: string[] = [];
const io = {
  stdout: { write: (text: string) => said.push(text) },
  stderr: { write: (text: string) => said.push(text) },
};

// A log of its own for each row of the table: what each hand-over is checked against grows with those before.
beforeEach(async () => {
  useNodeCrypto();
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-crashes-'));
  keys = join(dir, 'keys');
  database = await freshDatabase();
  owner = openPool(database.ownerConfig, 3);
  line = await cuttingLine(database.appConfig);
  await serve();
  first = (await loadLogKey(keys, TEST_ORIGIN)).vkey;
}, 60_000);
afterEach(async () => {
  await line?.close();
  await owner?.end();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

/** A server that starts, takes one entry, signs it and stops. */
async function serve(): Promise<void> {
  const t = await testLedger({ database, keys });
  try {
    await t.ledger.append({ key: t.newId(), entries: [partyEntry(t)] });
    await t.ledger.publish();
  } finally {
    await t.close();
  }
}

/** Steps on files of which the n-th is cut off, before or after it. */
function cutDisk(at: number, cut: Cut): { readonly disk: KeyDisk; done(): boolean } {
  let left = at;
  let done = false;
  async function step<T>(work: () => Promise<T>): Promise<T> {
    const mine = --left === 0;
    if (mine) done = true;
    if (mine && cut === 'before') throw new Error('the machine went down');
    const result = await work();
    if (mine) throw new Error('the machine went down');
    return result;
  }
  return {
    done: () => done,
    disk: {
      folder: (path) => step(() => keyDisk.folder(path)),
      write: (path, content) => step(() => keyDisk.write(path, content)),
      move: (from, to) => step(() => keyDisk.move(from, to)),
      remove: (path) => step(() => keyDisk.remove(path)),
    },
  };
}

type Command = 'rotate' | 'recover';

/** The command as it is run, through the line that is cut. A ledger that was cut off goes with its process. */
async function run(command: Command, disk: KeyDisk = keyDisk): Promise<void> {
  const pool = openPool(line.config, 4);
  pool.on('error', () => {});
  try {
    const wanted = { lost: command === 'recover', origin: undefined, oldKey: undefined, reason: 'tried' };
    expect(await handOver(pool, keys, io, wanted, disk)).toBe(0);
  } finally {
    await pool.end();
  }
}

interface Written {
  readonly kind: string;
  readonly to: string;
}

/** What must be so after each hand-over, whatever happened on the way to it. */
async function settled(names: number, lost: number, at: string): Promise<void> {
  const known = await signerOf(owner);
  const now = await loadLogKey(keys, 'x', known);
  expect([now.vkey, now.origin], at).toEqual([known, names === 1 ? TEST_ORIGIN : `${TEST_ORIGIN}/${names}`]);
  const found = await fsck({ pool: owner, origin: now.origin, key: parseVkey(first), streamOf });
  expect(found, at).toMatchObject({ ok: true, handovers: names - 1, lost, unpublished: 0 });
  // Each hand-over is announced by the old key, where it is there, and continued by the new one: once each.
  const { rows } = await owner.query<Written>(
    `select kind, canonical::jsonb -> 'body' ->> 'to' as to from ledger.entry where kind like 'log.%' order by seq`,
  );
  const past = await handovers(owner);
  const expected = past.flatMap((one) =>
    [...(one.lost ? [] : ['log.handed-over']), 'log.continued'].map((kind) => ({ kind, to: one.to })),
  );
  expect(rows, at).toEqual(expected);
  const { rows: notes } = await owner.query<{ size: number; note: string }>(
    'select size, note from log.checkpoint order by size',
  );
  for (const { size, note } of notes) {
    // Signed by one key, and by the one whose part of the log it is in.
    const { text, signatures } = parseNote(note);
    const ended = past.findIndex((one) => size <= one.size);
    const turn = ended === -1 ? names : ended + 1;
    const name = turn === 1 ? TEST_ORIGIN : `${TEST_ORIGIN}/${turn}`;
    expect([parseCheckpoint(text).origin, signatures.map((one) => one.name)], at).toEqual([name, [name]]);
  }
  // Every private key is in one place: the one in use, and the replaced ones under their own ids. A lost one is nowhere.
  const retired = past.filter((one) => !one.lost).map((one) => `log-${parseVkey(one.from).keyId}.pem`);
  expect((await readdir(join(keys, 'retired')).catch(() => [])).sort(), at).toEqual(retired.sort());
  expect((await readdir(keys)).filter((name) => name !== 'retired').sort(), at).toEqual(
    ['log-ed25519.pem', 'log-origin', ...(names === 1 ? [] : ['log.vkey'])].sort(),
  );
}

/** What a start would say now, tried on a copy of the keys. */
async function startWouldSay(past: readonly StoredHandover[]): Promise<string> {
  const copy = join(dir, 'copy');
  await cp(keys, copy, { recursive: true });
  try {
    const { vkey } = await loadLogKey(copy, 'x', await signerOf(owner));
    return vkey === (past.at(-1)?.to ?? first) ? 'old key' : 'new key';
  } catch (error) {
    if (error instanceof Unavailable) return error.code;
    throw error;
  } finally {
    await rm(copy, { recursive: true });
  }
}

// A query that is not carried out leaves what the one before it left, so that queries are cut off after they were.
const TABLE = (['rotate', 'recover'] as const).flatMap(
  (command) =>
    [
      { command, where: 'query', cut: 'after' },
      { command, where: 'file', cut: 'before' },
      { command, where: 'file', cut: 'after' },
    ] as const,
);

test.each(TABLE)(
  '$command, cut off $cut any $where, ends well when it is run again',
  async ({ command, where, cut }) => {
    const found = new Map<string, number>();
    for (let n = 1; ; n++) {
      expect(n).toBeLessThan(60);
      said = [];
      const past = await handovers(owner);
      if (command === 'recover') await rm(join(keys, 'log-ed25519.pem'));
      const broken = cutDisk(where === 'file' ? n : Number.POSITIVE_INFINITY, cut);
      if (where === 'query') line.arm(n, cut);
      const outcome = await run(command, broken.disk).then(
        () => 'ended',
        () => 'cut',
      );
      const reached = where === 'query' ? line.done() : broken.done();
      line.arm(Number.POSITIVE_INFINITY, cut);
      const told = () => said.join('').includes('the log goes on as');
      if (outcome === 'cut') {
        // It goes on under the old key, or refuses by name; never under a key that may not sign.
        const start = await startWouldSay(past);
        found.set(start, (found.get(start) ?? 0) + 1);
        // Who was told that it is done does not run it again.
        if (!told()) await run(command);
      }
      expect(told()).toBe(true);
      const lost = command === 'recover' ? past.length + 1 : 0;
      await settled(past.length + 2, lost, `${command}: ${where} ${n}, ${cut}`);
      // The way a server goes on is the same after every query; once in a row is enough there.
      if (where === 'file' || !reached) await serve();
      if (!reached) break;
    }
    console.log(`${command}, ${where}, ${cut}: a start finds`, Object.fromEntries(found));
    const before = command === 'rotate' ? 'old key' : 'log-key-missing';
    for (const state of [before, 'rotation-unfinished']) expect(found.get(state), state).toBeGreaterThan(1);
  },
  120_000,
);
