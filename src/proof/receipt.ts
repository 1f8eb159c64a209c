/**
 * The receipt: proof that one entry stands in a log, checkable by anyone with this file and a policy, without a network
 * (FORMATS.md, "Receipt"). Reads it; `verify.ts` verifies and `write.ts` writes. Never trusts anything that the file says about keys.
 *
 * Byte format: JSON in UTF-8 with exactly four fields. Example (cut):
 *   {
 *     "counterfoil": "receipt/v1",
 *     "entry": {"audience":"public",…},
 *     "opening": "base64 of 32 bytes",
 *     "proof": "c2sp.org/tlog-proof@v1\nindex 17\n…\n\n<signed checkpoint>"
 *   }
 */
import { fromBase64, fromUtf8 } from './bytes.ts';
import { OPENING_BYTES } from './commitment.ts';
import { type DocumentRef, type Entry, isObject, readEntry } from './entry.ts';
import { atMost, badEncoding, quote, refuse } from './failure.ts';
import { checkJsonSpelling } from './json.ts';
import { parseTlogProof, type TlogProof } from './tlogproof.ts';

/** What the first field of every receipt says. */
export const RECEIPT_VERSION = 'receipt/v1';
/** Longest receipt in bytes. */
export const RECEIPT_BYTES = 1_048_576;

/** A receipt, read but not verified. */
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
export const HEAD = `{\n  "counterfoil": "${RECEIPT_VERSION}",\n  "entry": `;

/** What stands between entry and proof there. */
export function middle(opening: string): string {
  return `,\n  "opening": "${opening}",\n  "proof": `;
}

const FIELDS = ['counterfoil', 'entry', 'opening', 'proof'];

/** Reads a receipt's JSON text. Any JSON layout is accepted; repeated keys and unknown fields are not. */
export function parseReceipt(text: string): Receipt {
  atMost(RECEIPT_BYTES, text.length, 'characters');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    badEncoding('JSON', 'something else');
  }
  if (!isObject(value)) return badEncoding('an object', quote(value));
  const { counterfoil, entry, opening, proof } = value;
  if (counterfoil !== RECEIPT_VERSION) refuse('unknown-version', quote(RECEIPT_VERSION), quote(counterfoil));
  for (const name of Object.keys(value))
    if (!FIELDS.includes(name)) refuse('unknown-field', `only ${FIELDS}`, quote(name));
  if (typeof opening !== 'string' || typeof proof !== 'string') {
    return badEncoding('texts in opening and proof', 'something else');
  }
  const { canonical, bytes, documents, entry: read } = readEntry(entry);
  const parsed = parseTlogProof(proof);
  if (parsed.extra) refuse('unknown-field', 'a proof without an extra line', 'one');
  const receipt = {
    entry: read,
    canonical: bytes,
    documents,
    opening: fromBase64(opening, OPENING_BYTES),
    proof: parsed,
  };
  // A text in our own layout, with no quote inside the proof, repeats no key and spells every number as an integer: it needs no slow look.
  const at = HEAD.length + canonical.length;
  const between = `${middle(opening)}"`;
  const ours = text.startsWith(HEAD) && text.startsWith(canonical, HEAD.length) && text.startsWith(between, at);
  if (!ours || text.indexOf('"', at + between.length) !== text.length - 4 || !text.endsWith('\n}\n')) {
    checkJsonSpelling(text);
  }
  return receipt;
}

/** The text of a receipt file, JSON in UTF-8. `no-receipt` for a file that cannot be one (a PDF is for `readReceiptFile`), `too-large`. */
export function receiptText(bytes: Uint8Array): string {
  atMost(RECEIPT_BYTES, bytes.length, 'bytes');
  return bytes.find((byte) => byte > 32) === 0x7b ? fromUtf8(bytes) : refuse('no-receipt', 'a receipt', 'another file');
}
