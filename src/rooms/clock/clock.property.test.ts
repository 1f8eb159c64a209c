/** What must hold for every rule and every history: more pausing never makes a date earlier, and the order of recording never matters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, isoOf } from './days.ts';
import { counterFor } from './due.ts';
import type { CalendarEvent, CellEvent } from './events.ts';
import { standstills } from './pauses.ts';
import type { DueRule } from './rule.ts';

const FIRST = dayOf('2024-01-01');
const iso = (from: number, to: number) => fc.integer({ min: from, max: to }).map((n) => isoOf(FIRST + n));

const rule: fc.Arbitrary<DueRule> = fc.record({
  type: fc.constant('count' as const),
  count: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom('days' as const, 'business days' as const, 'weeks' as const, 'months' as const),
  zone: fc.constantFrom('America/New_York', 'Pacific/Honolulu', 'UTC'),
  holidays: fc.constantFrom('none', 'US', 'US-VA'),
  whose: fc.constant('issuer' as const),
  roll: fc.constantFrom('none' as const, 'next business day' as const),
  cutOff: fc.constant(null),
  receivedOn: fc.constantFrom('any day' as const, 'business days' as const),
  mailDays: fc.constantFrom(0, 3),
  preset: fc.constant(null),
});

const pause = fc
  .record({ at: fc.integer({ min: 0, max: 150 }), length: fc.integer({ min: 0, max: 30 }), order: fc.boolean() })
  .map(({ at, length, order }): CellEvent => {
    const when = { at: isoOf(FIRST + at), until: isoOf(FIRST + at + length) };
    return order ? { type: 'stayed', order: `Example, No. ${at}`, ...when } : { type: 'tolled', ...when };
  });

const extension = fc.oneof(
  fc.record({ type: fc.constant('extended' as const), at: iso(0, 120), to: iso(0, 250) }),
  fc.record({
    type: fc.constant('extended' as const),
    at: iso(0, 120),
    by: fc.record({
      count: fc.integer({ min: 1, max: 20 }),
      unit: fc.constantFrom('days' as const, 'business days' as const, 'weeks' as const),
    }),
  }),
);
const compelled = fc.record({
  type: fc.constant('compelled' as const),
  at: iso(0, 120),
  order: fc.constant('Example, No. 9'),
  to: iso(0, 200),
});
const corrected = fc.record({
  type: fc.constant('service-corrected' as const),
  at: iso(0, 60),
  to: fc.record({ on: iso(0, 30) }),
});
const history = fc.array(fc.oneof({ arbitrary: pause, weight: 3 }, extension, compelled, corrected), { maxLength: 7 });
const service = iso(0, 20).map((on) => ({ on }));

describe('the clock, whatever happened', () => {
  it('more tolling never makes a date earlier', () => {
    fc.assert(
      fc.property(rule, service, history, pause, (r, s, events, more) => {
        const counter = counterFor(r);
        const before = counter.due(s, events).on ?? '9999-12-31';
        const after = counter.due(s, [...events, more]).on ?? '9999-12-31';
        expect(after >= before).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('a longer pause never makes a date earlier, and one without end leaves none', () => {
    fc.assert(
      fc.property(
        rule,
        service,
        history,
        fc.integer({ min: 0, max: 60 }),
        fc.nat(40),
        fc.nat(40),
        (r, s, events, at, a, b) => {
          const counter = counterFor(r);
          const tolled = (days: number): CellEvent => ({
            type: 'tolled',
            at: isoOf(FIRST + at),
            until: isoOf(FIRST + at + days),
          });
          const shorter = counter.due(s, [...events, tolled(a)]).on ?? '9999-12-31';
          const longer = counter.due(s, [...events, tolled(a + b)]).on ?? '9999-12-31';
          expect(longer >= shorter).toBe(true);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('the order of recording never changes the result', () => {
    fc.assert(
      fc.property(
        rule,
        service,
        history.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
          ),
        ),
        (r, s, [events, shuffled]) => {
          const counter = counterFor(r);
          expect(counter.due(s, shuffled)).toEqual(counter.due(s, events));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a holiday more never makes a counted date earlier', () => {
    fc.assert(
      fc.property(rule, service, fc.array(iso(0, 120), { maxLength: 5 }), iso(0, 120), (r, s, days, more) => {
        const holiday = (on: string): CalendarEvent => ({ type: 'holiday', on, name: 'closed' });
        const before = counterFor(r, { closings: days.map(holiday) }).date(s);
        const after = counterFor(r, { closings: [...days, more].map(holiday) }).date(s);
        expect((after?.at ?? 0) >= (before?.at ?? 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('the date alone is the date of the working', () => {
    fc.assert(
      fc.property(rule, service, history, (r, s, events) => {
        const counter = counterFor(r);
        const { on, at, working } = counter.due(s, events);
        expect(counter.date(s, events)).toEqual(on === null || at === null ? null : { on, at: Date.parse(at) });
        expect(working.every((step) => step.length <= 300)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('pauses that overlap are one, whatever order they come in', () => {
    const p = (from: number, until: number | null) => ({
      kind: 'tolling' as const,
      from,
      until,
      fromAt: from,
      untilAt: until,
      order: null,
      words: null,
    });
    const joined = standstills([p(20, null), p(1, 5), p(5, 9), p(12, 14)]);
    expect(joined.map(({ from, until }) => [from, until])).toEqual([
      [1, 9],
      [12, 14],
      [20, null],
    ]);
  });
});
