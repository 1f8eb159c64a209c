/** Rules of an office's calendar: a closing, holiday or working day is added, or taken back. Pure: one entry, or one named refusal, comes out. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { locale, t } from '../../base/language.ts';
import { checkClosings } from './check.ts';
import type { Added } from './closings.ts';
import { daySaid } from './day-said.ts';
import { dayOf, wordsOf, yearOf } from './days.ts';
import type { CalendarEvent } from './events.ts';
import { FIRST_YEAR, LAST_YEAR } from './holidays.ts';
import { jsonOf } from './recounting.ts';
import { dayIn, startOf } from './zone.ts';

export interface Adding {
  /** whose calendar */
  readonly party: string;
  readonly event: CalendarEvent;
  readonly reason: string;
  /** where it is known from; needed for another party's calendar */
  readonly source: string | null;
}

/** What is known when somebody changes a calendar. */
export interface Office {
  /** the organisation whose staff does it */
  readonly issuer: string;
  readonly added: readonly Added[];
  /** where its days begin */
  readonly zone: string;
}

const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: t('clock.lost.written'), next });

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** "Closed from Thu 12 Mar 2026 to Fri 13 Mar 2026: Snow", as entries and the list of what is counted anew hold it: the same in every language. */
export function closingWords(event: CalendarEvent): string {
  const on = (iso: string) => wordsOf(dayOf(iso));
  if (event.type === 'holiday') return `Holiday on ${on(event.on)}: ${event.name}`;
  if (event.type === 'workday') return `Working day after all on ${on(event.on)}: ${event.name}`;
  if ('every' in event) {
    const [month, day] = event.every.split('-').map(Number);
    return `Closed every year on ${day} ${MONTHS[(month ?? 1) - 1] ?? ''}: ${event.name}`;
  }
  if (event.from === event.until) return `Closed on ${on(event.from)}: ${event.name}`;
  return `Closed from ${on(event.from)} to ${on(event.until)}: ${event.name}`;
}

/** The same as people are told it, in their language. */
export function closingSaid(event: CalendarEvent): string {
  const on = (iso: string) => daySaid(dayOf(iso));
  const { name } = event;
  if (event.type === 'holiday') return t('clock.closing.holiday', { day: on(event.on), name });
  if (event.type === 'workday') return t('clock.closing.workday', { day: on(event.on), name });
  if ('every' in event) {
    // A leap year: every day of a year is in it.
    const date = new Date(`2000-${event.every}T00:00:00Z`);
    const month = new Intl.DateTimeFormat(locale(), { month: 'long', timeZone: 'UTC' }).format(date);
    return t('clock.closing.yearly', { day: String(date.getUTCDate()), month, name });
  }
  if (event.from === event.until) return t('clock.closing.day', { day: on(event.from), name });
  return t('clock.closing.days', { from: on(event.from), until: on(event.until), name });
}

/**
 * From when on it counts, on the axis of what happened: a day that lies ahead counts from the moment it is told, a past one from its
 * beginning, so that nobody is shown overdue on a day on which the office was closed in truth.
 */
export function sinceOf(event: CalendarEvent, zone: string, now: Millis): Millis {
  if (!('every' in event)) return Math.min(now, startOf(zone, dayOf('on' in event ? event.on : event.from)));
  const year = yearOf(dayIn(zone, now));
  const last = [year, year - 1].map((y) => startOf(zone, dayOf(`${y}-${event.every}`))).find((at) => at <= now);
  return last ?? now;
}

const daysOf = (event: CalendarEvent): readonly string[] =>
  'on' in event ? [event.on] : 'every' in event ? [] : [event.from, event.until];

/**
 * @throws RuleRefusal `ends-before-it-begins`, `closing-too-long`, `calendar-without-year`, `closing-known`, `source-missing`
 */
export function addClosing(office: Office, adding: Adding, id: string, now: Millis): NewEntry {
  const { event, party, reason, source } = adding;
  for (const day of daysOf(event)) {
    const year = yearOf(dayOf(day));
    if (year >= FIRST_YEAR && year <= LAST_YEAR) continue;
    throw refuse(
      'calendar-without-year',
      t('clock.closing.years', { first: FIRST_YEAR, last: LAST_YEAR, year }),
      t('clock.closing.years.next'),
    );
  }
  checkClosings([event]);
  const days = (one: CalendarEvent) => JSON.stringify({ ...one, name: '' });
  const known = office.added.find(
    (one) => one.party === party && one.withdrawn === null && days(one.event) === days(event),
  );
  if (known) {
    throw refuse(
      'closing-known',
      t('clock.closing.known', { what: closingSaid(known.event) }),
      t('clock.closing.known.next'),
    );
  }
  if (party !== office.issuer && source === null) {
    throw refuse('source-missing', t('clock.closing.source'), t('clock.closing.source.next'));
  }
  return {
    kind: 'closing.added',
    id,
    matter: null,
    by: office.issuer,
    occurredAt: instant(sinceOf(event, office.zone, now)),
    audience: 'public',
    body: { party, closing: jsonOf(event), reason, ...(source === null ? {} : { source }) },
  };
}

/** Takes back what was added: it never should have counted. @throws RuleRefusal `no-such-closing`, `closing-withdrawn` */
export function withdrawClosing(office: Office, closing: string, reason: string, id: string): NewEntry {
  const one = office.added.find((added) => added.id === closing);
  if (!one) throw refuse('no-such-closing', t('clock.closing.unknown'), t('clock.next.list'));
  if (one.withdrawn) throw refuse('closing-withdrawn', t('clock.closing.withdrawn'), t('clock.next.list'));
  return {
    kind: 'closing.withdrawn',
    id,
    matter: null,
    by: office.issuer,
    occurredAt: instant(one.since),
    audience: 'public',
    body: { party: one.party, closing, reason },
  };
}
