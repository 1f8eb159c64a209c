/** A record's orders and consequences as pages: lists, one order with its document to keep. Shows only what is public. */
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { orderDocument } from '../rooms/order-document.ts';
import { isOriginal, type Order, orderName } from '../rooms/orders/view.ts';
import type { Request } from '../rooms/requests/view.ts';
import { AsOf } from '../ui/asof.tsx';
import { Empty } from '../ui/empty.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Counts, Links } from '../ui/table.tsx';
import { cacheRecord } from './caching.ts';
import { recentAt } from './changes.ts';
import { amountsWords, ConsequenceList, grandTotal, TotalsTable } from './consequence-view.tsx';
import { type Cut, cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { publicRequests } from './model.ts';
import { OrderFacts, type OrderLinks, OrdersTable } from './order-view.tsx';
import { entryPath, type HeadProps, href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { groupsOf, type Reach, reachAt, totalsOf, touchedCounts } from './reach.ts';
import { opened, wrongTime } from './record-page.tsx';

export const orderPath = (matter: Pick<PublicMatter, 'slug'>, order: string): string =>
  `${recordPath(matter)}/orders/${order}`;

/** Addresses of a record's orders, at the moment that is shown. */
export const publicLinks = (matter: PublicMatter, moment: Moment): OrderLinks => ({
  order: (id) => href(orderPath(matter, id), momentParams(moment)),
  receipt: (id) => entryPath(matter, id),
  document: (id) => `${orderPath(matter, id)}/document`,
  board: (order, request) => href(recordPath(matter), { ...momentParams(moment), request, order }),
});

/** Orders and consequences of a public record as everyone may see them at a cut. */
export async function publicReach(c: Ctx, matter: PublicMatter, moment: Moment, cut: Cut): Promise<Reach> {
  return await reachAt(c.get('services').db, matter.id, cut, moment.at);
}

interface Opened {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  readonly reach: Reach;
  readonly requests: readonly Request[];
}

async function load(c: Ctx, got: Awaited<ReturnType<typeof opened>>): Promise<Opened> {
  const { db } = c.get('services');
  const cut = await cutAt(db, got.moment.now, got.moment.point);
  const reach = await publicReach(c, got.matter, got.moment, cut);
  return { ...got, cut, reach, requests: await publicRequests(db, got.matter.id, cut) };
}

/** A view of the record with its head; a time that cannot be shown gives the head alone. */
async function tabPage(c: Ctx, tab: HeadProps['tab'], path: string, show: (all: Opened) => Promise<unknown>) {
  const got = await opened(c);
  const { matter, moment, now } = got;
  const wrong = await wrongTime(c, tab);
  if (wrong) return wrong;
  const all = await load(c, got);
  const last = await lastEntry(c.get('services').db, matter.id, all.cut);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: `${recordPath(matter)}/${path}` };
  return page(
    c,
    recordOptions(c, shown, tabWord(tab)),
    <>
      <RecordHead
        {...{ matter, moment, now, tab }}
        action={`${recordPath(matter)}/${path}`}
        recent={await recentAt(c.get('services').db, matter.id, all.cut, moment)}
      />
      {await show(all)}
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const downloads = (matter: PublicMatter, moment: Moment, what: string) => (
  <Links
    label={t('record.download')}
    links={[
      { text: 'CSV', href: href(`${recordPath(matter)}/${what}.csv`, momentParams(moment)), download: true },
      { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/${what}`, momentParams(moment)) },
    ]}
  />
);

const ordersPage = (c: Ctx) =>
  tabPage(c, 'orders', 'orders', async ({ matter, moment, cut, reach, requests }) => {
    const touched = await touchedCounts(c.get('services').db, reach, requests, cut);
    return (
      <>
        <h2>{t('record.orders')}</h2>
        <Counts counts={[{ n: reach.forces.length, text: t('record.n.orders', { n: reach.forces.length }) }]} />
        {reach.orders.length > 0 ? downloads(matter, moment, 'orders') : null}
        <OrdersTable
          reach={reach}
          touched={touched}
          links={publicLinks(matter, moment)}
          empty={{
            what: t('record.orders.none'),
            how: t('record.orders.none.how'),
          }}
        />
      </>
    );
  });

const consequencesPage = (c: Ctx) =>
  tabPage(c, 'consequences', 'consequences', async ({ matter, moment, cut, reach, requests }) => {
    if (reach.consequences.length === 0) {
      return (
        <>
          <h2>{t('record.tab.consequences')}</h2>
          <Empty what={t('record.consequences.none')} how={t('record.consequences.none.how')} />
        </>
      );
    }
    const groups = await groupsOf(c.get('services').db, reach, cut);
    const totals = totalsOf(reach.consequences, groups);
    const all = grandTotal(totals);
    const links = publicLinks(matter, moment);
    return (
      <>
        <h2>{t('record.tab.consequences')}</h2>
        <p>{t('record.consequences.total', { n: reach.consequences.length, amounts: amountsWords(all) })}</p>
        {downloads(matter, moment, 'consequences')}
        <TotalsTable totals={totals} />
        <ConsequenceList
          reach={reach}
          groups={groups}
          requests={requests}
          links={{
            ...links,
            board: (consequence, request) =>
              href(recordPath(matter), { ...momentParams(moment), request, consequence }),
          }}
        />
      </>
    );
  });

const none = () =>
  new NotFound('no-order', {
    what: t('record.no-order'),
    next: t('record.no-order.next'),
  });

/** The order of a path, as public as its matter. @throws NotFound */
function orderIn(c: Ctx, orders: readonly Order[]): Order | null {
  return orders.find(({ id, audience }) => id === c.req.param('order') && audience === 'public') ?? null;
}

async function orderPage(c: Ctx): Promise<Response> {
  const got = await opened(c);
  const { matter, moment, now } = got;
  const { db } = c.get('services');
  // It is an address of its own whatever the time that is asked for; what it did not touch yet, it does not touch.
  const whole = await reachAt(db, matter.id, await cutAt(db, now), now);
  const order = orderIn(c, whole.orders);
  if (!order) throw none();
  const all = await load(c, got);
  const then = orderIn(c, all.reach.orders);
  if (moment.problem === null) cacheRecord(c, moment, null, now);
  return page(
    c,
    { title: `${orderName(order)} · ${matter.title}`, area: 'public', status: moment.problem === null ? 200 : 422 },
    <>
      <Heading
        title={orderName(order)}
        tags={matter.example ? [t('record.example')] : []}
        crumbs={[
          { text: t('record.public-records'), href: '/records' },
          { text: matter.title, href: href(recordPath(matter), momentParams(moment)) },
          { text: tabWord('orders'), href: href(`${recordPath(matter)}/orders`, momentParams(moment)) },
        ]}
      />
      {moment.problem ? (
        <Notice tone="bad" title={t('record.bad-time')}>
          <p>{t('record.bad-time.present', { problem: moment.problem })}</p>
        </Notice>
      ) : null}
      <AsOf action={orderPath(matter, order.id)} asOf={moment.asOf} now={now} axis={moment.axis} zone={moment.zone} />
      {then ? (
        <OrderFacts
          order={then}
          reach={all.reach}
          requests={all.requests}
          touched={isOriginal(then) ? await touchedCounts(db, all.reach, all.requests, all.cut) : new Map()}
          links={publicLinks(matter, moment)}
        />
      ) : (
        <p>{rich('record.order.not-yet', { a: (words) => <a href={orderPath(matter, order.id)}>{words}</a> })}</p>
      )}
    </>,
  );
}

async function documentOf(c: Ctx): Promise<Response> {
  const { matter, now } = await opened(c);
  const { db } = c.get('services');
  const { orders } = await reachAt(db, matter.id, await cutAt(db, now), now);
  const order = orderIn(c, orders);
  if (!order) throw none();
  return await orderDocument(c, order);
}

const BASE = '/record/:slug';
export const orderPages: readonly Route[] = [
  { method: 'GET', path: `${BASE}/orders`, access: ANYONE, handler: ordersPage },
  { method: 'GET', path: `${BASE}/orders/:order`, access: ANYONE, handler: orderPage },
  { method: 'GET', path: `${BASE}/orders/:order/document`, access: ANYONE, handler: documentOf },
  { method: 'GET', path: `${BASE}/consequences`, access: ANYONE, handler: consequencesPage },
];
