/** Given a clock, when a fact that moves many reaches it, then one entry with old and new date, or none. */
import { describe, expect, it } from 'vitest';
import { checkBody, streamOf } from '../entries.ts';
import type { Closing, Counters } from './counting.ts';
import { counterFor } from './due.ts';
import type { CellEvent } from './events.ts';
import { cellEventsIn, type Recorded } from './history.ts';
import type { Clocked } from './moving.ts';
import { moveDue } from './moving.ts';
import { presetById } from './presets.ts';
import { type Cause, recountDue, staysPut } from './recounting.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (text: string) => Date.parse(text);
const foia = presetById('foia')?.rule;
if (!foia) throw new Error('no rule');
const ISSUER = uuid(2);

const closing = (n: number, on: string, since: string, party = ISSUER): Closing => ({
  ...{ id: uuid(n), party, since: at(since) },
  event: { type: 'holiday', on, name: 'Day of mourning' },
});
/** Served on 1 March 2024, 20 business days: due on 29 March. */
const given = (more: Partial<Clocked> = {}): Clocked => ({
  ...{ matter: uuid(1), issuer: ISSUER, audience: 'public', service: uuid(3), request: uuid(4), recipient: uuid(5) },
  ...{ revoked: false, recorded: false, items: [1, 2], rule: foia, own: new Map(), setting: {}, closings: [] },
  ...{ served: { at: '2024-03-01T15:00:00Z' }, events: [] },
  ...more,
});
const told = (state: Clocked) => () => {
  const { on, at } = counterFor(state.rule).due(state.served, state.events);
  return { on, at: at === null ? null : Date.parse(at) };
};
const closes = (one: Closing): Cause => ({
  ...{ id: one.id, reason: 'All offices are closed.', event: null },
  calendar: { without: [], since: one.since },
});
const orders = (event: CellEvent): Cause => ({
  ...{ id: uuid(9), reason: 'D. Example, No. 1:24-cv-1, 8 March 2024', event, calendar: null },
});
const STAY: CellEvent = { type: 'stayed', id: uuid(9), at: '2024-03-08T16:00:00Z', order: 'D. Example, No. 1:24-cv-1' };

function when(state: Clocked, cause: Cause, answered: ReadonlyMap<number, number> = new Map(), said = told(state)) {
  const entry = recountDue({ clocked: state, told: said, answered }, cause, uuid(100));
  if (entry === null) return null;
  checkBody(entry);
  expect(streamOf(entry)).toBe(state.service);
  return entry;
}
const recorded = (entry: ReturnType<typeof when>): Recorded => {
  if (entry === null) throw new Error('no entry');
  return {
    ...{ id: entry.id, kind: entry.kind, body: entry.body },
    ...{ occurredAt: new Date(entry.occurredAt), recordedAt: new Date('2024-03-20T15:00:00Z') },
  };
};

describe('a closing', () => {
  const inside = closing(7, '2024-03-12', '2024-03-05T15:00:00Z');

  it('moves a date that it falls before, from the moment it was told on', () => {
    const entry = when(given({ closings: [inside] }), closes(inside));
    expect(entry).toMatchObject({
      kind: 'due.recounted',
      occurredAt: '2024-03-05T15:00:00.000Z',
      body: {
        cause: inside.id,
        event: null,
        due: { before: '2024-03-29', after: '2024-04-01', states: [{ cells: [{ items: null, on: '2024-04-01' }] }] },
      },
    });
    expect(cellEventsIn([recorded(entry)])).toEqual([]);
  });

  it('is passed over quickly only where the date stays for certain', () => {
    const later = closing(7, '2024-04-12', '2024-03-05T15:00:00Z');
    const theirs = { ...inside, party: uuid(5) };
    expect(staysPut(given({ closings: [later] }), closes(later))).toBe(true);
    expect(staysPut(given({ closings: [theirs] }), closes(theirs))).toBe(true);
    expect(staysPut(given({ closings: [inside] }), closes(inside))).toBe(false);
    // Served at another moment by the same calendar: the closing lies before the first day, or after the last.
    const made: Counters = new Map();
    const served = (at: string) => staysPut(given({ closings: [inside], served: { at } }), closes(inside), made);
    expect(['2024-03-01T15:00:00Z', '2024-03-13T15:00:00Z', '2024-01-05T15:00:00Z'].map(served)).toEqual([
      false,
      true,
      true,
    ]);
    const tolled: CellEvent = { type: 'tolled', id: uuid(8), at: '2024-03-05T16:00:00Z' };
    expect(staysPut(given({ closings: [later], events: [tolled] }), closes(later))).toBe(false);
    expect(staysPut(given({ closings: [later], own: new Map([[2, foia]]) }), closes(later))).toBe(false);
    expect(staysPut(given(), orders(STAY))).toBe(false);
  });

  it('says nothing to whom it does not move, who is through, or who was told already', () => {
    const later = closing(7, '2024-04-12', '2024-03-05T15:00:00Z');
    const both = new Map([1, 2].map((item) => [item, at('2024-03-20T15:00:00Z')]));
    const known = given({ closings: [inside] });
    expect(when(given({ closings: [later] }), closes(later))).toBeNull();
    expect(when(known, closes(inside), both)).toBeNull();
    expect(when({ ...known, revoked: true }, closes(inside))).toBeNull();
    expect(when({ ...known, recorded: true }, closes(inside))).toBeNull();
    const since = () => ({ on: '2024-04-01', at: at('2024-04-02T04:00:00Z') });
    expect(when(known, closes(inside), new Map(), since)).toBeNull();
    // Of another party's calendar.
    expect(when(given({ closings: [{ ...inside, party: uuid(5) }] }), closes(inside))).toBeNull();
  });

  it('counts by the calendar of the recipient where the rule does', () => {
    const rule = { ...foia, whose: 'recipient' as const };
    const theirs = { ...inside, party: uuid(5) };
    const state = given({ rule, setting: { recipient: { holidays: 'US-CA' } }, closings: [theirs] });
    const said = () => ({ on: '2024-03-29', at: at('2024-03-30T04:00:00Z') });
    expect(when(state, closes(theirs), new Map(), said)).toMatchObject({ body: { due: { after: '2024-04-02' } } });
  });

  it('told late, takes back that an answer was late', () => {
    const late = new Map([1, 2].map((item) => [item, at('2024-04-01T15:00:00Z')]));
    const entry = when(given({ closings: [inside] }), closes(inside), late);
    expect(entry?.body).toMatchObject({ due: { before: '2024-03-29', after: '2024-04-01' } });
  });
});

describe('an order', () => {
  it('pauses every clock that it reaches, and is read from the history of each', () => {
    const entry = when(given(), orders(STAY));
    expect(entry).toMatchObject({ occurredAt: '2024-03-08T16:00:00.000Z', body: { cause: uuid(9), event: STAY } });
    expect(entry?.body).toMatchObject({
      due: { before: '2024-03-29', after: null, states: [{ cells: [{ on: null, pauses: [{ kind: 'stay' }] }] }] },
    });
    const events = cellEventsIn([recorded(entry)]);
    expect(events).toMatchObject([{ type: 'stayed', id: uuid(9), recordedAt: '2024-03-20T15:00:00.000Z' }]);
    const lift: CellEvent = { type: 'lifted', of: uuid(9), at: '2024-03-15T16:00:00Z' };
    const lifted = when(given({ events }), orders(lift));
    expect(lifted?.body).toMatchObject({ due: { before: null, after: '2024-04-05' } });
  });

  it('holds some items alone, and only those without an answer', () => {
    const some = { ...STAY, items: [2] };
    const entry = when(given(), orders(some));
    expect(entry?.body).toMatchObject({
      due: {
        states: [
          {
            cells: [
              { items: [1], on: '2024-03-29' },
              { items: [2], on: null },
            ],
          },
        ],
      },
    });
    const second = new Map([[2, at('2024-03-07T15:00:00Z')]]);
    expect(when(given(), orders(some), second)).toBeNull();
    expect(when(given(), orders(STAY), second)?.body).toMatchObject({ due: { before: '2024-03-29' } });
  });

  it('is remembered where a pause holds the date already, and holds from service on where it is older', () => {
    const tolled: CellEvent = { type: 'tolled', id: uuid(8), at: '2024-03-05T16:00:00Z' };
    expect(when(given({ events: [tolled] }), orders(STAY))?.body).toMatchObject({ due: { before: null, after: null } });
    const old = when(given(), orders({ ...STAY, at: '2024-01-05' }));
    expect(old?.occurredAt).toBe('2024-03-01T15:00:00.000Z');
    // What is moved by hand afterwards is not refused for it.
    const state = given({ events: cellEventsIn([recorded(old)]) });
    const extend = {
      do: 'extend',
      items: null,
      to: '2024-05-01',
      by: null,
      asked: false,
      reason: 'So agreed.',
    } as const;
    expect(moveDue(state, extend, uuid(101), at('2024-03-21T15:00:00Z')).kind).toBe('due.extended');
  });
});
