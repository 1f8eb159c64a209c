/**
 * C2SP tlog-checkpoint: the text that a log signs to say which tree it stands for. Reads the text only:
 * signatures are `note.ts`, writing is `write.ts`.
 *
 * Byte format: origin, tree size (decimal), base64 of the 32-byte root, each on a line; then optional extension lines.
 * Example: `records.example.gov/log\n184\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n`
 */
import { decimal, fromBase64 } from './bytes.ts';
import { badEncoding, quote } from './failure.ts';
import { HASH_BYTES } from './tree.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly extensions: readonly string[];
}

/** Reads a checkpoint's note text; `bad-encoding` for every spelling but the one of `formatCheckpoint`. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const end = lines.pop();
  const [origin = '', size, root, ...extensions] = lines;
  if (end !== '' || origin === '' || size === undefined || root === undefined || extensions.includes('')) {
    badEncoding('lines of origin, size and root', quote(text, 120));
  }
  return { origin, size: decimal(size), root: fromBase64(root, HASH_BYTES), extensions };
}
