/**
 * From a due rule, the moment of service and what happened since to the due date and its working. Pure: time, calendars and events
 * are arguments. One counter serves all recipients of a request; counts of one service day are made once.
 */
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Calendar, calendarOf, type OwnCalendar } from './calendar.ts';
import { businessDayFrom, businessDaysAfter, endOf, type Say } from './count.ts';
import { daySaid } from './day-said.ts';
import { type Day, dayOf, isoOf, wordsOf } from './days.ts';
import type { CalendarEvent, CellEvent, Service, When } from './events.ts';
import { type Candidate, move, type Remaining } from './moves.ts';
import type { Days, Pause } from './pauses.ts';
import type { DueRule, Unit } from './rule.ts';
import { dayIn, instantOf, startOf, timeIn } from './zone.ts';

/** What a rule needs to know beside the service. */
export interface Setting {
  /** the recipient's calendar and zone, for rules that count by them */
  readonly recipient?: { readonly holidays?: string | undefined; readonly zone?: string | undefined } | undefined;
  /** holidays, closings and workdays added by entries */
  readonly closings?: readonly CalendarEvent[] | undefined;
  /** calendars beside the public ones */
  readonly calendars?: readonly OwnCalendar[] | undefined;
}

export interface DueResult {
  /** `YYYY-MM-DD`, the last day in time; null while the clock stands */
  readonly on: string | null;
  /** the first instant that is too late; null while the clock stands */
  readonly at: string | null;
  readonly working: readonly string[];
  /** what is left where the clock stands */
  readonly remaining: Remaining | null;
  /** each pause that took effect, in order */
  readonly pauses: readonly Pause[];
  /** the zone in which the last day ends */
  readonly zone: string;
}

export interface Counter {
  readonly zone: string;
  readonly calendar: Calendar;
  /** The due date with its working. `events` are those of this cell. @throws RuleRefusal */
  due(service: Service, events?: readonly CellEvent[]): DueResult;
  /** The due date alone, for many at once. @throws RuleRefusal */
  date(service: Service, events?: readonly CellEvent[]): { readonly on: string; readonly at: Millis } | null;
}

interface Normal {
  readonly on: Day | null;
  readonly count: number;
  readonly unit: Unit;
  readonly roll: boolean;
  readonly cutOff: string | null;
  readonly businessReceipt: boolean;
  readonly mail: number;
  readonly citation: string | null;
}

/** The three forms of a rule as one. */
function normal(rule: DueRule): Normal {
  const plain = { roll: false, cutOff: null, businessReceipt: false, mail: 0, citation: null };
  if (rule.type === 'fixed') return { ...plain, on: dayOf(rule.on), count: 0, unit: 'days' };
  if (rule.type === 'days') {
    return { ...plain, on: null, count: rule.days, unit: rule.business ? 'business days' : 'days' };
  }
  return {
    on: null,
    count: rule.count,
    unit: rule.unit,
    roll: rule.roll === 'next business day',
    cutOff: rule.cutOff,
    businessReceipt: rule.receivedOn === 'business days',
    mail: rule.mailDays,
    citation: rule.preset?.citation ?? null,
  };
}

function whose(rule: DueRule, setting: Setting): { readonly zone: string; readonly holidays: string } {
  if (rule.type !== 'count') return { zone: rule.zone, holidays: 'none' };
  if (rule.whose === 'issuer') return { zone: rule.zone, holidays: rule.holidays };
  const { holidays, zone } = setting.recipient ?? {};
  if (holidays === undefined) {
    throw new RuleRefusal('calendar-unknown', {
      what: t('clock.due.calendar-unknown'),
      lost: t('clock.lost.changed'),
      next: t('clock.due.calendar-unknown.next'),
    });
  }
  return { zone: zone ?? rule.zone, holidays };
}

/** The service that stands: the newest correction, in the order in which they were made. */
export function serviceOf(service: Service, events: readonly CellEvent[], at: (when: When) => Millis) {
  let stands = service;
  let made = Number.NEGATIVE_INFINITY;
  let key = '';
  let correction: Extract<CellEvent, { type: 'service-corrected' }> | null = null;
  for (const event of events) {
    if (event.type !== 'service-corrected') continue;
    const when = at(event.at);
    const text = JSON.stringify([event.to, event.words ?? '']);
    if (when < made || (when === made && text <= key)) continue;
    made = when;
    key = text;
    stands = event.to;
    correction = event;
  }
  return { service: stands, correction };
}

/** @throws RuleRefusal `calendar-unknown` */
export function counterFor(rule: DueRule, setting: Setting = {}): Counter {
  const n = normal(rule);
  const { zone, holidays } = whose(rule, setting);
  const calendar = calendarOf(holidays, setting.closings, setting.calendars);
  const days: Days = {
    day: (when) => (when.length === 10 ? dayOf(when) : dayIn(zone, Date.parse(when))),
    at: (when) => (when.length === 10 ? startOf(zone, dayOf(when)) : Date.parse(when)),
  };

  const cutOffs = new Map<Day, Millis>();
  function cutOffOn(day: Day, time: string): Millis {
    let known = cutOffs.get(day);
    if (known === undefined) {
      known = instantOf(zone, day, time);
      cutOffs.set(day, known);
    }
    return known;
  }

  function received(service: Service, say: Say): { readonly served: Day; readonly received: Day } {
    const served = days.day('at' in service ? service.at : service.on);
    let day = served;
    if (n.cutOff !== null && 'at' in service) {
      say?.(`Served ${wordsOf(served)}, ${timeIn(zone, Date.parse(service.at))} (${zone}).`);
      if (Date.parse(service.at) > cutOffOn(served, n.cutOff)) {
        day = served + 1;
        say?.(`That is after ${n.cutOff}, so it counts as received on ${wordsOf(day)}.`);
      }
    } else {
      say?.(`Served ${wordsOf(served)} (${zone}).`);
      if (n.cutOff !== null) say?.(`The hour is not known; it counts as before ${n.cutOff}.`);
    }
    if (n.businessReceipt) {
      const open = businessDayFrom(calendar, day);
      if (open !== day) {
        say?.(
          `${wordsOf(day)} is no business day (${calendar.closed(day) ?? ''}), so it counts as received on ${wordsOf(open)}.`,
        );
        day = open;
      }
    }
    return { served, received: day };
  }

  function period(service: Service, say: Say): Candidate {
    const { served, received: from } = received(service, say);
    const base = { business: n.unit === 'business days' && n.on === null, roll: n.roll, mail: n.mail, mailEnd: null };
    if (n.on !== null) {
      if (n.on < served) throw beforeService(n.on, served);
      say?.(`The request names a fixed date: ${wordsOf(n.on)}.`);
      return { ...base, end: n.on };
    }
    if (say && (n.unit === 'days' || n.unit === 'business days')) {
      const one = n.unit === 'days' ? from + 1 : businessDaysAfter(calendar, from, 1);
      const kind = n.unit === 'days' ? 'day' : 'business day';
      say(`The day of ${from === served ? 'service' : 'receipt'} is not counted; ${kind} 1 is ${wordsOf(one)}.`);
    }
    return { ...base, end: endOf(calendar, from, n.count, n.unit, say) };
  }

  // Most recipients of a request were served on the same few days: a period is counted once for each, and where nothing happened to
  // a clock, so is its end.
  const periods = new Map<Day, Candidate>();
  const plain = new Map<Day, { readonly on: string; readonly at: Millis }>();

  return {
    zone,
    calendar,
    due(service, events = []) {
      const working: string[] = [];
      const say = (step: string) => working.push(step);
      if (n.citation !== null) say(`Counted under ${n.citation}.`);
      const now = serviceOf(service, events, days.at);
      if (now.correction) {
        const { words } = now.correction;
        say(
          `The date of service was corrected on ${wordsOf(days.day(now.correction.at))}${words === undefined ? '' : `: “${words}”`}.`,
        );
      }
      const moved = move(calendar, period(now.service, say), n.roll, events, days, say);
      const pauses = [...new Set(moved.paused.flatMap((still) => still.of))].sort((a, b) => a.fromAt - b.fromAt);
      if (moved.end === null) {
        say('The clock stands; the due date follows when it runs again.');
        return { on: null, at: null, working, remaining: moved.remaining, pauses, zone };
      }
      say(`Due by the end of ${wordsOf(moved.end)}, 24:00 in ${zone}.`);
      const at = instant(startOf(zone, moved.end + 1));
      return { on: isoOf(moved.end), at, working, remaining: null, pauses, zone };
    },
    date(service, events = []) {
      const stands = events.length === 0 ? service : serviceOf(service, events, days.at).service;
      const from = n.on === null ? received(stands, null).received : null;
      const known = from !== null && events.length === 0 ? plain.get(from) : undefined;
      if (known) return known;
      let first = from === null ? undefined : periods.get(from);
      if (first === undefined) {
        first = period(stands, null);
        if (from !== null) periods.set(from, first);
      }
      const { end } = move(calendar, first, n.roll, events, days, null);
      if (end === null) return null;
      const result = { on: isoOf(end), at: startOf(zone, end + 1) };
      if (from !== null && events.length === 0) plain.set(from, result);
      return result;
    },
  };
}

function beforeService(on: Day, served: Day): RuleRefusal {
  return new RuleRefusal('due-before-service', {
    what: t('clock.due.before-service', { day: daySaid(on), served: daySaid(served) }),
    lost: t('clock.lost.served'),
    next: t('clock.due.before-service.next'),
  });
}
