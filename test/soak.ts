/**
 * `npm run soak`: what takes too long or too much disk for every test run. Each case prints one JSON line and fails the run when
 * its promise does not hold. Writes to a temporary folder and removes it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileBlobs } from '../src/adapters/blobs/files.ts';
import { FUZZED, fuzz, SLOW } from './fuzz.ts';

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

// All of them, or those named on the command line: `npm run soak -- fuzz`.
const CASES = { blob: fiveGigabytes, fuzz: hostile };
const wanted = process.argv.slice(2);
const met: boolean[] = [];
for (const [name, run] of Object.entries(CASES)) {
  if (wanted.length === 0 || wanted.includes(name)) met.push(await run());
}
if (met.includes(false)) process.exitCode = 1;
