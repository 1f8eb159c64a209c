/** Tokens and one-time codes: made, hashed, compared. It keeps none of them and never puts one into a message. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from './clock.ts';

/** 32 bytes in base64url without padding. */
export const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A new token: 256 random bits, 43 characters. Hand it out once; keep only `hashToken` of it. */
export function newToken(random: Random): string {
  return Buffer.from(random(32)).toString('base64url');
}

/** SHA-256 of a token's characters. Enough because the token itself has 256 bits of entropy. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'ascii').digest();
}

export const CODE_DIGITS = 8;

/** A new one-time code of eight decimal digits, each equally likely. */
export function newCode(random: Random): string {
  const limit = 4_200_000_000; // largest multiple of 10^8 below 2^32: beyond it the remainder would not be uniform
  for (;;) {
    const b = random(4);
    const n = (((b[0] ?? 0) * 256 + (b[1] ?? 0)) * 256 + (b[2] ?? 0)) * 256 + (b[3] ?? 0);
    if (n < limit) return String(n % 100_000_000).padStart(CODE_DIGITS, '0');
  }
}

/** What a person typed, without the spaces and hyphens that people add; null when it cannot be a code. */
export function readCode(typed: string): string | null {
  const digits = typed.normalize('NFKC').replace(/[\s-]/g, '');
  return /^[0-9]{8}$/.test(digits) ? digits : null;
}

/** A code as people read it: `1234 5678`. */
export function showCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}

/**
 * Keyed hash of a code. The key must not lie beside the hash: with eight digits a plain hash would be undone by trying all.
 * Links use their own token as the key, which the server does not keep.
 */
export function hashCode(key: string, code: string): Buffer {
  return createHmac('sha256', key).update('counterfoil/code/v1\n').update(code).digest();
}

/** Constant-time comparison; false when lengths differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `c•••k@example.gov`: enough to recognise one's own mailbox, not enough to learn one. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const local = [...address.slice(0, at)];
  const first = local[0] ?? '';
  const last = local.length > 3 ? (local.at(-1) ?? '') : '';
  return `${first}•••${last}@${address.slice(at + 1)}`;
}
