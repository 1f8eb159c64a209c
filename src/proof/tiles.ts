/**
 * C2SP tlog-tiles: where the tree's hashes and entries lie in files, and proofs made from those files. Pure: reading
 * and writing the files is for whoever implements `TileReader`.
 *
 * Byte format: a tile is 1 to 256 hashes of 32 bytes; an entry bundle is (u16 big-endian length ‖ entry) repeated.
 * Level 0 holds leaf hashes; each hash of level L+1 is the root of one full tile of level L.
 * Example: a tree of 70,000 has `tile/0/000` to `tile/0/272` and `tile/0/273.p/112`, `tile/1/000` and
 * `tile/1/001.p/17`, and `tile/2/000.p/1`. Tile 1,234,067 of level 0 is `tile/0/x001/x234/067`.
 */
import { decimal } from './bytes.ts';
import { badEncoding, ProofFailure, quote } from './failure.ts';
import { hashPair } from './sha256.ts';
import { consistencyProof, HASH_BYTES, type HashReader, inclusionProof, type Node } from './tree.ts';

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

/** The tile that a path names; every spelling but the one of `tilePath` is `bad-encoding`. */
export function parseTilePath(path: string): TileCoord {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  const [, level = '', digits = '', width] = match ?? [];
  if (match !== null) {
    const coord: TileCoord = {
      level: level === 'entries' ? 'entries' : Number(level),
      index: Number(digits.replaceAll(/[x/]/g, '')),
      width: width === undefined ? TILE_WIDTH : decimal(width),
    };
    const known = coord.level === 'entries' || coord.level < 64;
    const partial = width === undefined || (coord.width >= 1 && coord.width < TILE_WIDTH);
    if (known && partial && Number.isSafeInteger(coord.index) && tilePath(coord) === path) return coord;
  }
  throw badEncoding('a tile path', quote(path));
}

/** Hashes that level `level` has in a tree of `size`: floor(size / 256^level). */
function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of tile `index` of `level` in a tree of `size`: 0 (not there) … 256 (full). */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH));
}

/** The partial tiles of a tree of `size`, lowest level first; levels that end with a full tile have none. */
export function partialTiles(size: number): TileCoord[] {
  const tiles: TileCoord[] = [];
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const hashes = hashesAt(level, size);
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/** All tiles of a tree of `size`, level by level, left to right, partial ones last in their level. */
export function* tilesOf(size: number): Generator<TileCoord> {
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    for (let index = 0; tileWidth(level, index, size) > 0; index++) {
      yield { level, index, width: tileWidth(level, index, size) };
    }
  }
}

/** Length-prefixed entries of one bundle. Entries are at most 65,535 bytes each, at most 256 of them. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) throw new ProofFailure('bad-tile', 'at most 256 entries', String(entries.length));
  let length = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff)
      throw new ProofFailure('too-large', 'entries of at most 65,535 bytes', `${entry.length}`);
    length += 2 + entry.length;
  }
  const bundle = new Uint8Array(length);
  let at = 0;
  for (const entry of entries) {
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length;
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** Entries of a bundle; `width` asks for exactly that many. `bad-tile` if the bytes do not end with an entry. */
export function decodeBundle(bundle: Uint8Array, width?: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const high = bundle[at];
    const low = bundle[at + 1];
    const end = at + 2 + (((high ?? 0) << 8) | (low ?? 0));
    if (low === undefined || end > bundle.length) throw new ProofFailure('bad-tile', 'whole entries', 'a cut bundle');
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  if (entries.length > TILE_WIDTH || (width !== undefined && entries.length !== width)) {
    throw new ProofFailure('bad-tile', `${width ?? 'at most 256'} entries`, String(entries.length));
  }
  return entries;
}

/** Root of the 2^height hashes of `tile` that start at hash `from`. */
function subtree(tile: Uint8Array, from: number, height: number): Uint8Array {
  // A true copy: `slice` of a Buffer would share its bytes, and the hashing below would write into the caller's tile.
  let work = new Uint8Array(tile.subarray(from * HASH_BYTES, (from + 2 ** height) * HASH_BYTES));
  for (let width = 2 ** height; width > 1; width /= 2) {
    for (let i = 0; i < width; i += 2) hashPair(work, i * HASH_BYTES, work, (i / 2) * HASH_BYTES);
  }
  if (work.length > HASH_BYTES) work = work.slice(0, HASH_BYTES);
  return work;
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
  if (tile.length < (from + 2 ** height) * HASH_BYTES) {
    throw new ProofFailure('bad-tile', `a tile of at least ${from + 2 ** height} hashes`, `${tile.length} bytes`);
  }
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
      const wanted = new Map<string, TileCoord>();
      const paths = nodes.map((node) => {
        const coord = tileOfNode(node, size);
        const path = tilePath(coord);
        wanted.set(path, coord);
        return path;
      });
      const coords = [...wanted.values()];
      const tiles = await reader.readTiles(coords);
      const byPath = new Map<string, Uint8Array>();
      coords.forEach((coord, i) => {
        const tile = tiles[i];
        const fits = tile !== undefined && tile.length >= coord.width * HASH_BYTES && tile.length % HASH_BYTES === 0;
        if (!fits || tile.length > TILE_WIDTH * HASH_BYTES) {
          throw new ProofFailure(
            'bad-tile',
            `${tilePath(coord)} of ${coord.width} hashes`,
            `${tile?.length ?? 'no'} bytes`,
          );
        }
        byPath.set(tilePath(coord), tile);
      });
      return nodes.map((node, i) => nodeFromTile(node, byPath.get(paths[i] ?? '') ?? new Uint8Array(0)));
    },
  };
}

/** Inclusion proof of `index` in the tree of `size`, from tiles in one read. Not checked against a root here. */
export function proveInclusion(reader: TileReader, index: number, size: number): Promise<Uint8Array[]> {
  return inclusionProof(tileHashes(reader, size), index, size);
}

/** Consistency proof from `m` to `n`, from the tiles of the tree of `n` in one read. Not checked against roots here. */
export function proveConsistency(reader: TileReader, m: number, n: number): Promise<Uint8Array[]> {
  return consistencyProof(tileHashes(reader, n), m, n);
}
