/**
 * How the tree grows: from its right edge and new leaf hashes to the tiles to write, the new edge and the new root.
 * Pure and fast (the server's sequencer runs it for each batch); never reads a full tile again and writes nothing.
 *
 * Byte format: an edge is the tree's size and, per level, the bytes of its partial tile (see `tiles.ts`).
 * Example: growing the empty edge by 257 leaves gives the tiles `tile/0/000`, `tile/0/001.p/1` and `tile/1/000.p/1`,
 * and the root node(hash 0 of tile/1/000, hash 0 of tile/0/001).
 */
import { concat } from './bytes.ts';
import { refuse } from './failure.ts';
import { partialTiles } from './prove.ts';
import { hashPair } from './sha256.ts';
import { TILE_WIDTH, type TileCoord } from './tiles.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './tree.ts';

/** The right edge of a tree: `tiles[L]` holds the hashes of the partial tile of level L, empty where there is none. */
export interface Edge {
  readonly size: number;
  readonly tiles: readonly Uint8Array[];
}

/** A tile to be written. Partial tiles may be written over by nothing: each width is its own file. */
export interface NewTile extends TileCoord {
  readonly level: number;
  readonly bytes: Uint8Array;
}

/** The edge of the tree with no leaves. */
export const EMPTY_EDGE: Edge = { size: 0, tiles: [] };

/** The edge of a tree of `size` from its partial tiles (as `partialTiles(size)` names them, in that order). */
export function edgeFrom(size: number, tiles: readonly Uint8Array[]): Edge {
  const byLevel: Uint8Array[] = [];
  for (const [i, coord] of partialTiles(size).entries()) {
    const bytes = tiles[i];
    if (bytes === undefined || bytes.length !== coord.width * HASH_BYTES || typeof coord.level !== 'number') {
      return refuse('bad-tile', `${coord.width} hashes at level ${coord.level}`, `${bytes?.length ?? 'no'} bytes`);
    }
    while (byLevel.length < coord.level) byLevel.push(new Uint8Array(0));
    byLevel.push(bytes);
  }
  return { size, tiles: byLevel };
}

const work = new Uint8Array(TILE_WIDTH * HASH_BYTES);

/** As `hashPair` in sha256.ts, by whatever means. */
export type HashPair = typeof hashPair;

/** Root of the `width` (a power of two) hashes of `tile` from hash `from` on, written into `to` at `at`. */
function fold(tile: Uint8Array, from: number, width: number, to: Uint8Array, at: number, pair: HashPair): void {
  if (width === 1) {
    for (let i = 0; i < HASH_BYTES; i++) to[at + i] = tile[from * HASH_BYTES + i] ?? 0;
    return;
  }
  for (let i = 0; i < width; i += 2) pair(tile, (from + i) * HASH_BYTES, work, (i / 2) * HASH_BYTES);
  for (let half = width / 2; half > 1; half /= 2) {
    for (let i = 0; i < half; i += 2) pair(work, i * HASH_BYTES, work, (i / 2) * HASH_BYTES);
  }
  for (let i = 0; i < HASH_BYTES; i++) to[at + i] = work[i] ?? 0;
}

/** Root of the tree that has this edge. */
export function edgeRoot(edge: Edge, pair: HashPair = hashPair): Uint8Array {
  let root: Uint8Array | undefined;
  for (const tile of edge.tiles) {
    let width = tile.length / HASH_BYTES;
    // The smallest perfect subtree stands last: the root is built from the right.
    for (let bit = 1; width > 0; bit *= 2) {
      if (width % (2 * bit) === 0) continue;
      const hash = new Uint8Array(HASH_BYTES);
      fold(tile, width - bit, bit, hash, 0, pair);
      root = root === undefined ? hash : nodeHash(hash, root);
      width -= bit;
    }
  }
  return root ?? emptyRoot();
}

/**
 * Appends leaf hashes (one array of n × 32 bytes, or a list) to a tree. Gives the new edge, its root, and the tiles to
 * write before a checkpoint of the new size is published: every tile that became full and every partial tile that
 * changed, lowest level first. The given edge is not changed; the same input gives the same output, so a crash between
 * writing and publishing is repaired by doing it again. A program that hashes faster elsewhere gives `pair`.
 */
export function growTiles(
  edge: Edge,
  leafHashes: Uint8Array | readonly Uint8Array[],
  pair: HashPair = hashPair,
): { edge: Edge; tiles: NewTile[]; root: Uint8Array } {
  let fresh = leafHashes instanceof Uint8Array ? leafHashes : concat(...leafHashes);
  if (fresh.length % HASH_BYTES !== 0) refuse('bad-tile', 'hashes of 32 bytes', `${fresh.length} bytes`);
  const size = edge.size + fresh.length / HASH_BYTES;
  if (!Number.isSafeInteger(size)) refuse('too-large', 'at most 2^53−1 leaves', 'more');
  const tiles: NewTile[] = [];
  const next: Uint8Array[] = [];
  let before = edge.size;
  for (let level = 0; fresh.length > 0 || level < edge.tiles.length; level++) {
    const old = edge.tiles[level] ?? new Uint8Array(0);
    if (old.length !== (before % TILE_WIDTH) * HASH_BYTES) {
      refuse('bad-tile', `${before % TILE_WIDTH} hashes at level ${level}`, `${old.length} bytes`);
    }
    const all = old.length === 0 ? fresh : concat(old, fresh);
    const first = Math.floor(before / TILE_WIDTH);
    const full = Math.floor(all.length / HASH_BYTES / TILE_WIDTH);
    const up = new Uint8Array(full * HASH_BYTES);
    for (let i = 0; i < full; i++) {
      const bytes = all.subarray(i * TILE_WIDTH * HASH_BYTES, (i + 1) * TILE_WIDTH * HASH_BYTES);
      tiles.push({ level, index: first + i, width: TILE_WIDTH, bytes });
      fold(bytes, 0, TILE_WIDTH, up, i * HASH_BYTES, pair);
    }
    // A copy: the edge must not hold the whole batch in memory.
    const rest = all.slice(full * TILE_WIDTH * HASH_BYTES);
    if (rest.length > 0 && fresh.length > 0) {
      tiles.push({ level, index: first + full, width: rest.length / HASH_BYTES, bytes: rest });
    }
    next.push(rest);
    fresh = up;
    before = first;
  }
  const grown: Edge = { size, tiles: next };
  return { edge: grown, tiles, root: edgeRoot(grown, pair) };
}
