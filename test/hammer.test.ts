/** A short round of `npm run hammer`: one kill of each kind under load, on one server, and the full reckoning. */
import { expect, test } from 'vitest';
import { hammer } from './hammer/hammer.ts';

test('a kill of each kind under load: nothing acknowledged is lost, nothing is there twice, nothing contradicts itself', async () => {
  const seed = Date.now() % 2 ** 31;
  const kinds = ['backend', 'writer', 'server', 'postmaster', 'postgres'] as const;
  const { wrong, ...found } = await hammer({ seconds: 240, kills: kinds.length, kinds, seed, servers: 1 });
  console.log(`hammer: ${JSON.stringify(found)}`);
  expect(wrong).toEqual([]);
  expect(found).toMatchObject({ kills: kinds.length, met: true });
  expect(found.acknowledged).toBeGreaterThan(50);
  expect(found.receipts).toBe(found.entries);
  expect(found.checkpoints).toBeGreaterThan(1);
  expect(found.audited).toMatchObject({ outcome: 'consistent', included: found.entries });
  expect(found).toMatchObject({ audits: expect.any(Number) });
}, 420_000);
