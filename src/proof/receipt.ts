/**
 * The receipt: proof that one entry stands in a log, checkable by anyone with this file and a policy, without a network
 * (FORMATS.md, "Receipt"). Writes, reads and verifies it. Never trusts anything that the file says about keys.
 *
 * Byte format: JSON in UTF-8 with exactly four fields. Example (cut):
 *   {
 *     "counterfoil": "receipt/v1",
 *     "entry": {"audience":"public",…},
 *     "opening": "base64 of 32 bytes",
 *     "proof": "c2sp.org/tlog-proof@v1\nindex 17\n…\n\n<signed checkpoint>"
 *   }
 */
import { base64, fromBase64 } from './bytes.ts';
import { OPENING_BYTES } from './commitment.ts';
import { type DocumentRef, type Entry, readEntry } from './entry.ts';
import { badEncoding, ProofFailure, quote } from './failure.ts';
import { checkJsonSpelling } from './json.ts';
import { RECEIPT_BYTES } from './pdf.ts';
import { formatTlogProof, parseTlogProof, type TlogProof } from './tlogproof.ts';

/** What the first field of every receipt says. */
export const RECEIPT_VERSION = 'receipt/v1';

export interface Receipt {
  readonly entry: Entry;
  /** Canonical bytes of the entry. */
  readonly canonical: Uint8Array;
  /** What the entry names, as `documentsOf` gives it. */
  readonly documents: readonly DocumentRef[];
  readonly opening: Uint8Array;
  readonly proof: TlogProof;
}

/** What stands before the entry in our own layout. */
const HEAD = `{\n  "counterfoil": "${RECEIPT_VERSION}",\n  "entry": `;

/**
 * The text of a receipt. The entry stands in it in its canonical spelling, so that the bytes that were hashed can be
 * seen. `proof` is a tlog-proof, as its text or its parts.
 */
export function formatReceipt(parts: { entry: Entry; opening: Uint8Array; proof: string | TlogProof }): string {
  const proof = typeof parts.proof === 'string' ? parts.proof : formatTlogProof(parts.proof);
  return formatStoredReceipt({ canonical: readEntry(parts.entry).canonical, opening: parts.opening, proof });
}

/** The same from the canonical text of an entry that was checked when it was stored; for servers that give many receipts. */
export function formatStoredReceipt(parts: { canonical: string; opening: Uint8Array; proof: string }): string {
  if (parts.opening.length !== OPENING_BYTES) {
    throw badEncoding(`an opening of ${OPENING_BYTES} bytes`, `${parts.opening.length} bytes`);
  }
  return `${HEAD}${parts.canonical},\n  "opening": "${base64(parts.opening)}",\n  "proof": ${JSON.stringify(parts.proof)}\n}\n`;
}

/**
 * Whether a parsed text is what `formatReceipt` gives up to the inside of the proof, which holds no quote. Such a text
 * repeats no key and spells every number as an integer, so it needs no slow look. Builds no second copy of the text.
 */
function isOurLayout(text: string, canonical: string, opening: string): boolean {
  const middle = HEAD.length + canonical.length;
  const between = `,\n  "opening": "${opening}",\n  "proof": "`;
  const proof = middle + between.length;
  return (
    text.startsWith(HEAD) &&
    text.startsWith(canonical, HEAD.length) &&
    text.startsWith(between, middle) &&
    text.endsWith('"\n}\n') &&
    text.indexOf('"', proof) === text.length - 4
  );
}

const FIELDS = ['counterfoil', 'entry', 'opening', 'proof'];

/** Reads a receipt's JSON text. Any JSON layout is accepted; repeated keys and unknown fields are not. */
export function parseReceipt(text: string): Receipt {
  if (text.length > RECEIPT_BYTES)
    throw new ProofFailure('too-large', `at most ${RECEIPT_BYTES} characters`, `${text.length}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badEncoding('JSON', 'something else');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badEncoding('a JSON object', quote(value));
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { counterfoil, entry, opening, proof } = fields;
  if (counterfoil !== RECEIPT_VERSION)
    throw new ProofFailure('unknown-version', quote(RECEIPT_VERSION), quote(counterfoil));
  const extra = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (extra !== undefined) throw new ProofFailure('unknown-field', `only ${FIELDS.join(', ')}`, quote(extra));
  if (typeof opening !== 'string') throw badEncoding('text in opening', quote(opening));
  if (typeof proof !== 'string') throw badEncoding('text in proof', quote(proof));
  const read = readEntry(entry);
  const receipt = {
    entry: read.entry,
    canonical: read.bytes,
    documents: read.documents,
    opening: fromBase64(opening, OPENING_BYTES),
    proof: parseTlogProof(proof),
  };
  if (receipt.proof.extra !== undefined)
    throw new ProofFailure('unknown-field', 'a proof without an extra line', 'one');
  if (!isOurLayout(text, read.canonical, opening)) checkJsonSpelling(text);
  return receipt;
}
