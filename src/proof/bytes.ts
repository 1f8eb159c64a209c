/**
 * Bytes and the strict spellings they have in our files: UTF-8, lower-case hex, base64 (RFC 4648, section 4) and
 * decimals. One value has exactly one spelling; every other spelling is refused, never repaired.
 *
 * Example: the bytes 00 ff are `00ff` in hex and `AP8=` in base64; `AP9=`, `AP8`, `AP-_` and `00FF` are refused.
 */
import { badEncoding, type ProofFailure, quote } from './failure.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. The string must be well-formed (no lone surrogates), else `bad-encoding`. */
export function utf8(text: string): Uint8Array {
  return (text.length <= SHORT ? ascii(text) : undefined) ?? encode(text);
}

/** Up to this length a loop over ASCII is sooner done than the call of an encoder. */
const SHORT = 256;

/** The bytes of a text in ASCII, or undefined if it is not. */
function ascii(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

function encode(text: string): Uint8Array {
  if (!text.isWellFormed()) throw badEncoding('well-formed text', 'a lone surrogate');
  return encoder.encode(text);
}

/** Text of UTF-8 bytes. Refuses what is not UTF-8; a byte order mark is kept as a character. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw badEncoding('UTF-8 text', 'bytes that are not UTF-8');
  }
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Lower-case hex of the first `length` bytes, or of all. */
export function hex(bytes: Uint8Array, length = bytes.length): string {
  let text = '';
  for (let i = 0; i < length; i++) text += HEX[bytes[i] ?? 0];
  return text;
}

/** Bytes of lower-case hex; any other spelling is `bad-encoding`. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw badEncoding('lower-case hex', quote(text));
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIX = new Int16Array(128).fill(-1);
for (let i = 0; i < 64; i++) SIX[ALPHABET.charCodeAt(i)] = i;
/** All 4,096 pairs of letters: one look-up writes twelve bits. */
const PAIRS = Array.from({ length: 4096 }, (_, i) => ALPHABET.charAt(i >> 6) + ALPHABET.charAt(i & 63));

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += (PAIRS[three >> 12] ?? '') + (PAIRS[three & 4095] ?? '');
  }
  const left = bytes.length - i;
  if (left === 1) return `${text}${PAIRS[(bytes[i] ?? 0) << 4]}==`;
  if (left === 2) {
    const two = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    return `${text}${PAIRS[two >> 4]}${ALPHABET.charAt((two & 15) << 2)}=`;
  }
  return text;
}

/** Value of the letter at `at`, or -1: the table knows ASCII only, and what lies beyond it is no base64 either. */
function six(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (SIX[code] ?? -1) : -1;
}

function badBase64(text: string): ProofFailure {
  return badEncoding('base64 in its one strict spelling', quote(text));
}

/**
 * Bytes of strict base64: full padding, no spaces, no URL-safe letters, no stray bits behind the end, so that encoding
 * the result gives the same text again. `length` asks for exactly that many bytes. Otherwise `bad-encoding`.
 */
export function fromBase64(text: string, length?: number): Uint8Array {
  if (text.length % 4 !== 0) throw badBase64(text);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const size = (text.length / 4) * 3 - padding;
  if (length !== undefined && size !== length) {
    throw badEncoding(`base64 of ${length} bytes`, `${quote(text)} (${size} bytes)`);
  }
  const bytes = new Uint8Array(size);
  const whole = text.length - (padding > 0 ? 4 : 0);
  let to = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    const four =
      ((SIX[a & 127] ?? -1) << 18) | ((SIX[b & 127] ?? -1) << 12) | ((SIX[c & 127] ?? -1) << 6) | (SIX[d & 127] ?? -1);
    if (four < 0 || (a | b | c | d) > 127) throw badBase64(text);
    bytes[to++] = four >> 16;
    bytes[to++] = four >> 8;
    bytes[to++] = four;
  }
  if (padding === 2) {
    const two = (six(text, whole) << 6) | six(text, whole + 1);
    if (two < 0 || (two & 15) !== 0) throw badBase64(text);
    bytes[to] = two >> 4;
  } else if (padding === 1) {
    const three = (six(text, whole) << 12) | (six(text, whole + 1) << 6) | six(text, whole + 2);
    if (three < 0 || (three & 3) !== 0) throw badBase64(text);
    bytes[to++] = three >> 10;
    bytes[to] = three >> 2;
  }
  return bytes;
}

/** A whole number from 0 to 2^53−1 spelled `0|[1-9][0-9]*`; anything else is `bad-encoding`. */
export function decimal(text: string): number {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw badEncoding('a whole number without leading zeros', quote(text));
  }
  return value;
}

/** All parts in one array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Same length and same bytes. Not constant-time: nothing compared here is secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
