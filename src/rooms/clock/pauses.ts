/**
 * When the clock stood: tolling and stays as intervals of days, joined where they overlap. The day on which a pause begins has run
 * and the day on which it ends has not: `(from, until]` is taken out, as the day of service itself is. Pure.
 */
import { type Day, dayOf, wordsOf } from './days.ts';
import type { CellEvent, When } from './events.ts';

export type PauseKind = 'tolling' | 'stay';

export interface Pause {
  readonly kind: PauseKind;
  readonly from: Day;
  /** the day from which it runs again; null while it stands */
  readonly until: Day | null;
  /** the instants, for what the clock says at a moment */
  readonly fromAt: number;
  readonly untilAt: number | null;
  /** who says so: the order of a stay */
  readonly order: string | null;
  readonly words: string | null;
}

/** A pause with the day of what began it: of an order that was made before the service, that of the order. */
export interface DatedPause extends Pause {
  readonly dated: Day;
}

/** Several pauses that overlap: for the count they are one. */
export interface Standstill {
  readonly from: Day;
  readonly until: Day | null;
  readonly of: readonly Pause[];
}

export interface Days {
  /** the day of an event in the zone that counts */
  day(when: When): Day;
  /** its instant; the start of the day where only the day is known */
  at(when: When): number;
}

type Resume = Extract<CellEvent, { type: 'resumed' | 'lifted' }>;

/** The day of what happened: of an order that was made before the service, and is told as of it, that of the order. */
export const datedOn = (event: CellEvent, days: Days): Day =>
  'dated' in event && event.dated !== undefined ? dayOf(event.dated) : days.day(event.at);

/** Each tolling and stay with its end: its own, or the earliest `resumed` or `lifted` that names it. */
export function pausesOf(events: readonly CellEvent[], days: Days): readonly DatedPause[] {
  const ends = new Map<string, Resume>();
  for (const event of events) {
    if (event.type !== 'resumed' && event.type !== 'lifted') continue;
    const before = ends.get(event.of);
    if (!before || days.at(event.at) < days.at(before.at)) ends.set(event.of, event);
  }
  const pauses: DatedPause[] = [];
  for (const event of events) {
    if (event.type !== 'tolled' && event.type !== 'stayed') continue;
    const end = [event.until, event.id === undefined ? undefined : ends.get(event.id)?.at]
      .filter((when) => when !== undefined)
      .sort((a, b) => days.at(a) - days.at(b))[0];
    // What ended before it began, by a fact that was written down late, never was.
    if (end !== undefined && days.at(end) < days.at(event.at)) continue;
    pauses.push({
      kind: event.type === 'tolled' ? 'tolling' : 'stay',
      from: days.day(event.at),
      dated: datedOn(event, days),
      until: end === undefined ? null : Math.max(days.day(event.at), days.day(end)),
      fromAt: days.at(event.at),
      untilAt: end === undefined ? null : days.at(end),
      order: event.type === 'stayed' ? event.order : null,
      words: event.words ?? null,
    });
  }
  return pauses;
}

const later = (a: Day | null, b: Day | null): Day | null => (a === null || b === null ? null : Math.max(a, b));

/** Joined where they touch or overlap, in order of time. The same, whatever order they come in. */
export function standstills(pauses: readonly Pause[]): readonly Standstill[] {
  const sorted = [...pauses].sort(
    (a, b) =>
      a.from - b.from ||
      a.fromAt - b.fromAt ||
      (a.untilAt ?? Number.MAX_VALUE) - (b.untilAt ?? Number.MAX_VALUE) ||
      (describe(a) < describe(b) ? -1 : 1),
  );
  const joined: { from: Day; until: Day | null; of: Pause[] }[] = [];
  for (const pause of sorted) {
    const last = joined.at(-1);
    if (last && (last.until === null || pause.from <= last.until)) {
      last.until = later(last.until, pause.until);
      last.of.push(pause);
    } else joined.push({ from: pause.from, until: pause.until, of: [pause] });
  }
  return joined;
}

/**
 * An order that sets the date ends what stands: pauses that began before it end with it. What comes to a clock at one instant, as all
 * orders from before its service do, is told apart by the days on which it was made; of one day, a pause is not ended.
 */
export function endedBy(pauses: readonly DatedPause[], order: CellEvent, days: Days): readonly DatedPause[] {
  const [day, at, dated] = [days.day(order.at), days.at(order.at), datedOn(order, days)];
  const before = (pause: DatedPause) => pause.fromAt < at || (pause.fromAt === at && pause.dated < dated);
  return pauses.map((pause) =>
    before(pause) && (pause.untilAt === null || pause.untilAt > at) ? { ...pause, until: day, untilAt: at } : pause,
  );
}

/** "clarification asked", "stayed by D. Example, No. 1: words" */
export function describe(pause: Pick<Pause, 'kind' | 'order' | 'words'>): string {
  const by = pause.order === null ? 'tolled' : `stayed by ${pause.order}`;
  return pause.words === null ? by : `${by}: ${pause.words}`;
}

/** "Mon 5 Feb 2018 to Wed 14 Feb 2018" */
export const span = (still: Pick<Standstill, 'from' | 'until'>): string =>
  still.until === null ? `${wordsOf(still.from)} on` : `${wordsOf(still.from)} to ${wordsOf(still.until)}`;
