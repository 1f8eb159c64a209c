/** Given the orders of a matter, when one is entered, then one entry and what it means for clocks, or one refusal by name. */
import { describe, expect, it } from 'vitest';
import {
  ALL,
  CHICAGO,
  COOK,
  command,
  FREMONT,
  GRANT,
  ILLINOIS,
  MATTER,
  NOTICE,
  NOW,
  order,
  PHILADELPHIA,
  REQUEST,
  reach,
  state,
  uuid,
} from '../../../test/support/orders.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { counterFor } from '../clock/due.ts';
import { checkBody, streamOf } from '../entries.ts';
import { recountsOf } from './recounts.ts';
import { asOrder, type EnterOrder, enterOrder, type OrderState } from './rules.ts';

const refused = (given: OrderState, what: EnterOrder, now = NOW) => {
  try {
    enterOrder(given, what, uuid(9000), now);
  } catch (error) {
    if (error instanceof RuleRefusal) return error.code;
    throw error;
  }
  return 'taken';
};
const stay = order(1, 'stay', '2018-02-01');
const IL = 'ocd-division/country:us/state:il';
const stayIn = (n: number, division: string) =>
  order(n, 'stay', '2018-02-01', { geography: { divisions: [division] } });
const compelFor = (n: number, date: string, recipients: string[]) =>
  order(n, 'compel', date, { scope: reach({ recipients }) });

describe('an order is entered', () => {
  it('as one entry in the history of its matter, which happened on its date', () => {
    const entry = enterOrder(
      state(),
      command('enjoin', '2017-09-15', { scope: reach({ items: [], consequences: [NOTICE] }) }),
      uuid(9000),
      NOW,
    );
    checkBody(entry);
    expect(streamOf(entry)).toBe(MATTER);
    expect(entry).toMatchObject({
      kind: 'order.entered',
      occurredAt: '2017-09-15T12:00:00.000Z',
      body: { judge: null },
    });
  });

  const own = reach({ items: [], consequences: [GRANT] });
  it.each<[string, OrderState, EnterOrder]>([
    ['taken', state(), command('stay', '2018-02-01')],
    [
      'taken',
      state(),
      command('enjoin', '2017-11-15', { scope: own, geography: { divisions: ['ocd-division/country:us/state:tx'] } }),
    ],
    ['taken', state([stay]), command('modify', '2018-02-05', { of: [stay.id], geography: { divisions: [IL] } })],
    ['taken', state([stay]), command('compel', '2018-02-10')],
    [
      'taken',
      state([stay, order(4, 'lift', '2018-02-10', { of: [stay.id] })]),
      command('modify', '2018-02-05', { of: [stay.id] }),
    ],
    ['order-in-future', state(), command('stay', '2018-02-21')],
    ['order-without-source', state(), command('stay', '2018-02-01', { source: null })],
    ['order-stays-and-compels', state(), command('stay', '2018-02-01', { compel: '2018-03-01' })],
    ['order-stays-and-compels', state([stay]), command('compel', '2018-02-01')],
    [
      'order-stays-and-compels',
      state([order(1, 'compel', '2018-02-01', { scope: reach({ items: [2] }) })]),
      command('stay', '2018-02-01'),
    ],
    [
      'taken',
      state([order(1, 'compel', '2018-02-01', { scope: reach({ items: [2] }) })]),
      command('stay', '2018-02-01', { scope: reach({ items: [1] }) }),
    ],
    [
      'taken',
      state([order(1, 'compel', '2018-02-01', { scope: reach({ recipients: [COOK.service] }) })]),
      command('stay', '2018-02-01', { scope: reach({ recipients: [CHICAGO.service] }) }),
    ],
    ['compel-without-date', state(), command('compel', '2018-02-01', { compel: null })],
    ['compel-date-without-compel', state(), command('enjoin', '2018-02-01', { compel: '2018-03-01' })],
    [
      'compel-date-without-compel',
      state([stay]),
      command('modify', '2018-02-05', { of: [stay.id], compel: '2018-03-01' }),
    ],
    ['compel-before-order', state(), command('compel', '2018-02-01', { compel: '2018-01-31' })],
    ['compel-without-items', state(), command('compel', '2018-02-01', { scope: own })],
    ['geography-names-nothing', state(), command('stay', '2018-02-01', { geography: { divisions: [] } })],
    ['geography-names-nothing', state(), command('stay', '2018-02-01', { geography: { parties: [] } })],
    ['order-touches-nothing', state(), command('enjoin', '2018-02-01', { scope: reach({ items: [] }) })],
    ['order-names-earlier', state([stay]), command('stay', '2018-02-05', { of: [stay.id] })],
    ['order-changes-nothing', state([stay]), command('modify', '2018-02-05')],
    ['order-changes-nothing', state([stay]), command('lift', '2018-02-05')],
    [
      'ending-has-scope',
      state([stay]),
      command('lift', '2018-02-05', { of: [stay.id], geography: { divisions: [IL] } }),
    ],
    [
      'ending-has-scope',
      state([stay]),
      command('vacate', '2018-02-05', { of: [stay.id], scope: reach({ items: [1] }) }),
    ],
    ['no-such-request', state(), command('stay', '2018-02-01', { scope: reach({ requests: [uuid(77)] }) })],
    ['no-such-recipient', state(), command('stay', '2018-02-01', { scope: reach({ recipients: [uuid(77)] }) })],
    ['no-such-item', state(), command('stay', '2018-02-01', { scope: reach({ items: [3] }) })],
    ['no-such-consequence', state(), command('enjoin', '2018-02-01', { scope: reach({ consequences: [uuid(77)] }) })],
    ['no-such-order', state([stay]), command('modify', '2018-02-05', { of: [uuid(77)] })],
    [
      'order-not-original',
      state([stay, order(2, 'modify', '2018-02-02', { of: [stay.id] })]),
      command('lift', '2018-02-05', { of: [uuid(1002)] }),
    ],
    ['order-before-what-it-changes', state([stay]), command('modify', '2018-01-31', { of: [stay.id] })],
    [
      'order-already-ended',
      state([stay, order(4, 'lift', '2018-02-03', { of: [stay.id] })]),
      command('modify', '2018-02-05', { of: [stay.id] }),
    ],
    ['order-before-service', state(), command('stay', '2018-01-23')],
    // A modification reaches as far as its own words, whatever the order that it modifies said at first.
    [
      'order-stays-and-compels',
      state([stayIn(1, IL), compelFor(2, '2018-02-05', [PHILADELPHIA.service])]),
      command('modify', '2018-02-05', { of: [uuid(1001)] }),
    ],
    [
      'order-stays-and-compels',
      state([
        order(1, 'stay', '2018-02-05', { geography: { divisions: [IL] } }),
        compelFor(2, '2018-02-01', [PHILADELPHIA.service]),
      ]),
      command('modify', '2018-02-05', { of: [uuid(1002)] }),
    ],
    [
      'order-stays-and-compels',
      state([stayIn(1, IL), compelFor(2, '2018-02-03', [PHILADELPHIA.service])]),
      command('modify', '2018-02-06', { of: [uuid(1001), uuid(1002)] }),
    ],
    [
      'taken',
      state([stayIn(1, IL), compelFor(2, '2018-02-05', [PHILADELPHIA.service])]),
      command('modify', '2018-02-05', { of: [uuid(1001)], geography: { divisions: [`${IL}/county:cook`] } }),
    ],
    [
      'taken',
      state([stayIn(1, IL), compelFor(2, '2018-02-05', [PHILADELPHIA.service])]),
      command('modify', '2018-02-06', { of: [uuid(1001)] }),
    ],
    // The stay was narrowed before: what it said at first holds nobody any more.
    [
      'taken',
      state([stay, order(2, 'modify', '2018-02-01', { of: [stay.id], geography: { divisions: [IL] } })]),
      command('compel', '2018-02-05', { scope: reach({ recipients: [PHILADELPHIA.service] }) }),
    ],
  ])('%s', (code, given, what) => expect(refused(given, what)).toBe(code));
});

describe('what it means for clocks', () => {
  const told = (given: OrderState, what: EnterOrder, n = 9000) => recountsOf(asOrder(given, what, uuid(n), NOW), given);
  const RULE = { type: 'days', days: 30, business: false, zone: 'America/New_York' } as const;
  /** the due date of a recipient after everything that it was told */
  const due = (service: string, ...rows: readonly ReturnType<typeof told>[]) => {
    const events = rows.flat().flatMap((row) => (row.services?.includes(service) === false ? [] : [row.event]));
    return counterFor(RULE).due({ at: '2018-01-24T17:00:00Z' }, events).on;
  };

  it('stops those it reaches, and says which order', () => {
    expect(told(state(), command('stay', '2018-02-01'))).toEqual([
      {
        request: REQUEST,
        services: null,
        event: {
          ...{ type: 'stayed', id: uuid(9000), at: '2018-02-01' },
          ...{ order: 'D. Example, No. 17-1, of 1 Feb 2018', words: 'An order to stay.' },
        },
      },
    ]);
    const some = told(
      state(),
      command('stay', '2018-02-01', { geography: { divisions: [IL] }, scope: reach({ items: [2] }) }),
    );
    expect(some).toMatchObject([
      { services: [CHICAGO, COOK, ALL[3]].map((who) => who?.service), event: { items: [2] } },
    ]);
  });

  it('narrows, widens and lifts by the difference', () => {
    const narrow = command('modify', '2018-02-05', { of: [stay.id], geography: { divisions: [IL] } });
    const first = told(state(), { ...command('stay', '2018-02-01') }, 1001);
    const second = told(state([stay]), narrow, 1002);
    expect(second).toMatchObject([
      { services: [ALL[0]?.service, ALL[4]?.service], event: { type: 'lifted', of: stay.id, id: uuid(1002) } },
    ]);
    const two = [stay, order(2, 'modify', '2018-02-05', narrow)];
    const wide = command('modify', '2018-02-08', { of: [stay.id] });
    const third = told(state(two), wide, 1003);
    expect(third).toMatchObject([
      { services: [ALL[0]?.service, ALL[4]?.service], event: { type: 'stayed', id: uuid(1003) } },
    ]);
    const three = [...two, order(3, 'modify', '2018-02-08', wide)];
    const fourth = told(state(three), command('lift', '2018-02-12', { of: [stay.id] }), 1004);
    expect(fourth.map(({ event }) => event)).toMatchObject([{ of: uuid(1003) }, { of: stay.id }]);
    // 30 days from 24 January; 11 of pause for those in Illinois, 4 + 4 for the others.
    expect(due(CHICAGO.service, first, second, third, fourth)).toBe('2018-03-06');
    expect(due(ALL[0]?.service ?? '', first, second, third, fourth)).toBe('2018-03-03');
  });

  it('comes to the same where a change is written down after the end', () => {
    const [narrow, lift] = [
      command('modify', '2018-02-05', { of: [stay.id], scope: reach({ items: [2], recipients: [CHICAGO.service] }) }),
      command('lift', '2018-02-12', { of: [stay.id] }),
    ];
    const first = told(state(), command('stay', '2018-02-01', { scope: reach({ recipients: [COOK.service] }) }), 1001);
    const begun = order(1, 'stay', '2018-02-01', { scope: reach({ recipients: [COOK.service] }) });
    const ended = told(state([begun]), lift, 1004);
    const late = told(state([begun, order(4, 'lift', '2018-02-12', lift)]), narrow, 1002);
    expect(late).toMatchObject([
      { services: [CHICAGO.service], event: { type: 'stayed', at: '2018-02-05', until: '2018-02-12', items: [2] } },
      { services: [COOK.service], event: { type: 'lifted', at: '2018-02-05', of: begun.id } },
    ]);
    expect(due(COOK.service, first, ended, late)).toBe('2018-02-27');
  });

  it('lifts what a late fact takes out altogether', () => {
    const here = order(1, 'stay', '2018-02-01', { geography: { divisions: [IL] } });
    const first = told(state(), command('stay', '2018-02-01', { geography: { divisions: [IL] } }), 1001);
    const wide = command('modify', '2018-02-05', { of: [here.id] });
    const second = told(state([here]), wide, 1002);
    const third = told(
      state([here, order(2, 'modify', '2018-02-05', wide)]),
      command('lift', '2018-02-03', { of: [here.id] }),
      1003,
    );
    expect(third).toMatchObject([
      { services: [PHILADELPHIA.service, FREMONT.service], event: { type: 'lifted', of: uuid(1002) } },
      { services: [CHICAGO, COOK, ILLINOIS].map((who) => who.service), event: { type: 'lifted', of: here.id } },
    ]);
    expect(due(PHILADELPHIA.service, first, second)).toBeNull();
    expect(due(PHILADELPHIA.service, first, second, third)).toBe('2018-02-23');
    expect(due(CHICAGO.service, first, second, third)).toBe('2018-02-25');
  });

  it('sets the date it compels, and leaves those served later their whole time', () => {
    expect(told(state(), command('compel', '2018-02-01', { scope: reach({ items: [1] }) }))).toMatchObject([
      { services: null, event: { type: 'compelled', to: '2018-03-30', items: [1] } },
    ]);
    const compel = order(1, 'compel', '2018-02-01', { compel: '2018-03-30' });
    const vacate = command('vacate', '2018-02-09', { of: [compel.id] });
    expect(told(state([compel]), vacate)).toMatchObject([
      { services: null, event: { type: 'lifted', at: '2018-02-09', of: compel.id } },
    ]);
    // Narrowed to one recipient and to a later date: that one is told of the date, the others that none is set any more.
    const own = { of: [compel.id], scope: reach({ recipients: [COOK.service] }), compel: '2018-04-06' };
    const narrowed = told(state([compel]), command('modify', '2018-02-05', own));
    expect(narrowed.find(({ services }) => services?.includes(COOK.service))).toMatchObject({
      services: [COOK.service],
      event: { type: 'compelled', to: '2018-04-06' },
    });
    expect(narrowed.find(({ services }) => services?.includes(CHICAGO.service))?.event).toMatchObject({
      type: 'lifted',
      of: compel.id,
    });
    const later = { ...COOK, servedAt: Date.parse('2018-02-05T17:00:00Z') };
    const rows = told(state([], { recipients: [CHICAGO, later] }), command('stay', '2018-02-01'));
    expect(rows.map(({ services, event }) => [services, event.at])).toEqual([
      [[CHICAGO.service], '2018-02-01'],
      [[COOK.service], '2018-02-05'],
    ]);
  });

  it('touches no clock: consequences, and requests that are not kept here', () => {
    expect(told(state(), command('enjoin', '2018-02-01'))).toEqual([]);
    expect(
      told(state(), command('stay', '2018-02-01', { scope: reach({ items: [], consequences: [GRANT] }) })),
    ).toEqual([]);
    const recorded = state([], {
      requests: [{ id: REQUEST, items: [1, 2], zone: 'UTC', kept: false, complete: true }],
    });
    expect(told(recorded, command('stay', '2018-02-01'))).toEqual([]);
  });
});
