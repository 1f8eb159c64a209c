/** The contract of blobs on files, what a crash leaves behind, a full disk, and flat memory. */
import { mkdir, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { blobsContract, fullBlobsContract } from './blobs.contract.ts';
import { type FileBlobsOptions, fileBlobs } from './files.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'blobs-'));
  folders.push(made);
  return join(made, 'blobs');
}

async function filesIn(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function store(options: Omit<FileBlobsOptions, 'dir'> = {}) {
  const dir = await folder();
  return { blobs: await fileBlobs({ dir, ...options }), list: () => filesIn(dir) };
}

blobsContract(store);

// A disk that fills up at a given byte, as the kernel reports it: one short write, then ENOSPC.
fullBlobsContract((bytes) =>
  store({
    async create(path) {
      const file = await open(path, 'wx');
      let left = bytes;
      return {
        write: async (chunk: Uint8Array, at: number, length: number) => {
          if (left === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          const written = Math.min(length, left);
          left -= written;
          return file.write(chunk, at, written);
        },
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
  }),
);

test('what a crash left half written is gone at a later start; whole blobs stay, and what another process is writing', async () => {
  const dir = await folder();
  const first = await fileBlobs({ dir });
  const { sha256 } = await first.put(Readable.from([Buffer.from('kept')]), { maxBytes: 10 });
  await mkdir(join(dir, 'incoming'), { recursive: true });
  const half = join(dir, 'incoming', 'half');
  await writeFile(half, 'half of a fi');
  await utimes(half, new Date(), new Date(Date.now() - 3_700_000));
  const growing = join(dir, 'incoming', 'growing');
  await writeFile(growing, 'half of ano');
  const second = await fileBlobs({ dir });
  expect(await second.get(sha256)).toMatchObject({ bytes: 4 });
  const place = join(dir, sha256.slice(0, 2), sha256);
  expect((await filesIn(dir)).toSorted()).toEqual([growing, place].toSorted());
  await utimes(growing, new Date(), new Date(Date.now() - 3_700_000));
  await second.sweep(new Date(0), async () => new Set());
  expect(await filesIn(dir)).toEqual([place]);
});

test('memory stays flat however long the stream is', async () => {
  const { blobs } = await store();
  const MB = 1024 * 1024;
  const chunk = Buffer.alloc(64 * 1024, 7);
  let most = 0;
  async function* long(megabytes: number) {
    for (let i = 0; i < megabytes * 16; i++) {
      if (i % 160 === 0) {
        most = Math.max(most, process.memoryUsage().rss);
        await turn();
      }
      yield chunk;
    }
  }
  await blobs.put(long(20), { maxBytes: 400 * MB });
  const before = process.memoryUsage().rss;
  most = 0;
  const put = await blobs.put(long(320), { maxBytes: 400 * MB });
  expect(put.bytes).toBe(320 * MB);
  expect(most - before).toBeLessThan(60 * MB);
  const got = await blobs.get(put.sha256);
  let read = 0;
  if (got) {
    for await (const part of got.stream()) {
      read += part.length;
      most = Math.max(most, process.memoryUsage().rss);
    }
  }
  expect(read).toBe(320 * MB);
  // Half of what went through: the collector takes its time, but nothing is kept.
  expect(most - before).toBeLessThan(160 * MB);
});
