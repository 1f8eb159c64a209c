/**
 * Bytes and the strict spellings they have in our files: UTF-8, lower-case hex, base64 (RFC 4648, section 4) and
 * decimals. One value has exactly one spelling; every other spelling is refused, never repaired.
 *
 * Example: the bytes 00 ff are `00ff` in hex and `AP8=` in base64; `AP9=`, `AP8`, `AP-_` and `00FF` are refused.
 */
import { badEncoding, quote } from './failure.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. The string must be well-formed (no lone surrogates), else `bad-encoding`. */
export function utf8(text: string): Uint8Array {
  return text.isWellFormed() ? encoder.encode(text) : badEncoding('well-formed text', 'a lone surrogate');
}

/** Text of UTF-8 bytes. Refuses what is not UTF-8; a byte order mark is kept as a character. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return badEncoding('UTF-8 text', 'other bytes');
  }
}

const HEX = Array.from({ length: 256 }, (_, i) => (i + 256).toString(16).slice(1));

/** Lower-case hex of the first `length` bytes, or of all. */
export function hex(bytes: Uint8Array, length = bytes.length): string {
  let text = '';
  for (let i = 0; i < length; i++) text += HEX[bytes[i] ?? 0];
  return text;
}

/** Bytes of lower-case hex; any other spelling is `bad-encoding`. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) badEncoding('lower-case hex', quote(text));
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** Six bits by letter; -1 for what is no letter of base64. */
const SIX = new Int16Array(128).fill(-1);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((letter, i) => {
  SIX[letter.charCodeAt(0)] = i;
});

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * Bytes of strict base64: full padding, no spaces, no URL-safe letters, no stray bits behind the end, so that encoding
 * the result gives the same text again. `length` asks for exactly that many bytes. Otherwise `bad-encoding`.
 */
export function fromBase64(text: string, length?: number): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const size = (text.length / 4) * 3 - padding;
  if (length !== undefined && size !== length) {
    badEncoding(`base64 of ${length} bytes`, quote(text));
  }
  // Whatever is no letter makes `held` negative or `wrong` so, and it stays that way.
  let wrong = text.length % 4 === 0 ? 0 : -1;
  let held = 0;
  const bytes = new Uint8Array(Math.max(0, size));
  for (let i = 0, to = 0; i < text.length - padding; i++) {
    const six = SIX[text.charCodeAt(i)] ?? -1;
    wrong |= six;
    held = (held << 6) | six;
    if (i % 4 > 0) bytes[to++] = held >> (6 - 2 * (i % 4));
  }
  return wrong < 0 || held & (4 ** padding - 1) ? badEncoding('strict base64', quote(text)) : bytes;
}

/** A whole number from 0 to 2^53−1 spelled `0|[1-9][0-9]*`; anything else is `bad-encoding`. */
export function decimal(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && /^(?:0|[1-9][0-9]*)$/.test(text)
    ? value
    : badEncoding('a plain whole number', quote(text));
}

/** All parts in one array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

/** Same length and same bytes. Not constant-time: nothing compared here is secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
