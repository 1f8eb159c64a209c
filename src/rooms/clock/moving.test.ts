/** Given a clock, when its issuer moves it, then one entry with the old date and the new one, or one refusal by name. */
import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { checkBody, streamOf } from '../entries.ts';
import { counterFor } from './due.ts';
import { cellEventsIn, type Recorded, servedIn } from './history.ts';
import { type Clocked, type Moving, moveDue } from './moving.ts';
import { presetById } from './presets.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (text: string) => Date.parse(text);
const foia = presetById('foia')?.rule;
if (!foia) throw new Error('no rule');

const recorded = (entry: NewEntry, recordedAt: string): Recorded => ({
  id: entry.id,
  kind: entry.kind,
  occurredAt: new Date(entry.occurredAt),
  recordedAt: new Date(recordedAt),
  body: entry.body,
});

const given = (history: readonly Recorded[] = [], more: Partial<Clocked> = {}): Clocked => ({
  matter: uuid(1),
  issuer: uuid(2),
  audience: 'public',
  service: uuid(3),
  request: uuid(4),
  revoked: false,
  recorded: false,
  items: [1, 2, 3],
  rule: foia,
  own: new Map(),
  recipient: uuid(5),
  setting: {},
  closings: [],
  served: { at: '2024-03-01T15:00:00Z' },
  events: cellEventsIn(history),
  ...more,
});

type Extend = Extract<Moving, { do: 'extend' }>;
const extend = (to: string | null, by: Extend['by'] = null): Extend => ({
  do: 'extend',
  ...{ items: null, to, by, asked: true, reason: 'The recipient asked for two more weeks.' },
});
const toll = (from: string, until: string | null = null): Moving => ({
  do: 'toll',
  ...{ items: null, cause: 'clarification asked', from: at(from), until: until === null ? null : at(until) },
  reason: 'Which years are meant?',
});
const NOW = at('2024-03-20T15:00:00Z');

function when(state: Clocked, command: Moving, now = NOW): NewEntry {
  const entry = moveDue(state, command, uuid(100 + state.events.length), now);
  // What comes out can be written, in the history of its service.
  checkBody(entry);
  expect(streamOf(entry)).toBe(state.service);
  return entry;
}
const refused = (state: Clocked, command: Moving, now = NOW) => {
  try {
    moveDue(state, command, uuid(200), now);
  } catch (error) {
    if (error instanceof RuleRefusal) return error.code;
    throw error;
  }
  return 'taken';
};

describe('what moves a due date', () => {
  it('extends to a date, or by days', () => {
    expect(when(given(), extend('2024-04-15'))).toMatchObject({
      kind: 'due.extended',
      occurredAt: instant(NOW),
      body: { to: '2024-04-15', by: null, asked: true, due: { before: '2024-03-29', after: '2024-04-15' } },
    });
    const by = when(given(), extend(null, { count: 10, unit: 'business days' }));
    expect(by.body).toMatchObject({ due: { before: '2024-03-29', after: '2024-04-12' } });
  });

  it('pauses from the day of the question and resumes with what is left from the day of the answer', () => {
    const tolled = when(given(), toll('2024-03-08T16:00:00Z'));
    expect(tolled).toMatchObject({ kind: 'clock.tolled', occurredAt: '2024-03-08T16:00:00.000Z' });
    expect(tolled.body).toMatchObject({ due: { before: '2024-03-29', after: null } });
    const history = [recorded(tolled, '2024-03-20T15:00:00.000Z')];
    const resume: Moving = { do: 'resume', tolled: tolled.id, from: at('2024-03-15T14:00:00Z'), reason: 'Answered.' };
    const resumed = when(given(history), resume, at('2024-03-25T15:00:00Z'));
    expect(resumed.body).toMatchObject({ due: { before: null, after: '2024-04-05' } });
    const both = [...history, recorded(resumed, '2024-03-25T15:00:00.000Z')];
    expect(counterFor(foia).due(given().served, cellEventsIn(both)).on).toBe('2024-04-05');
    expect(refused(given(both), resume, at('2024-03-26T15:00:00Z'))).toBe('already-resumed');
  });

  it('corrects the date of service', () => {
    const entry = when(given(), { do: 'correct', servedAt: at('2024-03-05T15:00:00Z'), reason: 'Returned once.' });
    expect(entry.body).toMatchObject({ due: { before: '2024-03-29', after: '2024-04-02' } });
  });

  it('moves some items and leaves the others', () => {
    const some = when(given(), {
      do: 'extend',
      ...{ items: [2], to: '2024-04-15', by: null, asked: false, reason: 'Item 2 is large.' },
    });
    const events = cellEventsIn([recorded(some, instant(NOW))]);
    expect(events[0]?.items).toEqual([2]);
    expect(some.body).toMatchObject({
      due: {
        states: [
          {
            from: instant(NOW),
            cells: [
              { items: [1, 3], on: '2024-03-29' },
              { items: [2], on: '2024-04-15' },
            ],
          },
        ],
      },
    });
  });

  it('says what a late fact changes of every moment since it happened', () => {
    const extended = when(given(), extend('2024-04-15'), at('2024-03-12T15:00:00Z'));
    const history = [recorded(extended, '2024-03-12T15:00:00.000Z')];
    const tolled = when(given(history), toll('2024-03-08T16:00:00Z', '2024-03-15T16:00:00Z'));
    expect(tolled.body).toMatchObject({
      due: {
        states: [
          // Before the extension there was the pause alone …
          { from: '2024-03-08T16:00:00.000Z', cells: [{ items: null, on: '2024-04-05' }] },
          // … and from then on both.
          { from: '2024-03-12T15:00:00.000Z', cells: [{ items: null, pauses: [{ kind: 'tolling' }] }] },
        ],
      },
    });
    const correct: Moving = { do: 'correct', servedAt: at('2024-03-05T15:00:00Z'), reason: 'Returned once.' };
    const corrected = when(given(history), correct);
    expect(corrected.occurredAt).toBe('2024-03-05T15:00:00.000Z');
    // It was true from the service on, whichever day it was told on.
    expect(corrected.body).toMatchObject({
      due: {
        states: [
          { from: '2024-03-01T15:00:00.000Z', cells: [{ on: '2024-04-02' }] },
          { from: '2024-03-12T15:00:00.000Z', cells: [{ on: '2024-04-15' }] },
        ],
      },
    });
  });

  it.each<[string, Clocked, Moving]>([
    ['request-revoked', given([], { revoked: true }), extend('2024-04-15')],
    ['request-recorded', given([], { recorded: true }), extend('2024-04-15')],
    ['no-such-item', given(), { ...extend('2024-04-15'), items: [4] }],
    ['extension-not-later', given(), extend('2024-03-29')],
    ['date-before-service', given(), extend('2024-02-01')],
    ['not-yet-happened', given(), toll('2024-03-21T15:00:00Z')],
    ['date-before-service', given(), toll('2024-02-21T15:00:00Z')],
    ['ends-before-it-begins', given(), toll('2024-03-08T15:00:00Z', '2024-03-07T15:00:00Z')],
    ['not-paused', given(), { do: 'resume', tolled: uuid(9), from: NOW, reason: 'x' }],
  ])('refuses: %s', (code, state, command) => expect(refused(state, command)).toBe(code));

  it('refuses to add days to a date that is not known', () => {
    const history = [recorded(when(given(), toll('2024-03-08T16:00:00Z')), instant(NOW))];
    expect(refused(given(history), extend(null, { count: 5, unit: 'days' }))).toBe('clock-stands');
  });

  it('reads the service from its stream', () => {
    const entry = (kind: string, body: Recorded['body']): Recorded => ({
      ...{ id: uuid(7), kind, body },
      occurredAt: new Date('2024-03-01T15:00:00Z'),
      recordedAt: new Date('2024-03-01T15:00:01Z'),
    });
    expect(servedIn([entry('request.served', { leavesAt: '2024-03-01T15:05:00.000Z' })])).toEqual({
      at: '2024-03-01T15:05:00.000Z',
    });
    expect(servedIn([entry('request.served', { leavesAt: null })])).toEqual({ at: '2024-03-01T15:00:00.000Z' });
    expect(servedIn([])).toBeNull();
  });
});
