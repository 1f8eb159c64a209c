/**
 * Requests that are served while orders hold: their clocks are told of those orders, as of an order that is entered later. Puts rows on the
 * list of the worker of recounts, and writes no entry itself.
 *
 * What a crash means: rows and the mark that they are there are one transaction, so the next look does all of it or nothing.
 */
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { orderReason, orderState } from './commands.ts';
import { standingRecounts } from './recounts.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

/** Requests looked at in one round. */
const ROUND = 20;

/** @returns how many requests were looked at */
export async function tellServed(needs: Needs): Promise<number> {
  const { db, clock } = needs;
  const served = await db
    .selectFrom('work.request_draft')
    .select(['id', 'matter', 'request'])
    .where('served_at', 'is not', null)
    .where('orders_told_at', 'is', null)
    .orderBy('served_at')
    .limit(ROUND)
    .execute();
  for (const { id, matter, request } of served) {
    await db.transaction().execute(async (trx) => {
      const now = clock.now();
      const marked = await trx
        .updateTable('work.request_draft')
        .set({ orders_told_at: new Date(now) })
        .where('id', '=', id)
        .where('orders_told_at', 'is', null)
        .executeTakeFirst();
      // Another process does it, or nobody was served.
      if (marked.numUpdatedRows === 0n || request === null) return;
      const found = await orderState({ db: trx }, matter);
      const asked = found.requests.find((one) => one.id === request);
      if (!asked?.kept || found.orders.length === 0) return;
      // An order that was entered during the serving told whoever was served by then.
      const told = await trx
        .selectFrom('work.recount')
        .select(['cause', 'services'])
        .where('request', '=', request)
        .where('event', 'is not', null)
        .execute();
      const all = found.recipients.filter((who) => who.request === request).map((who) => who.service);
      for (const { order, services, event } of standingRecounts(found, asked)) {
        const before = told.filter(({ cause }) => cause === order.id);
        const done = new Set(before.flatMap((row) => row.services ?? all));
        const rest = (services ?? all).filter((service) => !done.has(service));
        if (rest.length === 0) continue;
        const row = { cause: order.id, request, services: rest, reason: orderReason(order), total: rest.length };
        await trx
          .insertInto('work.recount')
          .values({ ...row, id: uuidv7(now, needs.random), event: JSON.stringify(event), created_at: new Date(now) })
          .execute();
      }
    });
  }
  return served.length;
}
