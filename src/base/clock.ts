/** Time and randomness as arguments: rules and ledger never ask the machine themselves. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number;

export interface Clock {
  /** The present, in milliseconds since the epoch. */
  now(): Millis;
}

/** `length` bytes from a cryptographically secure generator. */
export type Random = (length: number) => Uint8Array;

/** RFC 3339, UTC, milliseconds, `Z`: the only spelling of a time inside entries (FORMATS.md, "Entry"). */
export function instant(ms: Millis): string {
  if (ms !== spelled.ms) spelled = { ms, text: new Date(ms).toISOString() };
  return spelled.text;
}

// Thousands of entries carry the same moment.
let spelled = { ms: 0, text: '1970-01-01T00:00:00.000Z' };
