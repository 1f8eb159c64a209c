import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { risingIds, UUID, uuidv7 } from './ids.ts';

const NOW = Date.parse('2026-03-02T15:04:05.120Z');

it('makes ids that rise, each a UUIDv7 of its time', () => {
  const next = risingIds(NOW, randomBytes);
  const ids = Array.from({ length: 5_000 }, next);
  expect([...new Set(ids)].sort()).toEqual(ids);
  const time = uuidv7(NOW, randomBytes).slice(0, 13);
  for (const id of ids) {
    expect(id).toMatch(UUID);
    expect(id.slice(0, 13)).toBe(time);
  }
  // Two sources of one moment have nothing in common.
  expect(risingIds(NOW, randomBytes)().slice(14, 23)).not.toBe(ids[0]?.slice(14, 23));
});

it('takes steps that are random, from the lower half on', () => {
  const next = risingIds(NOW, (length) => new Uint8Array(length).fill(0xff));
  const time = uuidv7(NOW, randomBytes).slice(0, 13);
  expect(next()).toBe(`${time}-7fff-bfff-7fffffffffff`);
  expect(next()).toBe(`${time}-7fff-bfff-800000ffffff`);
});
