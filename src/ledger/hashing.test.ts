import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { EMPTY_EDGE, growTiles } from '../proof/grow.ts';
import { hex, leafHash, nodeHash } from '../proof/index.ts';
import { leavesOf, pairInto } from './hashing.ts';

it('hashes leaves, pairs and trees as src/proof does', () => {
  for (let i = 0; i < 50; i++) {
    const [a, b] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))];
    const both = new Uint8Array(70);
    both.set(a, 3);
    both.set(b, 35);
    pairInto(both, 3, both, 5);
    expect(hex(both.subarray(5, 37))).toBe(hex(nodeHash(a, b)));
    expect(hex(leavesOf(new Uint8Array([...a, ...b])))).toBe(hex(leafHash(a)) + hex(leafHash(b)));
  }
  const leaves = new Uint8Array(randomBytes(1000 * 32));
  expect(growTiles(EMPTY_EDGE, leaves, pairInto)).toEqual(growTiles(EMPTY_EDGE, leaves));
});
