/** Tiles and checkpoints as they are stored beside those that were computed. Names the first difference; reads and writes nothing. */
import { equal } from '../proof/bytes.ts';
import type { NewTile } from '../proof/grow.ts';
import {
  HASH_BYTES,
  hex,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  TILE_WIDTH,
  type VerifierKey,
  verifyNote,
} from '../proof/index.ts';
import { Found } from './finding.ts';

/** @throws Found where the stored tile is missing, too short or another */
export function compareTile(tile: NewTile, stored: Uint8Array | undefined): void {
  const name = `tile ${tile.level}/${tile.index}`;
  const found = stored?.subarray(0, tile.bytes.length);
  if (!found || found.length < tile.bytes.length)
    throw new Found('tile-mismatch', name, `${tile.width} hashes`, found ? `${found.length} bytes` : 'no tile');
  if (Buffer.compare(found, tile.bytes) === 0) return;
  for (let i = 0; i < tile.width; i++) {
    const [a, b] = [tile.bytes, found].map((bytes) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
    if (!a || !b || equal(a, b)) continue;
    const position = tile.level === 0 ? `, position ${tile.index * TILE_WIDTH + i}` : `, hash ${i}`;
    throw new Found('tile-mismatch', `${name}${position}`, hex(a), hex(b));
  }
}

/** @throws Found unless it is of this size and root, and the key signed it */
export async function checkCheckpoint(text: string, size: number, root: Uint8Array, key: VerifierKey): Promise<void> {
  const at = `checkpoint ${size}`;
  let note: ReturnType<typeof parseNote>;
  let checkpoint: ReturnType<typeof parseCheckpoint>;
  try {
    note = parseNote(text);
    checkpoint = parseCheckpoint(note.text);
  } catch (error) {
    if (error instanceof ProofFailure) throw new Found('bad-signature', at, 'a signed checkpoint', error.message);
    throw error;
  }
  if (checkpoint.origin !== key.name) throw new Found('wrong-origin', at, key.name, checkpoint.origin);
  if (checkpoint.size !== size || !equal(checkpoint.root, root)) {
    throw new Found('root-mismatch', at, `${size}, ${hex(root)}`, `${checkpoint.size}, ${hex(checkpoint.root)}`);
  }
  try {
    const signed = await verifyNote(note, [key]);
    if (signed.length > 0) return;
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
  }
  throw new Found('bad-signature', at, `a signature by ${key.name}+${key.keyId}`, 'none that holds');
}
