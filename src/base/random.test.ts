import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pooled } from './random.ts';

describe('random bytes in blocks', () => {
  it('hands out every byte of the source once, in order, and wipes it', () => {
    const blocks: Uint8Array[] = [];
    const drawn: number[] = [];
    const random = pooled((length) => {
      const block = new Uint8Array(randomBytes(length));
      blocks.push(block);
      drawn.push(...block);
      return block;
    });
    const given: number[] = [];
    for (let i = 0; i < 500; i++) given.push(...random(32));
    expect(blocks).toHaveLength(1);
    expect(given).toEqual(drawn.slice(0, given.length));
    expect(blocks[0]?.subarray(0, given.length).every((b) => b === 0)).toBe(true);
    random(32 * 500);
    expect(blocks).toHaveLength(2);
  });

  it('gives bytes of their own, which a caller may change', () => {
    const random = pooled((length) => new Uint8Array(randomBytes(length)));
    const all = new Set(Array.from({ length: 5_000 }, () => Buffer.from(random(16)).toString('hex')));
    expect(all.size).toBe(5_000);
    const one = random(16);
    const before = random(16).slice();
    one.fill(7);
    expect(random(16)).not.toEqual(before);
    expect(one.buffer.byteLength).toBe(16);
  });
});
