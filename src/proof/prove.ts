/**
 * Proofs made from a tree's hashes or tiles, and which tiles a tree has: for logs, and for monitors that follow one. Never checks what it makes
 * against a root; that is `tree.ts`.
 *
 * Byte format: a proof is a list of 32-byte hashes. Example: the inclusion proof of position 2 in the tree of a, b, c is
 * [node(leaf a, leaf b)]; the consistency proof from size 2 to size 3 is [leaf c].
 */
import { refuse } from './failure.ts';
import { TILE_WIDTH, type TileCoord, type TileReader, tileHashes, tileWidth } from './tiles.ts';
import { checkSizes, type HashReader, type Range, readRanges, split } from './tree.ts';

/**
 * The siblings on the way down to `target`, lowest first: to a leaf (RFC 6962, section 2.1.1), or to where the first `target` leaves
 * end (section 2.1.2), and then the subtree reached as well, unless it is the old tree itself, whose root the verifier knows.
 */
function siblings(target: number, size: number, leaf: boolean): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  let to = size;
  while (leaf ? to - from > 1 : to !== target) {
    const middle = from + split(to - from);
    const left = leaf ? target < middle : target <= middle;
    ranges.push(left ? [middle, to] : [from, middle]);
    if (left) to = middle;
    else from = middle;
  }
  if (!leaf && from > 0) ranges.push([from, to]);
  return ranges.reverse();
}

/** Inclusion proof of `index` in the tree of the first `size` leaves, leaf's sibling first. One read. */
export async function inclusionProof(reader: HashReader, index: number, size: number): Promise<Uint8Array[]> {
  checkSizes(size, index);
  if (index >= size) refuse('not-included', `a position below ${size}`, String(index));
  return readRanges(reader, siblings(index, size, true));
}

/** Consistency proof from size `m` to size `n` (0 ≤ m ≤ n). Empty for m = 0 and m = n. One read. */
export async function consistencyProof(reader: HashReader, m: number, n: number): Promise<Uint8Array[]> {
  checkSizes(m, n);
  if (m > n) refuse('inconsistent', `a size of at most ${n}`, String(m));
  return m > 0 && m < n ? readRanges(reader, siblings(m, n, false)) : [];
}

/** Inclusion proof of `index` in the tree of `size`, from tiles in one read. Not checked against a root here. */
export function proveInclusion(reader: TileReader, index: number, size: number): Promise<Uint8Array[]> {
  return inclusionProof(tileHashes(reader, size), index, size);
}

/** Consistency proof from `m` to `n`, from the tiles of the tree of `n` in one read. Not checked against roots here. */
export function proveConsistency(reader: TileReader, m: number, n: number): Promise<Uint8Array[]> {
  return consistencyProof(tileHashes(reader, n), m, n);
}

/** The partial tiles of a tree of `size`, lowest level first; levels that end with a full tile have none. */
export function partialTiles(size: number): TileCoord[] {
  const tiles: TileCoord[] = [];
  for (let level = 0, hashes = size; hashes > 0; level++) {
    const width = hashes % TILE_WIDTH;
    hashes = Math.floor(hashes / TILE_WIDTH);
    if (width > 0) tiles.push({ level, index: hashes, width });
  }
  return tiles;
}

/** All tiles of a tree of `size`, level by level, left to right, partial ones last in their level. */
export function* tilesOf(size: number): Generator<TileCoord> {
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0; tileWidth(level, index, size) > 0; index++) {
      yield { level, index, width: tileWidth(level, index, size) };
    }
  }
}
