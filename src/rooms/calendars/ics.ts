/**
 * Due dates as an iCalendar file (RFC 5545) that calendar programs read again and again: one all-day event for each, with a UID that stays,
 * a SEQUENCE that rises whenever something about it changed, and STATUS:CANCELLED once there is nothing to do any more. Pure: the same lines
 * give the same bytes.
 */
import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';

/** One date of a calendar. */
export interface CalendarLine {
  /** stays the same as long as the thing exists */
  readonly uid: string;
  /** only rises */
  readonly sequence: number;
  /** `YYYY-MM-DD`, the last day */
  readonly on: string;
  readonly summary: string;
  readonly description: string;
  readonly url: string | null;
  readonly cancelled: boolean;
  /** when anything of it last changed, as recorded */
  readonly changedAt: Date;
}

// What may not stand in a text of RFC 5545: control characters other than the line break (and the tab, which nobody needs here).
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** A name as it may stand anywhere in the file, parameters included: no control characters, no quotes. */
export const plainName = (text: string): string => text.replace(CONTROLS, ' ').replaceAll('"', '').trim();

/** A text of several lines, each without control characters. */
const plainText = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(CONTROLS, ' ').trimEnd())
    .join('\n');

/** Programs are asked to look again after this many seconds. */
const REFRESH = 3600;

/** The file. @param name what the calendar is called in the program that reads it */
export function icsOf(name: string, lines: readonly CalendarLine[]): string {
  const calendar = ical({
    name: plainName(name),
    prodId: { company: 'Counterfoil', product: 'due dates', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: REFRESH,
  });
  for (const line of lines) {
    const event = calendar.createEvent({
      id: line.uid,
      sequence: line.sequence,
      // A day without an hour, the same in every time zone: the text says in which one it ends.
      start: new Date(`${line.on}T00:00:00Z`),
      allDay: true,
      summary: plainName(line.summary),
      description: plainText(line.description),
      status: line.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      // A deadline keeps nobody from meeting others on that day.
      transparency: ICalEventTransparency.TRANSPARENT,
      stamp: line.changedAt,
      lastModified: line.changedAt,
    });
    if (line.url !== null) event.url(line.url);
  }
  return `${calendar.toString().trimEnd()}\r\n`;
}
