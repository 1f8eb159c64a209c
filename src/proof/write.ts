/**
 * The writing side of the formats, for logs and witnesses: verifier keys, signed notes, checkpoints, tlog-proofs, receipts,
 * and the paths that tiles are asked for. Signs through a function that is given and never holds a private key. Not part of the public module: whoever verifies
 * needs none of it.
 *
 * Byte formats: in the head of the file that reads each. Example: `await signNote(formatCheckpoint({ origin, size, root }), [log])`
 * gives `records.example.gov/log\n184\nqqqq…\n\n— records.example.gov/log yR9mnXk…\n`.
 */
import { base64, concat, utf8 } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import { OPENING_BYTES } from './commitment.ts';
import { type Entry, readEntry } from './entry.ts';
import { badEncoding, quote, refuse } from './failure.ts';
import { cosignedMessage, type Note, type NoteSignature, type VerifierKey } from './note.ts';
import { HEAD, middle } from './receipt.ts';
import { TILE_WIDTH, type TileCoord, tilePath } from './tiles.ts';
import { PROOF_HEADER, type TlogProof } from './tlogproof.ts';
import { HASH_BYTES } from './tree.ts';

/** `NAME+KEYID+BASE64(type ‖ public key)`. */
export function formatVkey(key: VerifierKey): string {
  return `${key.name}+${key.keyId}+${base64(concat(Uint8Array.of(key.type), key.publicKey))}`;
}

/** One signature line, with its newline. */
export function formatSignature(signature: NoteSignature): string {
  const { name, keyId, signature: bytes } = signature;
  const id = Number.parseInt(keyId, 16);
  return `— ${name} ${base64(concat(Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id), bytes))}\n`;
}

/** The signed note. `text` must end in a newline. */
export function formatNote(note: Note): string {
  if (!note.text.endsWith('\n')) badEncoding('a text that ends in a newline', quote(note.text.slice(-10)));
  return `${note.text}\n${note.signatures.map(formatSignature).join('')}`;
}

/** Signs with a private key that lives elsewhere: 64-byte Ed25519 signature of `message`. */
export type RawSign = (message: Uint8Array) => Promise<Uint8Array>;

/** Who adds a signature line to a note. */
export interface Signer {
  readonly key: VerifierKey;
  readonly sign: RawSign;
  /** For type 4: the time of the cosignature, in seconds since the epoch. Required there, ignored for type 1. */
  readonly time?: () => number;
}

/** One more signature over a note's text. `bad-key` for a key that cannot sign here, or a cosigner without a time. */
export async function signText(text: string, signer: Signer): Promise<NoteSignature> {
  const { name, keyId, type } = signer.key;
  if (type === 1) return { name, keyId, signature: await signer.sign(utf8(text)) };
  const time = type === 4 ? signer.time?.() : undefined;
  if (time === undefined || !Number.isSafeInteger(time) || time < 0) {
    return refuse('bad-key', 'an Ed25519 key, and a time where it cosigns', `type ${type}`);
  }
  const stamp = new Uint8Array(8);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  return { name, keyId, signature: concat(stamp, await signer.sign(cosignedMessage(text, time))) };
}

/** Signs a text with all signers, in this order, and gives the whole signed note. */
export async function signNote(text: string, signers: readonly Signer[]): Promise<string> {
  const signatures: NoteSignature[] = [];
  for (const signer of signers) signatures.push(await signText(text, signer));
  return formatNote({ text, signatures });
}

/** The note text of a checkpoint, without signatures. */
export function formatCheckpoint(
  checkpoint: Omit<Checkpoint, 'extensions'> & { extensions?: readonly string[] },
): string {
  const { origin, size, root, extensions = [] } = checkpoint;
  const lines = [origin, String(size), base64(root), ...extensions];
  if (lines.some((line) => line === '' || line.includes('\n')) || root.length !== HASH_BYTES) {
    badEncoding('an origin on one line, and a root of 32 bytes', quote(lines.join(' ')));
  }
  return `${lines.join('\n')}\n`;
}

/** The text of a tlog-proof. */
export function formatTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${base64(proof.extra)}\n`;
  const hashes = proof.hashes.map((hash) => `${base64(hash)}\n`).join('');
  return `${PROOF_HEADER}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`;
}

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
  const { canonical, opening, proof } = parts;
  if (opening.length !== OPENING_BYTES) badEncoding(`an opening of ${OPENING_BYTES} bytes`, `${opening.length} bytes`);
  return `${HEAD}${canonical}${middle(base64(opening))}${JSON.stringify(proof)}\n}\n`;
}

/** The tile that a path names; every spelling but the one of `tilePath` is `bad-encoding`. */
export function parseTilePath(path: string): TileCoord {
  const [, level = '', digits = '', width = '256'] =
    /^tile\/(entries|\d\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const coord: TileCoord = {
    level: level === 'entries' ? level : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width: Number(width),
  };
  // What is not spelled as `tilePath` spells it does not come back as it was: also a path that did not match at all.
  const known = coord.level === 'entries' || coord.level < 64;
  return known &&
    coord.width > 0 &&
    coord.width <= TILE_WIDTH &&
    Number.isSafeInteger(coord.index) &&
    tilePath(coord) === path
    ? coord
    : badEncoding('a tile path', quote(path));
}
