/**
 * `npm run soak`: what takes too long or too much disk for every test run. Each case prints one JSON line and fails the run when
 * its promise does not hold. Writes to a temporary folder and removes it.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { benchDatabase } from '../bench/database.ts';
import { itemAnswered } from '../bench/entry.ts';
import { benchLedger, ORIGIN } from '../bench/ledger.ts';
import { fileBlobs } from '../src/adapters/blobs/files.ts';
import { openKysely, openPool } from '../src/adapters/postgres/pool.ts';
import { utf8, Verifier } from '../src/proof/index.ts';
import { useNodeCrypto } from '../src/proof/node-crypto.ts';
import { FUZZED, fuzz, SLOW } from './fuzz.ts';
import { brokenBlobs, brokenDatabase } from './support/broken-disk.ts';
import { PUBLIC_FUZZED, publicTarget } from './support/public-fuzz.ts';
import { noTracing } from './support/strace.ts';
import { uploadByHttp } from './support/upload-by-http.ts';
import { fuzzTarget } from './support/witness-app.ts';
import { fuzzWitness } from './support/witness-fuzz.ts';

const MB = 1024 * 1024;

/** A 5 GB file through the blob store: memory stays flat, the hash and the size come out right. */
async function fiveGigabytes(): Promise<boolean> {
  const dir = await mkdtemp(join(process.env.SOAK_DIR ?? tmpdir(), 'soak-'));
  try {
    const blobs = await fileBlobs({ dir: join(dir, 'blobs') });
    const size = 5 * 1024 * MB;
    const room = await blobs.room();
    if (room !== null && room < size) throw new Error(`needs 5 GB in ${dir}; set SOAK_DIR to a larger disk`);
    const chunk = Buffer.alloc(64 * 1024, 0x61);
    const before = process.memoryUsage().rss;
    let most = before;
    async function* long() {
      for (let sent = 0, i = 0; sent < size; sent += chunk.length, i++) {
        if (i % 512 === 0) {
          most = Math.max(most, process.memoryUsage().rss);
          await turn();
        }
        yield chunk;
      }
    }
    const started = performance.now();
    const put = await blobs.put(long(), { maxBytes: size });
    const seconds = (performance.now() - started) / 1000;
    const grownMB = Math.round((most - before) / MB);
    const met = put.bytes === size && grownMB < 100;
    console.log(
      JSON.stringify({ soak: 'blob-5gb', bytes: put.bytes, seconds: Math.round(seconds), rssGrownMB: grownMB, met }),
    );
    return met;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The same by HTTP, into a server that is a process of its own, through form and store. */
async function fiveGigabytesByHttp(): Promise<boolean> {
  const dir = await mkdtemp(join(process.env.SOAK_DIR ?? tmpdir(), 'soak-'));
  const database = await benchDatabase();
  try {
    const size = 5 * 1024 * MB;
    const { bavail, bsize } = await statfs(dir);
    if (bavail * bsize < size + 500 * MB) throw new Error(`needs 5.5 GB in ${dir}; set SOAK_DIR to a larger disk`);
    const { status, bytes, same, grownMB, seconds } = await uploadByHttp(database.appConfig, dir, size);
    const met = status === 303 && bytes === size && same && grownMB < 150;
    const facts = { status, bytes, same, seconds: Math.round(seconds), rssGrownMB: grownMB, met };
    console.log(JSON.stringify({ soak: 'upload-5gb', ...facts }));
    return met;
  } finally {
    await database.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** 100,000 hostile inputs to every reader of src/proof: see `fuzz.ts`. */
async function hostile(): Promise<boolean> {
  let met = true;
  for (const reader of FUZZED) {
    const started = performance.now();
    const longest = await fuzz(reader, 100_000).catch((error: unknown) => {
      console.error(error);
      return Number.POSITIVE_INFINITY;
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    const fits = longest <= SLOW;
    console.log(JSON.stringify({ soak: `fuzz-${reader}`, cases: 100_000, seconds, longestMs: longest, met: fits }));
    met &&= fits;
  }
  return met;
}

/** The witness's endpoint before 100,000 bad requests, on a PostgreSQL of its own: never an accident, in time, in bounded memory. */
async function witnessFuzz(): Promise<boolean> {
  const database = await benchDatabase();
  const pool = openPool(database.appConfig);
  try {
    const target = fuzzTarget(openKysely(pool), { now: () => Date.now() });
    const before = process.memoryUsage().rss;
    const { cases, seed, slowest, statuses, wrong } = await fuzzWitness(target.ask, 100_000, {
      onProgress: (done) => done % 10_000 === 0 && console.log(`witness-fuzz: ${done} cases`),
    });
    const grownMB = Math.round((process.memoryUsage().rss - before) / MB);
    for (const one of wrong) console.log(one);
    const met = wrong.length === 0 && target.accidents.length === 0 && grownMB < 300;
    console.log(
      JSON.stringify({
        soak: 'witness-fuzz',
        cases,
        seed,
        slowestMs: Math.round(slowest),
        rssGrownMB: grownMB,
        statuses: Object.fromEntries(statuses),
        met,
      }),
    );
    return met;
  } finally {
    await pool.end();
    await database.close();
  }
}

/** Flushes and writes of PostgreSQL, flushes and renames of documents, each failing as a broken and as a full disk fails. */
async function brokenDisks(): Promise<boolean> {
  const missing = noTracing();
  if (missing !== null) {
    console.log(JSON.stringify({ soak: 'strace', skipped: missing }));
    return true;
  }
  const when = ['1', '3', '10'];
  const errors = ['EIO', 'ENOSPC'] as const;
  const both = (calls: string) => errors.flatMap((error) => when.map((n) => ({ calls, error, when: n })));
  const all = await brokenDatabase(['fdatasync', 'pwrite64', 'fsync', 'pwrite64,pwritev'].flatMap(both));
  for (const calls of ['fsync', 'rename', 'mkdir'])
    for (const error of errors) all.push(await brokenBlobs({ calls, error, when: '1+2' }));
  for (const one of all) console.log(JSON.stringify({ soak: 'strace', ...one, met: one.wrong.length === 0 }));
  return all.every((one) => one.wrong.length === 0);
}

/** What is alive after a full collection: bytes, and how many objects of kinds that a request makes. */
function alive(): { readonly bytes: number; readonly counts: Readonly<Record<string, number>> } {
  const kinds = { Uint8Array, Promise, Request, Response, File, FormData, Verifier, Map };
  // Counting collects first.
  const counts = Object.entries(kinds).map(([name, kind]) => [name, queryObjects(kind, { format: 'count' })] as const);
  const { heapUsed, external } = process.memoryUsage();
  return { bytes: heapUsed + external, counts: Object.fromEntries(counts) };
}

/**
 * The public endpoints before 100,000 bad requests each, on a log of its own: never an accident, in time, in bounded memory. What is alive
 * after a collection is compared from the first fifth of the cases to the last: that, not what the system lent, tells of a leak.
 */
async function publicFuzz(): Promise<boolean> {
  const database = await benchDatabase();
  const { ledger, pool, vkey } = await benchLedger(database);
  useNodeCrypto();
  try {
    const entries = Array.from({ length: 300 }, itemAnswered);
    await Promise.all(entries.map((entry) => ledger.append({ key: entry.id, entries: [entry] })));
    await ledger.publish();
    const receipts = await ledger.receipts(entries.slice(0, 3).map(({ id }) => id));
    const good = [...receipts.values()].map(({ json }) => utf8(json));
    const log = { origin: ORIGIN, logKey: vkey, policy: `log ${vkey}\nquorum none\n` };
    const target = publicTarget(openKysely(pool), { now: () => Date.now() }, log, good);
    let met = good.length === 3;
    const total = Number(process.env.SOAK_CASES ?? 100_000);
    for (const name of PUBLIC_FUZZED) {
      const from = performance.now();
      const before = process.memoryUsage().rss;
      let early: ReturnType<typeof alive> | null = null;
      const onProgress = async (done: number) => {
        if (early === null && done >= total / 5) early = alive();
        if (done % 10_000 === 0) console.log(`public-fuzz-${name}: ${done} cases`);
      };
      const { cases, seed, slowest, statuses, wrong } = await target.fuzz(name, total, { onProgress });
      const rssGrownMB = Math.round((process.memoryUsage().rss - before) / MB);
      const late = alive();
      const first: ReturnType<typeof alive> = early ?? late;
      const keptMB = Math.round((late.bytes - first.bytes) / MB);
      for (const one of wrong) console.log(one);
      const fits = wrong.length === 0 && target.accidents.length === 0 && keptMB < 20 && rssGrownMB < 600;
      const slowestMs = Math.round(slowest);
      const seconds = Math.round((performance.now() - from) / 1000);
      const facts = {
        cases,
        seconds,
        seed,
        slowestMs,
        keptMB,
        rssGrownMB,
        aliveEarly: first.counts,
        aliveLate: late.counts,
      };
      console.log(
        JSON.stringify({ soak: `public-fuzz-${name}`, ...facts, statuses: Object.fromEntries(statuses), met: fits }),
      );
      met &&= fits;
    }
    return met;
  } finally {
    await ledger.stop();
    await pool.end();
    await database.close();
  }
}

/** All of them, or those named on the command line: `npm run soak -- fuzz`. */
const CASES = {
  blob: fiveGigabytes,
  upload: fiveGigabytesByHttp,
  fuzz: hostile,
  'witness-fuzz': witnessFuzz,
  'public-fuzz': publicFuzz,
  strace: brokenDisks,
};
const wanted = process.argv.slice(2);
const met: boolean[] = [];
for (const [name, run] of Object.entries(CASES)) {
  if (wanted.length === 0 || wanted.includes(name)) met.push(await run());
}
if (met.length === 0 || met.includes(false)) process.exitCode = 1;
