/** What every blob store promises, as tests that any implementation runs (files today, object stores later). Not a test file by itself. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { StorageFull, TooLarge } from '../../base/errors.ts';
import type { Blobs } from '../../base/services.ts';

export interface Subject {
  readonly blobs: Blobs;
  /** every object that the store holds, finished or not */
  list(): Promise<readonly string[]>;
}

const LIMIT = { maxBytes: 10_000_000 };
const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

async function* from(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function all(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** @param make gives a new, empty store */
export function blobsContract(make: () => Promise<Subject>): void {
  test('gives back what was put, by the hash of it', async () => {
    const { blobs } = await make();
    const a = randomBytes(70_000);
    const b = randomBytes(3);
    const put = await blobs.put(from(a, new Uint8Array(0), b), LIMIT);
    expect(put).toEqual({ sha256: sha256(a, b), bytes: 70_003 });
    const got = await blobs.get(put.sha256);
    expect(got?.bytes).toBe(70_003);
    expect(got && Buffer.concat([a, b]).equals(await all(got.stream()))).toBe(true);
    // A blob can be read twice.
    expect(got && (await all(got.stream())).length).toBe(70_003);
  });

  test('keeps an empty file', async () => {
    const { blobs } = await make();
    const put = await blobs.put(from(), LIMIT);
    expect(put).toEqual({ sha256: sha256(), bytes: 0 });
    const got = await blobs.get(put.sha256);
    expect(got && (await all(got.stream())).length).toBe(0);
  });

  test('the same bytes twice are one blob, also at the same time', async () => {
    const { blobs, list } = await make();
    const bytes = randomBytes(50_000);
    const puts = await Promise.all([1, 2, 3, 4].map(() => blobs.put(from(bytes), LIMIT)));
    expect(new Set(puts.map((put) => put.sha256)).size).toBe(1);
    expect(await list()).toHaveLength(1);
  });

  test('knows nothing of hashes that were never put, or that are no hashes', async () => {
    const { blobs } = await make();
    for (const name of [sha256(), '', '..', '../../etc/passwd', sha256().toUpperCase(), `${sha256()}/..`]) {
      expect(await blobs.get(name)).toBeNull();
    }
  });

  test('a stream that is longer than allowed leaves nothing', async () => {
    const { blobs, list } = await make();
    const source = from(randomBytes(60_000), randomBytes(60_000));
    await expect(blobs.put(source, { maxBytes: 100_000 })).rejects.toThrow(TooLarge);
    expect(await list()).toEqual([]);
    // Exactly as long as allowed is allowed.
    await expect(blobs.put(from(randomBytes(100_000)), { maxBytes: 100_000 })).resolves.toMatchObject({
      bytes: 100_000,
    });
  });

  test('a stream that breaks off leaves nothing, and the store goes on', async () => {
    const { blobs, list } = await make();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(60_000);
      throw new Error('cut off');
    }
    await expect(blobs.put(broken(), LIMIT)).rejects.toThrow('cut off');
    expect(await list()).toEqual([]);
    await blobs.put(from(randomBytes(10)), LIMIT);
    expect(await list()).toHaveLength(1);
  });

  test('a reader that goes away does not hold the store', async () => {
    const { blobs } = await make();
    const put = await blobs.put(from(randomBytes(1_000_000)), LIMIT);
    const reader = (await blobs.get(put.sha256))?.stream().getReader();
    await reader?.read();
    await reader?.cancel();
    const again = await blobs.get(put.sha256);
    expect(again && sha256(await all(again.stream()))).toBe(put.sha256);
  });

  test('removes what is to go, once and again, and spares what was put after a time', async () => {
    const { blobs, list } = await make();
    const put = await blobs.put(from(randomBytes(100)), LIMIT);
    await blobs.remove(put.sha256, new Date(0));
    expect(await blobs.get(put.sha256)).not.toBeNull();
    await blobs.remove(put.sha256);
    await blobs.remove(put.sha256);
    await blobs.remove('../etc/passwd');
    expect(await blobs.get(put.sha256)).toBeNull();
    expect(await list()).toEqual([]);
  });

  test('says how much still fits, where it says it at all', async () => {
    const { blobs } = await make();
    expect(blobs.room ? await blobs.room() : 0).toBeGreaterThanOrEqual(0);
  });
}

/** For stores that can be made to run full. @param make gives a store with room for `bytes` bytes, and no more */
export function fullBlobsContract(make: (bytes: number) => Promise<Subject>): void {
  test('no room left is named so, and leaves nothing behind', async () => {
    const { blobs, list } = await make(100_000);
    await expect(blobs.put(from(randomBytes(80_000), randomBytes(80_000)), LIMIT)).rejects.toThrow(StorageFull);
    expect(await list()).toEqual([]);
  });
}
