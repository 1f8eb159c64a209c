/**
 * What an order means for the clocks that it touches: for which services of which request, and what happened to them. An order that modifies
 * is told as the difference that it makes: what it takes out is lifted, what it takes in is stayed or compelled. Pure; the counting is the clock's.
 */
import type { CellEvent } from '../clock/rules.ts';
import { alikeOf, itemsAlike } from './alike.ts';
import type { Order } from './order.ts';
import type { OrderedRequest, OrderState, ServedRecipient } from './rules.ts';
import { type Ended, tell } from './telling.ts';
import { byDate, holdsItem, isOriginal, reaches } from './touching.ts';

export interface Recount {
  readonly request: string;
  /** null: all of the request */
  readonly services: readonly string[] | null;
  readonly event: CellEvent;
}

/** What the newest order means for an item of a recipient. @param recorded orders as they were recorded, the newest last */
function happenings(
  order: Order,
  recorded: readonly Order[],
  cell: { readonly who: ServedRecipient; readonly item: number; readonly served: string },
  ended: Ended,
): readonly CellEvent[] {
  const covered = (step: Order) => reaches(step, cell.who) && holdsItem(step, cell.item);
  const originals = isOriginal(order) ? [order] : recorded.filter(({ id }) => order.of.includes(id));
  return originals.flatMap((original) => {
    const chain = recorded.filter((one) => one.id === original.id || one.of.includes(original.id));
    return tell(original, chain, covered, cell.served, ended);
  });
}

function recountsOfRequest(order: Order, state: OrderState, request: OrderedRequest, ended: Ended): readonly Recount[] {
  const mine = state.recipients.filter((who) => who.request === request.id);
  const recorded = [...[...state.orders].sort((a, b) => a.seq - b.seq), order];
  const groups = itemsAlike(recorded, request.items);
  const rows = new Map<string, { readonly event: CellEvent; readonly services: string[] }>();
  for (const { first, served, all } of alikeOf(recorded, mine, request.zone)) {
    const items = new Map<string, { readonly event: CellEvent; readonly items: number[] }>();
    for (const group of groups) {
      const [item] = group;
      if (item === undefined) continue;
      for (const event of happenings(order, recorded, { who: first, item, served }, ended)) {
        const key = JSON.stringify(event);
        const same = items.get(key);
        if (same) same.items.push(...group);
        else items.set(key, { event, items: [...group] });
      }
    }
    for (const one of items.values()) {
      const whole = one.items.length === request.items.length;
      const event = whole ? one.event : { ...one.event, items: one.items.sort((a, b) => a - b) };
      const key = JSON.stringify(event);
      const row = rows.get(key);
      if (row) row.services.push(...all);
      else rows.set(key, { event, services: [...all] });
    }
  }
  return [...rows.values()].map(({ event, services }) => ({
    request: request.id,
    // Whoever is served after this was worked out is not meant by it.
    services: services.length === mine.length && request.complete ? null : services,
    event,
  }));
}

/** What the clocks of all requests that are kept here have to be told, in this order. @param state before the order was entered */
export const recountsOf = (order: Order, state: OrderState): readonly Recount[] =>
  state.requests.filter(({ kept }) => kept).flatMap((request) => recountsOfRequest(order, state, request, 'told'));

/** What an order of before means for a request that was served after it. */
export interface StandingOrder extends Recount {
  readonly order: Order;
}

/**
 * What the clocks of one request have to be told of the orders that stand already when it is served: stays that hold, each with its end
 * where that is known, and the last date that an order compels to and that nothing ended.
 * @param state its recipients are those that were not told yet
 */
export function standingRecounts(state: OrderState, request: OrderedRequest): readonly StandingOrder[] {
  return state.orders
    .filter(isOriginal)
    .sort(byDate)
    .flatMap((order) => {
      const others = state.orders.filter(({ id }) => id !== order.id);
      return recountsOfRequest(order, { ...state, orders: others }, request, 'passed over').map((recount) => ({
        ...recount,
        order,
      }));
    });
}
