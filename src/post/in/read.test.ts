/** Calendar mail of several programs, read in the process that reads mail; and what that process may not do. */
import { afterAll, describe, expect, it } from 'vitest';
import { calendarMail } from '../../../test/support/calendar-mail.ts';
import { createParser } from './parser.ts';

const parser = createParser();
afterAll(() => parser.stop());
const FILL = {
  uid: '019caf10-3180-7370-8f32-aa6ae9f4802b@records.example.gov',
  organizer: `meetings+${'0a'.repeat(16)}@records.example.gov`,
  attendee: 'mayor@place.example.gov',
};
const read = async (name: string, change: readonly (readonly [string, string])[] = []) => {
  const mail = await parser.read(calendarMail(name, FILL, change));
  if (!mail) throw new Error(`${name} could not be read`);
  return { mail, calendar: mail.calendars[0], event: mail.calendars[0]?.events[0] };
};
const NEW_YORK = [
  { at: '2026-03-20T15:00:00.000Z', zone: 'America/New_York' },
  { at: '2026-03-20T17:00:00.000Z', zone: 'America/New_York' },
];

describe('reads', () => {
  it.each([
    ['outlook-accepted', 'ACCEPTED', null, 'We will be there; the deputy too, perhaps.', 'Sample, Pat (Mayor)'],
    [
      'google-declined',
      'DECLINED',
      'Because of the letters; we: the council, will sit this one out',
      null,
      'Clerk of Sampleville',
    ],
    ['apple-tentative', 'TENTATIVE', null, 'Wir prüfen es – perhaps.', 'County of Nowhere — Büro'],
    ['nextcloud-declined', 'DECLINED', 'Bridge closed', null, null],
  ])('%s', async (name, partstat, own, comment, cn) => {
    const { mail, calendar, event } = await read(name);
    expect(calendar?.method).toBe('REPLY');
    expect(mail.to).toContain(FILL.organizer);
    expect(event).toMatchObject({ uid: FILL.uid, sequence: 0, stamp: '2026-03-04T16:00:00.000Z', comment });
    expect(event?.attendees).toEqual([{ address: FILL.attendee, name: cn, partstat, delegatedTo: [], comment: own }]);
  });

  it('Windows’ names of zones, those of others with a path before them, and those that only VTIMEZONE knows', async () => {
    const eastern = 'TZID=Eastern Standard Time:';
    expect((await read('outlook-accepted')).event).toMatchObject({ start: NEW_YORK[0], end: NEW_YORK[1] });
    expect((await read('nextcloud-declined')).event).toMatchObject({ start: NEW_YORK[0], end: NEW_YORK[1] });
    const path = 'TZID=/freeassociation.sourceforge.net/America/New_York:';
    expect((await read('outlook-accepted', [[eastern, path]])).event?.start).toEqual(NEW_YORK[0]);
    const custom = [['Eastern Standard Time', 'Customized Time Zone 1']] as const;
    expect((await read('outlook-accepted', custom)).event?.start).toEqual({ ...NEW_YORK[0], zone: 'UTC' });
    expect((await read('outlook-accepted', [[eastern, 'TZID=Nowhere Time:']])).event?.start).toEqual({
      problem: 'no-zone',
    });
    expect((await read('outlook-accepted', [[`;${eastern}`, ':']])).event?.start).toEqual({ problem: 'no-zone' });
    const day = [[`;${eastern}20260320T110000`, ';VALUE=DATE:20260320']] as const;
    expect((await read('outlook-accepted', day)).event?.start).toEqual({ problem: 'day-only' });
    // An hour that no clock there shows: the night the clocks go forward is skipped, not guessed at twice.
    expect((await read('outlook-accepted', [['20260320T110000', '20260399T990000']])).event?.start).not.toHaveProperty(
      'at',
    );
  });

  it('who comes instead, with the name that the mail gives the address', async () => {
    const { event } = await read('outlook-delegated');
    expect(event?.attendees[0]?.delegatedTo).toEqual([
      { address: 'deputy@place.example.gov', name: 'Sam Example, deputy mayor' },
    ]);
  });

  it('another time in COUNTER', async () => {
    const { calendar, event } = await read('outlook-counter');
    expect(calendar?.method).toBe('COUNTER');
    expect(event?.start).toEqual({ at: '2026-03-20T16:00:00.000Z', zone: 'America/Chicago' });
  });

  it('what is no calendar, no mail, or nothing at all, without falling over', async () => {
    for (const [raw, calendars] of [
      ['Subject: hello\r\n\r\nno calendar', 0],
      ['', 0],
      ['\0\0\0', 0],
      ['Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR', 0],
      ['Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR', 1],
    ] as const)
      expect((await parser.read(Buffer.from(raw)))?.calendars).toHaveLength(calendars);
  });
});

describe('the process', () => {
  it('ends when it takes too long, and the next mail is read by a new one', async () => {
    const slow = createParser({ ms: 1 });
    expect(await slow.read(calendarMail('outlook-accepted', FILL))).toBe(null);
    await slow.stop();
    expect((await read('outlook-accepted')).event?.uid).toBe(FILL.uid);
  });
  it('ends when it takes too much memory, and the mail counts as unreadable', async () => {
    const small = createParser({ megabytes: 12 });
    const large = Buffer.concat([
      calendarMail('outlook-delegated', FILL),
      Buffer.from(`${'X-A:'.padEnd(70, 'a')}\r\n`.repeat(130_000)),
    ]);
    expect(await small.read(large)).toBe(null);
    await small.stop();
  }, 30_000);
});
