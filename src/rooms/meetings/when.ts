/** When a meeting is, in its own zone, for letters and pages: "Friday, March 20, 2026, 11:00 to 13:00 (America/New_York)". Pure. */
import { locale, t } from '../../base/language.ts';
import type { Meeting } from './view.ts';

/** @param at an instant @returns the day and hour there, with the offset from universal time */
function hourIn(at: Date, zone: string): string {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: zone,
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

const dayIn = (at: Date, zone: string): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: zone, dateStyle: 'full' }).format(at);

export function meetingWhen({
  startsAt,
  endsAt,
  dayOnly,
  zone,
}: Pick<Meeting, 'startsAt' | 'endsAt' | 'dayOnly' | 'zone'>): string {
  const there = zone ?? 'UTC';
  const day = dayIn(startsAt, there);
  if (dayOnly) return day;
  const begins = `${day}, ${hourIn(startsAt, there)}`;
  if (endsAt === null) return t('meetings.when.begins', { begins, zone: there });
  const last = dayIn(endsAt, there);
  const hour = hourIn(endsAt, there);
  return t('meetings.when.span', { begins, ends: last === day ? hour : `${last}, ${hour}`, zone: there });
}
