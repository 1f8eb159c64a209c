/** What the clock of a cell says at a moment, derived when read and never stored. Counts nothing: it is given the due date. */
import type { Millis } from '../../base/clock.ts';
import { isoOf } from './days.ts';
import type { Pause } from './pauses.ts';

export type ClockState =
  | { readonly state: 'running'; readonly dueOn: string; readonly days: number }
  /** tolling or a stay: since when, by which words; `dueOn` where it is known when the clock runs again */
  | {
      readonly state: 'paused';
      readonly by: 'tolling' | 'stay';
      readonly since: Millis;
      /** that day, `YYYY-MM-DD`, in the zone that counts */
      readonly sinceOn: string | null;
      readonly order: string | null;
      readonly words: string | null;
      readonly dueOn: string | null;
    }
  | { readonly state: 'overdue'; readonly dueOn: string; readonly days: number }
  /** the recipient has answered this item; the clock stopped at that moment */
  | { readonly state: 'stopped'; readonly dueOn: string; readonly late: boolean }
  | { readonly state: 'revoked' }
  /** recorded from public sources: what followed is not known here */
  | { readonly state: 'unknown'; readonly dueOn: string };

export interface ClockFacts {
  readonly dueOn: string;
  readonly dueAt: Millis;
  readonly answeredAt: Millis | null;
  readonly revoked: boolean;
  readonly conduct: 'served' | 'recorded';
}

/** The same where the clock may have stood: `dueOn` and `dueAt` are null while nobody knows when it runs again. */
export interface MovedFacts extends Omit<ClockFacts, 'dueOn' | 'dueAt'> {
  readonly dueOn: string | null;
  readonly dueAt: Millis | null;
  readonly pauses: readonly Pause[];
  /** the date as it was served, for what is said of an answer that came while the clock stood */
  readonly servedDueOn: string;
}

const DAY = 86_400_000;

/** What the clock of one cell says at `now`. `days` are whole days, rounded up. */
export function clockOf(facts: ClockFacts, now: Millis): ClockState {
  if (facts.revoked) return { state: 'revoked' };
  const { dueOn, dueAt, answeredAt } = facts;
  if (answeredAt !== null) return { state: 'stopped', dueOn, late: answeredAt >= dueAt };
  if (now < dueAt) return { state: 'running', dueOn, days: Math.ceil((dueAt - now) / DAY) };
  if (facts.conduct === 'recorded') return { state: 'unknown', dueOn };
  return { state: 'overdue', dueOn, days: Math.floor((now - dueAt) / DAY) + 1 };
}

/** The pause that holds the clock at a moment: the one that began first. */
export function pauseAt(pauses: readonly Pause[], now: Millis): Pause | null {
  let first: Pause | null = null;
  for (const pause of pauses) {
    if (pause.fromAt > now || (pause.untilAt !== null && pause.untilAt <= now)) continue;
    if (first === null || pause.fromAt < first.fromAt) first = pause;
  }
  return first;
}

/** As `clockOf`, with pauses. An answer stops the clock whatever else holds it; nobody is overdue while it stands. */
export function movedClockOf(facts: MovedFacts, now: Millis): ClockState {
  if (facts.revoked) return { state: 'revoked' };
  const { dueOn, dueAt, pauses, servedDueOn } = facts;
  if (dueOn === null || dueAt === null) {
    if (facts.answeredAt !== null) return { state: 'stopped', dueOn: servedDueOn, late: false };
    return standing(pauseAt(pauses, now) ?? pauses.find((pause) => pause.untilAt === null) ?? null, now, null);
  }
  const holds = facts.answeredAt === null && now < dueAt ? pauseAt(pauses, now) : null;
  if (holds) return standing(holds, now, dueOn);
  return clockOf({ dueOn, dueAt, answeredAt: facts.answeredAt, revoked: false, conduct: facts.conduct }, now);
}

const standing = (pause: Pause | null, now: Millis, dueOn: string | null): ClockState => ({
  state: 'paused',
  by: pause?.kind ?? 'tolling',
  since: pause?.fromAt ?? now,
  sinceOn: pause === null ? null : isoOf(pause.from),
  order: pause?.order ?? null,
  words: pause?.words ?? null,
  dueOn,
});

/** The date of one item, as what moved it left it. */
export interface CellDue {
  readonly on: string | null;
  readonly at: Millis | null;
  readonly pauses: readonly Pause[];
}

/** One item of a recipient: its date, and when it was first answered. */
export interface ClockCell {
  readonly due: CellDue;
  readonly answeredAt: Millis | null;
}

type Common = Pick<MovedFacts, 'revoked' | 'conduct' | 'servedDueOn'>;

const cellClock = (cell: ClockCell, common: Common, now: Millis): ClockState =>
  movedClockOf(
    { ...common, dueOn: cell.due.on, dueAt: cell.due.at, pauses: cell.due.pauses, answeredAt: cell.answeredAt },
    now,
  );

const dueLast = (cell: ClockCell) => cell.due.at ?? Number.POSITIVE_INFINITY;

/**
 * The clock of a recipient as a whole, and of each item. The whole is that of the item without an answer that is due first; it stops
 * with the last answer, and is late where one of them was.
 */
export function clocksOf(
  cells: readonly ClockCell[],
  common: Common,
  now: Millis,
): { readonly whole: ClockState; readonly cells: readonly ClockState[] } {
  const clocks = cells.map((cell) => cellClock(cell, common, now));
  const open = cells.filter((cell) => cell.answeredAt === null);
  const [next] = [...open].sort((a, b) => (dueLast(a) < dueLast(b) ? -1 : dueLast(a) > dueLast(b) ? 1 : 0));
  if (next) return { whole: cellClock(next, common, now), cells: clocks };
  const stopped = clocks.flatMap((clock) => (clock.state === 'stopped' ? [clock] : []));
  const late = stopped.find((clock) => clock.late);
  const last = stopped.reduce<(typeof stopped)[number] | null>(
    (most, clock) => (most === null || clock.dueOn > most.dueOn ? clock : most),
    null,
  );
  return { whole: late ?? last ?? { state: 'revoked' }, cells: clocks };
}
