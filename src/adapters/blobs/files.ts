/**
 * Blobs as files, named by their SHA-256: `<dir>/<first two figures>/<sha256>`. A blob arrives in `<dir>/incoming` and is moved to
 * its place only when it is whole and synced, so a file in place is always complete. Never overwrites a blob; deletes one only when a sweep
 * finds that nobody names it, or when it is erased by order. A file's time is when its bytes were last put.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { StorageFull, TooLarge } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Blobs } from '../../base/services.ts';
import { syncPath } from '../../base/whole-file.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** Left free for the database and for everybody else on this disk. */
const RESERVE = 64 * 1024 * 1024;
/** A file on its way that nobody has written to for so long was cut off. */
const ABANDONED_MS = 3_600_000;
/** Hashes that a sweep asks about at once. */
const SWEPT_AT_ONCE = 10_000;

export interface FileBlobsOptions {
  /** for instance `<data directory>/blobs` */
  readonly dir: string;
  /** beside a running server: leaves alone what is on its way there */
  readonly readOnly?: boolean;
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
    what: t('ui.refusal.no-room'),
    lost: t('ui.refusal.file-lost'),
    next: t('ui.refusal.no-room.next'),
  });

/** The names of a blob's parents, made durable when they are new. */
async function makeDir(dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncPath(dirname(made));
}

async function found(path: string): Promise<{ readonly size: number; readonly put: Date } | null> {
  try {
    const file = await stat(path);
    return file.isFile() ? { size: file.size, put: file.mtime } : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Deletes what was cut off on its way. Whoever sent it never heard that it is kept; what another server process is writing now grows. */
async function clearIncoming(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const file = await found(path);
    if (file && file.put.getTime() < Date.now() - ABANDONED_MS) await rm(path, { force: true });
  }
}

/**
 * Opens the store and clears what a crash left in `incoming`, as every sweep does; many processes may share it.
 * @throws Error when the folder cannot be made
 */
export async function fileBlobs(options: FileBlobsOptions): Promise<Blobs> {
  const { dir } = options;
  const incoming = join(dir, 'incoming');
  const create = options.create ?? ((path: string): Promise<NewFile> => open(path, 'wx', 0o600));
  if (!options.readOnly) {
    await makeDir(incoming);
    await clearIncoming(incoming);
  }

  const busy = new Map<string, Promise<unknown>>();
  /** Whatever moves or deletes the blob of a hash, one after the other. */
  async function alone<T>(sha256: string, work: () => Promise<T>): Promise<T> {
    const mine = (busy.get(sha256) ?? Promise.resolve()).then(work, work);
    busy.set(sha256, mine);
    try {
      return await mine;
    } finally {
      if (busy.get(sha256) === mine) busy.delete(sha256);
    }
  }

  /** All hashes in the store that were last put before a time. */
  async function* olderThan(before: Date): AsyncGenerator<string> {
    for (const folder of await readdir(dir)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of await readdir(join(dir, folder))) {
        if (!SHA256.test(name)) continue;
        const file = await found(placeOf(name));
        if (file && file.put < before) yield name;
      }
    }
  }

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
                what: t('ui.refusal.file-large'),
                lost: t('ui.refusal.file-lost'),
                next: t('ui.refusal.file-large.next'),
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
        await alone(sha256, async () => {
          await makeDir(dirname(place));
          // The same bytes twice are one blob, as young as the last time they came. A crash between rename and sync of the folder
          // loses only what nobody was told of.
          if ((await found(place))?.size === bytes) await utimes(place, new Date(), new Date());
          else await rename(temporary, place);
          await syncPath(dirname(place));
        });
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
      const bytes = (await found(place))?.size;
      if (bytes === undefined) return null;
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

    async sweep(before, named) {
      await clearIncoming(incoming);
      let deleted = 0;
      const clear = async (hashes: readonly string[]) => {
        const keep = await named(hashes);
        for (const sha256 of hashes) {
          if (keep.has(sha256)) continue;
          await alone(sha256, async () => {
            const place = placeOf(sha256);
            const file = await found(place);
            // Put again since it was listed: somebody is about to name it.
            if (!file || file.put >= before) return;
            await rm(place);
            deleted++;
          });
        }
      };
      let some: string[] = [];
      for await (const sha256 of olderThan(before)) {
        some.push(sha256);
        if (some.length < SWEPT_AT_ONCE) continue;
        await clear(some);
        some = [];
      }
      if (some.length > 0) await clear(some);
      return deleted;
    },

    async remove(sha256, before) {
      if (!SHA256.test(sha256)) return;
      await alone(sha256, async () => {
        const place = placeOf(sha256);
        const file = await found(place);
        if (!file || (before && file.put >= before)) return;
        await rm(place);
        await syncPath(dirname(place));
      });
    },

    async room() {
      const { bavail, bsize } = await statfs(dir);
      return Math.max(0, bavail * bsize - RESERVE);
    },
  };
}
