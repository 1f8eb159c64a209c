/**
 * The Merkle tree of RFC 6962 / RFC 9162 over SHA-256: leaf and node hashes, roots from inclusion proofs, consistency,
 * and which perfect subtrees a proof needs. Knows no storage: hashes come in through `HashReader`. Positions and sizes
 * go up to 2^53−1, so all arithmetic is on numbers; 32-bit shifts never touch them.
 *
 * Byte format: leaf = SHA-256(0x00 ‖ entry), node = SHA-256(0x01 ‖ left ‖ right), empty tree = SHA-256("").
 * Example: the tree of size 3 over a, b, c has the root node(node(leaf a, leaf b), leaf c); the inclusion proof of
 * position 2 is [node(leaf a, leaf b)].
 */
import { equal } from './bytes.ts';
import { badEncoding, ProofFailure } from './failure.ts';
import { hashPair, Sha256, sha256 } from './sha256.ts';

/** Bytes of a hash. */
export const HASH_BYTES = 32;

const leafHasher = new Sha256();
const LEAF = new Uint8Array([0]);

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return leafHasher.update(LEAF).update(entry).digest();
}

const pair = new Uint8Array(64);

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 0);
  pair.set(right, 32);
  const parent = new Uint8Array(HASH_BYTES);
  hashPair(pair, 0, parent, 0);
  return parent;
}

/** Root of the tree with no leaves. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw badEncoding('a tree size from 0 to 2^53−1', String(size));
  }
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  for (const hash of hashes) {
    if (hash.length !== HASH_BYTES) throw badEncoding('hashes of 32 bytes', `${hash.length} bytes`);
  }
}

/**
 * How many hashes the inclusion proof of `index` in a tree of `size` has. Needs 0 ≤ index < size.
 * One for each level below the point where the paths of `index` and of the last leaf part, then one for each left
 * neighbour above it.
 */
export function inclusionProofLength(index: number, size: number): number {
  let at = index;
  let last = size - 1;
  let length = 0;
  while (last > 0) {
    if (at % 2 === 1 || at < last) length++;
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return length;
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
  checkSize(size);
  checkSize(index);
  if (index >= size) throw new ProofFailure('not-included', `a position below the tree's size ${size}`, String(index));
  const length = inclusionProofLength(index, size);
  if (proof.length !== length) {
    throw new ProofFailure(
      'not-included',
      `${length} hashes for position ${index} of ${size}`,
      `${proof.length} hashes`,
    );
  }
  checkHashes(proof);
  const work = new Uint8Array(64);
  const hash = new Uint8Array(leaf);
  let at = index;
  let last = size - 1;
  for (const sibling of proof) {
    // A last node without a right neighbour rises unchanged until it is somebody's right child.
    while (at === last && at % 2 === 0) {
      at /= 2;
      last /= 2;
    }
    const right = at % 2 === 1;
    work.set(right ? sibling : hash, 0);
    work.set(right ? hash : sibling, 32);
    hashPair(work, 0, hash, 0);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return hash;
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
  checkSize(m);
  checkSize(n);
  checkHashes([...proof, rootM, rootN]);
  const refuse = (expected: string, found: string): never => {
    throw new ProofFailure('inconsistent', expected, found);
  };
  if (m > n) refuse(`a tree of at least ${m}`, `size ${n}`);
  if (m === 0 || m === n) {
    if (proof.length > 0) refuse('an empty proof', `${proof.length} hashes`);
    if (m === n && !equal(rootM, rootN)) refuse('one root for one size', 'two roots');
    if (m === 0 && !equal(rootM, emptyRoot())) refuse('the root of the empty tree', 'another root');
    return;
  }
  let at = m - 1;
  let last = n - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  // Where m is a power of two its own root is the first node and is not repeated in the proof.
  const rest = at === 0 ? proof : proof.slice(1);
  const first = at === 0 ? rootM : proof[0];
  if (first === undefined) throw new ProofFailure('inconsistent', 'more hashes', 'an empty proof');
  let old = first;
  let young = first;
  for (const hash of rest) {
    if (last === 0) refuse('fewer hashes', `${proof.length} hashes`);
    if (at % 2 === 1 || at === last) {
      old = nodeHash(hash, old);
      young = nodeHash(hash, young);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      young = nodeHash(young, hash);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) refuse('more hashes', `${proof.length} hashes`);
  if (!equal(old, rootM)) refuse(`the root of size ${m}`, 'another root');
  if (!equal(young, rootN)) refuse(`the root of size ${n}`, 'another root');
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
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two below n (n ≥ 2): where RFC 6962 splits a tree. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The perfect subtrees that make up [from, to), left to right. `from` must be a multiple of the size it starts. */
function perfect(range: Range): Node[] {
  const nodes: Node[] = [];
  let { from } = range;
  while (from < range.to) {
    let level = 0;
    let width = 1;
    while (width * 2 <= range.to - from) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** RFC 6962, section 2.1.1: the siblings on the way from leaf to root. */
function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** RFC 6962, section 2.1.2: SUBPROOF, without recursion. */
function consistencyRanges(m: number, n: number): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  let to = n;
  // While true, the subtree that ends at m is the old tree itself, whose root the verifier knows.
  let whole = true;
  while (m !== to) {
    const middle = from + split(to - from);
    if (m <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push({ from, to });
  return ranges.reverse();
}

async function readRanges(reader: HashReader, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const parts = ranges.map(perfect);
  const hashes = await reader.readNodes(parts.flat());
  let next = 0;
  return parts.map((part) => {
    const mine = hashes.slice(next, next + part.length);
    next += part.length;
    const [last, ...left] = mine.reverse();
    if (last === undefined || mine.length !== part.length) {
      throw new ProofFailure('bad-tile', `${part.length} hashes`, `${mine.length}`);
    }
    return left.reduce((right, hash) => nodeHash(hash, right), last);
  });
}

/** Root of the first `size` leaves. */
export async function rootOf(reader: HashReader, size: number): Promise<Uint8Array> {
  checkSize(size);
  if (size === 0) return emptyRoot();
  const [root] = await readRanges(reader, [{ from: 0, to: size }]);
  return root ?? emptyRoot();
}

/** Inclusion proof of `index` in the tree of the first `size` leaves, leaf's sibling first. One read. */
export async function inclusionProof(reader: HashReader, index: number, size: number): Promise<Uint8Array[]> {
  checkSize(size);
  checkSize(index);
  if (index >= size) throw new ProofFailure('not-included', `a position below ${size}`, String(index));
  return readRanges(reader, inclusionRanges(index, size));
}

/** Consistency proof from size `m` to size `n` (0 ≤ m ≤ n). Empty for m = 0 and m = n. One read. */
export async function consistencyProof(reader: HashReader, m: number, n: number): Promise<Uint8Array[]> {
  checkSize(m);
  checkSize(n);
  if (m > n) throw new ProofFailure('inconsistent', `a size of at most ${n}`, String(m));
  return m === 0 || m === n ? [] : readRanges(reader, consistencyRanges(m, n));
}
