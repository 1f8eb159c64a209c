/** Made-up orders and recipients for tests of what orders touch. Writes nothing. */
import type { Effect } from '../../src/rooms/orders/entries.ts';
import type { Order } from '../../src/rooms/orders/order.ts';
import type { EnterOrder, OrderState, ServedRecipient } from '../../src/rooms/orders/rules.ts';

export const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const [MATTER, ISSUER, REQUEST, GRANT, NOTICE] = [uuid(1), uuid(2), uuid(3), uuid(4), uuid(5)];
export const NOW = Date.parse('2018-02-20T15:00:00Z');

const place = (n: number, ocdId: string | null, state: string): ServedRecipient => ({
  ...{ request: REQUEST, service: uuid(100 + n), party: uuid(200 + n), ocdId, state },
  servedAt: Date.parse('2018-01-24T17:00:00Z'),
});
const US = 'ocd-division/country:us/state';
export const PHILADELPHIA = place(1, `${US}:pa/place:philadelphia`, 'Pennsylvania');
export const CHICAGO = place(2, `${US}:il/place:chicago`, 'Illinois');
export const COOK = place(3, `${US}:il/county:cook`, 'Illinois');
export const ILLINOIS = place(4, `${US}:il`, 'Illinois');
/** without an id in the directory */
export const FREMONT = place(5, null, 'California');
export const ALL = [PHILADELPHIA, CHICAGO, COOK, ILLINOIS, FREMONT];

export const state = (orders: readonly Order[] = [], more: Partial<OrderState> = {}): OrderState => ({
  matter: MATTER,
  issuer: ISSUER,
  audience: 'public',
  orders,
  consequences: [GRANT, NOTICE],
  requests: [{ id: REQUEST, items: [1, 2], zone: 'America/New_York', kept: true, complete: true }],
  recipients: ALL,
  ...more,
});

const SCOPE = { requests: null, recipients: null, items: null, consequences: [] };

export const command = (effect: Effect, date: string, more: Partial<EnterOrder> = {}): EnterOrder => ({
  court: 'D. Example',
  docket: '17-1',
  judge: null,
  date,
  effect,
  words: `An order to ${effect}.`,
  scope: SCOPE,
  geography: 'nationwide',
  of: [],
  compel: effect === 'compel' ? '2018-03-30' : null,
  document: null,
  source: { publisher: 'D. Example', title: 'Order', date, url: null },
  ...more,
});

export const reach = (more: Partial<EnterOrder['scope']>): EnterOrder['scope'] => ({ ...SCOPE, ...more });

/** An order as it is read. */
export const order = (n: number, effect: Effect, date: string, more: Partial<EnterOrder> = {}): Order => ({
  ...command(effect, date, more),
  id: uuid(1000 + n),
  matter: MATTER,
  audience: 'public',
  at: Date.parse(`${date}T12:00:00Z`),
  seq: n,
  recordedAt: new Date(NOW),
});
