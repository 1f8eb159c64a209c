/** When a meeting is, in its own zone, for letters and pages: "Friday, March 20, 2026, 11:00 to 13:00 (America/New_York)". Pure. */
import type { Meeting } from './view.ts';

/** @param at an instant @returns the day and hour there, with the offset from universal time */
function hourIn(at: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

const dayIn = (at: Date, zone: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: zone, dateStyle: 'full' }).format(at);

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
  if (endsAt === null) return `${begins} (${there})`;
  const last = dayIn(endsAt, there);
  return `${begins} to ${last === day ? '' : `${last}, `}${hourIn(endsAt, there)} (${there})`;
}
