/**
 * What a tree was when it was smaller, proven out of its tiles: the root of its first `m` leaves, with the consistency proof that ties it
 * to the root that was signed. Keeps the tiles that the proof rests on, so that others can follow it.
 */
import { ProofFailure, rootOf, type TileReader, tileHashes, tilePath, verifyConsistency } from '../proof/index.ts';
import { consistencyProof } from '../proof/prove.ts';
import { emptyRoot } from '../proof/tree.ts';

export interface Prefix {
  readonly root: Uint8Array;
  /** by path */
  readonly tiles: ReadonlyMap<string, Uint8Array>;
}

/** A reader that keeps what it read. */
export function recordingReader(reader: TileReader, tiles: Map<string, Uint8Array>): TileReader {
  return {
    async readTiles(coords) {
      const bytes = await reader.readTiles(coords);
      coords.forEach((coord, i) => {
        tiles.set(tilePath(coord), bytes[i] ?? new Uint8Array(0));
      });
      return bytes;
    },
  };
}

/**
 * The root that the first `m` leaves of the tree of `n` have (0 ≤ m ≤ n), or null where the tiles do not lead to `root`: then they prove
 * nothing. What the reader throws goes through, but for a tile of a wrong length, which is null too.
 */
export async function prefixOf(reader: TileReader, m: number, n: number, root: Uint8Array): Promise<Prefix | null> {
  const tiles = new Map<string, Uint8Array>();
  const hashes = tileHashes(recordingReader(reader, tiles), n);
  try {
    const whole = await rootOf(hashes, n);
    verifyConsistency(n, n, whole, root, []);
    const part = m === 0 ? emptyRoot() : await rootOf(hashes, m);
    verifyConsistency(m, n, part, root, await consistencyProof(hashes, m, n));
    return { root: part, tiles };
  } catch (error) {
    if (error instanceof ProofFailure) return null;
    throw error;
  }
}
