/**
 * C2SP signed-note: text with signature lines, verifier keys, key ids, signing through a given signer, and verification
 * of Ed25519 signatures and cosignatures (types 1 and 4). Never holds a private key. ML-DSA-44 (type 6) keys are read,
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
import { base64, concat, fromBase64, hex, utf8 } from './bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import { badEncoding, ProofFailure, quote } from './failure.ts';
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

export interface NoteSignature {
  readonly name: string;
  /** Lower-case hex of 4 bytes. */
  readonly keyId: string;
  /** What follows the key id. */
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** More signature lines than this are refused. The specification asks for at least 16. */
const SIGNATURES = 100;
/** No Unicode space and no plus. `\s` lacks U+0085 and has U+FEFF, so the spaces are written out. */
const NAME = /^[^\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]+$/u;
const CONTROL = /[\0-\x09\x0b-\x1f]/;

/** Whether a key name is one that signed-note allows. */
export function isKeyName(name: string): boolean {
  return NAME.test(name) && !CONTROL.test(name) && name.isWellFormed();
}

const KEY_BYTES: Readonly<Record<KeyType, number>> = { 1: 32, 4: 32, 6: 1312 };

function keyType(byte: number | undefined): KeyType | undefined {
  return byte === 1 || byte === 4 || byte === 6 ? byte : undefined;
}

/** A verifier key from its parts; computes the key id. */
export function verifierKey(name: string, type: KeyType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new ProofFailure('bad-key', 'a key name without spaces or +', quote(name));
  if (publicKey.length !== KEY_BYTES[type]) {
    throw new ProofFailure('bad-key', `a public key of ${KEY_BYTES[type]} bytes`, `${publicKey.length} bytes`);
  }
  const id = sha256(concat(utf8(`${name}\n`), new Uint8Array([type]), publicKey));
  return { name, type, keyId: hex(id, 4), publicKey };
}

/** `NAME+KEYID+BASE64(type ‖ public key)`. */
export function formatVkey(key: VerifierKey): string {
  return `${key.name}+${key.keyId}+${base64(concat(new Uint8Array([key.type]), key.publicKey))}`;
}

/** Reads a verifier key; `bad-key` unless its id fits its name, type and key. */
export function parseVkey(text: string): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
  if (match === null) throw new ProofFailure('bad-key', 'NAME+KEYID+BASE64', quote(text));
  const [, name = '', keyId = '', encoded = ''] = match;
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch {
    throw new ProofFailure('bad-key', 'strict base64 in a verifier key', quote(encoded));
  }
  const type = keyType(bytes[0]);
  if (type === undefined)
    throw new ProofFailure('bad-key', 'signature type 1, 4 or 6', `type ${bytes[0] ?? 'missing'}`);
  const key = verifierKey(name, type, bytes.slice(1));
  if (key.keyId !== keyId) throw new ProofFailure('bad-key', `key id ${key.keyId}`, keyId);
  return key;
}

/** Splits a signed note at its last empty line. `bad-encoding` for anything signed-note does not allow. */
export function parseNote(note: string): Note {
  if (CONTROL.test(note)) throw badEncoding('a note without control characters', 'a control character');
  const at = note.lastIndexOf('\n\n');
  if (at < 0) throw badEncoding('an empty line before the signatures', 'none');
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2).split('\n');
  if (lines.pop() !== '') throw badEncoding('a newline at the end of the note', 'none');
  if (lines.length === 0) throw badEncoding('at least one signature line', 'none');
  if (lines.length > SIGNATURES)
    throw new ProofFailure('too-large', `at most ${SIGNATURES} signatures`, `${lines.length}`);
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ');
  if (dash !== '—' || rest.length > 0 || !NAME.test(name)) throw badEncoding('— NAME BASE64', quote(line));
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw badEncoding('a key id and a signature', `${bytes.length} bytes`);
  return { name, keyId: hex(bytes, 4), signature: bytes.subarray(4) };
}

/** One signature line, with its newline. */
export function formatSignature(signature: NoteSignature): string {
  const { name, keyId, signature: bytes } = signature;
  const id = Number.parseInt(keyId, 16);
  const blob = concat(new Uint8Array([id >>> 24, id >>> 16, id >>> 8, id]), bytes);
  return `— ${name} ${base64(blob)}\n`;
}

/** The signed note. `text` must end in a newline. */
export function formatNote(note: Note): string {
  if (!note.text.endsWith('\n')) throw badEncoding('a text that ends in a newline', quote(note.text.slice(-10)));
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

/** The message that a cosignature signs (tlog-cosignature, "Ed25519 signed message"). `time` in seconds. */
export function cosignedMessage(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** One more signature over a note's text. */
export async function signText(text: string, signer: Signer): Promise<NoteSignature> {
  const { key } = signer;
  if (key.type === 1) return { name: key.name, keyId: key.keyId, signature: await signer.sign(utf8(text)) };
  const time = key.type === 4 ? signer.time?.() : undefined;
  if (time === undefined || !Number.isSafeInteger(time) || time < 0) {
    throw new ProofFailure('bad-key', 'an Ed25519 key, and a time where it cosigns', `type ${key.type}`);
  }
  const stamp = new Uint8Array(8);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  return { name: key.name, keyId: key.keyId, signature: concat(stamp, await signer.sign(cosignedMessage(text, time))) };
}

/** Signs a text with all signers, in this order, and gives the whole signed note. */
export async function signNote(text: string, signers: readonly Signer[]): Promise<string> {
  const signatures: NoteSignature[] = [];
  for (const signer of signers) signatures.push(await signText(text, signer));
  return formatNote({ text, signatures });
}

/** A signature that holds. `time` (seconds since the epoch) is there for cosignatures. */
export interface Verified {
  readonly key: VerifierKey;
  readonly time?: number;
}

/**
 * Checks one signature line by a known key (type 1 or 4) over `text`. Throws `bad-signature` if it does not hold; a key
 * type that cannot be checked here is the caller's to leave out.
 */
export async function verifySignature(text: string, key: VerifierKey, line: NoteSignature): Promise<Verified> {
  let { signature } = line;
  let time: number | undefined;
  if (key.type === 4) {
    if (signature.length !== 72) throw badSignature(key, `${signature.length} bytes instead of 72`);
    const stamp = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
    if (stamp > BigInt(Number.MAX_SAFE_INTEGER)) throw badSignature(key, `the impossible time ${stamp}`);
    time = Number(stamp);
    signature = signature.subarray(8);
  }
  const message = time === undefined ? utf8(text) : cosignedMessage(text, time);
  if (!(await verifyEd25519(key.publicKey, message, signature)))
    throw badSignature(key, 'a signature that does not hold');
  return time === undefined ? { key } : { key, time };
}

function badSignature(key: VerifierKey, found: string): ProofFailure {
  return new ProofFailure('bad-signature', `a signature by ${key.name}+${key.keyId}`, found);
}

/**
 * All keys of `keys` whose signature stands under the note and holds, each once. Lines by unknown (name, id) pairs and
 * by keys of type 6 are ignored; a line by a known key that does not hold fails the whole note (`bad-signature`).
 */
export async function verifyNote(note: Note, keys: readonly VerifierKey[]): Promise<Verified[]> {
  const checks: Promise<Verified>[] = [];
  const seen = new Set<VerifierKey>();
  for (const line of note.signatures) {
    const key = keys.find((one) => one.keyId === line.keyId && one.name === line.name && one.type !== 6);
    if (key === undefined || seen.has(key)) continue;
    seen.add(key);
    checks.push(verifySignature(note.text, key, line));
  }
  // In the order of the lines, whichever check ends first: the same note always fails with the same words.
  return (await Promise.allSettled(checks)).map((check) => {
    if (check.status === 'rejected') throw check.reason;
    return check.value;
  });
}
