/** Orders and consequences of a matter as its issuer sees them, with the ways to write more. Shows; writes nothing. */
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { type Ctx, type Route, staff, VIEWER } from '../base/route.ts';
import { partyById } from '../rooms/directory/view.ts';
import { type Matter, matterById } from '../rooms/matters/view.ts';
import { orderDocument } from '../rooms/order-document.ts';
import { isOriginal, type Order, orderName } from '../rooms/orders/view.ts';
import { requestsOf } from '../rooms/requests/view.ts';
import { Empty } from '../ui/empty.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { receiptName, receiptResponse } from '../ui/receipt-response.tsx';
import { Counts } from '../ui/table.tsx';
import { kindWord } from '../ui/words.ts';
import { amountsWords, ConsequenceList, grandTotal, TotalsTable } from './consequence-view.tsx';
import { cutAt } from './cut.ts';
import { OrderFacts, type OrderLinks, OrdersTable } from './order-view.tsx';
import { groupsOf, reachAt, totalsOf, touchedCounts } from './reach.ts';

const missing = () => new NotFound('not-found', t('desk.no-page'));

async function load(c: Ctx) {
  const { db, clock } = c.get('services');
  const matter = await matterById(db, c.req.param('matter') ?? '');
  if (!matter) throw missing();
  const now = new Date(clock.now());
  const cut = await cutAt(db, now);
  const reach = await reachAt(db, matter.id, cut, now);
  return { db, matter, cut, reach, requests: await requestsOf(db, matter.id), writes: staff(c).role !== 'viewer' };
}

const base = (matter: Pick<Matter, 'id'>) => `/desk/matters/${matter.id}`;
const crumb = (matter: Matter) => [{ text: matter.title, href: base(matter) }];

/** Addresses on the desk. */
export const deskLinks = (matter: Matter): OrderLinks => ({
  order: (id) => `${base(matter)}/orders/${id}`,
  receipt: (id) => `${base(matter)}/receipts/${id}.pdf`,
  document: (id) => `${base(matter)}/orders/${id}/document`,
  board: (order, request) => `/desk/requests/${request}?order=${order}`,
});

async function ordersPage(c: Ctx): Promise<Response> {
  const { db, matter, cut, reach, requests, writes } = await load(c);
  const n = reach.forces.length;
  return page(
    c,
    { title: t('desk.orders.page', { title: matter.title }), area: 'staff', wide: true },
    <>
      <Heading title={t('desk.orders.title')} crumbs={crumb(matter)} lead={t('desk.orders.lead')} />
      <Counts counts={[{ n, text: t('desk.orders.in-force', { n }) }]} />
      {writes ? (
        <p>
          <a class="usa-button" href={`${base(matter)}/orders/new`}>
            {t('desk.orders.enter')}
          </a>
        </p>
      ) : null}
      <OrdersTable
        reach={reach}
        touched={await touchedCounts(db, reach, requests, cut)}
        links={deskLinks(matter)}
        empty={{
          what: t('desk.orders.empty'),
          how: t('desk.orders.empty.how'),
        }}
      />
    </>,
  );
}

function orderIn(c: Ctx, orders: readonly Order[]): Order {
  const order = orders.find(({ id }) => id === c.req.param('order'));
  if (!order) throw missing();
  return order;
}

async function orderPage(c: Ctx): Promise<Response> {
  const { db, matter, cut, reach, requests } = await load(c);
  const order = orderIn(c, reach.orders);
  return page(
    c,
    { title: orderName(order), area: 'staff' },
    <>
      <Heading
        title={orderName(order)}
        crumbs={[...crumb(matter), { text: t('desk.orders.title'), href: `${base(matter)}/orders` }]}
      />
      <OrderFacts
        order={order}
        reach={reach}
        requests={requests}
        touched={isOriginal(order) ? await touchedCounts(db, reach, requests, cut) : new Map()}
        links={deskLinks(matter)}
      />
    </>,
  );
}

async function consequencesPage(c: Ctx): Promise<Response> {
  const { db, matter, cut, reach, requests, writes } = await load(c);
  const groups = await groupsOf(db, reach, cut);
  const totals = totalsOf(reach.consequences, groups);
  const links = deskLinks(matter);
  return page(
    c,
    { title: t('desk.consequences.page', { title: matter.title }), area: 'staff', wide: true },
    <>
      <Heading title={t('desk.consequences.title')} crumbs={crumb(matter)} lead={t('desk.consequences.lead')} />
      {writes ? (
        <p>
          <a class="usa-button" href={`${base(matter)}/consequences/new`}>
            {t('desk.consequences.announce')}
          </a>
        </p>
      ) : null}
      {reach.consequences.length === 0 ? (
        <Empty what={t('desk.consequences.empty')} how={t('desk.consequences.empty.how')} />
      ) : (
        <>
          <p>{t('desk.consequences.amounts', { amounts: amountsWords(grandTotal(totals)) })}</p>
          <TotalsTable totals={totals} />
          <h2>{t('desk.consequences.each')}</h2>
          <ConsequenceList
            reach={reach}
            groups={groups}
            requests={requests}
            links={{ ...links, board: (status, request) => `/desk/requests/${request}?consequence=${status}` }}
            {...(writes
              ? {
                  more: (one) => (
                    <p>
                      <a href={`${base(matter)}/consequences/${one.id}/status`}>{t('desk.consequences.status')}</a> ·{' '}
                      <a href={`${base(matter)}/consequences/${one.id}/amount`}>{t('desk.consequences.amount')}</a>
                    </p>
                  ),
                }
              : {})}
          />
        </>
      )}
    </>,
  );
}

const KINDS = [
  'order.entered',
  'consequence.announced',
  'consequence.status-changed',
  'consequence.amount-stated',
  'statement.made',
  'statement.corrected',
  'figure.claimed',
  'figure.corrected',
  'participation.stated',
  'matter.noted',
  'embargo.set',
  'embargo.moved',
  'embargo.lifted',
  'publication.withdrawn',
  'publication.restored',
];

/** The receipt of an order, a consequence, or something of the record, also where the public may not see it yet or any more. */
async function receipt(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const wanted = receiptName(c.req.param('file') ?? '');
  const matter = await matterById(db, c.req.param('matter') ?? '');
  const entry = wanted
    ? await db
        .selectFrom('ledger.entry')
        .select(['id', 'kind'])
        .where('id', '=', wanted.entry)
        .where('matter', '=', c.req.param('matter') ?? '')
        .where('kind', 'in', KINDS)
        .executeTakeFirst()
    : undefined;
  if (!wanted || !matter || !entry) throw missing();
  const issuer = (await partyById(db, matter.issuer))?.name ?? t('desk.issuer');
  return await receiptResponse(c, {
    ...wanted,
    heading: kindWord(entry.kind),
    names: { title: matter.title, issuer, recipient: null },
    area: 'staff',
    back: { text: matter.title, href: base(matter) },
  });
}

const MATTER = '/desk/matters/:matter';
export const deskOrderRoutes: readonly Route[] = [
  { method: 'GET', path: `${MATTER}/orders`, access: VIEWER, handler: ordersPage },
  { method: 'GET', path: `${MATTER}/orders/:order`, access: VIEWER, handler: orderPage },
  {
    method: 'GET',
    path: `${MATTER}/orders/:order/document`,
    access: VIEWER,
    handler: async (c) => orderDocument(c, orderIn(c, (await load(c)).reach.orders)),
  },
  { method: 'GET', path: `${MATTER}/receipts/:file`, access: VIEWER, handler: receipt },
  { method: 'GET', path: `${MATTER}/consequences`, access: VIEWER, handler: consequencesPage },
];
