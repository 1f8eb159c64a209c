/**
 * C2SP tlog-checkpoint: the text that a log signs to say which tree it stands for. Reads and writes the text only;
 * signatures are `note.ts`.
 *
 * Byte format: origin, tree size (decimal), base64 of the 32-byte root, each on a line; then optional extension lines.
 * Example: `records.example.gov/log\n184\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n`
 */
import { base64, decimal, fromBase64 } from './bytes.ts';
import { badEncoding, quote } from './failure.ts';
import { HASH_BYTES } from './tree.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly extensions: readonly string[];
}

/** Reads a checkpoint's note text; `bad-encoding` for every spelling that `formatCheckpoint` would not give. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const end = lines.pop();
  const [origin = '', size, root, ...extensions] = lines;
  if (end !== '' || origin === '' || size === undefined || root === undefined || extensions.includes('')) {
    throw badEncoding('origin, size and root, each on a line', quote(text, 120));
  }
  return { origin, size: decimal(size), root: fromBase64(root, HASH_BYTES), extensions };
}

/** The note text of a checkpoint, without signatures. */
export function formatCheckpoint(
  checkpoint: Omit<Checkpoint, 'extensions'> & { extensions?: readonly string[] },
): string {
  const { origin, size, root, extensions = [] } = checkpoint;
  const lines = [origin, String(size), base64(root), ...extensions];
  if (lines.some((line) => line === '' || line.includes('\n')) || root.length !== HASH_BYTES) {
    throw badEncoding('an origin on one line, and a root of 32 bytes', quote(lines.join(' ')));
  }
  return `${lines.join('\n')}\n`;
}
