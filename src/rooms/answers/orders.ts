/**
 * Orders and consequences at the recipient: what touches it now, with an address for each order's document. It shows what reaches this
 * recipient and nothing else of the matter; whom an order names besides is not said.
 */
import type { Kysely } from 'kysely';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { orderDocument } from '../order-document.ts';
import { ordersFor, reachNow, recipientIn, type Touched, touchedBy } from '../reach.ts';
import type { TouchLinks } from '../touching-parts.tsx';
import { ownExchange } from './commands.ts';
import type { Exchange } from './view.ts';

/** What orders and consequences mean for the recipient of an exchange now. Two queries. */
export async function touchedIn(db: Kysely<Database>, exchange: Exchange, now: Millis): Promise<Touched> {
  const { service, request, matter } = exchange;
  const reach = await reachNow(db, matter.id, now);
  return touchedBy(
    reach,
    recipientIn(service),
    request.items.map(({ item }) => item),
  );
}

/** Addresses for the recipient: pages of the public record where there is one, else the document alone. */
export function touchLinksOf({ matter, request }: Exchange): TouchLinks {
  const open = matter.audience === 'public' && request.audience === 'public';
  const record = `/record/${matter.slug}`;
  return {
    order: (id) => (open ? `${record}/orders/${id}` : null),
    receipt: (entry) => (open ? `${record}/entries/${entry}` : null),
    document: (id) => `/answer/orders/${id}/document`,
  };
}

async function getDocument(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const exchange = await ownExchange(services, recipient(c).service);
  const touched = await touchedIn(services.db, exchange, services.clock.now());
  const order = ordersFor(touched).find(({ id }) => id === c.req.param('order'));
  if (!order) {
    throw new NotFound('no-such-order', {
      what: t('answers.refused.order'),
      next: t('answers.refused.order.next'),
    });
  }
  return await orderDocument(c, order);
}

export const ownOrderRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/orders/:order/document', access: RECIPIENT, handler: getDocument },
];
