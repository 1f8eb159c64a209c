/**
 * The commitment: what the public log holds of an entry (FORMATS.md, "Commitment, leaf"). It binds the entry's
 * canonical bytes and tells nothing about them to whoever lacks the opening. Never makes openings: the server draws
 * them from the system's generator.
 *
 * Byte format: HMAC-SHA256(key = ASCII `counterfoil/entry/v1`, message = 32-byte opening ‖ canonical bytes), 32 bytes.
 * Example: an opening of 32 zero bytes and the canonical bytes `{}` give
 * 0bc8022f9eda13739c128ff03242746202fdf17c0c785d927aa89db2f3be3413.
 */
import { utf8 } from './bytes.ts';
import { badEncoding } from './failure.ts';
import { hmacSha256 } from './sha256.ts';

/** Bytes of an opening. */
export const OPENING_BYTES = 32;

const hmac = hmacSha256(utf8('counterfoil/entry/v1'));

/** The 32-byte commitment to `canonical` under `opening` (exactly 32 bytes, else `bad-encoding`). */
export function commitment(opening: Uint8Array, canonical: Uint8Array): Uint8Array {
  if (opening.length !== OPENING_BYTES) {
    badEncoding(`an opening of ${OPENING_BYTES} bytes`, `${opening.length} bytes`);
  }
  return hmac(opening, canonical);
}
