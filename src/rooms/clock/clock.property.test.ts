/** What must hold for every rule and every history: more pausing never makes a date earlier, and the order of recording never matters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../base/errors.ts';
import { answer, readCase } from './case.ts';
import { touching } from './counting.ts';
import { dayOf, isoOf } from './days.ts';
import { counterFor, type DueResult, type Setting } from './due.ts';
import type { CalendarEvent, CellEvent, ClockEvent, Service } from './events.ts';
import { standstills } from './pauses.ts';
import type { DueRule } from './rule.ts';

const FIRST = dayOf('2024-01-01');
const day = (n: number) => isoOf(FIRST + n);
const iso = (from: number, to: number) => fc.integer({ min: from, max: to }).map(day);
/** A day, or an instant in it: on the hour, so that several things happen at one instant. */
const moment = (from: number, to: number) =>
  fc.oneof(
    { arbitrary: iso(from, to), weight: 3 },
    fc
      .tuple(iso(from, to), fc.constantFrom('00:00', '05:00', '14:00', '22:00', '23:30'))
      .map(([on, t]) => `${on}T${t}:00Z`),
  );

const zone = fc.constantFrom('America/New_York', 'Pacific/Honolulu', 'UTC', 'Asia/Tokyo');
const counted: fc.Arbitrary<DueRule> = fc.record({
  type: fc.constant('count' as const),
  count: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom('days' as const, 'business days' as const, 'weeks' as const, 'months' as const),
  zone,
  holidays: fc.constantFrom('none', 'US', 'US-VA', 'US-CA+US-WA', 'x-own'),
  whose: fc.constantFrom('issuer' as const, 'recipient' as const),
  roll: fc.constantFrom('none' as const, 'next business day' as const),
  cutOff: fc.constantFrom(null, '00:00', '12:00', '17:00'),
  receivedOn: fc.constantFrom('any day' as const, 'business days' as const),
  mailDays: fc.constantFrom(0, 3, 5),
  preset: fc.constant(null),
});
/** Every form of a rule. Fixed dates lie after every service; that others are refused is tested beside the rules. */
const rule: fc.Arbitrary<DueRule> = fc.oneof(
  { arbitrary: counted, weight: 6 },
  fc.record({ type: fc.constant('fixed' as const), on: iso(33, 160), zone }),
  fc.record({
    type: fc.constant('days' as const),
    days: fc.integer({ min: 1, max: 40 }),
    business: fc.boolean(),
    zone,
  }),
);

const added = {
  name: fc.constantFrom('Snow', 'Flood', 'Feast'),
  recordedAt: fc.constantFrom(undefined, '2024-03-01T00:00:00Z'),
};
const scope = fc.constantFrom(undefined, 'US', 'x-own', 'US-CA');
const scoped = <T extends object>({
  holidays,
  recordedAt,
  ...rest
}: T & { holidays: string | undefined; recordedAt: string | undefined }) => ({
  ...rest,
  ...(holidays === undefined ? {} : { holidays }),
  ...(recordedAt === undefined ? {} : { recordedAt }),
});
const closing: fc.Arbitrary<CalendarEvent> = fc.oneof(
  fc.record({ type: fc.constant('holiday' as const), on: iso(0, 200), holidays: scope, ...added }).map(scoped),
  fc.record({ type: fc.constant('workday' as const), on: iso(0, 200), holidays: scope, ...added }).map(scoped),
  fc
    .record({
      type: fc.constant('closing' as const),
      every: fc.constantFrom('01-31', '03-01', '12-24'),
      holidays: scope,
      ...added,
    })
    .map(scoped),
  fc
    .record({ type: fc.constant('closing' as const), at: fc.nat(200), days: fc.nat(9), holidays: scope, ...added })
    .map(({ at, days, ...rest }) => scoped({ ...rest, from: day(at), until: day(at + days) })),
);
/** What a rule needs beside the service: the recipient's calendar and zone, closings, a calendar of one's own. */
const setting: fc.Arbitrary<Setting> = fc.record({
  recipient: fc.record({
    holidays: fc.constantFrom('US', 'US-HI', 'x-own'),
    zone: fc.constantFrom(undefined, 'Pacific/Honolulu', 'Europe/Berlin'),
  }),
  closings: fc.array(closing, { maxLength: 4 }),
  calendars: fc.constant([
    { id: 'x-own', weekend: [5, 6], from: 2023, until: 2045, days: [{ on: day(40), name: 'Founding Day' }] },
  ]),
});

const words = fc.constantFrom(undefined, 'fee awaited', 'answered');
const items = fc.constantFrom<(number[] | undefined)[]>(undefined, undefined, [1], [2], [1, 2]);
/** Few names, so that ends find what they end, and some name nothing. */
const id = fc.constantFrom('a', 'b', 'c', 'd');
const order = fc.constantFrom('Example, No. 1', 'Example, No. 2');
/** Leaves out what is undefined: events come from JSON, which has none. */
const bare = <T extends object>(event: T): T => JSON.parse(JSON.stringify(event));
const many = { words, items, recordedAt: added.recordedAt };

const pause = fc
  .record({
    at: fc.integer({ min: 32, max: 190 }),
    hour: fc.constantFrom('', 'T14:00:00Z'),
    length: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null, freq: 3 }),
    stay: fc.boolean(),
    id,
    order,
    ...many,
  })
  .map(({ at, hour, length, stay, order: by, ...rest }): CellEvent => {
    const when = { at: `${day(at)}${hour}`, until: length === null ? undefined : `${day(at + length)}${hour}` };
    return bare(stay ? { type: 'stayed', order: by, ...rest, ...when } : { type: 'tolled', ...rest, ...when });
  });
const resumed = fc.record({ type: fc.constant('resumed' as const), at: moment(32, 200), of: id, ...many }).map(bare);
const lifted = fc
  .record({ type: fc.constant('lifted' as const), at: moment(32, 200), of: id, order, ...many })
  .map(bare);
const extension = fc.oneof(
  fc.record({ type: fc.constant('extended' as const), at: moment(32, 160), to: iso(32, 250), ...many }).map(bare),
  fc
    .record({
      type: fc.constant('extended' as const),
      at: moment(32, 160),
      by: fc.record({
        count: fc.integer({ min: 1, max: 20 }),
        unit: fc.constantFrom('days' as const, 'business days' as const, 'weeks' as const, 'months' as const),
      }),
      ...many,
    })
    .map(bare),
);
const compelled = fc
  .record({ type: fc.constant('compelled' as const), at: moment(32, 160), order, to: iso(32, 220), id, ...many })
  .map(bare);
const service: fc.Arbitrary<Service> = fc.oneof(
  iso(0, 30).map((on) => ({ on })),
  moment(0, 30).map((at) => (at.length === 10 ? { on: at } : { at })),
);
const corrected = fc
  .record({
    type: fc.constant('service-corrected' as const),
    at: moment(32, 60),
    to: service,
    words,
    recordedAt: added.recordedAt,
  })
  .map(bare);
const happening: fc.Arbitrary<CellEvent> = fc.oneof(
  { arbitrary: pause, weight: 4 },
  { arbitrary: resumed, weight: 2 },
  { arbitrary: lifted, weight: 2 },
  { arbitrary: compelled, weight: 2 },
  { arbitrary: extension, weight: 2 },
  corrected,
);
const history = fc.array(happening, { maxLength: 9 });
const NEVER = '9999-12-31';

/** Everything at three instants, two of them of one day, so that only what is said can tell one from the other. */
const crowded = fc
  .array(
    fc.tuple(
      fc.oneof(happening, compelled, corrected),
      fc.constantFrom(day(35), `${day(40)}T15:00:00Z`, `${day(40)}T18:00:00Z`),
    ),
    { maxLength: 7 },
  )
  .map((all) =>
    all.map(([event, at]): CellEvent => {
      if (event.type === 'service-corrected') return { ...event, at, to: { on: day(3) } };
      return { ...event, at };
    }),
  );

const shuffled = <T>(all: fc.Arbitrary<T[]>) =>
  all.chain((some) =>
    fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length })),
  );

/** What comes out for one item: the result, or the name of the refusal, which is a result too. */
function outcome(r: DueRule, set: Setting, s: Service, events: readonly CellEvent[], item: number): DueResult | string {
  try {
    return counterFor(r, set).due(s, touching(events, item));
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
const onOf = (result: DueResult | string) => (typeof result === 'string' ? result : (result.on ?? NEVER));

describe('the clock, whatever happened', () => {
  it('more tolling never makes a date earlier', () => {
    fc.assert(
      fc.property(rule, setting, service, history, pause, (r, set, s, events, more) => {
        for (const item of [1, 2]) {
          const before = onOf(outcome(r, set, s, events, item));
          const after = onOf(outcome(r, set, s, [...events, more], item));
          expect(after >= before, `${before} → ${after}`).toBe(true);
        }
      }),
      { numRuns: 1200 },
    );
  });

  it('a longer pause never makes a date earlier, and one without end is the longest', () => {
    fc.assert(
      fc.property(
        rule,
        setting,
        service,
        history,
        fc.integer({ min: 32, max: 90 }),
        fc.nat(40),
        fc.nat(40),
        (r, set, s, events, at, a, b) => {
          const tolled = (days: number | null): CellEvent => ({
            type: 'tolled',
            at: day(at),
            ...(days === null ? {} : { until: day(at + days) }),
          });
          const on = (days: number | null) => onOf(outcome(r, set, s, [...events, tolled(days)], 1));
          expect(on(a + b) >= on(a)).toBe(true);
          expect(on(null) >= on(a + b)).toBe(true);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('a pause that runs again later, by a fact or by an order, never makes a date earlier', () => {
    fc.assert(
      fc.property(
        rule,
        setting,
        service,
        history,
        fc.boolean(),
        fc.integer({ min: 32, max: 90 }),
        fc.nat(40),
        fc.nat(40),
        (r, set, s, events, stay, at, a, b) => {
          const on = (days: number) =>
            onOf(
              outcome(
                r,
                set,
                s,
                [
                  ...events,
                  stay
                    ? { type: 'stayed', id: 'mine', order: 'Example, No. 7', at: day(at) }
                    : { type: 'tolled', id: 'mine', at: day(at) },
                  { type: stay ? 'lifted' : 'resumed', of: 'mine', at: day(at + days) },
                ],
                1,
              ),
            );
          expect(on(a + b) >= on(a)).toBe(true);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('the order of recording never changes the result', () => {
    fc.assert(
      fc.property(
        rule,
        setting,
        fc.array(closing, { maxLength: 5 }).chain((all) => shuffled(fc.constant(all))),
        service,
        shuffled(fc.oneof({ arbitrary: history, weight: 2 }, crowded)),
        (r, set, [closings, otherwise], s, [events, moved]) => {
          for (const item of [1, 2]) {
            expect(outcome(r, { ...set, closings: otherwise }, s, moved, item)).toEqual(
              outcome(r, { ...set, closings }, s, events, item),
            );
          }
        },
      ),
      { numRuns: 1200 },
    );
  });

  it('the order of recording never changes what a whole case gives, or why it is refused', () => {
    const refusals = new Map<string, number>();
    fc.assert(
      fc.property(
        rule,
        setting,
        service,
        shuffled(fc.array(fc.oneof({ arbitrary: happening, weight: 3 }, closing), { maxLength: 6 })),
        moment(40, 200),
        fc.constantFrom(1, 2, undefined),
        fc.boolean(),
        (r, { recipient, calendars }, s, [events, moved], now, item, then) => {
          const given = bare({ service: s, rule: r, recipient, calendars, now, item });
          const known = then ? { knownAt: '2024-02-15' } : {};
          const found = (all: readonly ClockEvent[]) => {
            try {
              return answer(readCase({ ...given, ...known, events: all }));
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
              refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
              return { refused: error.code };
            }
          };
          expect(found(moved)).toEqual(found(events));
        },
      ),
      { numRuns: 600 },
    );
    // Refused for several reasons, and not nearly always.
    expect([...refusals.keys()]).toEqual(expect.arrayContaining(['not-paused', 'order-stays-and-compels']));
    expect([...refusals.values()].reduce((sum, n) => sum + n, 0)).toBeLessThan(1000);
  });

  it('what touches other items changes nothing for an item', () => {
    fc.assert(
      fc.property(rule, setting, service, history, fc.array(happening, { maxLength: 4 }), (r, set, s, events, more) => {
        const others = more.map((event) => ({ ...event, items: [2] }));
        expect(outcome(r, set, s, [...others, ...events], 1)).toEqual(outcome(r, set, s, events, 1));
      }),
      { numRuns: 500 },
    );
  });

  it('a holiday more never makes a counted date earlier', () => {
    fc.assert(
      fc.property(rule, setting, service, iso(0, 200), (r, set, s, more) => {
        const closings = set.closings ?? [];
        const before = counterFor(r, set).date(s);
        const after = counterFor(r, {
          ...set,
          closings: [...closings, { type: 'holiday', on: more, name: 'shut' }],
        }).date(s);
        expect((after?.at ?? 0) >= (before?.at ?? 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('the date alone is the date of the working', () => {
    fc.assert(
      fc.property(rule, setting, service, history, (r, set, s, events) => {
        const counter = counterFor(r, set);
        const { on, at, working } = counter.due(s, events);
        const alone = on === null || at === null ? null : { on, at: Date.parse(at) };
        expect(counter.date(s, events)).toEqual(alone);
        // Also from a counter that has counted other things before.
        counter.date(s);
        expect(counter.date(s, events)).toEqual(alone);
        expect(working.every((step) => step.length <= 300)).toBe(true);
      }),
      { numRuns: 800 },
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
