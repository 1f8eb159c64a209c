/** Which orders touch what: a table of cases, and that the order of recording changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL,
  CHICAGO,
  COOK,
  FREMONT,
  GRANT,
  ILLINOIS,
  NOTICE,
  order,
  PHILADELPHIA,
  reach,
  uuid,
} from '../../../test/support/orders.ts';
import type { EnterOrder } from './rules.ts';
import { inForce, lies, ordersTouching, reachOf, recipientTouches } from './touching.ts';

const at = (day: string) => Date.parse(`${day}T23:00:00Z`);
const id = (n: number) => uuid(1000 + n);
const places = (...divisions: string[]): Partial<EnterOrder> => ({ geography: { divisions } });
const PA = 'ocd-division/country:us/state:pa';
const IL = 'ocd-division/country:us/state:il';

const stay = order(1, 'stay', '2018-02-01');
const narrowed = order(2, 'modify', '2018-02-05', { of: [id(1)], ...places(IL), words: 'In Illinois alone.' });
const wider = order(3, 'modify', '2018-02-08', { of: [id(1)], words: 'Everywhere again.' });
const lifted = order(4, 'lift', '2018-02-12', { of: [id(1)] });
const conditions = order(5, 'enjoin', '2017-09-15', { scope: reach({ items: [], consequences: [NOTICE] }) });
const local = order(6, 'enjoin', '2017-11-15', {
  ...places(`${PA}/place:philadelphia`),
  scope: reach({ items: [], consequences: [GRANT, NOTICE] }),
});
const one = order(7, 'compel', '2018-02-03', { scope: reach({ items: [2], recipients: [COOK.service] }) });

describe('orders that touch an item', () => {
  it.each<[string, readonly ReturnType<typeof order>[], typeof CHICAGO, string, readonly string[]]>([
    ['from its date', [stay], CHICAGO, '2018-02-01', ['1 since 2018-02-01']],
    ['not before it', [stay], CHICAGO, '2018-01-31', []],
    ['narrowed: in', [stay, narrowed], CHICAGO, '2018-02-06', ['1 since 2018-02-01']],
    ['narrowed: out', [stay, narrowed], PHILADELPHIA, '2018-02-06', []],
    ['narrowed: before', [stay, narrowed], PHILADELPHIA, '2018-02-04', ['1 since 2018-02-01']],
    ['widened: since then', [stay, narrowed, wider], PHILADELPHIA, '2018-02-09', ['1 since 2018-02-08']],
    ['widened: since ever', [stay, narrowed, wider], COOK, '2018-02-09', ['1 since 2018-02-01']],
    ['lifted', [stay, narrowed, wider, lifted], COOK, '2018-02-12', []],
    ['before it was lifted', [stay, lifted], COOK, '2018-02-11', ['1 since 2018-02-01']],
    [
      'a change after the end',
      [stay, lifted, order(8, 'modify', '2018-02-14', { of: [id(1)] })],
      COOK,
      '2018-02-15',
      [],
    ],
    ['another item', [one], COOK, '2018-02-04', []],
    ['another recipient', [one], CHICAGO, '2018-02-04', []],
    [
      'another request',
      [order(1, 'stay', '2018-02-01', { scope: reach({ requests: [uuid(9)] }) })],
      COOK,
      '2018-02-04',
      [],
    ],
    ['consequences alone', [conditions, local], CHICAGO, '2018-02-04', []],
    ['a change of nothing that is here', [narrowed, lifted], CHICAGO, '2018-02-06', []],
  ])('%s', (_, orders, who, day, expected) => {
    const touches = ordersTouching({ ...who, item: 1 }, orders, at(day));
    expect(touches.map((t) => `${t.order.seq} since ${t.begin.date}`)).toEqual(expected);
  });

  it('says by which words', () => {
    const words = (day: string) => ordersTouching({ ...CHICAGO, item: 1 }, [stay, narrowed], at(day))[0]?.by.words;
    expect([words('2018-02-04'), words('2018-02-06')]).toEqual(['An order to stay.', 'In Illinois alone.']);
    expect(reachOf(stay, [stay, narrowed], at('2018-02-06')).id).toBe(narrowed.id);
  });

  it('is in force until it ends, whomever it reaches', () => {
    const all = [stay, narrowed, lifted, local];
    const then = (day: string) => all.filter((o) => inForce(o, all, at(day))).map((o) => o.seq);
    expect([then('2018-01-24'), then('2018-02-06'), then('2018-02-12')]).toEqual([[6], [1, 6], [6]]);
  });
});

it('touches consequences where the court said', () => {
  const touching = (who: typeof CHICAGO, consequence: string) =>
    ordersTouching({ ...who, consequence }, [conditions, local], at('2018-01-25')).map((t) => t.order.seq);
  expect([touching(CHICAGO, NOTICE), touching(CHICAGO, GRANT)]).toEqual([[5], []]);
  expect([touching(PHILADELPHIA, NOTICE), touching(PHILADELPHIA, GRANT)]).toEqual([[5, 6], [6]]);
  const touches = recipientTouches(PHILADELPHIA, [1, 2], [GRANT, NOTICE], [stay, conditions, local], at('2018-02-02'));
  expect(touches.map((t) => [t.order.seq, t.items, t.consequences])).toEqual([
    [5, [], [NOTICE]],
    [6, [], [GRANT, NOTICE]],
    [1, [1, 2], []],
  ]);
});

describe('where a recipient lies', () => {
  it.each<[string, Parameters<typeof lies>[0], readonly number[]]>([
    ['nationwide', 'nationwide', [0, 1, 2, 3, 4]],
    ['a state, with its counties and places', { divisions: [IL] }, [1, 2, 3]],
    ['a place', { divisions: [`${PA}/place:philadelphia`] }, [0]],
    ['another place whose name begins alike', { divisions: [`${PA}/place:phil`] }, []],
    ['a county does not lie in its place', { divisions: [`${IL}/place:chicago`] }, [1]],
    ['without an id, by its state', { divisions: ['ocd-division/country:us/state:ca'] }, [4]],
    ['without an id, no place', { divisions: ['ocd-division/country:us/state:ca/place:fremont'] }, []],
    [
      'parties',
      {
        parties: [
          { name: 'Cook County', party: COOK.party },
          { name: 'A stranger', party: null },
        ],
      },
      [2],
    ],
  ])('%s', (_, geography, expected) => {
    expect(ALL.flatMap((who, i) => (lies(geography, who) ? [i] : []))).toEqual(expected);
  });
});

it('never depends on the order of recording', () => {
  const originals = [stay, conditions, local, one];
  const days = ['2018-02-01', '2018-02-03', '2018-02-03', '2018-02-09', '2018-02-12'];
  const geographies = [places(IL), places(PA), {}] as const;
  const change = fc.record({
    n: fc.integer({ min: 20, max: 60 }),
    effect: fc.constantFrom('modify' as const, 'modify' as const, 'vacate' as const, 'lift' as const),
    date: fc.constantFrom(...days),
    of: fc.subarray(
      originals.map((o) => o.id),
      { minLength: 1 },
    ),
    geography: fc.constantFrom(...geographies),
    items: fc.constantFrom<number[] | null>(null, [1], []),
  });
  const cells = ALL.flatMap((who) => [
    { ...who, item: 1 },
    { ...who, item: 2 },
    { ...who, consequence: GRANT },
  ]);
  fc.assert(
    fc.property(
      fc.uniqueArray(change, { selector: ({ n }) => n, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      fc.constantFrom(...days),
      (changes, random, day) => {
        const orders = [
          ...originals,
          ...changes.map(({ n, effect, date, of, geography, items }) =>
            order(n, effect, date, { of, ...geography, scope: reach({ items, consequences: [GRANT] }) }),
          ),
        ];
        const keys = new Map(orders.map((o) => [o.id, random.next().value ?? 0]));
        const shuffled = [...orders]
          .sort((a, b) => (keys.get(a.id) ?? 0) - (keys.get(b.id) ?? 0))
          .map((o, seq) => ({ ...o, seq }));
        const seen = (list: typeof orders) =>
          cells.map((cell) => ordersTouching(cell, list, at(day)).map((t) => [t.order.id, t.begin.id, t.by.id]));
        expect(seen(shuffled)).toEqual(seen(orders));
      },
    ),
    { numRuns: 200 },
  );
});

it('knows places that have no id by their state alone', () => {
  expect(lies({ divisions: [IL] }, ILLINOIS)).toBe(true);
  expect(lies({ divisions: [PA] }, FREMONT)).toBe(false);
});
