/** A disk that fails or is full, by real failures of real system calls; `npm run soak -- strace` tries many more of them. */
import { expect, test } from 'vitest';
import { brokenBlobs, brokenDatabase, fullDisk } from './support/broken-disk.ts';
import { preparedData } from './support/postgres.ts';
import { skipBecause } from './support/skip.ts';
import { noTracing } from './support/strace.ts';

const missing = noTracing();

test('PostgreSQL cannot flush its log (EIO): nothing acknowledged is lost, and writing goes on after its recovery', async (context) => {
  if (missing !== null) skipBecause(context, missing);
  const [found] = await brokenDatabase([{ calls: 'fdatasync', error: 'EIO', when: '3' }], preparedData);
  console.log(JSON.stringify(found));
  expect(found).toMatchObject({ wrong: [] });
  expect(found?.failed).toBeGreaterThan(0);
  expect(found?.refused).toBeGreaterThan(0);
}, 180_000);

test('documents cannot be flushed (EIO): those are not kept, all others are whole', async (context) => {
  if (missing !== null) skipBecause(context, missing);
  const found = await brokenBlobs({ calls: 'fsync', error: 'EIO', when: '2+3' });
  console.log(JSON.stringify(found));
  expect(found).toMatchObject({ wrong: [] });
  expect(found.refused).toBeGreaterThan(0);
  expect(found.acknowledged).toBeGreaterThan(0);
}, 60_000);

test('documents on a disk that is really full: refused by name, what was kept is whole, and room made helps', async (context) => {
  const found = await fullDisk();
  if ('unavailable' in found) return skipBecause(context, found.unavailable);
  console.log(JSON.stringify(found));
  expect(found.wrong).toEqual([]);
  expect(found.acknowledged).toBeGreaterThan(3);
  expect(found.refused.length).toBeGreaterThan(3);
  expect(new Set(found.refused)).toEqual(new Set(['StorageFull storage-full']));
}, 60_000);
