/**
 * The Merkle tree of RFC 6962 / RFC 9162 over SHA-256: leaf and node hashes, roots from inclusion proofs, consistency,
 * and roots from perfect subtrees. Making proofs is `prove.ts`. Knows no storage: hashes come in through `HashReader`. Positions and sizes
 * go up to 2^53−1, so all arithmetic is on numbers; 32-bit shifts never touch them.
 *
 * Byte format: leaf = SHA-256(0x00 ‖ entry), node = SHA-256(0x01 ‖ left ‖ right), empty tree = SHA-256("").
 * Example: the tree of size 3 over a, b, c has the root node(node(leaf a, leaf b), leaf c); the inclusion proof of
 * position 2 is [node(leaf a, leaf b)].
 */
import { equal } from './bytes.ts';
import { badEncoding, refuse } from './failure.ts';
import { nodeHash, Sha256, sha256 } from './sha256.ts';

export { nodeHash };

/** Bytes of a hash. */
export const HASH_BYTES = 32;

const leafHasher = new Sha256();
const LEAF = new Uint8Array(1);

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return leafHasher.update(LEAF).update(entry).digest();
}

/** Root of the tree with no leaves. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** Throws `bad-encoding` unless all of them are whole numbers from 0 to 2^53−1. */
export function checkSizes(...sizes: readonly number[]): void {
  for (const size of sizes) {
    if (!Number.isSafeInteger(size) || size < 0) badEncoding('a tree size below 2^53', String(size));
  }
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  for (const { length } of hashes) if (length !== HASH_BYTES) badEncoding('hashes of 32 bytes', `${length} bytes`);
}

const half = (n: number): number => Math.floor(n / 2);

/**
 * Walks from node `at` of a level whose last node is `last` up to the root (RFC 9162, sections 2.1.3.2 and 2.1.4.2) and says of each hash
 * whether it stands on the left. False if the way has more or fewer steps than there are hashes.
 */
function climb(
  at: number,
  last: number,
  hashes: readonly Uint8Array[],
  step: (hash: Uint8Array, left: boolean) => void,
): boolean {
  for (const hash of hashes) {
    if (last === 0) return false;
    const left = at % 2 === 1 || at === last;
    step(hash, left);
    // A last node without a right neighbour rises unchanged until it is somebody's right child.
    if (left)
      while (at % 2 === 0 && at > 0) {
        at /= 2;
        last = half(last);
      }
    at = half(at);
    last = half(last);
  }
  return last === 0;
}

/**
 * The root to which a leaf hash at `index` leads in a tree of `size` (RFC 9162, section 2.1.3.2). Throws `not-included`
 * if the position is not in the tree or the proof has too few or too many hashes. Whether the root is the right one is
 * for the caller to compare.
 */
export function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array {
  checkSizes(size, index);
  checkHashes(proof);
  checkHashes([leaf]);
  if (index >= size) refuse('not-included', `a position below ${size}`, String(index));
  const root = new Uint8Array(leaf);
  const fits = climb(index, size - 1, proof, (hash, left) => {
    nodeHash(left ? hash : root, left ? root : hash, root);
  });
  return fits ? root : refuse('not-included', `the way from ${index} of ${size}`, `${proof.length} hashes`);
}

/**
 * Checks that the tree of size `n` with `rootN` extends the tree of size `m` with `rootM` (RFC 9162, section 2.1.4.2).
 * Throws `inconsistent` otherwise. `m` = 0 is consistent with everything (empty proof); equal sizes need equal roots.
 */
export function verifyConsistency(
  m: number,
  n: number,
  rootM: Uint8Array,
  rootN: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  checkSizes(m, n);
  checkHashes([...proof, rootM, rootN]);
  let old = m > 0 ? rootM : emptyRoot();
  let young = m > 0 && m < n ? rootM : m === n ? old : rootN;
  let fits = m <= n && proof.length === 0;
  if (m > 0 && m < n) {
    let at = m - 1;
    let last = n - 1;
    while (at % 2 === 1) {
      at = half(at);
      last = half(last);
    }
    let rest = proof;
    // Where m is a power of two its own root is the first node and is not repeated in the proof.
    if (at > 0) {
      old = proof[0] ?? refuse('inconsistent', 'hashes', 'an empty proof');
      young = old;
      rest = proof.slice(1);
    }
    fits = climb(at, last, rest, (hash, left) => {
      if (left) old = nodeHash(hash, old);
      young = left ? nodeHash(hash, young) : nodeHash(young, hash);
    });
  }
  if (!fits || !equal(old, rootM) || !equal(young, rootN)) {
    refuse('inconsistent', `a proof from ${m} to ${n}`, `another of ${proof.length} hashes`);
  }
}

/** The perfect subtree over the leaves [index·2^level, (index+1)·2^level). */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Where hashes of perfect subtrees come from. */
export interface HashReader {
  /** The 32-byte hashes of these nodes, in this order. Throws where one is missing; never invents one. */
  readNodes(nodes: readonly Node[]): Promise<readonly Uint8Array[]>;
}

/** Leaves [from, to). */
export type Range = readonly [from: number, to: number];

/** The largest power of two below n (n ≥ 2): where RFC 6962 splits a tree. */
export function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The perfect subtrees that make up [from, to), left to right. `from` must be a multiple of the size it starts. */
function perfect([from, to]: Range): Node[] {
  const nodes: Node[] = [];
  while (from < to) {
    const width = split(to - from + 1);
    nodes.push({ level: Math.round(Math.log2(width)), index: from / width });
    from += width;
  }
  return nodes;
}

/** The root of each range, from one read. */
export async function readRanges(reader: HashReader, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const parts = ranges.map(perfect);
  const hashes = await reader.readNodes(parts.flat());
  let next = 0;
  return parts.map((part) => {
    const mine = hashes.slice(next, next + part.length);
    next += part.length;
    if (mine.length < part.length) refuse('bad-tile', `${part.length} hashes`, String(mine.length));
    return mine.reduceRight((right, left) => nodeHash(left, right));
  });
}

/** Root of the first `size` leaves. */
export async function rootOf(reader: HashReader, size: number): Promise<Uint8Array> {
  checkSizes(size);
  const [root] = size > 0 ? await readRanges(reader, [[0, size]]) : [];
  return root ?? emptyRoot();
}
