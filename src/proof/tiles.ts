/**
 * C2SP tlog-tiles: where the tree's hashes and entries lie in files, and hashes out of those files. Pure: reading
 * and writing the files is for whoever implements `TileReader`.
 *
 * Byte format: a tile is 1 to 256 hashes of 32 bytes. Entry bundles are `bundle.ts`.
 * Level 0 holds leaf hashes; each hash of level L+1 is the root of one full tile of level L.
 * Example: a tree of 70,000 has `tile/0/000` to `tile/0/272` and `tile/0/273.p/112`, `tile/1/000` and
 * `tile/1/001.p/17`, and `tile/2/000.p/1`. Tile 1,234,067 of level 0 is `tile/0/x001/x234/067`.
 */
import { refuse } from './failure.ts';
import { HASH_BYTES, type HashReader, type Node, nodeHash } from './tree.ts';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
/** Levels of the tree inside one tile. */
const TILE_HEIGHT = 8;

/** One tile: `level` 0…63 or `entries`, `index` within the level, `width` 1…256 (256 = full). */
export interface TileCoord {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, without a leading slash. */
export function tilePath(coord: TileCoord): string {
  const parts = [String(coord.index % 1000).padStart(3, '0')];
  for (let n = Math.floor(coord.index / 1000); n > 0; n = Math.floor(n / 1000)) {
    parts.unshift(`x${String(n % 1000).padStart(3, '0')}`);
  }
  const partial = coord.width === TILE_WIDTH ? '' : `.p/${coord.width}`;
  return `tile/${coord.level}/${parts.join('/')}${partial}`;
}

/** Width of tile `index` of `level` in a tree of `size`: 0 (not there) … 256 (full). */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH));
}

/** Root of the 2^height hashes of `tile` that start at hash `from`. */
function subtree(tile: Uint8Array, from: number, height: number): Uint8Array {
  // A true copy: `slice` of a Buffer would share its bytes.
  if (height === 0) return new Uint8Array(tile.subarray(from * HASH_BYTES, (from + 1) * HASH_BYTES));
  return nodeHash(subtree(tile, from, height - 1), subtree(tile, from + 2 ** (height - 1), height - 1));
}

/** The tile that holds what is needed for a node, in a tree of `size`. */
export function tileOfNode(node: Node, size: number): TileCoord {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const first = node.index * 2 ** (node.level % TILE_HEIGHT);
  const index = Math.floor(first / TILE_WIDTH);
  return { level, index, width: tileWidth(level, index, size) };
}

/** Hash of a node out of the tile that `tileOfNode` names. */
export function nodeFromTile(node: Node, tile: Uint8Array): Uint8Array {
  const height = node.level % TILE_HEIGHT;
  const from = (node.index * 2 ** height) % TILE_WIDTH;
  const end = from + 2 ** height;
  if (tile.length < end * HASH_BYTES) refuse('bad-tile', `a tile of at least ${end} hashes`, `${tile.length} bytes`);
  return subtree(tile, from, height);
}

/** Where tiles come from: a folder, a database, a server. */
export interface TileReader {
  /**
   * The bytes of these tiles, in this order. Each must hold at least `width` hashes; a later, wider state of the same
   * tile is as good (tlog-tiles lets logs drop partial tiles). Throws where a tile is missing. Each tile is asked for
   * once per call.
   */
  readTiles(coords: readonly TileCoord[]): Promise<readonly Uint8Array[]>;
}

/** A `HashReader` for the tree of `size` whose tiles `reader` has. */
export function tileHashes(reader: TileReader, size: number): HashReader {
  return {
    async readNodes(nodes) {
      const wanted = new Map(
        nodes.map((node) => {
          const coord = tileOfNode(node, size);
          return [tilePath(coord), coord];
        }),
      );
      const tiles = await reader.readTiles([...wanted.values()]);
      const byPath = new Map(
        [...wanted].map(([path, { width }], i) => {
          const tile = tiles[i] ?? new Uint8Array(0);
          const { length } = tile;
          if (length < width * HASH_BYTES || length % HASH_BYTES || length > TILE_WIDTH * HASH_BYTES) {
            refuse('bad-tile', `${path} of ${width} hashes`, `${length} bytes`);
          }
          return [path, tile];
        }),
      );
      return nodes.map((node) => nodeFromTile(node, byPath.get(tilePath(tileOfNode(node, size))) ?? new Uint8Array(0)));
    },
  };
}
