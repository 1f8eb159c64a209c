/** A record's orders and consequences as JSON and CSV: the same as the pages, made from the same reach. Holds nothing that they do not show. */
import type { z } from 'zod';
import { type Cell, csvLine } from '../base/csv.ts';
import { InvalidInput } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { Money } from '../rooms/consequences/entries.ts';
import { type Consequence, decimal } from '../rooms/consequences/view.ts';
import { historyOf, isOriginal, type Order, whereWords } from '../rooms/orders/view.ts';
import type { consequenceList, orderList } from './api-orders-schemas.ts';
import { cacheRecord } from './caching.ts';
import { grandTotal } from './consequence-view.tsx';
import { type Cut, cutAt } from './cut.ts';
import { receiptPaths } from './entry-page.tsx';
import { lastEntry, type Moment } from './matter.ts';
import { publicRequests } from './model.ts';
import { stateOf } from './order-view.tsx';
import { orderPath } from './orders-page.tsx';
import { type Group, groupsOf, type Reach, reachAt, type Total, totalsOf, touchedCounts } from './reach.ts';
import { opened } from './record-page.tsx';

async function load(c: Ctx) {
  const { db } = c.get('services');
  const got = await opened(c);
  const { matter, moment, now } = got;
  if (moment.problem !== null) {
    throw new InvalidInput('bad-time', { what: moment.problem }, { asOf: moment.problem });
  }
  const cut = await cutAt(db, moment.now, moment.point);
  const reach = await reachAt(db, matter.id, cut, moment.at);
  cacheRecord(c, moment, await lastEntry(db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  return { db, matter, moment, cut, reach };
}

const jsonAsOf = (moment: Moment, cut: Cut) => ({
  at: moment.at.toISOString(),
  axis: moment.axis,
  now: moment.asOf === null,
  position: cut.last < 0 ? null : cut.last,
});

type ScopeOf = Pick<Order, 'scope' | 'geography'>;
const jsonScope = ({ scope, geography }: ScopeOf) => ({ scope: { ...scope }, geography });

async function orders(c: Ctx): Promise<Response> {
  const { db, matter, moment, cut, reach } = await load(c);
  const touched = await touchedCounts(db, reach, await publicRequests(db, matter.id, cut), cut);
  const body: z.infer<typeof orderList> = {
    asOf: jsonAsOf(moment, cut),
    inForce: reach.forces.length,
    orders: reach.orders.map((order) => {
      const force = reach.forces.find((one) => one.order.id === order.id);
      const { id, court, docket, judge, date, effect, words, of, compel, document, source, recordedAt } = order;
      return {
        order: id,
        ...{ court, docket, judge, date, effect, words, compel },
        ...jsonScope(order),
        of: [...of],
        inForce: isOriginal(order) ? force !== undefined : null,
        now: force
          ? { by: force.now.id, words: force.now.words, ...jsonScope(force.now), recipients: touched.get(id) ?? 0 }
          : null,
        changedBy: historyOf(order, reach.orders, reach.at).map((one) => one.id),
        document: document && { ...document, href: `${orderPath(matter, id)}/document` },
        source: source && { ...source },
        recordedAt: recordedAt.toISOString(),
        page: orderPath(matter, id),
        receipt: receiptPaths(id),
      };
    }),
  };
  return c.json(body);
}

async function ordersCsv(c: Ctx): Promise<Response> {
  const { db, matter, cut, reach } = await load(c);
  const touched = await touchedCounts(db, reach, await publicRequests(db, matter.id, cut), cut);
  const head = [
    'date',
    'court',
    'docket',
    'judge',
    'effect',
    'where',
    'items',
    'consequences',
    'compelled_by',
    'state',
  ];
  head.push('recipients_touched', 'words', 'source', 'recorded_at', 'order');
  const rows = reach.orders.map((one): readonly Cell[] => [
    one.date,
    one.court,
    one.docket,
    one.judge ?? t('record.not-known'),
    one.effect,
    whereWords(one),
    one.scope.items === null ? 'all' : one.scope.items.join(' '),
    one.scope.consequences.length,
    one.compel,
    stateOf(one, reach).word,
    touched.get(one.id) ?? null,
    one.words,
    one.source ? `${one.source.publisher}: ${one.source.title}` : null,
    one.recordedAt.toISOString(),
    one.id,
  ]);
  return csvOf(c, `${matter.slug}-orders.csv`, head, rows);
}

const csvOf = (c: Ctx, name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Response =>
  c.body(`\ufeff${[head, ...rows].map(csvLine).join('')}`, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}"`,
  });

const jsonMoney = (amount: Money | null) => amount && { amount: decimal(amount.cents), currency: amount.currency };

const jsonSums = ({ known, unknown, sums }: Pick<Total, 'known' | 'unknown' | 'sums'>) => ({
  known,
  unknown,
  sums: sums.map(({ currency, cents }) => ({ amount: decimal(cents), currency })),
});

const STATUS = ['announced', 'imposed', 'released', 'blocked'] as const;
const statusOf = (text: string) => STATUS.find((one) => one === text) ?? 'announced';

/** Orders in force that stand in the way of a consequence. */
const blocking = (one: Consequence, reach: Reach) =>
  reach.forces
    .filter(({ order, now }) => order.effect !== 'compel' && now.scope.consequences.includes(one.id))
    .map(({ order }) => ({ order: order.id, since: order.date }));

function jsonConsequence(one: Consequence, groups: readonly Group[], reach: Reach) {
  const { id, request, recipients, kind, programme, fiscalYear, words, source } = one;
  return {
    consequence: id,
    ...{ request, kind, programme, fiscalYear, words },
    recipients: recipients && [...recipients],
    amount: jsonMoney(one.amount),
    announcedAt: new Date(one.at).toISOString(),
    groups: groups
      .filter(({ consequence }) => consequence === id)
      .map(({ status, amount, n }) => ({ status: statusOf(status), amount: jsonMoney(amount), recipients: n })),
    blockedBy: blocking(one, reach),
    changes: one.changes
      .filter(({ at }) => at <= reach.at)
      .map((change) => ({
        entry: change.entry,
        status: 'status' in change.to ? change.to.status : null,
        amount: 'amount' in change.to ? jsonMoney(change.to.amount) : null,
        recipients: change.recipients && [...change.recipients],
        reason: change.reason,
        order: change.order,
        occurredAt: new Date(change.at).toISOString(),
        recordedAt: change.recordedAt.toISOString(),
        receipt: receiptPaths(change.entry),
      })),
    source: source && { ...source },
    receipt: receiptPaths(id),
  };
}

async function consequences(c: Ctx): Promise<Response> {
  const { db, moment, cut, reach } = await load(c);
  const groups = await groupsOf(db, reach, cut);
  const totals = totalsOf(reach.consequences, groups);
  const body: z.infer<typeof consequenceList> = {
    asOf: jsonAsOf(moment, cut),
    totals: totals.map((one) => ({
      programme: one.programme,
      fiscalYear: one.fiscalYear,
      status: statusOf(one.status),
      recipients: one.recipients,
      ...jsonSums(one),
    })),
    together: jsonSums(grandTotal(totals)),
    consequences: reach.consequences.map((one) => jsonConsequence(one, groups, reach)),
  };
  return c.json(body);
}

async function consequencesCsv(c: Ctx): Promise<Response> {
  const { db, matter, cut, reach } = await load(c);
  const groups = await groupsOf(db, reach, cut);
  const head = ['programme', 'fiscal_year', 'kind', 'status', 'recipients', 'amount_each', 'currency', 'announced_on'];
  head.push('blocked_by', 'words', 'consequence');
  const byId = new Map(reach.consequences.map((one) => [one.id, one]));
  const rows = groups.flatMap(({ consequence, status, amount, n }): readonly (readonly Cell[])[] => {
    const one = byId.get(consequence);
    if (!one) return [];
    const orders = blocking(one, reach).map(({ order }) => order);
    return [
      [
        one.programme,
        one.fiscalYear,
        one.kind,
        status,
        n,
        amount ? decimal(amount.cents) : 'unknown',
        amount?.currency ?? null,
        new Date(one.at).toISOString().slice(0, 10),
        orders.join(' '),
        one.words,
        one.id,
      ],
    ];
  });
  return csvOf(c, `${matter.slug}-consequences.csv`, head, rows);
}

export const orderApi: readonly Route[] = [
  { method: 'GET', path: '/api/v1/records/:slug/orders', access: ANYONE, handler: orders },
  { method: 'GET', path: '/api/v1/records/:slug/consequences', access: ANYONE, handler: consequences },
  { method: 'GET', path: '/record/:slug/orders.csv', access: ANYONE, handler: ordersCsv },
  { method: 'GET', path: '/record/:slug/consequences.csv', access: ANYONE, handler: consequencesCsv },
];
