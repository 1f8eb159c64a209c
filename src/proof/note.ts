/**
 * C2SP signed-note: text with signature lines, verifier keys, key ids, and verification of Ed25519 signatures and cosignatures (types 1 and 4). Writing and signing is `write.ts`. ML-DSA-44 (type 6) keys are read,
 * so that policies may list them, but their signatures cannot be checked here and count as unknown.
 *
 * Byte format: text ending in a newline, an empty line, then lines `— NAME BASE64(key id ‖ signature)`. Key id = first 4
 * bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). Verifier key: `NAME+KEYID+BASE64(type ‖ public key)`.
 * Example of a note (the signature cut):
 *   records.example.gov/log
 *   1
 *   qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=
 *
 *   — records.example.gov/log yR9mnXk…
 */
import { concat, fromBase64, hex, utf8 } from './bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import { atMost, badEncoding, quote, refuse } from './failure.ts';
import { sha256 } from './sha256.ts';

export { verifyEd25519 };

/** Signature types of signed-note that we know: Ed25519, Ed25519 cosignature with a time, ML-DSA-44 cosignature. */
export type KeyType = 1 | 4 | 6;

/** A public key under a name. */
export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  /** Lower-case hex of 4 bytes. */
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** One signature line, as it stands. */
export interface NoteSignature {
  readonly name: string;
  /** Lower-case hex of 4 bytes. */
  readonly keyId: string;
  /** What follows the key id. */
  readonly signature: Uint8Array;
}

/** A signed note, split but not verified. */
export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** More signature lines than this are refused. The specification asks for at least 16. */
const SIGNATURES = 100;
/** No Unicode space, no plus, no control character. `\s` lacks U+0085 and has U+FEFF, which is no space. */
const NAME = /^(?:[^\s\0-\x1f\x85+]|\ufeff)+$/u;

const badKey: (expected: string, found: string) => never = (expected, found) => refuse('bad-key', expected, found);

/** A verifier key from its parts; computes the key id. `bad-key` for a name or a key that cannot be one. */
export function verifierKey(name: string, type: KeyType, publicKey: Uint8Array): VerifierKey {
  if (!NAME.test(name) || !name.isWellFormed()) badKey('a key name', quote(name));
  const length = type === 6 ? 1312 : 32;
  if (publicKey.length !== length) badKey(`a public key of ${length} bytes`, `${publicKey.length} bytes`);
  const id = sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return { name, type, keyId: hex(id, 4), publicKey };
}

/** Reads a verifier key; `bad-key` unless its id fits its name, type and key. */
export function parseVkey(text: string): VerifierKey {
  const [, name = '', keyId, encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? badKey('NAME+KEYID+BASE64', quote(text));
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch {
    return badKey('strict base64', quote(encoded));
  }
  const [type] = bytes;
  if (type !== 1 && type !== 4 && type !== 6) return badKey('type 1, 4 or 6', `type ${type}`);
  const key = verifierKey(name, type, bytes.slice(1));
  return key.keyId === keyId ? key : badKey(`key id ${key.keyId}`, String(keyId));
}

/** Splits a signed note at its last empty line. `bad-encoding` for anything signed-note does not allow. */
export function parseNote(note: string): Note {
  if (/[\0-\t\v-\x1f]/.test(note)) badEncoding('no control character', 'one');
  const at = note.lastIndexOf('\n\n');
  const lines = note.slice(at + 2).split('\n');
  if (at < 0 || lines.pop() !== '' || lines.length === 0) {
    badEncoding('text, an empty line, signature lines', quote(note.slice(-80)));
  }
  atMost(SIGNATURES, lines.length, 'signatures');
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', more] = line.split(' ');
  if (dash !== '—' || more !== undefined || !NAME.test(name)) badEncoding('— NAME BASE64', quote(line));
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) badEncoding('a key id and a signature', `${bytes.length} bytes`);
  return { name, keyId: hex(bytes, 4), signature: bytes.subarray(4) };
}

/** The message that a cosignature signs (tlog-cosignature, "Ed25519 signed message"). `time` in seconds. */
export function cosignedMessage(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** A signature that holds. `time` (seconds since the epoch) is there for cosignatures. */
export interface Verified {
  readonly key: VerifierKey;
  readonly time?: number;
}

/** A key as people write it: `NAME+KEYID`. */
export function idOf(key: { readonly name: string; readonly keyId: string }): string {
  return `${key.name}+${key.keyId}`;
}

function badSignature(key: VerifierKey, found: string): never {
  refuse('bad-signature', `a signature by ${idOf(key)}`, found);
}

/**
 * Checks one signature line by a known key (type 1 or 4) over `text`. Throws `bad-signature` if it does not hold; a key
 * type that cannot be checked here is the caller's to leave out.
 */
export async function verifySignature(text: string, key: VerifierKey, line: NoteSignature): Promise<Verified> {
  let { signature } = line;
  let message: Uint8Array;
  let verified: Verified = { key };
  if (key.type === 4) {
    if (signature.length !== 72) badSignature(key, `${signature.length} bytes instead of 72`);
    const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
    if (!Number.isSafeInteger(time)) badSignature(key, `the time ${time}`);
    message = cosignedMessage(text, time);
    signature = signature.subarray(8);
    verified = { key, time };
  } else message = utf8(text);
  return (await verifyEd25519(key.publicKey, message, signature))
    ? verified
    : badSignature(key, 'one that does not hold');
}

/**
 * All keys of `keys` whose signature stands under the note and holds, each once, in the order of the lines. Lines by unknown (name, id)
 * pairs and by keys of type 6 are ignored; a line by a known key that does not hold fails the whole note (`bad-signature`).
 */
export async function verifyNote(note: Note, keys: readonly VerifierKey[]): Promise<Verified[]> {
  const verified = new Map<VerifierKey, Verified>();
  for (const line of note.signatures) {
    const key = keys.find((one) => one.keyId === line.keyId && one.name === line.name && one.type !== 6);
    if (key && !verified.has(key)) verified.set(key, await verifySignature(note.text, key, line));
  }
  return [...verified.values()];
}
