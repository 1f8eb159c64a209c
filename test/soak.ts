/**
 * `npm run soak`: what takes too long or too much disk for every test run. Each case prints one JSON line and fails the run when
 * its promise does not hold. Writes to a temporary folder and removes it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileBlobs } from '../src/adapters/blobs/files.ts';

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

const met = [await fiveGigabytes()];
if (met.includes(false)) process.exitCode = 1;
