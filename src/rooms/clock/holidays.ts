/**
 * Public holidays by country and part of it, from `date-holidays`, with our corrections. The package is large (0.3 s and 40 MB to
 * load), so it is loaded when the first rule names a calendar, and each year of a calendar is read once.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { type Day, dayOf } from './days.ts';

/** Years for which the package's rules are taken; outside them nobody has checked anything. */
export const FIRST_YEAR = 2000;
export const LAST_YEAR = 2100;

const found = z.array(z.object({ date: z.string(), name: z.string(), type: z.string() }));

/** Where the package differs from the statute: names to leave out, days to add in its own grammar. */
const corrections = z.record(
  z.string(),
  z.strictObject({
    citation: z.string().min(1),
    drop: z.array(z.string()),
    add: z.array(z.strictObject({ rule: z.string(), name: z.string() })),
  }),
);
const CORRECTIONS = corrections.parse(
  JSON.parse(readFileSync(new URL('./holiday-corrections.json', import.meta.url), 'utf8')),
);

/** What is used of the package. */
interface Source {
  getHolidays(year: number, language: string): unknown;
  getStates(country: string): unknown;
  setHoliday(rule: string, options: { name: string; type: 'public' }): boolean;
}
type Sources = new (country: string, state?: string) => Source;

let made: Sources | null = null;
function sources(): Sources {
  const require: (name: string) => Sources = createRequire(import.meta.url);
  made ??= require('date-holidays');
  return made;
}

const calendars = new Map<
  string,
  { readonly source: Source; readonly years: Map<number, ReadonlyMap<Day, string>> } | null
>();

/**
 * Holidays of one year by day, each with its name; null where there is no such country or part.
 * @param id `US`, `US-CA`
 */
export function holidaysOf(id: string, year: number): ReadonlyMap<Day, string> | null {
  let known = calendars.get(id);
  if (known === undefined) {
    known = open(id);
    calendars.set(id, known);
  }
  if (known === null) return null;
  let days = known.years.get(year);
  if (days === undefined) {
    const drop = CORRECTIONS[id]?.drop ?? [];
    const list = new Map<Day, string>();
    for (const { date, name, type } of found.parse(known.source.getHolidays(year, 'en-us'))) {
      if ((type === 'public' || type === 'bank') && !drop.includes(name)) list.set(dayOf(date.slice(0, 10)), name);
    }
    days = list;
    known.years.set(year, days);
  }
  return days;
}

const listed = z.record(z.string(), z.unknown());

function open(id: string) {
  const [country = '', state] = id.split('-');
  const source = state === undefined ? new (sources())(country) : new (sources())(country, state);
  for (const { rule, name } of CORRECTIONS[id]?.add ?? []) source.setHoliday(rule, { name, type: 'public' });
  // A country that is not known has no holidays; a part that is not known would silently get those of its country.
  const known =
    state === undefined
      ? found.safeParse(source.getHolidays(2024, 'en-us')).data?.length
      : Object.hasOwn(listed.parse(source.getStates(country) ?? {}), state);
  return known ? { source, years: new Map<number, ReadonlyMap<Day, string>>() } : null;
}
