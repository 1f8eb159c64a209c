/**
 * Blobs as files, named by their SHA-256: `<dir>/<first two figures>/<sha256>`. A blob arrives in `<dir>/incoming` and is moved to
 * its place only when it is whole and synced, so a file in place is always complete. Never overwrites, never deletes a blob.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { StorageFull, TooLarge } from '../../base/errors.ts';
import type { Blobs } from '../../base/services.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** Left free for the database and for everybody else on this disk. */
const RESERVE = 64 * 1024 * 1024;

export interface FileBlobsOptions {
  /** for instance `<data directory>/blobs` */
  readonly dir: string;
  /** how a new file is opened for writing; tests hand in one that fails */
  readonly create?: (path: string) => Promise<NewFile>;
}

/** As much of a file handle as writing takes. */
export interface NewFile {
  write(chunk: Uint8Array, at: number, length: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const full = () =>
  new StorageFull('storage-full', {
    what: 'There is no room left on this server’s disk for this file.',
    lost: 'The file was not kept. Everything else is.',
    next: 'Try again later, or tell the people who run this server.',
  });

/** Makes a rename or a new name in `dir` survive a power cut. */
async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The names of a blob's parents, made durable when they are new. */
async function makeDir(dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncDir(dirname(made));
}

async function size(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Opens the store and clears what a crash left in `incoming`; one process may do so at a time.
 * @throws Error when the folder cannot be made
 */
export async function fileBlobs(options: FileBlobsOptions): Promise<Blobs> {
  const { dir } = options;
  const incoming = join(dir, 'incoming');
  const create = options.create ?? ((path: string): Promise<NewFile> => open(path, 'wx', 0o600));
  await makeDir(incoming);
  // Whoever sent these never heard that they are kept.
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true });

  const placeOf = (sha256: string) => join(dir, sha256.slice(0, 2), sha256);

  return {
    async put(source, { maxBytes }) {
      const temporary = join(incoming, randomUUID());
      try {
        const hash = createHash('sha256');
        let bytes = 0;
        const file = await create(temporary);
        try {
          for await (const chunk of source) {
            bytes += chunk.byteLength;
            if (bytes > maxBytes) {
              throw new TooLarge('file-too-large', {
                what: 'The file is larger than this server takes.',
                lost: 'The file was not kept. Everything else is.',
                next: 'Split it into several files.',
              });
            }
            hash.update(chunk);
            for (let at = 0; at < chunk.byteLength; ) {
              at += (await file.write(chunk, at, chunk.byteLength - at)).bytesWritten;
            }
          }
          await file.sync();
        } finally {
          await file.close();
        }
        const sha256 = hash.digest('hex');
        const place = placeOf(sha256);
        await makeDir(dirname(place));
        // The same bytes twice are one blob. A crash between rename and sync of the folder loses only what nobody was told of.
        if ((await size(place)) !== bytes) await rename(temporary, place);
        await syncDir(dirname(place));
        return { sha256, bytes };
      } catch (error) {
        if (['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => code === codeOf(error))) throw full();
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    },

    async get(sha256) {
      if (!SHA256.test(sha256)) return null;
      const place = placeOf(sha256);
      const bytes = await size(place);
      if (bytes === null) return null;
      return {
        bytes,
        stream: () => {
          const file = createReadStream(place, { highWaterMark: 256 * 1024 });
          const reader = Readable.toWeb(file, { strategy: { highWaterMark: 0 } }).getReader();
          return new ReadableStream<Uint8Array>(
            {
              async pull(controller) {
                const { done, value } = await reader.read();
                if (done) controller.close();
                else if (value instanceof Uint8Array) controller.enqueue(value);
                else controller.error(new Error('a file gave something that is not bytes'));
              },
              cancel: (reason) => reader.cancel(reason),
            },
            { highWaterMark: 0 },
          );
        },
      };
    },

    async room() {
      const { bavail, bsize } = await statfs(dir);
      return Math.max(0, bavail * bsize - RESERVE);
    },
  };
}
