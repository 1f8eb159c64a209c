/** Rules of changing a meeting and calling it off, and what stands after it. */
import { describe, expect, it } from 'vitest';
import { asChanged, type Called, changedSince, changeRows, termsEntry } from './changed.ts';
import { type ChangeTo, cancelMeeting, changeMeeting, notTold, serveAgain } from './changing.ts';
import { meetingCancelled, meetingChanged } from './entries.ts';
import type { Invitation } from './invitations.ts';
import { answerInvitation, notServable } from './inviting.ts';
import { invite, stateParticipation, takeAttendance } from './rules.ts';
import type { Meeting, Participant } from './view.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-03-04T15:00:00Z');
const OF = { matter: 'm', issuer: 'i', audience: 'public' as const };
const MEETING = '019caf13-ee88-71bf-ad04-e224fd0d9920';
const CALLED: Called = {
  id: MEETING,
  entry: 'called',
  convener: 'Office of Examples',
  subject: 'Roads',
  place: 'Town hall',
  startsAt: new Date('2026-03-20T15:00:00Z'),
  endsAt: new Date('2026-03-20T17:00:00Z'),
  dayOnly: false,
  capacity: 100,
  agenda: 'Roads.',
  zone: 'America/New_York',
  occurredAt: new Date('2026-03-01T12:00:00Z'),
  recordedAt: new Date('2026-03-01T12:00:00Z'),
};
const STANDS: ChangeTo = {
  place: 'Town hall',
  startsAt: at('2026-03-20T15:00:00Z'),
  endsAt: at('2026-03-20T17:00:00Z'),
  dayOnly: false,
  zone: 'America/New_York',
  capacity: 100,
  agenda: 'Roads.',
};
const row = (entry: string, more: object) => ({
  entry,
  cancelled: false,
  changes: null,
  reason: 'A reason.',
  occurredAt: '2026-03-04T12:00:00+00:00',
  recordedAt: '2026-03-04T12:00:01+00:00',
  ...more,
});
const meetingAfter = (...rows: readonly object[]): Meeting => asChanged(CALLED, changeRows.parse(rows));
const OFF = meetingAfter(row('off', { cancelled: true }));
const PERSON: Participant = {
  id: 'p',
  entry: 'e',
  name: 'City of Exampleton',
  office: null,
  holding: null,
  party: 'city',
  partyName: 'City of Exampleton',
  kind: 'place',
  state: null,
  said: [],
  attended: null,
  attendedAt: null,
};
const INVITATION: Invitation = {
  id: 'p',
  entry: 'served',
  newest: 'served',
  newestSeq: 7,
  called: 'called',
  meeting: MEETING,
  matter: 'm',
  issuer: 'i',
  issuerName: 'Office of Examples',
  recipient: 'city',
  name: 'City of Exampleton',
  office: null,
  subject: 'Roads',
  convener: 'Office of Examples',
  uid: 'p@records.example.gov',
  sequence: 2,
  servedAt: new Date('2026-03-02T12:00:00Z'),
};
const code = (name: string) => expect.objectContaining({ code: name });
const change = (
  to: Partial<ChangeTo>,
  more: {
    readonly meeting?: Meeting;
    readonly there?: readonly Participant[];
    readonly now?: number;
    readonly served?: boolean;
  } = {},
) => {
  const { meeting = meetingAfter(), there = [PERSON], served = true, now = NOW } = more;
  return changeMeeting(OF, meeting, there, served, { ...STANDS, ...to }, 'A reason.', 'id', now);
};

describe('a change', () => {
  it('says only what is otherwise', () => {
    const place = change({ place: 'School hall' });
    expect([place.kind, place.audience, place.body]).toEqual([
      'meeting.changed',
      'public',
      { meeting: MEETING, changes: { place: 'School hall' }, reason: 'A reason.' },
    ]);
    expect(meetingChanged.safeParse(place.body).success).toBe(true);
    const moved = meetingChanged.parse(
      change({ startsAt: at('2026-03-23T15:00:00Z'), endsAt: null, capacity: null }).body,
    );
    expect(moved.changes).toEqual({
      when: { startsAt: '2026-03-23T15:00:00.000Z', endsAt: null, dayOnly: false, zone: 'America/New_York' },
      capacity: null,
    });
  });

  it.each([
    ['nothing-changed', {}, {}],
    ['meeting-backwards', { endsAt: at('2026-03-20T15:00:00Z') }, {}],
    ['moved-into-past', { startsAt: NOW - 1, endsAt: null }, {}],
    ['meeting-begun', { place: null }, { now: at('2026-03-20T15:00:00Z') }],
    ['meeting-begun', { place: null }, { there: [{ ...PERSON, attended: true }] }],
    ['meeting-without-hour', { dayOnly: true, endsAt: null, zone: null }, {}],
    ['meeting-without-zone', { zone: null }, {}],
    ['meeting-cancelled', { place: null }, { meeting: OFF }],
  ] as const)('%s is refused', (name, to, more) => {
    expect(() => change(to, more)).toThrow(code(name));
  });

  it('may name a day alone while nobody holds a letter; on its day it may still be called off', () => {
    expect(change({ dayOnly: true, endsAt: null, zone: null }, { served: false }).body).toMatchObject({
      changes: { when: { dayOnly: true, zone: null } },
    });
    const dayOnly = { ...meetingAfter(), dayOnly: true, endsAt: null, startsAt: new Date('2026-03-20T16:00:00Z') };
    expect(cancelMeeting(OF, dayOnly, [], 'Snow.', 'id', at('2026-03-20T20:00:00Z')).kind).toBe('meeting.cancelled');
    expect(() => cancelMeeting(OF, dayOnly, [], 'Snow.', 'id', at('2026-03-21T04:00:00Z'))).toThrow(
      code('meeting-begun'),
    );
  });

  it('in an entry is never empty, and never without a reason', () => {
    expect(meetingChanged.safeParse({ meeting: MEETING, changes: {}, reason: 'x' }).success).toBe(false);
    expect(meetingChanged.safeParse({ meeting: MEETING, changes: { place: null }, reason: ' ' }).success).toBe(false);
    expect(meetingCancelled.safeParse({ meeting: MEETING, reason: '' }).success).toBe(false);
  });
});

describe('a meeting that is called off', () => {
  const stating = {
    participant: 'p',
    partstat: 'accepted',
    delegate: null,
    reason: null,
    by: 'the party itself',
    sayer: null,
    dayOnly: false,
    words: null,
  } as const;
  it('takes no further change, invitation, letter, answer or attendance', () => {
    const party = { id: 'town', name: 'Town', kind: 'place', ocdId: null, state: null };
    const answering = {
      ...stating,
      openly: false,
      proposal: null,
      through: 'link',
      actedBy: null,
      mail: null,
    } as const;
    const ids = { answer: 'a', entry: 'b', stated: 'c' };
    for (const attempt of [
      () => cancelMeeting(OF, OFF, [], 'Again.', 'id', NOW),
      () => invite(OF, OFF, [], [{ party, holding: null }], () => 'id', NOW),
      () => answerInvitation(OF, INVITATION, OFF, PERSON, { ...answering, at: NOW - 1 }, ids, NOW),
      () => stateParticipation(OF, OFF, PERSON, { ...stating, at: NOW }, null, 'id', NOW),
      () => takeAttendance(OF, OFF, PERSON, true, 'id', at('2026-03-20T15:00:00Z'), at('2026-03-20T16:00:00Z')),
    ])
      expect(attempt).toThrow(code('meeting-cancelled'));
    expect(notServable(OFF, NOW)?.code).toBe('meeting-cancelled');
  });

  it('still takes what was said while it held, as it becomes known', () => {
    const said = stateParticipation(OF, OFF, PERSON, { ...stating, at: at('2026-03-04T11:00:00Z') }, null, 'id', NOW);
    expect(said.kind).toBe('participation.stated');
  });
});

describe('what stands', () => {
  const when = { startsAt: '2026-03-23T15:00:00.000Z', endsAt: null, dayOnly: false, zone: 'America/New_York' };
  const two = meetingAfter(
    row('one', { changes: { when, place: null } }),
    row('two', { changes: { place: 'School hall' }, occurredAt: '2026-03-05T12:00:00+00:00' }),
  );
  it('is the call with its changes, each with what was before', () => {
    expect(two).toMatchObject({ startsAt: new Date(when.startsAt), endsAt: null, place: 'School hall', capacity: 100 });
    expect(two.changes.map((one) => one.was)).toEqual([
      {
        when: { startsAt: CALLED.startsAt, endsAt: CALLED.endsAt, dayOnly: false, zone: 'America/New_York' },
        place: 'Town hall',
      },
      { place: null },
    ]);
    expect([termsEntry(two), termsEntry(meetingAfter()), two.cancelled, OFF.cancelled?.entry]).toEqual([
      'two',
      'called',
      null,
      'off',
    ]);
  });

  it('marks what was said before the last change, and nothing because it was called off', () => {
    expect(changedSince(two.changes, new Date('2026-03-05T11:00:00Z'))?.entry).toBe('two');
    expect(changedSince(two.changes, new Date('2026-03-05T12:00:00Z'))).toBe(null);
    expect(changedSince(OFF.changes, new Date('2026-03-01T00:00:00Z'))).toBe(null);
  });

  it('is told to whoever holds an earlier version, under the same calendar id and the next SEQUENCE', () => {
    const current = { ...INVITATION, id: 'q', called: 'two' };
    expect(notTold(two, [INVITATION, current])).toEqual([INVITATION]);
    const [entry] = serveAgain(OF, [INVITATION], 'two', () => 'id', NOW);
    expect([entry?.kind, entry?.audience, entry?.body]).toEqual([
      'invitation.served',
      'parties',
      expect.objectContaining({ invitation: 'p', called: 'two', uid: 'p@records.example.gov', sequence: 3 }),
    ]);
  });
});
