/** Counting days on a calendar, and saying each step. Pure; a working that nobody wants is not written. */
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Calendar } from './calendar.ts';
import { addMonths, type Day, LAST_DAY, weekdayName, wordsOf } from './days.ts';
import type { Unit } from './rule.ts';

/** Takes one step of the working; null where only the date is wanted. */
export type Say = ((step: string) => void) | null;

/** No calendar has more closed days in a row; a calendar of nothing but closings would never end otherwise. */
const MOST_CLOSED = 3660;

/** The first business day on or after a day. */
export function businessDayFrom(calendar: Calendar, day: Day): Day {
  let found = day;
  while (calendar.closed(found) !== null && found - day < MOST_CLOSED) found++;
  return found;
}

/** The `count`-th business day after a day, which is itself not counted; the day itself for 0. */
export function businessDaysAfter(calendar: Calendar, day: Day, count: number): Day {
  let found = day;
  let closed = 0;
  for (let counted = 0; counted < count && closed < MOST_CLOSED; ) {
    found++;
    if (calendar.closed(found) === null) {
      counted++;
      closed = 0;
    } else closed++;
  }
  return found;
}

/** Business days after `from` up to and with `until`. */
export function businessDaysIn(calendar: Calendar, from: Day, until: Day): number {
  let counted = 0;
  for (let day = from + 1; day <= until; day++) if (calendar.closed(day) === null) counted++;
  return counted;
}

/** Holidays named in a working before the rest is only counted. */
const NAMED = 6;

/** "Mon 19 Feb 2018 (Washington's Birthday)" for each day after `from` up to `until` that is closed and no weekend. */
function closedWords(calendar: Calendar, from: Day, until: Day): string[] {
  const words: string[] = [];
  let more = 0;
  for (let day = from + 1; day <= until; day++) {
    const why = calendar.closed(day);
    if (why === null || why === weekdayName(day)) continue;
    if (words.length < NAMED) words.push(`${wordsOf(day)} (${why})`);
    else more++;
  }
  if (more > 0) words.push(`and ${more} more`);
  return words;
}

/** Says which closed days a count of business days passed over, two a step: steps are short. */
export function sayClosed(calendar: Calendar, from: Day, until: Day, say: Say): void {
  if (!say) return;
  const words = closedWords(calendar, from, until);
  for (let i = 0; i < words.length; i += 2) say(`Not counted: ${words.slice(i, i + 2).join(', ')}.`);
}

/** "20 business days", "1 month" */
export function many(count: number, unit: Unit): string {
  const one = { days: 'day', 'business days': 'business day', weeks: 'week', months: 'month' }[unit];
  return `${count} ${count === 1 ? one : unit}`;
}

/**
 * The last day of a period of `count` units after a day that is not counted, before anything rolls.
 * Months end on the same day of their month, or on its last day where it is too short.
 */
export function endOf(calendar: Calendar, after: Day, count: number, unit: Unit, say: Say): Day {
  if (unit === 'business days') {
    const end = businessDaysAfter(calendar, after, count);
    if (say) {
      if (calendar.id === 'none') {
        say(`Counting Monday to Friday, business day ${count} is ${wordsOf(end)}. Holidays are not taken out.`);
      } else {
        sayClosed(calendar, after, end, say);
        say(`Counting business days by the calendar ${calendar.id}, day ${count} is ${wordsOf(end)}.`);
      }
    }
    return end;
  }
  if (unit === 'months') {
    const { day, cut } = addMonths(after, count);
    inRange(day);
    const short = cut ? `; that month has no such day, so its last day counts` : '';
    say?.(`${many(count, unit)} after ${wordsOf(after)} is ${wordsOf(day)}${short}.`);
    return day;
  }
  if (unit === 'weeks') {
    const end = inRange(after + 7 * count);
    say?.(`${many(count, unit)} after ${wordsOf(after)} is ${wordsOf(end)}.`);
    return end;
  }
  say?.(`Day ${count} is ${wordsOf(after + count)}.`);
  return after + count;
}

/** @throws RuleRefusal `date-out-of-range` for days that no calendar on paper has */
export function inRange(day: Day): Day {
  if (day <= LAST_DAY) return day;
  throw new RuleRefusal('date-out-of-range', {
    what: t('clock.range'),
    lost: t('clock.lost.changed'),
    next: t('clock.range.next'),
  });
}

/** The day itself where it is a business day, else the next one, with why. */
export function rolled(calendar: Calendar, day: Day, say: Say): Day {
  const end = businessDayFrom(calendar, day);
  if (end !== day && say) {
    const why = closedWords(calendar, day - 1, end);
    say(
      `${wordsOf(day)} is no business day${why.length > 0 ? `: ${why.slice(0, 3).join(', ')}` : ''}; it moves to ${wordsOf(end)}.`,
    );
  }
  return end;
}
