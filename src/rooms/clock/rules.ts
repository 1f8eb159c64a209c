/**
 * The clock as pure functions: from a due rule and the moment of service to the due date and its working, and from a due date
 * and the present to what the clock says. Never reads the time itself.
 */
import { Temporal } from 'temporal-polyfill';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import type { Due, DueRule } from './entries.ts';

/** The calendar date of an instant in a zone. */
export function dateIn(zone: string, at: Millis): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
}

/** `Fri 23 Feb 2018`, the form in which working is written: weekday, so that a reader can check it against a calendar. */
export function dateWords(date: Temporal.PlainDate): string {
  const weekday = date.toLocaleString('en-GB', { weekday: 'short' });
  const month = date.toLocaleString('en-GB', { month: 'short' }).slice(0, 3);
  return `${weekday} ${date.day} ${month} ${date.year}`;
}

/** The first instant after the end of `date` in `zone`, which is the first that is too late. */
function endOf(date: Temporal.PlainDate, zone: string): Millis {
  return date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
}

/**
 * Due date of a request for one service.
 * @param servedAt moment of service, ms
 * @throws RuleRefusal `due-before-service` when a fixed date lies before the day of service
 */
export function dueOf(rule: DueRule, servedAt: Millis): Due {
  const served = dateIn(rule.zone, servedAt);
  const working = [`Served ${dateWords(served)} (${rule.zone}).`];
  let on: Temporal.PlainDate;
  if (rule.type === 'fixed') {
    on = Temporal.PlainDate.from(rule.on);
    if (Temporal.PlainDate.compare(on, served) < 0) {
      throw new RuleRefusal('due-before-service', {
        what: `The due date, ${dateWords(on)}, lies before the day of service, ${dateWords(served)}.`,
        lost: 'Nothing was served.',
        next: 'Choose a due date on or after the day of service.',
      });
    }
    working.push(`The request names a fixed date: ${dateWords(on)}.`);
  } else if (!rule.business) {
    on = served.add({ days: rule.days });
    working.push(`The day of service is not counted; day 1 is ${dateWords(served.add({ days: 1 }))}.`);
    working.push(`Day ${rule.days} is ${dateWords(on)}.`);
  } else {
    on = served;
    for (let counted = 0; counted < rule.days; ) {
      on = on.add({ days: 1 });
      if (on.dayOfWeek <= 5) counted++;
      if (counted === 1 && working.length === 1) {
        working.push(`The day of service is not counted; business day 1 is ${dateWords(on)}.`);
      }
    }
    working.push(
      `Counting Monday to Friday, business day ${rule.days} is ${dateWords(on)}. Holidays are not taken out.`,
    );
  }
  working.push(`Due by the end of ${dateWords(on)}, 24:00 in ${rule.zone}.`);
  return { on: on.toString(), at: instant(endOf(on, rule.zone)), working };
}

export type ClockState =
  | { readonly state: 'running'; readonly dueOn: string; readonly days: number }
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

const DAY = 86_400_000;

/** What the clock of one cell says at `now`; derived when read, never stored. `days` are whole days, rounded up. */
export function clockOf(facts: ClockFacts, now: Millis): ClockState {
  if (facts.revoked) return { state: 'revoked' };
  const { dueOn, dueAt, answeredAt } = facts;
  if (answeredAt !== null) return { state: 'stopped', dueOn, late: answeredAt >= dueAt };
  if (now < dueAt) return { state: 'running', dueOn, days: Math.ceil((dueAt - now) / DAY) };
  if (facts.conduct === 'recorded') return { state: 'unknown', dueOn };
  return { state: 'overdue', dueOn, days: Math.floor((now - dueAt) / DAY) + 1 };
}
