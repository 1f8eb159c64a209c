/**
 * Which days are business days: a calendar of holidays, and what was added to it by entries. Every day that is none has its reason.
 * Counts nothing.
 */
import { z } from 'zod';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { isoDate, line } from '../fields.ts';
import { type Day, dayOf, isoOf, weekdayName, weekdayOf, yearOf } from './days.ts';
import type { CalendarEvent } from './events.ts';
import { FIRST_YEAR, holidaysOf, LAST_YEAR } from './holidays.ts';

/** A calendar that a case brings along, with the years it was made for. */
export const ownCalendar = z.strictObject({
  id: z.string().regex(/^x-[a-z0-9-]{1,40}$/, { error: () => t('clock.calendar.own-name') }),
  /** 1 Monday … 7 Sunday */
  weekend: z.array(z.number().int().min(1).max(7)).max(6).default([6, 7]),
  from: z.number().int().min(1900).max(2200),
  until: z.number().int().min(1900).max(2200),
  days: z.array(z.strictObject({ on: isoDate, name: line(120) })).max(5000),
});
export type OwnCalendar = z.infer<typeof ownCalendar>;

const WEEKEND = [6, 7];

/** A calendar as it stands after what was added to it. */
export interface Calendar {
  readonly id: string;
  /** Why a day is no business day (`Saturday`, the holiday's name), or null where it is one. @throws RuleRefusal `calendar-without-year` */
  closed(day: Day): string | null;
}

function unknown(id: string): RuleRefusal {
  return new RuleRefusal('calendar-unknown', {
    what: t('clock.calendar.unknown', { id }),
    lost: t('clock.lost.changed'),
    next: t('clock.calendar.unknown.next'),
  });
}

function withoutYear(id: string, year: number, from: number, until: number): RuleRefusal {
  return new RuleRefusal('calendar-without-year', {
    what: t('clock.calendar.year', { id, year, from, until }),
    lost: t('clock.lost.changed'),
    next: t('clock.calendar.year.next'),
  });
}

type Named = (day: Day) => string | null;

/** The holidays of one id, without weekends. */
function holidaysBy(
  id: string,
  own: readonly OwnCalendar[],
): { readonly named: Named; readonly weekend: readonly number[] } {
  if (id === 'none') return { named: () => null, weekend: WEEKEND };
  const mine = own.find((calendar) => calendar.id === id);
  if (id.startsWith('x-')) {
    if (!mine) throw unknown(id);
    const days = new Map(mine.days.map(({ on, name }) => [dayOf(on), name]));
    const named = (day: Day) => {
      const year = yearOf(day);
      if (year < mine.from || year > mine.until) throw withoutYear(id, year, mine.from, mine.until);
      return days.get(day) ?? null;
    };
    return { named, weekend: mine.weekend };
  }
  if (holidaysOf(id, FIRST_YEAR) === null) throw unknown(id);
  const named = (day: Day) => {
    const year = yearOf(day);
    if (year < FIRST_YEAR || year > LAST_YEAR) throw withoutYear(id, year, FIRST_YEAR, LAST_YEAR);
    return holidaysOf(id, year)?.get(day) ?? null;
  };
  return { named, weekend: WEEKEND };
}

/** Days that entries add (name) or take back (null), for one calendar. A workday wins over a closing, whatever came first. */
function changesBy(id: string, events: readonly CalendarEvent[]) {
  const days = new Map<Day, string>();
  const yearly = new Map<string, string>();
  const open = new Set<Day>();
  const ids = id.split('+');
  // By name, so that two names for one day give the same words in whatever order they were recorded.
  for (const event of [...events].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (event.holidays !== undefined && event.holidays !== id && !ids.includes(event.holidays)) continue;
    if (event.type === 'workday') open.add(dayOf(event.on));
    else if (event.type === 'holiday') days.set(dayOf(event.on), event.name);
    else if ('every' in event) yearly.set(event.every, event.name);
    else for (let day = dayOf(event.from); day <= dayOf(event.until); day++) days.set(day, event.name);
  }
  return { days, yearly, open };
}

/**
 * @param id one calendar or several joined by `+`
 * @param events holidays, closings and workdays added; those of other calendars are passed over
 * @throws RuleRefusal `calendar-unknown`
 */
export function calendarOf(
  id: string,
  events: readonly CalendarEvent[] = [],
  own: readonly OwnCalendar[] = [],
): Calendar {
  const parts = id.split('+').map((part) => holidaysBy(part, own));
  const weekend = parts[0]?.weekend ?? WEEKEND;
  const { days, yearly, open } = changesBy(id, events);
  const reason = (day: Day): string | null => {
    if (open.has(day)) return null;
    const added = days.get(day) ?? (yearly.size > 0 ? yearly.get(isoOf(day).slice(5)) : undefined);
    let name: string | null = added ?? null;
    for (const { named } of parts) name = named(day) ?? name;
    if (weekend.includes(weekdayOf(day))) return weekdayName(day);
    return name;
  };
  const known = new Map<Day, string | null>();
  return {
    id,
    closed(day) {
      let why = known.get(day);
      if (why === undefined) {
        why = reason(day);
        known.set(day, why);
      }
      return why;
    },
  };
}
