/**
 * C2SP tlog-proof: position, inclusion proof and signed checkpoint in one text. Reads and writes it; what it proves is
 * checked in `receipt.ts`.
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
import { base64, decimal, fromBase64 } from './bytes.ts';
import { badEncoding, ProofFailure, quote } from './failure.ts';
import { HASH_BYTES } from './tree.ts';

export interface TlogProof {
  readonly extra?: Uint8Array;
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, as it stands in the file. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves needs 53 hashes; more than this is not read further. */
const HASHES = 63;

/** Reads a tlog-proof; `bad-encoding` for every spelling that `formatTlogProof` would not give. */
export function parseTlogProof(text: string): TlogProof {
  const at = text.indexOf('\n\n');
  if (at < 0) throw badEncoding('an empty line before the checkpoint', 'none');
  const [header, ...lines] = text.slice(0, at).split('\n');
  if (header !== HEADER) throw badEncoding(HEADER, quote(header));
  const extra = lines[0]?.startsWith('extra ') ? fromBase64((lines.shift() ?? '').slice(6)) : undefined;
  const index = lines.shift();
  if (!index?.startsWith('index ')) throw badEncoding('index N', quote(index ?? 'nothing'));
  if (lines.length > HASHES) throw new ProofFailure('too-large', `at most ${HASHES} hashes`, `${lines.length}`);
  return {
    ...(extra === undefined ? {} : { extra }),
    index: decimal(index.slice(6)),
    hashes: lines.map((line) => fromBase64(line, HASH_BYTES)),
    checkpoint: text.slice(at + 2),
  };
}

/** The text of a tlog-proof. */
export function formatTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${base64(proof.extra)}\n`;
  const hashes = proof.hashes.map((hash) => `${base64(hash)}\n`).join('');
  return `${HEADER}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`;
}
