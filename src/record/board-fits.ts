/**
 * Which recipients fit a board's filter, and which of them stand on a page. Each condition is remembered by itself as one bit a
 * recipient, and after new facts only the recipients that these are about are looked at again. Derived when read, never stored.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import type { Touched } from './board-counts.ts';
import type { BoardSort, Condition } from './board-filter.ts';
import type { Replay } from './board-replay.ts';
import type { Cut } from './cut.ts';
import { type Growing, growing } from './growing.ts';
import {
  type Bits,
  emptyBits,
  hasBit,
  holding,
  idAt,
  orderedBy,
  positions,
  type Roster,
  type Rosters,
  rosterOf,
  rosters,
  setAt,
  setBit,
} from './roster.ts';

export interface FitsMemory extends Rosters {
  readonly fits: Growing<Bits>;
}

const MB = 2 ** 20;
export const fitsMemory = (): FitsMemory => ({ ...rosters(), fits: growing(32 * MB, (bits) => bits.length + 200) });

export interface FitsQuery {
  readonly request: string;
  /** position of the last fact about the request, and of its last service */
  readonly version: number;
  readonly served: number;
  /** position of the last date that something moved; −1 for none */
  readonly moved: number;
  readonly cut: Cut;
  readonly conditions: readonly Condition[];
  readonly sort: BoardSort;
  /** services that facts after `from`, up to `version`, are about; null for too many */
  readonly touched: (from: number) => Promise<readonly Touched[] | null>;
  /** the history of the request up to the cut */
  readonly replay: () => Promise<Replay>;
  readonly skip: number;
  readonly size: number;
}

/** Ids on one page, in order, and how many fit. */
export async function fitting(
  db: Kysely<Database>,
  known: FitsMemory,
  query: FitsQuery,
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const roster = await rosterOf(db, known, query.request, query.served);
  const order = await orderedBy(db, known, roster, query.sort, query.moved >= 0 ? query : null);
  const all: Bits[] = [];
  for (const condition of query.conditions) all.push(await bitsOf(db, known, roster, condition, query));
  const ids: string[] = [];
  let total = 0;
  const end = query.skip + query.size;
  for (let at = 0; at < order.length; at += 4) {
    const n = order.readUInt32BE(at);
    if (!all.every((bits) => hasBit(bits, n))) continue;
    if (total >= query.skip && total < end) ids.push(idAt(roster, n));
    total++;
  }
  return { ids, total };
}

/** Of a query, what decides who fits; see `FitsQuery`. */
export type Fits = Omit<FitsQuery, 'sort' | 'moved' | 'skip' | 'size'>;

/**
 * How many of those who fit fall into each group, by number, and how many of them meet each of some further conditions.
 * @param groupsOf the group of each service by its number in the roster
 * @returns one list a group: all that fit, then one number a further condition
 */
export async function tallied(
  db: Kysely<Database>,
  known: FitsMemory,
  query: Fits,
  groupsOf: (roster: Roster) => Promise<{ readonly of: Uint32Array; readonly groups: number }>,
  further: readonly Condition[],
): Promise<readonly (readonly number[])[]> {
  const roster = await rosterOf(db, known, query.request, query.served);
  const { of, groups } = await groupsOf(roster);
  const all: Bits[] = [];
  for (const condition of query.conditions) all.push(await bitsOf(db, known, roster, condition, query));
  const more: Bits[] = [];
  for (const condition of further) more.push(await bitsOf(db, known, roster, condition, query));
  const tally = Array.from({ length: groups }, () => [0, ...more.map(() => 0)]);
  for (let n = 0; n < of.length; n++) {
    const row = tally[of[n] ?? -1];
    if (!row || !all.every((bits) => hasBit(bits, n))) continue;
    row[0] = (row[0] ?? 0) + 1;
    for (const [i, bits] of more.entries()) if (hasBit(bits, n)) row[i + 1] = (row[i + 1] ?? 0) + 1;
  }
  return tally;
}

function bitsOf(
  db: Kysely<Database>,
  known: FitsMemory,
  roster: Roster,
  condition: Condition,
  { request, version, served, touched, replay }: Fits,
): Promise<Bits> {
  const key = `${request} ${condition.key}`;
  if ('text' in condition) return known.fits.upTo(key, served, () => holding(db, known, roster, condition.text));
  const read = async (only: readonly string[] | null) => {
    const among = only ? sql`and s.id = any(${[...only]}::uuid[])` : sql``;
    const { rows } = await sql<{ seqs: Buffer | null }>`
      select string_agg(int8send(s.seq), ''::bytea) as seqs from view.service s
      where s.request = ${request} and s.seq <= ${served} ${among} and ${condition.sql(only)}`.execute(db);
    return positions(rows[0]?.seqs ?? null);
  };
  return known.fits.upTo(
    key,
    condition.facts ? version : served,
    async () => {
      const bits = emptyBits(roster);
      if (condition.holds) {
        const holds = condition.holds(await replay());
        for (let n = 0; n < roster.seqs.length; n++) if (holds(n)) setBit(bits, n, true);
      } else setAt(roster, bits, await read(null), true);
      return bits;
    },
    async (before, from) => {
      const changed = await touched(from);
      if (!changed) return null;
      const bits = emptyBits(roster);
      bits.set(before);
      setAt(
        roster,
        bits,
        changed.map((one) => one.seq),
        false,
      );
      const ids = changed.map((one) => one.id);
      if (ids.length > 0) setAt(roster, bits, await read(ids), true);
      return bits;
    },
  );
}
