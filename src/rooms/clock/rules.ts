/**
 * The clock as other rooms use it: from a due rule and the moment of service to the due date and its working, and from a due date
 * and the present to what the clock says. Never reads the time itself.
 */
import { Temporal } from 'temporal-polyfill';
import { instant, type Millis } from '../../base/clock.ts';
import { dayOf, wordsOf } from './days.ts';
import { counterFor, type Setting } from './due.ts';
import type { Due, DueRule } from './entries.ts';
import { calendarOfPlace, type Place } from './places.ts';
import { startOf } from './zone.ts';

export { type Counter, counterFor, type DueResult, type Setting } from './due.ts';
export type { Clocked } from './moving.ts';
export { calendarOfPlace, type Place, STATES } from './places.ts';
export { type Preset, presetById, presets } from './presets.ts';
export { clockedOf, type Move, movesIn, type Served, type Worked, workingsOf } from './standing.ts';
export {
  type CellDue,
  type ClockFacts,
  type ClockState,
  clockOf,
  clocksOf,
  type MovedFacts,
  movedClockOf,
  pauseAt,
} from './state.ts';

/** The calendar date of an instant in a zone. */
export function dateIn(zone: string, at: Millis): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
}

/** The first instant of the day that lies `days` after a date, in a zone. */
export const startOfDay = (zone: string, on: string, days = 0): Millis => startOf(zone, dayOf(on) + days);

/** `Fri 23 Feb 2018`, the form in which working is written: weekday, so that a reader can check it against a calendar. */
export const dateWords = (date: Temporal.PlainDate): string => wordsOf(dayOf(date.toString()));

/**
 * Due date of a request for one service, as it is written at serving: nothing has moved it yet.
 * @param servedAt moment of service, ms
 * @throws RuleRefusal `due-before-service` when a fixed date lies before the day of service; `calendar-unknown`, `calendar-without-year`
 */
export function dueOf(rule: DueRule, servedAt: Millis, setting: Setting = {}): Due {
  const { on, at, working } = counterFor(rule, setting).due({ at: instant(servedAt) });
  // Only an open pause leaves a due date open, and at serving there is none.
  if (on === null || at === null) throw new Error('a rule without events has no due date');
  return { on, at, working: [...working] };
}

/** Whether each recipient's own calendar counts. */
export const byRecipient = (rule: DueRule): boolean => rule.type === 'count' && rule.whose === 'recipient';

/** The same rule by the issuer's own calendar: what can be said before a recipient is named. */
export const byIssuer = (rule: DueRule): DueRule => (rule.type === 'count' ? { ...rule, whose: 'issuer' } : rule);

/**
 * Due dates of one serving by recipient. One count for all who share a calendar.
 * @throws RuleRefusal as `dueOf`, from the function it gives; `calendar-unknown` for a recipient without a state
 */
export function dueByPlace(rule: DueRule, servedAt: Millis): (place: Place) => Due {
  const known = new Map<string | null, Due>();
  return (place) => {
    const calendar = byRecipient(rule) ? calendarOfPlace(place) : null;
    let due = known.get(calendar);
    if (!due) {
      due = dueOf(rule, servedAt, { recipient: { holidays: calendar ?? undefined } });
      known.set(calendar, due);
    }
    return due;
  };
}
