/**
 * `npm run soak`: what takes too long or too much disk for every test run. Each case prints one JSON line and fails the run when
 * its promise does not hold. Writes to a temporary folder and removes it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { benchDatabase } from '../bench/database.ts';
import { fileBlobs } from '../src/adapters/blobs/files.ts';
import { openKysely, openPool } from '../src/adapters/postgres/pool.ts';
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

/** The witness's endpoint before 100,000 bad requests, on a PostgreSQL of its own: never an accident, in time, in bounded memory. */
async function witnessFuzz(): Promise<boolean> {
  const database = await benchDatabase();
  const pool = openPool(database.appConfig);
  try {
    const target = fuzzTarget(openKysely(pool), { now: () => Date.now() });
    const before = process.memoryUsage().rss;
    const { cases, seed, slowest, statuses, wrong } = await fuzzWitness(target.ask, 100_000);
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

const all = { 'blob-5gb': fiveGigabytes, 'witness-fuzz': witnessFuzz };
/** `npm run soak -- witness-fuzz` runs that one alone. */
const wanted = process.argv.slice(2);
const met: boolean[] = [];
for (const [name, run] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) met.push(await run());
if (met.length === 0 || met.includes(false)) process.exitCode = 1;
