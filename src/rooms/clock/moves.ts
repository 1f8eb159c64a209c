/**
 * What pauses, extensions and orders do to a due date, in the order in which they happened. A due date is the latest of its
 * candidates: the counted period, and each date that the issuer extended to. Every candidate only ever moves later when more of the
 * clock is paused, and so does the latest of them; an order that compels puts one date in the place of all, until it is ended. Pure.
 */
import type { Calendar } from './calendar.ts';
import { businessDayFrom, businessDaysAfter, businessDaysIn, endOf, inRange, many, rolled, type Say } from './count.ts';
import { type Day, dayOf, isoOf, wordsOf } from './days.ts';
import type { CellEvent } from './events.ts';
import { type Days, datedOn, describe, endedBy, pausesOf, type Standstill, span, standstills } from './pauses.ts';
import type { Unit } from './rule.ts';

export interface Candidate {
  /** the last day as counted, before it rolls; null while the clock stands */
  readonly end: Day | null;
  readonly business: boolean;
  /** whether an end on a closed day moves on */
  readonly roll: boolean;
  /** days to add for mail after the period would otherwise end */
  readonly mail: number;
  /** the day to which pauses have moved the end of the added days; null for none */
  readonly mailEnd: Day | null;
}

/** Days left when the clock was stopped for good so far. */
export interface Remaining {
  readonly count: number;
  readonly unit: Unit;
}

export interface Moved {
  readonly end: Day | null;
  readonly remaining: Remaining | null;
  /** the pauses that took effect */
  readonly paused: readonly Standstill[];
  /** true when the date that stands was counted for mail */
  readonly mailed: boolean;
}

/** A period that has run out moves on by itself where its last day is closed: first the period, then the days for mail. */
function ends(calendar: Calendar, candidate: Candidate): { readonly first: Day; readonly last: Day } | null {
  if (candidate.end === null) return null;
  const on = (day: Day) => (candidate.roll || candidate.business ? businessDayFrom(calendar, day) : day);
  const first = on(candidate.end);
  if (candidate.mail === 0) return { first, last: first };
  return { first, last: on(candidate.mailEnd ?? first + candidate.mail) };
}

/** What is left of one candidate when the clock stops on a day: the rest runs from the day on which it goes on. */
function paused(calendar: Calendar, candidate: Candidate, still: Standstill, roll: boolean) {
  const at = ends(calendar, candidate);
  if (at === null || candidate.end === null || still.from > at.last) return null;
  const inMail = still.from > at.first;
  const business = candidate.business && !inMail;
  const end = inMail ? (candidate.mailEnd ?? at.first + candidate.mail) : candidate.end;
  const left = business ? businessDaysIn(calendar, still.from, end) : Math.max(0, end - still.from);
  const remaining: Remaining = { count: left, unit: business ? 'business days' : 'days' };
  const until = still.until;
  const moved = until === null ? null : business ? businessDaysAfter(calendar, until, left) : until + left;
  // A fixed date is not computed and does not roll; once days are counted again, it is.
  const next: Candidate =
    inMail && moved !== null
      ? { ...candidate, mailEnd: moved }
      : { ...candidate, end: moved, roll: candidate.roll || roll };
  return { next, remaining };
}

type Act = Extract<CellEvent, { type: 'extended' | 'compelled' | 'lifted' }>;

interface Step {
  readonly day: Day;
  /** its instant, among the acts of a day; pauses come after all of them, for they take what remains of it */
  readonly at: number;
  readonly rank: number;
  readonly key: string;
  readonly event: Act | null;
  readonly still: Standstill | null;
}

/** Standing intervals cut at the days on which something else happened, so that each part acts on the date that stood then. */
function cut(still: Standstill, at: readonly Day[]): Standstill[] {
  const parts: Standstill[] = [];
  let from = still.from;
  for (const day of at) {
    if (day <= from || (still.until !== null && day >= still.until)) continue;
    parts.push({ ...still, from, until: day });
    from = day;
  }
  parts.push({ ...still, from });
  return parts;
}

/** Orders two acts of one day: by their instant, by the day that they bear, then by what they say, never by which was recorded first. */
function keyOf(event: Act, days: Days): string {
  const what = 'to' in event ? event.to : 'by' in event ? `${event.by.count} ${event.by.unit}` : event.of;
  const who = event.type === 'extended' ? '' : (event.order ?? '');
  const since = `${String(days.at(event.at)).padStart(16, '0')} ${isoOf(datedOn(event, days))}`;
  return `${since} ${what} ${who} ${event.words ?? ''}`;
}

/**
 * Extensions and orders that act. An order that was ended sets no date any more; its first end acts in its place, and where that lies before
 * it began, by a fact that was written down late, neither does.
 */
function actsOf(events: readonly CellEvent[], days: Days): readonly Act[] {
  const ends = new Map<string, Act>();
  for (const event of events) {
    if (event.type !== 'lifted') continue;
    const first = ends.get(event.of);
    if (!first || keyOf(event, days) < keyOf(first, days)) ends.set(event.of, event);
  }
  return events.flatMap((event): readonly Act[] => {
    if (event.type === 'extended') return [event];
    if (event.type !== 'compelled') return [];
    const end = event.id === undefined ? undefined : ends.get(event.id);
    if (!end) return [event];
    return days.at(end.at) < days.at(event.at) ? [] : [end];
  });
}

function stepsOf(events: readonly CellEvent[], days: Days): readonly Step[] {
  const acts = [...actsOf(events, days)].sort((a, b) => (keyOf(a, days) < keyOf(b, days) ? -1 : 1));
  let pauses = pausesOf(events, days);
  for (const act of acts) if (act.type === 'compelled') pauses = endedBy(pauses, act, days);
  const on = acts.map((act) => days.day(act.at)).sort((a, b) => a - b);
  // Pauses that an order ended are not joined with those that began after it: the cut keeps them apart.
  const stills = standstills(pauses).flatMap((still) => cut(still, on));
  const steps: Step[] = [
    ...acts.map((event) => ({
      day: days.day(event.at),
      at: days.at(event.at),
      rank: event.type === 'extended' ? 1 : 0,
      key: keyOf(event, days),
      event,
      still: null,
    })),
    ...stills.map((still) => ({ day: still.from, at: Number.POSITIVE_INFINITY, rank: 2, key: '', event: null, still })),
  ];
  return steps.sort(
    (a, b) => a.day - b.day || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) || a.rank - b.rank || (a.key < b.key ? -1 : 1),
  );
}

const latest = (calendar: Calendar, all: readonly Candidate[]) => {
  let best: { readonly candidate: Candidate; readonly last: Day } | null = null;
  for (const candidate of all) {
    const at = ends(calendar, candidate);
    if (at === null) return null;
    if (best === null || at.last > best.last) best = { candidate, last: at.last };
  }
  return best;
};

const because = (words: string | undefined) => (words === undefined ? '' : `: “${words}”`);

/**
 * @param first the period as the rule gives it
 * @param roll whether the rule moves an end on a closed day
 */
export function move(
  calendar: Calendar,
  first: Candidate,
  roll: boolean,
  events: readonly CellEvent[],
  days: Days,
  say: Say,
): Moved {
  let all: readonly Candidate[] = [first];
  let remaining: Remaining | null = null;
  const took: Standstill[] = [];
  for (const { event, still } of stepsOf(events, days)) {
    const stood = latest(calendar, all);
    if (event?.type === 'compelled') {
      const to = dayOf(event.to);
      say?.(`${wordsOf(days.day(event.at))}: ${event.order} sets the date to ${wordsOf(to)}${because(event.words)}.`);
      all = [{ end: to, business: false, roll: false, mail: 0, mailEnd: null }];
      remaining = null;
    } else if (event?.type === 'lifted') {
      const day = days.day(event.at);
      const past = stood !== null && stood.last < day;
      say?.(
        `${wordsOf(day)}: ${event.order ?? 'an order'} ends an order that had set the date${because(event.words)}; the date before it stands again${past ? `, and as it has passed meanwhile, ${wordsOf(day)}` : ''}.`,
      );
      if (past) all = [...all, { end: day, business: false, roll: false, mail: 0, mailEnd: null }];
    } else if (event && 'to' in event) {
      const to = dayOf(event.to);
      const later = stood === null || to > stood.last;
      say?.(
        `${wordsOf(days.day(event.at))}: the issuer extends to ${wordsOf(to)}${because(event.words)}${later ? '.' : '; that is no later than the date that stands.'}`,
      );
      all = [...all, { end: to, business: false, roll: false, mail: 0, mailEnd: null }];
    } else if (event) {
      const { count, unit } = event.by;
      say?.(`${wordsOf(days.day(event.at))}: the issuer extends by ${many(count, unit)}${because(event.words)}.`);
      all = all.map((candidate) => {
        const at = ends(calendar, candidate);
        const end =
          at === null ? null : endOf(calendar, at.last, count, unit, candidate === stood?.candidate ? say : null);
        if (end !== null) inRange(end);
        return { end, business: unit === 'business days', roll, mail: 0, mailEnd: null };
      });
    } else if (still) {
      const results = all.map((candidate) => paused(calendar, candidate, still, roll));
      if (results.every((result) => result === null)) {
        if (stood !== null && still.until !== still.from) {
          say?.(
            `The clock had run out before ${wordsOf(still.from)} (${still.of.map(describe).join('; ').slice(0, 150)}); that changes nothing.`,
          );
        }
        continue;
      }
      took.push(still);
      const left = stood === null ? null : results[all.indexOf(stood.candidate)];
      all = all.map((candidate, i) => results[i]?.next ?? candidate);
      if (left) remaining = left.remaining;
      if (say && left) sayPause(calendar, still, left.remaining, latest(calendar, all)?.last ?? null, say);
    }
  }
  const stands = latest(calendar, all);
  if (stands === null) return { end: null, remaining, paused: took, mailed: false };
  const { candidate } = stands;
  const end = inRange(finish(calendar, candidate, say));
  return { end, remaining: null, paused: took, mailed: candidate.mail > 0 };
}

function sayPause(
  calendar: Calendar,
  still: Standstill,
  left: Remaining,
  then: Day | null,
  say: (step: string) => void,
) {
  const why = still.of.map(describe).join('; ').slice(0, 180);
  const rest = left.count === 0 ? 'the rest of that day is left' : `${many(left.count, left.unit)} left`;
  say(`Paused ${span(still)} (${why}); ${rest}.`);
  if (still.until === null) return;
  const end =
    left.unit === 'business days' ? businessDaysAfter(calendar, still.until, left.count) : still.until + left.count;
  if (then !== null) say(`It runs again after ${wordsOf(still.until)}: what is left ends on ${wordsOf(end)}.`);
}

/** Rolls, adds the days for mail and rolls again, saying each. */
function finish(calendar: Calendar, candidate: Candidate, say: Say): Day {
  const { end, mail } = candidate;
  const on = (day: Day) => (candidate.roll || candidate.business ? rolled(calendar, day, say) : day);
  const first = on(end ?? 0);
  if (mail === 0) return first;
  const added = candidate.mailEnd ?? first + mail;
  say?.(`Served by mail: ${many(mail, 'days')} are added after that, to ${wordsOf(added)}.`);
  return on(added);
}
