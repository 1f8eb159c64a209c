/**
 * The one named failure of every check in this folder. It says what was expected and what was found, in words and
 * values that may be shown to a person; it never carries more of a file than the value that does not fit.
 *
 * Example: `new ProofFailure('bad-encoding', 'base64 of 32 bytes', '"AA-_"')`
 */

/**
 * Every way in which a check can fail. The names are stable: other programs may rely on them.
 *
 * - `bad-encoding`: not UTF-8, not JSON, a repeated key, not strict base64 or decimal, or a line out of place
 * - `unknown-version`: the file says that it is something other than `receipt/v1`
 * - `unknown-field`: the receipt's outer object holds a field that receipt/v1 does not have
 * - `bad-entry`: a field of the entry is missing, unknown or not of its form
 * - `not-canonicalisable`: the entry has no canonical bytes (a float, a string that is not NFC, a lone surrogate, too deep)
 * - `too-large`: more bytes than the format allows
 * - `not-included`: the inclusion proof has the wrong shape for its position and size
 * - `commitment-mismatch`: the checkpoint is the log's, but this entry with this opening does not lead to its root
 * - `unknown-log`: the policy does not list this log
 * - `bad-signature`: a signature by a known key is wrong, or the log's own signature is missing
 * - `quorum-missing`: too few of the policy's witnesses signed
 * - `unsupported-signature`: whether the policy holds depends on a signature of a type that cannot be checked here (ML-DSA-44)
 * - `document-mismatch`: a document that was given is not one that the entry names
 * - `bad-policy`: the policy file is not a tlog-policy
 * - `bad-key`: a verifier key is not of its form
 * - `no-receipt`: neither a receipt nor a PDF with one inside
 * - `ambiguous-pdf`: the PDF holds more than one embedded file, so nobody can say which one counts
 * - `bad-tile`: a tile is missing or of the wrong length
 * - `inconsistent`: two checkpoints do not describe one growing log
 * - `crypto-unavailable`: this machine or browser offers no Ed25519 in WebCrypto (or the page is not served securely)
 */
export type FailureName =
  | 'bad-encoding'
  | 'unknown-version'
  | 'unknown-field'
  | 'bad-entry'
  | 'not-canonicalisable'
  | 'too-large'
  | 'not-included'
  | 'commitment-mismatch'
  | 'unknown-log'
  | 'bad-signature'
  | 'quorum-missing'
  | 'unsupported-signature'
  | 'document-mismatch'
  | 'bad-policy'
  | 'bad-key'
  | 'no-receipt'
  | 'ambiguous-pdf'
  | 'bad-tile'
  | 'inconsistent'
  | 'crypto-unavailable';

/** Thrown by every parser and check here. `expected` and `found` are short sentences or values, never whole files. */
export class ProofFailure extends Error {
  readonly failure: FailureName;
  readonly expected: string;
  readonly found: string;
  constructor(failure: FailureName, expected: string, found: string) {
    super(`${failure}: expected ${expected}, found ${found}`);
    this.name = 'ProofFailure';
    this.failure = failure;
    this.expected = expected;
    this.found = found;
  }
}

/** Throws a `ProofFailure`. Its type is `never`, so it may stand wherever a value is expected. */
export function refuse(failure: FailureName, expected: string, found: string): never {
  throw new ProofFailure(failure, expected, found);
}

/** Throws the most common of them: something is not spelled in the one way in which it must be. */
export function badEncoding(expected: string, found: string): never {
  refuse('bad-encoding', expected, found);
}

/** Throws `too-large` if `count` is above `limit`. */
export function atMost(limit: number, count: number, what: string): void {
  if (count > limit) refuse('too-large', `at most ${limit} ${what}`, String(count));
}

/** A text, cut at `limit` characters, so that a hostile file cannot flood a screen. */
export function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** A value as it is shown in `found`: in quotes where it is a text, and cut. */
export function quote(value: unknown, limit = 80): string {
  return cut(typeof value === 'string' ? JSON.stringify(value) : String(value), limit);
}
