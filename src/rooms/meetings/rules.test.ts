import { describe, expect, it } from 'vitest';
import { type Calling, callMeeting, invite, type Stating, stateParticipation, takeAttendance } from './rules.ts';
import { countBy, standsAt, statusOf } from './standing.ts';
import type { Meeting, Participant, Said } from './view.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-03-02T15:00:00Z');
const OF = { matter: 'm', issuer: 'i', audience: 'public' as const };
const MEETING: Meeting = {
  id: 'meeting',
  entry: 'e',
  convener: 'Office of Examples',
  subject: 'Roads',
  place: null,
  startsAt: new Date('2026-03-01T15:00:00Z'),
  endsAt: new Date('2026-03-01T17:00:00Z'),
  dayOnly: false,
  capacity: 100,
  agenda: '',
  zone: 'America/New_York',
  occurredAt: new Date(0),
  recordedAt: new Date(0),
  changes: [],
  cancelled: null,
};
const said = (partstat: Said['partstat'], more: Partial<Said> = {}): Said => ({
  entry: 'x',
  partstat,
  delegate: null,
  reason: null,
  by: 'the party itself',
  sayer: null,
  dayOnly: false,
  through: null,
  source: null,
  occurredAt: new Date('2026-02-20T12:00:00Z'),
  recordedAt: new Date('2026-02-20T12:00:00Z'),
  ...more,
});
const PARTY = { id: 'city', name: 'City of Exampleton', kind: 'place', ocdId: null, state: 'Example State' };
const participant = (...words: Said[]): Participant => ({
  id: 'p',
  entry: 'e',
  name: 'Pat Sample',
  office: 'Mayor, City of Exampleton',
  holding: null,
  party: 'city',
  partyName: PARTY.name,
  kind: 'place',
  state: null,
  said: words,
  attended: null,
  attendedAt: null,
});
const STATING: Stating = {
  participant: 'p',
  partstat: 'accepted',
  delegate: null,
  reason: null,
  by: 'the party itself',
  sayer: null,
  at: at('2026-02-20T12:00:00Z'),
  dayOnly: false,
  words: null,
};
const state = (
  change: Partial<Stating> = {},
  who: Participant | undefined = participant(),
  text: string | null = null,
) =>
  stateParticipation(
    OF,
    MEETING,
    who,
    { ...STATING, ...change },
    text === null ? null : { source: 's', text },
    'id',
    NOW,
  );

describe('a meeting', () => {
  const calling: Calling = {
    convener: 'O',
    subject: 'Roads',
    place: null,
    startsAt: 10,
    endsAt: 20,
    dayOnly: false,
    capacity: null,
    agenda: '',
  };
  const call = (change: Partial<Calling>, called = NOW) =>
    callMeeting(OF, { ...calling, ...change }, { entry: 'e', meeting: 'm' }, called, NOW);
  it('begins before it ends, and was called already', () => {
    expect(call({}).body).toMatchObject({ startsAt: '1970-01-01T00:00:00.010Z', endsAt: '1970-01-01T00:00:00.020Z' });
    expect(() => call({ endsAt: 10 })).toThrow(expect.objectContaining({ code: 'meeting-backwards' }));
    expect(() => call({}, NOW + 1)).toThrow(expect.objectContaining({ code: 'called-in-future' }));
  });

  it('invites each once', () => {
    let n = 0;
    const go = (there: readonly Participant[], many: number) =>
      invite(OF, MEETING, there, Array(many).fill({ party: PARTY, holding: null }), () => `id${n++}`, NOW);
    expect(go([], 3).map((one) => one.body['name'])).toEqual(['City of Exampleton']);
    expect(() => go([participant()], 1)).toThrow(expect.objectContaining({ code: 'nobody-new' }));
  });
});

describe('taking part', () => {
  it.each([
    ['delegate-missing', { partstat: 'delegated' }, participant()],
    ['sayer-missing', { by: 'an outlet' }, participant()],
    ['stated-in-future', { at: NOW + 1 }, participant()],
    ['meeting-over', { at: at('2026-03-01T17:00:01Z') }, participant()],
    ['said-so-already', {}, participant(said('accepted'))],
  ] as const)('%s', (code, change, who) => {
    expect(() => state(change, who)).toThrow(expect.objectContaining({ code }));
  });

  it('needs an invitation, and words that stand in their source', () => {
    expect(() => stateParticipation(OF, MEETING, undefined, STATING, null, 'id', NOW)).toThrow(
      expect.objectContaining({ code: 'not-invited' }),
    );
    expect(() => state({ words: 'She will come.' }, participant(), 'She will not.')).toThrow(
      expect.objectContaining({ code: 'quotation-not-in-source' }),
    );
    expect(state({ words: 'She will not' }, participant(), 'She will not.').body).toMatchObject({
      source: 's',
      anchor: { exact: 'She will not' },
    });
  });

  it('may still be declined after the meeting, by whoever says late that they were not coming', () => {
    expect(state({ partstat: 'declined', at: at('2026-03-01T18:00:00Z') }).body).toMatchObject({
      partstat: 'declined',
    });
  });

  it('withdrew is accepted, then declined; accepted again it is not', () => {
    expect(statusOf([])).toBe('needs-action');
    expect(statusOf([said('accepted'), said('declined')])).toBe('withdrew');
    expect(statusOf([said('declined')])).toBe('declined');
    expect(standsAt([said('accepted'), said('declined'), said('accepted')])).toEqual({
      partstat: 'accepted',
      withdrew: false,
    });
    const counts = countBy([[said('accepted')], [said('accepted'), said('declined')], []], statusOf, () => 'all');
    expect(counts.get('all')).toMatchObject({ accepted: 1, withdrew: 1, declined: 0, 'needs-action': 1 });
  });
});

describe('attendance', () => {
  const HOUR = 3_600_000;
  const begins = MEETING.startsAt.getTime();
  const take = (attended: boolean | null, seen: number, who: Participant | undefined = participant()) =>
    takeAttendance(OF, MEETING, who, attended, 'id', seen, NOW);
  const code = (text: string) => expect.objectContaining({ code: text });
  it('is taken from an hour before the meeting on, and may be corrected', () => {
    expect(() => take(true, begins - HOUR - 1)).toThrow(code('meeting-not-begun'));
    expect(take(true, begins - HOUR)).toMatchObject({ occurredAt: '2026-03-01T14:00:00.000Z' });
    expect(() => take(true, NOW + 1)).toThrow(code('seen-in-future'));
    expect(() => take(true, NOW, { ...participant(), attended: true })).toThrow(code('taken-so-already'));
    expect(take(false, NOW, { ...participant(), attended: true }).body).toMatchObject({ attended: false });
  });
  it('is taken back by a later entry, where there is something to take back', () => {
    expect(() => take(null, NOW)).toThrow(code('nothing-taken'));
    expect(take(null, NOW, { ...participant(), attended: true }).body).toMatchObject({ attended: null });
  });
});
