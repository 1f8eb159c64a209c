/**
 * Random bytes drawn in blocks: one call of the system's generator serves hundreds of ids and openings. Every byte is handed out
 * once and then wiped from the block, so none is ever reused and none lies about after it was given. Makes no randomness itself.
 */
import type { Random } from './clock.ts';

/** Bytes drawn at once. */
const BLOCK = 16_384;

/** @param source the system's generator */
export function pooled(source: Random): Random {
  let block: Uint8Array = new Uint8Array(0);
  let at = 0;
  return (length) => {
    if (length > BLOCK / 16) return source(length);
    if (at + length > block.length) {
      block = source(BLOCK);
      at = 0;
    }
    const bytes = block.slice(at, at + length);
    block.fill(0, at, at + length);
    at += length;
    return bytes;
  };
}
