/**
 * Reads one mail with what a calendar program put into it: Outlook and Exchange, Google, Apple, Nextcloud and others as they are, whole or
 * crooked. Runs in a process of its own (child.ts); what comes out is checked again by whoever asked. Decides nothing.
 */
import ICAL from 'ical.js';
import { type Attachment, type ParsedMail, simpleParser } from 'mailparser';
import { Temporal } from 'temporal-polyfill';
import type { MailEvent, MailTime, ReadMail } from '../../rooms/meetings/itip.ts';
import { zoneNamed } from './zones.ts';

const cut = (text: string, max: number): string => text.slice(0, max).toWellFormed();
const orNull = (text: string | null | undefined, max: number): string | null => {
  const clean = (text ?? '').trim();
  return clean === '' ? null : cut(clean, max);
};
const iso = (at: Date): string | null => (Number.isNaN(at.getTime()) ? null : at.toISOString());

/** `mailto:` in any letters, quotes and brackets, off; small letters. */
function addressIn(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return cut(
    text
      .trim()
      .replace(/^mailto:/i, '')
      .replace(/^<|>$/g, '')
      .trim()
      .toLowerCase(),
    320,
  );
}

const isCalendar = ({ contentType, filename }: Attachment): boolean =>
  /^(text\/calendar|application\/ics|text\/x-vcalendar)$/i.test(contentType) || /\.ics$/i.test(filename ?? '');

/** A parameter of a part's Content-Type. */
function parameterOf(part: Attachment, name: string): string | null {
  const type = part.headers.get('content-type');
  if (typeof type !== 'object' || !('params' in type) || typeof type.params !== 'object') return null;
  return new Map(Object.entries(type.params)).get(name) ?? null;
}

/** Bytes of a part as text, in the charset that it names; UTF-8 where it names none, or none that exists. */
function decoded(part: Attachment): string {
  try {
    return new TextDecoder(parameterOf(part, 'charset') ?? 'utf-8').decode(part.content);
  } catch {
    return new TextDecoder().decode(part.content);
  }
}

/** A property as a time: universal, in a zone that has a name, in one that its VTIMEZONE describes, or none. */
function timeOf(property: ICAL.Property | null, calendar: ICAL.Component): MailTime | null {
  if (!property) return null;
  const value: unknown = property.getFirstValue();
  if (!(value instanceof ICAL.Time)) return { problem: 'unreadable' };
  if (value.isDate) return { problem: 'day-only' };
  // As it is written: ical.js makes 11 June of the 99th of March.
  const wall = wallOf(property);
  if (wall === null) return { problem: 'unreadable' };
  const tzid = property.getFirstParameter('tzid');
  if (!tzid) {
    if (value.zone !== ICAL.Timezone.utcTimezone) return { problem: 'no-zone' };
    return made(value.toJSDate(), 'UTC');
  }
  const zone = zoneNamed(tzid);
  if (zone !== null) {
    try {
      return made(new Date(wall.toZonedDateTime(zone).epochMilliseconds), zone);
    } catch {
      return { problem: 'unreadable' };
    }
  }
  const described = calendar.getAllSubcomponents('vtimezone').find((one) => one.getFirstPropertyValue('tzid') === tzid);
  if (!described) return { problem: 'no-zone' };
  const own = value.clone();
  own.zone = new ICAL.Timezone(described);
  return made(new Date(own.toUnixTime() * 1000), 'UTC');
}

/** Date and time as they stand in a property, where both exist. */
function wallOf(property: ICAL.Property): Temporal.PlainDateTime | null {
  const written: unknown = property.toJSON()[3];
  try {
    return typeof written === 'string'
      ? Temporal.PlainDateTime.from(written.replace(/Z$/, ''), { overflow: 'reject' })
      : null;
  } catch {
    return null;
  }
}

function made(at: Date, zone: string): MailTime {
  const text = iso(at);
  return text === null ? { problem: 'unreadable' } : { at: text, zone };
}

/** DTSTAMP has to be universal (RFC 5545, section 3.8.7.2); what is not is left out. */
function stampOf(event: ICAL.Component): string | null {
  const value: unknown = event.getFirstPropertyValue('dtstamp');
  return value instanceof ICAL.Time && value.zone === ICAL.Timezone.utcTimezone ? iso(value.toJSDate()) : null;
}

const many = (parameter: string | string[] | undefined): readonly string[] =>
  parameter === undefined ? [] : Array.isArray(parameter) ? parameter : [parameter];

function eventOf(event: ICAL.Component, calendar: ICAL.Component): MailEvent {
  const attendees = event.getAllProperties('attendee').slice(0, 200);
  const names = new Map(attendees.map((one) => [addressIn(one.getFirstValue()), one.getFirstParameter('cn')]));
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0);
  const start = event.getFirstProperty('dtstart');
  const end = timeOf(event.getFirstProperty('dtend'), calendar);
  return {
    uid: cut(String(event.getFirstPropertyValue('uid') ?? '').trim(), 255),
    sequence: Number.isSafeInteger(sequence) && sequence >= 0 && sequence < 2 ** 31 ? sequence : 0,
    stamp: stampOf(event),
    start: timeOf(start, calendar),
    end: end ?? endOf(event, timeOf(start, calendar)),
    attendees: attendees.map((one) => ({
      address: addressIn(one.getFirstValue()),
      name: orNull(one.getFirstParameter('cn'), 200),
      partstat: cut(one.getFirstParameter('partstat') ?? '', 40),
      delegatedTo: many(one.getParameter('delegated-to'))
        .slice(0, 20)
        .map((to) => ({ address: addressIn(to), name: orNull(names.get(addressIn(to)), 200) })),
      comment: orNull(one.getFirstParameter('x-response-comment'), 2000),
    })),
    comment: orNull(
      event
        .getAllProperties('comment')
        .map((one) => String(one.getFirstValue() ?? ''))
        .join('\n'),
      2000,
    ),
  };
}

/** The end that a DURATION gives. */
function endOf(event: ICAL.Component, start: MailTime | null): MailTime | null {
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (!(duration instanceof ICAL.Duration) || start === null || 'problem' in start) return null;
  return made(new Date(Date.parse(start.at) + duration.toSeconds() * 1000), start.zone);
}

/** Calendars in one part; a part that is none gives none. */
function calendarsIn(part: Attachment): ReadMail['calendars'] {
  try {
    const parsed: unknown = ICAL.parse(
      decoded(part)
        .replace(/^\uFEFF/, '')
        .trim(),
    );
    const all = Array.isArray(parsed) && Array.isArray(parsed[0]) ? parsed : [parsed];
    return all.slice(0, 5).flatMap((jcal: unknown) => {
      if (!Array.isArray(jcal)) return [];
      const calendar = new ICAL.Component(jcal);
      if (calendar.name !== 'vcalendar') return [];
      const method = String(
        calendar.getFirstPropertyValue('method') ?? parameterOf(part, 'method') ?? '',
      ).toUpperCase();
      const events = calendar.getAllSubcomponents('vevent').slice(0, 20);
      return [{ method: orNull(method, 40), events: events.map((event) => eventOf(event, calendar)) }];
    });
  } catch {
    return [];
  }
}

/** Headers that say to whom it went, beside To and Cc: those that servers on the way wrote. */
const ENVELOPE = ['delivered-to', 'x-original-to', 'envelope-to', 'x-forwarded-to'];

function recipientsOf(mail: ParsedMail): string[] {
  const listed = [mail.to, mail.cc]
    .flatMap((one) => (one === undefined ? [] : Array.isArray(one) ? one : [one]))
    .flatMap((one) => one.value)
    .flatMap((one) => [one.address, ...(one.group ?? []).map((member) => member.address)]);
  const noted = mail.headerLines
    .filter(({ key }) => ENVELOPE.includes(key))
    .map(({ line }) => line.slice(line.indexOf(':') + 1));
  return [...new Set([...noted, ...listed].map(addressIn).filter((one) => one !== ''))].slice(0, 200);
}

/** @param raw the whole message @throws whatever the parser throws at what is no mail */
export async function readRaw(raw: Uint8Array): Promise<ReadMail> {
  const mail = await simpleParser(Buffer.from(raw), {
    skipImageLinks: true,
    skipHtmlToText: false,
    skipTextToHtml: true,
  });
  const parts = mail.attachments.filter(isCalendar).slice(0, 5);
  return {
    messageId: orNull(mail.messageId?.replace(/\s+/g, ''), 250),
    from: orNull(addressIn(mail.from?.value[0]?.address), 320),
    to: recipientsOf(mail),
    date: mail.date ? iso(mail.date) : null,
    subject: orNull(mail.subject?.replace(/\s+/g, ' '), 500),
    words: orNull(mail.text, 4000),
    calendars: parts.flatMap(calendarsIn).slice(0, 5),
  };
}
