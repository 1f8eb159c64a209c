/** Identifiers that we create: UUIDv7 (RFC 9562, section 5.7). Time and randomness are given. */
import type { Millis, Random } from './clock.ts';

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A new UUIDv7: 48 bits of `now`, version, 74 random bits. */
export function uuidv7(now: Millis, random: Random): string {
  const b = random(16);
  const high = Math.floor(now / 2 ** 32);
  b[0] = high >>> 8;
  b[1] = high;
  b[2] = now >>> 24;
  b[3] = now >>> 16;
  b[4] = now >>> 8;
  b[5] = now;
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x70;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  return `${four(b, 0)}${four(b, 2)}-${four(b, 4)}-${four(b, 6)}-${four(b, 8)}-${four(b, 10)}${four(b, 12)}${four(b, 14)}`;
}

/** Two bytes in hex. */
function four(bytes: Uint8Array, at: number): string {
  return `${HEX[bytes[at] ?? 0]}${HEX[bytes[at + 1] ?? 0]}`;
}

/** Of the 74 bits behind the time, those that rise. */
const RISING = 2 ** 48;

/**
 * A source of many UUIDv7 of one time, each greater than the one before by a random step (RFC 9562, section 6.2, method 2). What is written in
 * bulk comes to an index in its order then, at one end of it, which costs the database a fraction of random places. As hard to guess as steps of
 * 24 bits are; ids are no secrets.
 */
export function risingIds(now: Millis, random: Random): () => string {
  let prefix = '';
  let last = RISING;
  return () => {
    const [a = 0, b = 0, c = 0] = random(3);
    last += 1 + (a << 16) + (b << 8) + c;
    if (last >= RISING) {
      const start = uuidv7(now, random).replaceAll('-', '');
      prefix = `${start.slice(0, 8)}-${start.slice(8, 12)}-${start.slice(12, 16)}-${start.slice(16, 20)}-`;
      // In the lower half, so that there is room for 16 million at least.
      last = Math.floor(Number.parseInt(start.slice(20), 16) / 2);
    }
    return prefix + last.toString(16).padStart(12, '0');
  };
}
