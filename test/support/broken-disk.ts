/**
 * What a server owes when its disk fails: PostgreSQL's writes and flushes, and those of documents, fail at the n-th call while work is done.
 * Afterwards everything acknowledged is there, once, the log is whole, and what was refused can be done again. Used by the suite and by
 * `npm run soak -- strace`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { migrate, startPostgres } from '../../src/adapters/postgres/index.ts';
import { openPool } from '../../src/adapters/postgres/pool.ts';
import { StorageFull, Unavailable } from '../../src/base/errors.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { streamOf } from '../../src/rooms/entries.ts';
import { partyEntry, TEST_ORIGIN, testLedger } from './ledger.ts';
import { childrenOf } from './own-cluster.ts';
import { type Fault, inject } from './strace.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface Survived {
  readonly fault: string;
  /** calls that failed */
  readonly failed: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** what should not have been */
  readonly wrong: readonly string[];
}

const nameOf = ({ calls, error, when }: Fault): string => `${calls} ${error} at ${when}`;

/** Appends under each fault in turn, on one PostgreSQL that is looked after as the server does it. */
export async function brokenDatabase(
  faults: readonly Fault[],
  prepare: (dataDir: string) => Promise<void> = async () => {},
): Promise<Survived[]> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-broken-'));
  const dataDir = join(dir, 'data');
  await prepare(dataDir);
  const postgres = await startPostgres({ dataDir, log: () => {}, supervise: true, initdb: ['--no-sync'] });
  const survived: Survived[] = [];
  const owner = openPool(postgres.ownerConfig, 1);
  try {
    await migrate(postgres.ownerConfig, MIGRATIONS);
    const t = await testLedger({ database: postgres, now: Date.now(), onError: () => {} });
    try {
      const acknowledged = new Map<string, number>();
      for (const fault of faults) {
        const wrong: string[] = [];
        const refused: string[] = [];
        const before = acknowledged.size;
        let stop = false;
        const writer = async (n: number) => {
          for (let i = 0; !stop; i++) {
            const key = `${nameOf(fault)} ${n}-${i}`;
            try {
              const done = await t.ledger.append({ key, entries: [partyEntry(t)] });
              acknowledged.set(key, done.entries[0]?.position ?? -1);
              await sleep(5);
            } catch (error) {
              refused.push(key);
              // PostgreSQL says 58030 for a disk that fails and 53100 for a full one; otherwise it goes away.
              if (!(error instanceof Unavailable || error instanceof StorageFull))
                wrong.push(`refused by ${String(error)}`);
              await sleep(50);
            }
          }
        };
        const writers = Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
        while (acknowledged.size < before + 8) await sleep(10);
        const injection = await inject([postgres.pid, ...childrenOf(postgres.pid)], fault);
        const deadline = Date.now() + 15_000;
        while (injection.failed() === 0 && Date.now() < deadline) {
          // What is flushed at a checkpoint alone is flushed now.
          if (fault.calls.includes('fsync')) await owner.query('checkpoint').catch(() => {});
          await sleep(50);
        }
        await sleep(300);
        const failed = injection.failed();
        await injection.stop();
        stop = true;
        await writers;
        if (failed === 0) wrong.push('no call failed');

        for (const key of [...refused, ...acknowledged.keys()]) {
          const again = await untilThere(() => t.ledger.append({ key, entries: [partyEntry(t)] }));
          const position = again.entries[0]?.position ?? -1;
          const was = acknowledged.get(key);
          if (was !== undefined && (was !== position || !again.repeated)) wrong.push(`${key} was lost`);
          if (was === undefined) acknowledged.set(key, position);
        }
        await untilThere(() => t.ledger.publish());
        const { rows } = await t.pool.query<{ n: number }>('select count(*) as n from ledger.entry');
        if (rows[0]?.n !== acknowledged.size) wrong.push(`${rows[0]?.n} entries for ${acknowledged.size} keys`);
        const found = await fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf });
        if (!found.ok) wrong.push(`fsck: ${found.failure} at ${found.at}`);
        const after = acknowledged.size - before - refused.length;
        survived.push({ fault: nameOf(fault), failed, acknowledged: after, refused: refused.length, wrong });
      }
    } finally {
      await t.close();
    }
    return survived;
  } finally {
    await owner.end();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tries again while the database is on its way back. */
async function untilThere<R>(work: () => Promise<R>): Promise<R> {
  for (const deadline = Date.now() + 120_000; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

const PROGRAM = fileURLToPath(new URL('blob-writer.ts', import.meta.url));
const report = z.object({
  acknowledged: z.number(),
  refused: z.array(z.string()),
  wrong: z.array(z.string()),
});
export type BlobsSurvived = z.infer<typeof report>;

/** Runs the writer of documents; `then` is called when it is ready to begin. */
async function blobWriter(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  then: (child: ChildProcess) => Promise<void>,
): Promise<BlobsSurvived> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  while (!out.includes('ready')) {
    if (child.exitCode !== null) throw new Error(`the writer of documents ended with ${child.exitCode}`);
    await sleep(20);
  }
  await then(child);
  await ended;
  const [, last = ''] = out.trim().split(/\n(?=[^\n]*$)/);
  return report.parse(JSON.parse(last));
}

/** Puts documents under a fault of the process that keeps them. */
export async function brokenBlobs(fault: Fault): Promise<Survived> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-broken-'));
  try {
    let failed = 0;
    const found = await blobWriter([process.execPath, '--import', 'tsx', PROGRAM], { BLOBS: dir }, async (child) => {
      const injection = await inject([child.pid ?? 0], fault);
      child.stdin?.write('begin\n');
      child.stdout?.on('data', (text: string) => {
        // It has put what it could; what is checked is checked on a whole machine.
        if (!text.includes('put')) return;
        failed = injection.failed();
        void injection.stop().then(() => child.stdin?.end('check\n'));
      });
    });
    const wrong = failed === 0 ? ['no call failed', ...found.wrong] : found.wrong;
    return {
      fault: `documents: ${nameOf(fault)}`,
      failed,
      acknowledged: found.acknowledged,
      refused: found.refused.length,
      wrong,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What there is to say where a small disk cannot be made on this machine. */
export interface NoDisk {
  readonly unavailable: string;
}

/**
 * Runs a program with a real disk of its own, which ends with the process: a user namespace makes that possible for anybody, not for root
 * alone. @param use gets the words of a command that runs the program of these words there
 */
async function onSmallDisk<R>(
  size: string,
  use: (within: (command: readonly string[]) => readonly string[], dir: string) => Promise<R>,
): Promise<R | NoDisk> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-full-'));
  const mount = `mount -t tmpfs -o size=${size},mode=0700 tmpfs "$0" && exec "$@"`;
  const within = (command: readonly string[]) => ['unshare', '-Urm', 'sh', '-c', mount, dir, ...command];
  try {
    const tried = await ran(within(['true']));
    if (tried.code !== 0) return { unavailable: `a small disk cannot be mounted here: ${tried.err.trim()}` };
    return await use(within, dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function ran([file = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      err += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  return { code, out, err };
}

/** Puts documents on a disk of 2 MB until it is full. */
export const fullDisk = (): Promise<BlobsSurvived | NoDisk> =>
  onSmallDisk('2m', (within, dir) =>
    blobWriter(within([process.execPath, '--import', 'tsx', PROGRAM]), { BLOBS: dir }, async (child) => {
      child.stdin?.end('begin\ncheck\n');
    }),
  );

const DATABASE_PROGRAM = fileURLToPath(new URL('full-database.ts', import.meta.url));
const full = z.object({
  /** bytes that were free when the disk counted as full */
  room: z.number(),
  /** what a statement too large for the disk was refused as, and what stood in its table afterwards */
  statement: z.string(),
  rows: z.number(),
  /** what the append was refused as that the disk had no room for, and how many were taken before it */
  append: z.string(),
  taken: z.number(),
  wrong: z.array(z.string()),
});
export type FullDatabase = z.infer<typeof full>;

/** Fills the disk of a PostgreSQL while the ledger appends (full-database.ts), gives room back, and looks at what is there. */
export const fullDatabase = (): Promise<FullDatabase | NoDisk> =>
  onSmallDisk('160m', async (within, dir) => {
    const { code, out, err } = await ran(within([process.execPath, '--import', 'tsx', DATABASE_PROGRAM]), {
      DISK: dir,
    });
    const last = out.trim().split('\n').at(-1) ?? '';
    if (code !== 0) throw new Error(`full-database.ts ended with ${code}: ${out}${err}`);
    return full.parse(JSON.parse(last));
  });
