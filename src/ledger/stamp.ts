/**
 * From a new entry to what the ledger stores: time of recording, canonical bytes, opening, commitment (FORMATS.md, "Entry"
 * and "Commitment, leaf"). Pure but for the random bytes that are given. Never writes anything.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { NewEntry } from '../base/append.ts';
import type { Random } from '../base/clock.ts';
import { InvalidInput } from '../base/errors.ts';
import { OPENING_BYTES } from '../proof/commitment.ts';
import { type Entry, ProofFailure, readEntry } from '../proof/index.ts';

export interface Stamped {
  readonly entry: Entry;
  /** RFC 8785 text of the entry */
  readonly canonical: string;
  /** 32 random bytes, used for this entry alone */
  readonly opening: Uint8Array;
  readonly commitment: Uint8Array;
}

const KEY = createSecretKey('counterfoil/entry/v1', 'ascii');

/** The commitment of FORMATS.md by the system's library, which costs half of `commitment` in src/proof; a test compares the two. */
export function fastCommitment(opening: Uint8Array, canonical: Uint8Array): Uint8Array {
  return createHmac('sha256', KEY).update(opening).update(canonical).digest();
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
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, inner] of members) ordered[key] = inOrder(inner, depth + 1);
  return ordered;
}

/**
 * Stamps `v` and `recordedAt` (RFC 3339, UTC, ms) and commits to the result with 32 fresh random bytes.
 * @throws InvalidInput when the entry is not one that FORMATS.md allows (floats, not NFC, above 60,000 bytes …)
 */
export function stamp(fresh: NewEntry, recordedAt: string, random: Random): Stamped {
  try {
    const { entry, canonical, bytes } = readEntry({ v: 1, ...fresh, recordedAt });
    const opening = random(OPENING_BYTES);
    return { entry, canonical, opening, commitment: fastCommitment(opening, bytes) };
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new InvalidInput('entry-refused', {
      what: `This cannot be written to the ledger: ${error.message}.`,
      lost: 'Nothing was written.',
    });
  }
}
