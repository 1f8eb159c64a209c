/**
 * Hashes of the tree's nodes for proofs, out of tiles, with what was read or computed kept: nodes never change once they are
 * there. Bounded memory. Gives what the tiles say; whether that is true is for the verifier.
 */
import { HASH_BYTES, type HashReader, type Node, nodeHash, type TileCoord, type TileReader } from '../proof/index.ts';
import { tileOfNode } from '../proof/tiles.ts';

/** Levels of the tree inside one tile, and hashes in a full one (C2SP tlog-tiles). */
const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
/** Tiles kept, each with the nodes above its hashes: about 24 KiB when all of them were asked for. */
const KEPT = 2_048;

interface Kept {
  /** hashes of the tile, at least as many as anybody asked for yet */
  data: Uint8Array;
  /** by node inside the tile: level · 256 + index within that level */
  readonly nodes: Map<number, Uint8Array>;
}

/** A node inside its tile, computed from the nodes below it and kept. */
function inside(tile: Kept, level: number, index: number): Uint8Array {
  if (level === 0) return tile.data.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  const key = level * WIDTH + index;
  const known = tile.nodes.get(key);
  if (known) return known;
  const hash = nodeHash(inside(tile, level - 1, 2 * index), inside(tile, level - 1, 2 * index + 1));
  tile.nodes.set(key, hash);
  return hash;
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
    const tile = { data, nodes: new Map() };
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
