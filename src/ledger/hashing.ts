/**
 * Hashes of the tree by the system's library, for the sequencer and fsck, which make millions. Same answers as src/proof/tree.ts gives (a
 * test compares them), at about half of the cost: the library's digest comes as text of one byte a letter, the cheapest way out of it.
 */
import { hash } from 'node:crypto';
import { HASH_BYTES } from '../proof/index.ts';

// Shared by all calls: hashing is synchronous, so no two ever overlap.
const leaf = new Uint8Array(1 + HASH_BYTES);
const pair = new Uint8Array(1 + 2 * HASH_BYTES);
pair[0] = 1;

function write(digest: string, to: Uint8Array, where: number): void {
  for (let i = 0; i < HASH_BYTES; i++) to[where + i] = digest.charCodeAt(i);
}

/** SHA-256(0x00 ‖ the 32 bytes of `from` at `at`) into `to` at `where`. */
export function leafInto(from: Uint8Array, at: number, to: Uint8Array, where: number): void {
  for (let i = 0; i < HASH_BYTES; i++) leaf[i + 1] = from[at + i] ?? 0;
  write(hash('sha256', leaf, 'binary'), to, where);
}

/** SHA-256(0x01 ‖ the 64 bytes of `from` at `at`) into `to` at `where`; `from` and `to` may be the same array. */
export function pairInto(from: Uint8Array, at: number, to: Uint8Array, where: number): void {
  for (let i = 0; i < 2 * HASH_BYTES; i++) pair[i + 1] = from[at + i] ?? 0;
  write(hash('sha256', pair, 'binary'), to, where);
}

/** Leaf hashes of commitments that stand one after the other. */
export function leavesOf(commitments: Uint8Array): Uint8Array {
  const leaves = new Uint8Array(commitments.length);
  for (let at = 0; at < leaves.length; at += HASH_BYTES) leafInto(commitments, at, leaves, at);
  return leaves;
}
