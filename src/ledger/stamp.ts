/**
 * From a new entry to what the ledger stores: time of recording, canonical text, commitment (FORMATS.md, "Entry" and "Commitment, leaf").
 * Pure. Never writes anything.
 */
import { hash } from 'node:crypto';
import type { NewEntry } from '../base/append.ts';
import { InvalidInput } from '../base/errors.ts';
import { OPENING_BYTES } from '../proof/commitment.ts';
import { ENTRY_BYTES, readEntry, readEntryText } from '../proof/entry.ts';
import { type Entry, HASH_BYTES, ProofFailure } from '../proof/index.ts';

export interface Stamped {
  readonly entry: Entry;
  /** RFC 8785 text of the entry */
  readonly canonical: string;
}

/** Bytes of a block of SHA-256. */
const BLOCK = 64;
const KEY = Buffer.alloc(BLOCK);
KEY.write('counterfoil/entry/v1', 'ascii');
// RFC 2104: both messages of the HMAC, each behind its block that is made of the key. Shared by all calls: none ever overlap.
const inner = Buffer.alloc(BLOCK + OPENING_BYTES + ENTRY_BYTES);
const outer = Buffer.alloc(BLOCK + HASH_BYTES);
for (let i = 0; i < BLOCK; i++) {
  inner[i] = (KEY[i] ?? 0) ^ 0x36;
  outer[i] = (KEY[i] ?? 0) ^ 0x5c;
}

/**
 * The commitment of FORMATS.md into `to` at `at`, by the system's library; a test compares it with `commitment` in src/proof. Hashes come
 * as text of one byte a letter, because a string costs a third of a Buffer, and all of it a quarter of what the library's own HMAC does.
 * @param canonical at most 60,000 bytes
 */
export function commitInto(opening: Uint8Array, canonical: Uint8Array, to: Buffer, at: number): void {
  inner.set(opening, BLOCK);
  inner.set(canonical, BLOCK + OPENING_BYTES);
  outer.write(
    hash('sha256', inner.subarray(0, BLOCK + OPENING_BYTES + canonical.length), 'binary'),
    BLOCK,
    HASH_BYTES,
    'latin1',
  );
  to.write(hash('sha256', outer, 'binary'), at, HASH_BYTES, 'latin1');
}

/** Deeper bodies are left as they are: they are refused when they are read. */
const DEPTH = 32;

/**
 * The same JSON with the keys of its objects in RFC 8785's order, in which its canonical text is made in half of the time. Copies
 * objects and lists; what is no JSON stays as it is, to be refused when it is read.
 */
export function inOrder<V>(value: V, depth?: number): V;
export function inOrder(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEPTH) return value;
  if (Array.isArray(value)) return value.map((inner) => inOrder(inner, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.hasOwn(value, '__proto__')) return value;
  const ordered: Record<string, unknown> = {};
  const members: Readonly<Record<string, unknown>> = { ...value };
  for (const key of Object.keys(members).sort()) ordered[key] = inOrder(members[key], depth + 1);
  return ordered;
}

/**
 * Stamps `v` and `recordedAt` (RFC 3339, UTC, ms).
 * @throws InvalidInput when the entry is not one that FORMATS.md allows (floats, not NFC, above 60,000 bytes …)
 */
export function stamp(fresh: NewEntry, recordedAt: string): Stamped {
  try {
    const stamped = { v: 1, ...fresh, recordedAt };
    const { entry, canonical } = readEntryText(stamped);
    // A letter has at most three bytes. Lone surrogates were refused with the body; all else is ASCII.
    if (3 * canonical.length > ENTRY_BYTES) readEntry(stamped);
    return { entry, canonical };
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new InvalidInput('entry-refused', {
      what: `This cannot be written to the ledger: ${error.message}.`,
      lost: 'Nothing was written.',
    });
  }
}
