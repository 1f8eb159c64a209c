/** The clock as other rooms use it: working word by word, rules of old entries, and what the clock says at a moment. */
import { describe, expect, it } from 'vitest';
import { due, dueRule } from './entries.ts';
import type { CellEvent } from './events.ts';
import { clockOf, counterFor, dueOf, movedClockOf, workingsTold } from './rules.ts';

const NY = 'America/New_York';
const at = (text: string) => Date.parse(text);

describe('what was written down late', () => {
  const counter = counterFor({ type: 'days', days: 30, business: false, zone: NY });
  const on = (...events: CellEvent[]) => counter.due({ on: '2018-01-24' }, events).on;
  const stay: CellEvent = { type: 'stayed', id: 's', at: '2018-02-05', order: 'No. 1' };
  const compel: CellEvent = { type: 'compelled', id: 'c', at: '2018-03-05', order: 'No. 2', to: '2018-04-06' };

  it('takes out what ended before it began, and counts the first of two ends', () => {
    expect(on(stay, { type: 'lifted', of: 's', at: '2018-02-03' })).toBe('2018-02-23');
    // Of an order that never held, the day that passed meanwhile is no date.
    expect(on(compel, { type: 'lifted', of: 'c', at: '2018-03-02' })).toBe('2018-02-23');
    expect(on(compel, { type: 'lifted', of: 'c', at: '2018-03-12' })).toBe('2018-03-12');
    const ends: CellEvent[] = [
      { type: 'lifted', of: 'c', at: '2018-03-12' },
      { type: 'lifted', of: 'c', at: '2018-03-08' },
    ];
    expect(on(compel, ...ends)).toBe('2018-03-08');
  });

  it('ends by an order to compel what began before it on its day, and not what began after it', () => {
    const tolled: CellEvent = { type: 'tolled', id: 't', at: '2018-02-05T10:00:00-05:00' };
    const compelAt = (hour: string): CellEvent => ({
      ...{ type: 'compelled', id: 'c', order: 'No. 2', to: '2018-03-30' },
      at: `2018-02-05T${hour}:00-05:00`,
    });
    for (const [hour, date] of [
      ['17:00', '2018-03-30'],
      ['10:00', null],
      ['09:00', null],
    ] as const) {
      expect(on(tolled, compelAt(hour))).toBe(date);
      expect(on(compelAt(hour), tolled)).toBe(date);
    }
    // What it ended stands again with the date before it, once it is lifted.
    expect(on(tolled, compelAt('17:00'), { type: 'lifted', of: 'c', at: '2018-02-10' })).toBeNull();
    const extended: CellEvent = { type: 'extended', at: '2018-02-05T16:00:00-05:00', to: '2018-05-01' };
    expect(on(extended, compelAt('17:00'))).toBe('2018-03-30');
    expect(on(extended, compelAt('15:00'))).toBe('2018-05-01');
  });

  it('tells orders from before the service apart by their own days', () => {
    const told = (type: 'stayed' | 'compelled', dated: string): CellEvent => ({
      ...{ id: type, at: '2018-01-24', order: `No. ${dated}`, dated },
      ...(type === 'stayed' ? { type } : { type, to: '2018-03-30' }),
    });
    const both = (stayed: string, compelled: string) => {
      const [s, c] = [told('stayed', stayed), told('compelled', compelled)];
      const date = on(s, c);
      expect(on(c, s)).toBe(date);
      return date;
    };
    expect(both('2018-01-10', '2018-01-12')).toBe('2018-03-30');
    expect(both('2018-01-12', '2018-01-10')).toBeNull();
    // The last of two dates stands, whichever is the later date.
    const second: CellEvent = {
      ...{ type: 'compelled', id: 'c2', at: '2018-01-24', order: 'No. 3' },
      ...{ dated: '2018-01-14', to: '2018-03-02' },
    };
    expect(on(told('compelled', '2018-01-12'), second)).toBe('2018-03-02');
    expect(on(second, told('compelled', '2018-01-12'))).toBe('2018-03-02');
  });

  it('names the items whose working an entry tells', () => {
    const cell = (items: number[], day: string) => ({ items, on: day });
    const due = {
      ...{ before: '2018-02-23', after: '2018-03-02', working: ['x'] },
      states: [{ cells: [cell([1, 3], '2018-02-23'), cell([2], '2018-03-02')] }],
    };
    const items = (body: object) => workingsTold(body).map((one) => one.items);
    expect(items({ items: [2], due })).toEqual([[2]]);
    expect(items({ event: { items: [2] }, due })).toEqual([[2]]);
    expect(items({ tolled: 'x', due })).toEqual([[2]]);
    expect(items({ items: null, due: { ...due, states: [{ cells: [{ items: null, on: '2018-03-02' }] }] } })).toEqual([
      null,
    ]);
  });
});

describe('working', () => {
  it('is what a lawyer would write', () => {
    const rule = dueRule.parse({
      type: 'count',
      count: 20,
      unit: 'business days',
      zone: NY,
      holidays: 'US',
      whose: 'issuer',
      roll: 'next business day',
      cutOff: '17:00',
      receivedOn: 'any day',
      mailDays: 3,
      preset: null,
    });
    expect(dueOf(rule, at('2018-01-24T22:02:00Z'))).toEqual({
      on: '2018-02-26',
      at: '2018-02-27T05:00:00.000Z',
      working: [
        'Served Wed 24 Jan 2018, 17:02 (America/New_York).',
        'That is after 17:00, so it counts as received on Thu 25 Jan 2018.',
        'The day of receipt is not counted; business day 1 is Fri 26 Jan 2018.',
        "Not counted: Mon 19 Feb 2018 (Washington's Birthday).",
        'Counting business days by the calendar US, day 20 is Fri 23 Feb 2018.',
        'Served by mail: 3 days are added after that, to Mon 26 Feb 2018.',
        'Due by the end of Mon 26 Feb 2018, 24:00 in America/New_York.',
      ],
    });
  });

  it('names the holiday that a last day falls on', () => {
    const rule = dueRule.parse({
      type: 'count',
      count: 14,
      unit: 'days',
      zone: NY,
      holidays: 'US',
      whose: 'issuer',
      roll: 'next business day',
      cutOff: null,
      receivedOn: 'any day',
      mailDays: 0,
      preset: null,
    });
    expect(dueOf(rule, at('2018-02-03T15:00:00Z')).working.slice(-3)).toEqual([
      'Day 14 is Sat 17 Feb 2018.',
      "Sat 17 Feb 2018 is no business day: Mon 19 Feb 2018 (Washington's Birthday); it moves to Tue 20 Feb 2018.",
      'Due by the end of Tue 20 Feb 2018, 24:00 in America/New_York.',
    ]);
  });

  it('fits the entry, whatever the rule', () => {
    const rule = dueRule.parse({
      type: 'count',
      count: 3650,
      unit: 'business days',
      zone: NY,
      holidays: 'US',
      whose: 'issuer',
      roll: 'next business day',
      cutOff: '09:00',
      receivedOn: 'business days',
      mailDays: 30,
      preset: { id: 'own', citation: 'c'.repeat(280) },
    });
    expect(due.safeParse(dueOf(rule, at('2018-02-03T15:00:00Z'))).success).toBe(true);
  });
});

describe('rules of entries that were written before', () => {
  it('give what they gave', () => {
    expect(dueOf({ type: 'days', days: 20, business: true, zone: NY }, at('2018-01-24T17:00:00Z'))).toEqual({
      on: '2018-02-21',
      at: '2018-02-22T05:00:00.000Z',
      working: [
        'Served Wed 24 Jan 2018 (America/New_York).',
        'The day of service is not counted; business day 1 is Thu 25 Jan 2018.',
        'Counting Monday to Friday, business day 20 is Wed 21 Feb 2018. Holidays are not taken out.',
        'Due by the end of Wed 21 Feb 2018, 24:00 in America/New_York.',
      ],
    });
    expect(dueOf({ type: 'fixed', on: '2018-02-23', zone: NY }, at('2018-01-24T17:00:00Z')).working).toEqual([
      'Served Wed 24 Jan 2018 (America/New_York).',
      'The request names a fixed date: Fri 23 Feb 2018.',
      'Due by the end of Fri 23 Feb 2018, 24:00 in America/New_York.',
    ]);
  });
});

describe('what the clock says', () => {
  const tolled: CellEvent = {
    type: 'tolled',
    at: '2024-03-10T15:00:00Z',
    until: '2024-03-20T15:00:00Z',
    words: 'fee awaited',
  };
  const result = counterFor({ type: 'days', days: 30, business: false, zone: NY }).due({ on: '2024-03-01' }, [tolled]);
  const facts = {
    dueOn: result.on,
    dueAt: at(result.at ?? ''),
    pauses: result.pauses,
    servedDueOn: '2024-03-31',
    answeredAt: null,
    revoked: false,
    conduct: 'served' as const,
  };

  it('runs, stands, runs again and is overdue', () => {
    expect(result.on).toBe('2024-04-10');
    expect(movedClockOf(facts, at('2024-03-10T14:59:59Z'))).toMatchObject({ state: 'running', dueOn: '2024-04-10' });
    expect(movedClockOf(facts, at('2024-03-10T15:00:00Z'))).toEqual({
      state: 'paused',
      by: 'tolling',
      since: at('2024-03-10T15:00:00Z'),
      sinceOn: '2024-03-10',
      order: null,
      words: 'fee awaited',
      dueOn: '2024-04-10',
    });
    expect(movedClockOf(facts, at('2024-03-20T15:00:00Z'))).toMatchObject({ state: 'running' });
    expect(movedClockOf(facts, at('2024-04-11T04:00:00Z'))).toMatchObject({ state: 'overdue', days: 1 });
  });

  it('is stopped by an answer, and never late while it stands', () => {
    const open = counterFor({ type: 'days', days: 30, business: false, zone: NY }).due({ on: '2024-03-01' }, [
      { type: 'stayed', order: 'D. Example, No. 1', at: '2024-03-10' },
    ]);
    const standing = { ...facts, dueOn: open.on, dueAt: null, pauses: open.pauses };
    expect(movedClockOf(standing, at('2030-01-01T00:00:00Z'))).toMatchObject({
      state: 'paused',
      by: 'stay',
      dueOn: null,
    });
    expect(movedClockOf({ ...standing, answeredAt: at('2029-01-01T00:00:00Z') }, at('2030-01-01T00:00:00Z'))).toEqual({
      state: 'stopped',
      dueOn: '2024-03-31',
      late: false,
    });
  });

  it('is not known where what followed is not', () => {
    const recorded = { dueOn: '2018-02-23', dueAt: at('2018-02-24T05:00:00Z'), answeredAt: null, revoked: false };
    expect(clockOf({ ...recorded, conduct: 'recorded' }, at('2026-01-01T00:00:00Z')).state).toBe('unknown');
    expect(clockOf({ ...recorded, conduct: 'served' }, at('2026-01-01T00:00:00Z')).state).toBe('overdue');
    expect(clockOf({ ...recorded, conduct: 'served', revoked: true }, at('2026-01-01T00:00:00Z')).state).toBe(
      'revoked',
    );
  });
});
