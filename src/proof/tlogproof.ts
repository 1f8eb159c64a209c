/**
 * C2SP tlog-proof: position, inclusion proof and signed checkpoint in one text. Reads it; what it proves is
 * checked in `verify.ts`, writing is `write.ts`.
 *
 * Byte format: `c2sp.org/tlog-proof@v1`, optional `extra BASE64`, `index N`, one base64 hash a line from leaf to root, an
 * empty line, the signed checkpoint. Example: position 1 of 2.
 *   c2sp.org/tlog-proof@v1
 *   index 1
 *   3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
 *
 *   records.example.gov/log
 *   2
 *   …
 */
import { decimal, fromBase64 } from './bytes.ts';
import { atMost, badEncoding, quote } from './failure.ts';
import { HASH_BYTES } from './tree.ts';

export interface TlogProof {
  readonly extra?: Uint8Array;
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, as it stands in the file. */
  readonly checkpoint: string;
}

/** Its first line. */
export const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves needs 53 hashes; more than this is not read further. */
const HASHES = 63;

/** The value of a line `NAME VALUE`. */
export function lineValue(name: string, line = ''): string {
  return line.startsWith(`${name} `) ? line.slice(name.length + 1) : badEncoding(`a line "${name} …"`, quote(line));
}

/** Reads lines of one base64 hash each, at most 63 of them (`too-large`). */
export function hashLines(lines: readonly string[]): Uint8Array[] {
  atMost(HASHES, lines.length, 'hashes');
  return lines.map((line) => fromBase64(line, HASH_BYTES));
}

/** Reads a tlog-proof; `bad-encoding` for every spelling that `formatTlogProof` would not give. */
export function parseTlogProof(text: string): TlogProof {
  const at = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(0, at)).split('\n');
  if (header !== PROOF_HEADER) badEncoding(`${PROOF_HEADER} and an empty line`, quote(header));
  const extra = lines[0]?.startsWith('extra ') ? { extra: fromBase64(lineValue('extra', lines.shift())) } : {};
  return {
    ...extra,
    index: decimal(lineValue('index', lines.shift())),
    hashes: hashLines(lines),
    checkpoint: text.slice(at + 2),
  };
}
