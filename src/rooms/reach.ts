/**
 * What orders and consequences mean for one recipient of a matter: which orders touch it, what is announced, imposed, released, and what an
 * order blocks. Pure, but for `reachNow`, which reads what stands now. Who may see it is decided by whoever asks.
 */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Millis } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { type Consequence, consequencesOf, type Written, writtenOf } from './consequences/view.ts';
import {
  historyOf,
  inForce,
  type Order,
  ordersOf,
  ordersTouching,
  type Recipient,
  reachOf,
  recipientTouches,
  type Touch,
  type TouchedRecipient,
} from './orders/view.ts';

export interface Reach {
  readonly orders: readonly Order[];
  readonly consequences: readonly Consequence[];
  /** the time as of which it is asked, ms */
  readonly at: number;
  /** orders that began something and still hold, each with the scope and words that hold now */
  readonly forces: readonly { readonly order: Order; readonly now: Order }[];
  /** says all that decides whom something touches */
  readonly key: string;
}

export function reachFrom(orders: readonly Order[], consequences: readonly Consequence[], at: number): Reach {
  const forces = orders
    .filter((order) => inForce(order, orders, at))
    .map((order) => ({ order, now: reachOf(order, orders, at) }));
  const ids = [
    ...forces.map(({ order, now }) => `${order.id} ${now.id}`),
    ...consequences.flatMap((one) => [one.id, ...one.changes.filter((c) => c.at <= at).map((c) => c.entry)]),
  ];
  return { orders, consequences, at, forces, key: createHash('sha256').update(ids.join()).digest('base64') };
}

/** Consequences that concern a recipient at the time, each with what is written of it. */
export function concerning(reach: Reach, who: Recipient): readonly Standing[] {
  return reach.consequences.flatMap((one) => {
    const standing = standingOf(reach, one, who);
    return standing ? [standing] : [];
  });
}

export interface Standing {
  readonly consequence: Consequence;
  readonly written: Written;
  /** what is written, or `blocked` while an order in force stands in its way */
  readonly status: string;
  readonly blockedBy: readonly Touch[];
}

/** Orders that stand in the way of a consequence; one that compels an answer does not. */
const blocks = ({ order }: Touch): boolean => order.effect === 'enjoin' || order.effect === 'stay';

/** A consequence for one recipient at the time; null where it does not concern it, or had not been announced. */
export function standingOf(reach: Reach, consequence: Consequence, who: Recipient): Standing | null {
  const written = writtenOf(consequence, who.request, who.service, reach.at);
  if (!written) return null;
  const touches = ordersTouching({ ...who, consequence: consequence.id }, reach.orders, reach.at).filter(blocks);
  const status = touches.length > 0 && written.status !== 'released' ? 'blocked' : written.status;
  return { consequence, written, status, blockedBy: touches };
}

/** Orders that touch a recipient at the time, with what of it. @param items numbers of the items of its request */
export function touchesOf(reach: Reach, who: Recipient, items: readonly number[]): readonly TouchedRecipient[] {
  if (reach.forces.length === 0) return [];
  const mine = reach.consequences.filter((one) => writtenOf(one, who.request, who.service, reach.at) !== null);
  return recipientTouches(
    who,
    items,
    mine.map(({ id }) => id),
    reach.orders,
    reach.at,
  );
}

/** Orders and consequences of a matter as they stand. Two queries. */
export async function reachNow(db: Kysely<Database>, matter: string, now: Millis): Promise<Reach> {
  const [orders, consequences] = await Promise.all([ordersOf(db, matter), consequencesOf(db, matter)]);
  return reachFrom(orders, consequences, now);
}

/** A service as orders see its recipient. */
export const recipientIn = (service: {
  readonly id: string;
  readonly request: string;
  readonly recipient: string;
  readonly ocdId: string | null;
  readonly state: string | null;
}): Recipient => ({
  request: service.request,
  service: service.id,
  party: service.recipient,
  ocdId: service.ocdId,
  state: service.state,
});

export interface Touched {
  readonly touches: readonly TouchedRecipient[];
  readonly standings: readonly Standing[];
  /** orders that touched it and do so no more, with the one that ended that where an order did */
  readonly past: readonly { readonly order: Order; readonly end: Order | null }[];
  readonly reach: Reach;
}

/** Everything that orders and consequences mean for one recipient now, and what they meant before. @param items of its request */
export function touchedBy(reach: Reach, who: Recipient, items: readonly number[]): Touched {
  const touches = touchesOf(reach, who, items);
  const now = new Set(touches.map(({ order }) => order.id));
  const mine = reach.consequences.filter((one) => writtenOf(one, who.request, who.service, reach.at) !== null);
  const before = new Map<string, Order>();
  // Only when an order is made or a consequence announced can an order begin to touch: whoever was ever touched was so on one of these days.
  const days = new Set([...reach.orders, ...mine].map(({ at }) => at).filter((at) => at <= reach.at));
  for (const at of days) {
    const named = mine.filter((one) => one.at <= at).map(({ id }) => id);
    for (const { order } of recipientTouches(who, items, named, reach.orders, at)) {
      if (!now.has(order.id)) before.set(order.id, order);
    }
  }
  const past = [...before.values()].map((order) => ({
    order,
    end: historyOf(order, reach.orders, reach.at).findLast((one) => one.effect !== 'compel') ?? null,
  }));
  return { touches, standings: concerning(reach, who), past, reach };
}

/** The orders that a recipient may read whole: those that touch it or did, and those that changed or ended them. */
export function ordersFor({ touches, past, reach }: Touched): readonly Order[] {
  const begun = [...touches.map(({ order }) => order), ...past.map(({ order }) => order)];
  const all = begun.flatMap((order) => [order, ...historyOf(order, reach.orders, reach.at)]);
  return [...new Map(all.map((order) => [order.id, order])).values()];
}
