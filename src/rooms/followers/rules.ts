/** When a mail about a record may go to somebody who asked for it. Pure. */
import type { Millis } from '../../base/clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const RHYTHMS = ['day', 'week'] as const;
export type Rhythm = (typeof RHYTHMS)[number];

export const INTERVAL: Readonly<Record<Rhythm, Millis>> = { day: DAY, week: 7 * DAY };

/** A first mail that nobody answered is forgotten after this long, the address with it. */
export const CONFIRM_LIFE = 3 * DAY;
/** Hashes of used links are kept this long after they were made, to say what became of them. */
export const LINK_LIFE = 400 * DAY;

/** First mails to one address, over all records, in a day; and an hour between two for the same record. */
export const MOST_A_DAY = 5;
export const BETWEEN = HOUR;

export interface Asked {
  readonly follows: boolean;
  readonly askedAt: Millis;
}

/**
 * Whether a first mail goes out. It says nothing to whoever asked: they are shown the same page whichever it is, since who follows what is
 * nobody else's to know.
 * @param before what is known of this address and record @param lately first mails to this address within a day
 */
export function mayAsk(before: Asked | null, lately: number, now: Millis): boolean {
  if (before?.follows) return false;
  if (before !== null && now - before.askedAt < BETWEEN) return false;
  return lately < MOST_A_DAY;
}
