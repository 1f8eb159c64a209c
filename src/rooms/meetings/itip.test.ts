import { describe, expect, it } from 'vitest';
import { type KnownInvitation, type MailEvent, place, type ReadMail, reasonOf } from './itip.ts';

const NOW = Date.parse('2026-03-05T12:00:00Z');
const TAG = '0a'.repeat(16);
const KNOWN: KnownInvitation = {
  id: 'p',
  address: 'Mayor@Place.example.gov',
  tag: TAG,
  sequence: 2,
  servedAt: 0,
  last: null,
};
const EVENT: MailEvent = {
  uid: 'p@example.gov',
  sequence: 2,
  stamp: '2026-03-05T11:00:00.000Z',
  start: null,
  end: null,
  attendees: [
    { address: 'mayor@place.example.gov', name: 'Pat', partstat: 'accepted', delegatedTo: [], comment: null },
  ],
  comment: null,
};
const mail = (event: Partial<MailEvent> = {}, method = 'REPLY', more: Partial<ReadMail> = {}): ReadMail => ({
  messageId: null,
  from: null,
  to: [`meetings+${TAG}@records.example.gov`],
  date: null,
  subject: null,
  words: null,
  calendars: [{ method, events: [{ ...EVENT, ...event }] }],
  ...more,
});
const placed = (one: ReadMail, known: Partial<KnownInvitation> = {}) =>
  place(one, (uid) => (uid === EVENT.uid ? { ...KNOWN, ...known } : null), NOW);
const at = (hour: number) => ({ at: `2026-03-20T${hour}:00:00.000Z`, zone: 'America/New_York' });

describe('calendar mail', () => {
  it('is placed by id, tag and attendee together', () => {
    expect(placed(mail())).toMatchObject({ placed: true, invitation: 'p', partstat: 'accepted', sequence: 2 });
    expect(placed(mail({ uid: 'q' }))).toMatchObject({ why: 'not-invited' });
    expect(placed(mail({}, 'REPLY', { to: ['meetings@records.example.gov'] }))).toMatchObject({ why: 'no-token' });
    const [attendee] = EVENT.attendees;
    const other = { ...attendee, address: 'other@place.example.gov' };
    expect(placed(mail({ attendees: attendee ? [{ ...attendee, ...other }] : [] }))).toMatchObject({
      why: 'forwarded',
    });
    expect(placed(mail({ attendees: [] }))).toMatchObject({ why: 'forwarded' });
  });
  it('of an earlier version, or older than what came since, is not taken', () => {
    expect(placed(mail({ sequence: 1 }))).toMatchObject({ why: 'old-sequence' });
    const last = { sequence: 2, at: Date.parse('2026-03-05T11:30:00Z') };
    expect(placed(mail(), { last })).toMatchObject({ why: 'overtaken' });
    expect(placed(mail({ sequence: 3 }), { last })).toMatchObject({ placed: true });
  });
  it('was never said later than it came in, nor at no time', () => {
    expect(placed(mail({ stamp: '2030-01-01T00:00:00.000Z' }))).toMatchObject({ at: NOW });
    expect(placed(mail(), { servedAt: Date.parse('2026-03-05T11:00:01Z') })).toMatchObject({ at: NOW });
    expect(placed(mail({ stamp: null }))).toMatchObject({ why: 'no-stamp' });
    expect(placed(mail({ stamp: null }, 'REPLY', { date: '2026-03-05T10:00:00.000Z' }))).toMatchObject({
      placed: true,
    });
  });
  it('that asks for another time is no word of coming at this one', () => {
    expect(placed(mail({ start: at(16), end: at(18) }, 'COUNTER'))).toMatchObject({
      partstat: 'needs-action',
      proposal: { zone: 'America/New_York' },
    });
    expect(placed(mail({ start: at(18), end: at(16) }, 'COUNTER'))).toMatchObject({ why: 'backwards' });
    expect(placed(mail({ start: { problem: 'no-zone' } }, 'COUNTER'))).toMatchObject({ why: 'no-zone' });
    expect(placed(mail({}, 'COUNTER'))).toMatchObject({ why: 'nothing-proposed' });
  });
  it('says a reason without control characters, a name without an address', () => {
    expect(reasonOf(' a\u0000b\r\n\u202ec\u2028d ')).toBe('ab\ncd');
    expect(reasonOf(' \n')).toBe(null);
    const [attendee] = EVENT.attendees;
    const to = (name: string | null) => ({ partstat: 'DELEGATED', delegatedTo: [{ address: 'd@x.org', name }] });
    const said = (name: string | null) => placed(mail({ attendees: attendee ? [{ ...attendee, ...to(name) }] : [] }));
    expect(said('Sam Example')).toMatchObject({ delegate: 'Sam Example' });
    for (const name of [null, 'd@x.org'])
      expect(said(name)).toMatchObject({ delegate: expect.stringContaining('somebody') });
  });
});
