/** Whichever order of recording the rules allow, orders leave every recipient with the same dates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL, COOK, command, NOW, order, reach, state, uuid } from '../../../test/support/orders.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { counterFor } from '../clock/due.ts';
import type { CellEvent } from '../clock/events.ts';
import type { Order } from './order.ts';
import { recountsOf, standingRecounts } from './recounts.ts';
import { type EnterOrder, enterOrder, type OrderState } from './rules.ts';

const COUNTER = counterFor({ type: 'days', days: 30, business: false, zone: 'America/New_York' });
const LATE = '2018-02-04T17:00:00Z';
/** The last of them was served while orders may hold already. */
const RECIPIENTS = ALL.map((who, i) => (i === 4 ? { ...who, servedAt: Date.parse(LATE) } : who));
const at = (n: number) => `2018-02-${String(n).padStart(2, '0')}`;

const where = fc.constantFrom<Partial<EnterOrder>[]>(
  { geography: 'nationwide' },
  { geography: { divisions: ['ocd-division/country:us/state:il'] } },
  { geography: { divisions: ['ocd-division/country:us/state:pa'] } },
  { scope: reach({ items: [2] }) },
  { scope: reach({ recipients: [COOK.service] }) },
);
const begins = fc.record({
  effect: fc.constantFrom('stay' as const, 'compel' as const),
  day: fc.integer({ min: 1, max: 6 }),
  where,
});
const follows = fc.record({
  effect: fc.constantFrom('modify' as const, 'modify' as const, 'modify' as const, 'lift' as const),
  day: fc.integer({ min: 1, max: 14 }),
  of: fc.constantFrom([0], [1], [0, 1]),
  compel: fc.constantFrom(null, null, '2018-03-20', '2018-04-06'),
  where,
});

/** Orders by their numbers; those that follow name the first two. */
const matter = fc
  .tuple(fc.array(begins, { minLength: 2, maxLength: 2 }), fc.array(follows, { minLength: 2, maxLength: 4 }))
  .map(([first, rest]) => [
    ...first.map(({ effect, day, where: more }, i) => order(i, effect, at(day), more)),
    ...rest.map(({ effect, day, of, compel, where: more }, i) => {
      const ids = of.map((n) => uuid(1000 + n));
      return effect === 'lift'
        ? order(10 + i, effect, at(day), { of: ids })
        : order(10 + i, effect, at(day), { of: ids, compel, ...more });
    }),
  ]);

const asCommand = (one: Order): EnterOrder => command(one.effect, one.date, one);

function taken(one: Order, given: OrderState): boolean {
  try {
    enterOrder(given, asCommand(one), one.id, NOW);
    return true;
  } catch (error) {
    if (error instanceof RuleRefusal) return false;
    throw error;
  }
}

type Events = ReadonlyMap<string, readonly CellEvent[]>;

/** The dates of every cell after every order of recording that the rules allow. */
function dates(rest: readonly Order[], before: readonly Order[] = [], events: Events = new Map()): readonly string[] {
  if (rest.length === 0) return [datesAfter(events)];
  const given = state(before, { recipients: RECIPIENTS });
  return rest.flatMap((one) => {
    if (!taken(one, given)) return [];
    const entered = { ...one, seq: before.length };
    const told = new Map(events);
    for (const { services, event } of recountsOf(entered, given)) {
      for (const service of services ?? RECIPIENTS.map((who) => who.service)) {
        told.set(service, [...(told.get(service) ?? []), event]);
      }
    }
    return dates(
      rest.filter((other) => other !== one),
      [...before, entered],
      told,
    );
  });
}

const datesAfter = (events: Events): string =>
  RECIPIENTS.flatMap(({ service, servedAt }) =>
    [1, 2].map((item) => {
      const mine = (events.get(service) ?? []).filter(({ items }) => items?.includes(item) ?? true);
      return COUNTER.due({ at: new Date(servedAt).toISOString() }, mine).on;
    }),
  ).join(' ');

/** The date of each item of a recipient who is served after all of these orders. */
function servedAfter(orders: readonly Order[], served: string): readonly (string | null)[] {
  const who = { ...COOK, servedAt: Date.parse(served) };
  const given = state(orders, { recipients: [who] });
  const told = given.requests.flatMap((request) => standingRecounts(given, request)).map(({ event }) => event);
  return [1, 2].map((item) => {
    const mine = told.filter(({ items }) => items?.includes(item) ?? true);
    return COUNTER.due({ at: served }, mine).on;
  });
}

const standing = fc.array(
  fc.record({
    effect: fc.constantFrom('stay' as const, 'compel' as const),
    day: fc.integer({ min: 1, max: 28 }),
    to: fc.constantFrom('2018-03-20', '2018-04-06'),
    where: fc.constantFrom<Partial<EnterOrder>[]>({ geography: 'nationwide' }, { scope: reach({ items: [2] }) }),
  }),
  { minLength: 1, maxLength: 4 },
);

describe('someone served after orders', () => {
  it('has the date of the last order to compel, or none where a stay came after it', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 4, maxLength: 4 }),
        standing,
        (days, all) => {
          const orders = all.map(({ effect, to, where: more }, i) =>
            order(i, effect, at(days[i] ?? 1), { compel: effect === 'compel' ? to : null, ...more }),
          );
          const dates = servedAfter(orders, '2018-03-01T17:00:00Z');
          for (const item of [1, 2]) {
            const touching = orders.filter(({ scope }) => scope.items?.includes(item) ?? true);
            const [last] = touching.sort((a, b) => (a.date < b.date ? 1 : -1));
            const expected = last === undefined ? '2018-03-31' : last.compel;
            seen.add(String(expected));
            expect(dates[item - 1]).toBe(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['2018-03-20', '2018-03-31', '2018-04-06', 'null']);
  });
});

describe('orders, in whichever order they are recorded', () => {
  it('leave every recipient with the same dates', () => {
    let compared = 0;
    fc.assert(
      fc.property(matter, (orders) => {
        const all = dates(orders);
        if (all.length > 1) compared++;
        for (const one of all) expect(one).toBe(all[0]);
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(15);
  });
});
