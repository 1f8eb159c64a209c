/**
 * Hashes of the tree's nodes for proofs, out of tiles, with what was read or computed kept: nodes never change once they are
 * there. Bounded memory. Gives what the tiles say; whether that is true is for the verifier.
 */
import { HASH_BYTES, type HashReader, type Node, type TileCoord, type TileReader } from '../proof/index.ts';
import { tileOfNode } from '../proof/tiles.ts';
import { pairInto } from './hashing.ts';

/** Levels of the tree inside one tile, and hashes in a full one (C2SP tlog-tiles). */
const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
/** Tiles kept, each with the nodes above its hashes: about 17 KiB, in three pieces, so that whoever collects garbage has little to count. */
const KEPT = 2_048;

interface Kept {
  /** hashes of the tile, at least as many as anybody asked for yet */
  data: Uint8Array;
  /** nodes above them: the one over the whole tile is 1, and those below node n are 2n and 2n + 1 */
  readonly above: Uint8Array;
  /** which of them were computed: 1 */
  readonly known: Uint8Array;
}

/** Computes a node above the tile's hashes, and whatever it lacks below it. */
function compute(tile: Kept, node: number): void {
  if (tile.known[node] === 1) return;
  if (node >= WIDTH / 2) pairInto(tile.data, (2 * node - WIDTH) * HASH_BYTES, tile.above, node * HASH_BYTES);
  else {
    compute(tile, 2 * node);
    compute(tile, 2 * node + 1);
    pairInto(tile.above, 2 * node * HASH_BYTES, tile.above, node * HASH_BYTES);
  }
  tile.known[node] = 1;
}

/** A node inside its tile, computed from the nodes below it and kept. */
function inside(tile: Kept, level: number, index: number): Uint8Array {
  if (level === 0) return tile.data.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  const node = 2 ** (HEIGHT - level) + index;
  compute(tile, node);
  return tile.above.subarray(node * HASH_BYTES, (node + 1) * HASH_BYTES);
}

export interface NodeCache {
  /** Nodes of the tree of `size`. */
  at(size: number): HashReader;
}

/** Tiles by a number: level and index in one, exact far beyond any tree that can be. */
const keyOf = ({ level, index }: TileCoord): number => index * 64 + (level === 'entries' ? 63 : level);

export function nodeCache(tiles: TileReader): NodeCache {
  const kept = new Map<number, Kept>();

  function keep(coord: TileCoord, data: Uint8Array): Kept {
    const key = keyOf(coord);
    const known = kept.get(key);
    // A wider state of a partial tile: the nodes computed so far lie over hashes that did not change.
    if (known) {
      if (known.data.length < data.length) known.data = data;
      return known;
    }
    const tile = { data, above: new Uint8Array(WIDTH * HASH_BYTES), known: new Uint8Array(WIDTH) };
    kept.set(key, tile);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? -1);
    return tile;
  }

  return {
    at: (size) => ({
      async readNodes(nodes: readonly Node[]) {
        const found: (Kept | undefined)[] = [];
        const missing = new Map<number, TileCoord>();
        const coords = nodes.map((node) => {
          const coord = tileOfNode(node, size);
          const known = kept.get(keyOf(coord));
          const wide = known !== undefined && known.data.length >= coord.width * HASH_BYTES;
          found.push(wide ? known : undefined);
          if (!wide) missing.set(keyOf(coord), coord);
          return coord;
        });
        // Held here, so that what others read meanwhile cannot push it out before it is used.
        const own = new Map<number, Kept>();
        if (missing.size > 0) {
          const wanted = [...missing.values()];
          const read = await tiles.readTiles(wanted);
          wanted.forEach((coord, i) => {
            own.set(keyOf(coord), keep(coord, read[i] ?? new Uint8Array(0)));
          });
        }
        return nodes.map((node, i) => {
          const coord = coords[i];
          const tile = found[i] ?? (coord && own.get(keyOf(coord)));
          if (!tile) throw new Error('a node without its tile');
          const level = node.level % HEIGHT;
          return inside(tile, level, node.index % 2 ** (HEIGHT - level));
        });
      },
    }),
  };
}
