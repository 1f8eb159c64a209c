/** Calendar days as whole numbers since 1 January 1970, so that counting is an addition. Knows weekdays and months; no zones, no holidays. */

/** A calendar day: whole days since 1970-01-01, which is 0. */
export type Day = number;

const MS = 86_400_000;

/** 31 December 9998: a date beyond has no spelling of four digits, or its next day has none. */
export const LAST_DAY: Day = Date.UTC(9998, 11, 31) / MS;

/** @param iso `YYYY-MM-DD`, a date that exists */
export const dayOf = (iso: string): Day => Date.parse(`${iso}T00:00:00Z`) / MS;

/** `YYYY-MM-DD` */
export const isoOf = (day: Day): string => new Date(day * MS).toISOString().slice(0, 10);

/** 1 Monday … 7 Sunday. 1 January 1970 was a Thursday. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;

export const yearOf = (day: Day): number => new Date(day * MS).getUTCFullYear();

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Saturday` */
export const weekdayName = (day: Day): string => WEEKDAYS[weekdayOf(day) - 1] ?? '';

/** `Fri 23 Feb 2018`, the form in which working is written: with its weekday, so that a reader can check it against a calendar. */
export function wordsOf(day: Day): string {
  const date = new Date(day * MS);
  return `${weekdayName(day).slice(0, 3)} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** The same day of the month `months` later; where that month is too short, its last day, and `cut` is true. */
export function addMonths(day: Day, months: number): { readonly day: Day; readonly cut: boolean } {
  const date = new Date(day * MS);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const start = new Date(first);
  const last = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
  const wanted = date.getUTCDate();
  return { day: first / MS + Math.min(wanted, last) - 1, cut: wanted > last };
}
