/**
 * Computes the tree of a new checkpoint from the log's entry bundles, with the saved tree's right edge as the start, and compares every
 * new hash tile with what it must hold. Leading to the signed root, it proves that the log has only grown. Memory stays flat however much
 * is new; what was fetched is staged in the folder, so that an interrupted run goes on where it was.
 */
import { decodeBundle } from '../proof/bundle.ts';
import { equal } from '../proof/bytes.ts';
import { type Edge, EMPTY_EDGE, edgeFrom, edgeRoot, growTiles } from '../proof/grow.ts';
import {
  HASH_BYTES,
  hex,
  leafHash,
  ProofFailure,
  TILE_WIDTH,
  type TileCoord,
  tilePath,
  tileWidth,
} from '../proof/index.ts';
import { partialTiles } from '../proof/prove.ts';
import { damaged, type Folder } from './folder.ts';
import { AuditFailure } from './outcome.ts';
import { BUNDLED_BYTES, type RemoteLog } from './remote.ts';
import type { Head } from './trust.ts';

export interface RecomputeDeps {
  readonly remote: RemoteLog;
  readonly folder: Folder;
  readonly onProgress: (done: number, of: number) => void;
}

export interface Recomputed {
  /** tiles and bundles that were looked at */
  readonly checked: number;
  /** those among them that an earlier run had fetched */
  readonly reused: number;
  /** the first contradiction, or null: then everything for the copy is staged */
  readonly wrong: AuditFailure | null;
}

/** Bundles that are worked on together: half a megabyte. */
const CHUNK = 64;
/** Requests under way at once. */
const AT_ONCE = 8;

/** @param previous null: from the empty tree @throws AuditFailure where something could not be fetched, or the folder is damaged */
export async function recompute(deps: RecomputeDeps, previous: Head | null, head: Head): Promise<Recomputed> {
  const count = { checked: 0, reused: 0 };
  const edge = previous === null ? EMPTY_EDGE : await savedEdge(deps.folder, previous);
  try {
    await grow(deps, edge, head, count);
    return { ...count, wrong: null };
  } catch (error) {
    if (error instanceof AuditFailure && error.outcome === 'inconsistent-tile') return { ...count, wrong: error };
    throw error;
  }
}

/** The right edge of the saved tree; it must lead to the root that was saved with it. */
async function savedEdge(folder: Folder, { size, root }: Head): Promise<Edge> {
  try {
    const edge = edgeFrom(size, await folder.copy.readTiles(partialTiles(size)));
    if (equal(edgeRoot(edge), root)) return edge;
    throw damaged(`tiles that lead to ${hex(root)}`, 'others');
  } catch (error) {
    if (error instanceof ProofFailure) throw damaged(error.expected, error.found);
    throw error;
  }
}

interface Count {
  checked: number;
  reused: number;
}

async function grow(
  { remote, folder, onProgress }: RecomputeDeps,
  from: Edge,
  head: Head,
  count: Count,
): Promise<void> {
  let edge = from;
  /** Staged already, or fetched, then judged by `check`, then staged. */
  const piece = async (
    coord: TileCoord,
    bytes: number,
    check: (bytes: Uint8Array) => void,
    fetched: () => Promise<Uint8Array>,
  ) => {
    const path = tilePath(coord);
    count.checked++;
    const before = coord.width === TILE_WIDTH ? await folder.incoming(path) : null;
    if (before?.length === bytes) {
      count.reused++;
      check(before);
      return before;
    }
    const got = await fetched();
    check(got);
    await folder.stage(path, got);
    return got;
  };
  const compare = (coord: TileCoord, wanted: Uint8Array) =>
    piece(
      coord,
      wanted.length,
      (got) => sameTile(coord, got, wanted),
      () => remote.tile(coord),
    );

  const bundles = Math.ceil(head.size / TILE_WIDTH);
  for (let at = Math.floor(from.size / TILE_WIDTH); at < bundles; at += CHUNK) {
    const indexes = Array.from({ length: Math.min(CHUNK, bundles - at) }, (_, i) => at + i);
    const leaves = await atOnce(indexes, async (index) => {
      const width = tileWidth(0, index, head.size);
      const coord: TileCoord = { level: 'entries', index, width };
      let hashes: Uint8Array = new Uint8Array(0);
      const check = (bytes: Uint8Array) => {
        hashes = leavesOf(coord, bytes);
      };
      await piece(coord, width * BUNDLED_BYTES, check, () => remote.bundle(index, width));
      return hashes;
    });
    const all = new Uint8Array(leaves.reduce((sum, { length }) => sum + length, 0));
    let to = 0;
    for (const hashes of leaves) {
      all.set(hashes, to);
      to += hashes.length;
    }
    // The first bundle begins with entries that were seen before.
    const known = edge.size === from.size ? (from.tiles[0] ?? new Uint8Array(0)) : new Uint8Array(0);
    if (!equal(all.subarray(0, known.length), known)) {
      const path = tilePath({ level: 'entries', index: at, width: tileWidth(0, at, head.size) });
      throw new AuditFailure('inconsistent-tile', `${path} with the entries that were there before`, 'other entries');
    }
    const grown = growTiles(edge, all.slice(known.length));
    await atOnce(
      grown.tiles.filter(({ width }) => width === TILE_WIDTH),
      ({ bytes, ...coord }) => compare(coord, bytes),
    );
    edge = grown.edge;
    onProgress(edge.size, head.size);
  }
  await atOnce(partialTiles(head.size), (coord) =>
    compare(coord, (typeof coord.level === 'number' ? edge.tiles[coord.level] : undefined) ?? new Uint8Array(0)),
  );
  const root = edgeRoot(edge);
  if (!equal(root, head.root)) {
    const expected = `entries that lead to the root ${hex(head.root)} of size ${head.size}`;
    throw new AuditFailure('inconsistent-tile', expected, `entries that lead to ${hex(root)}`);
  }
}

/** Leaf hashes of a bundle of commitments, one after the other. */
function leavesOf(coord: TileCoord, bytes: Uint8Array): Uint8Array {
  const hashes = new Uint8Array(coord.width * HASH_BYTES);
  try {
    for (const [i, entry] of decodeBundle(bytes, coord.width).entries()) {
      if (entry.length !== HASH_BYTES)
        throw new ProofFailure('bad-tile', 'entries of 32 bytes', `${entry.length} bytes`);
      hashes.set(leafHash(entry), i * HASH_BYTES);
    }
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw wrongTile(coord, bytes, error.expected, error.found);
  }
  return hashes;
}

function sameTile(coord: TileCoord, got: Uint8Array, wanted: Uint8Array): void {
  if (!equal(got, wanted)) throw wrongTile(coord, got, 'the hashes of the entries below it', 'other hashes');
}

function wrongTile(coord: TileCoord, bytes: Uint8Array, expected: string, found: string): AuditFailure {
  const path = tilePath(coord);
  const evidence = { notes: [], tiles: new Map([[path, bytes]]) };
  return new AuditFailure('inconsistent-tile', `${expected} in ${path}`, found, evidence);
}

/** Results in order, a few under way at once; the first failure ends it, after what is under way. */
async function atOnce<A, R>(items: readonly A[], work: (item: A) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failed = false;
  const worker = async () => {
    for (let i = next++; i < items.length && !failed; i = next++) {
      const item = items[i];
      if (item === undefined) return;
      try {
        results[i] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
