/**
 * What an order means for the clocks that it touches: for which services of which request, and what happened to them. An order that modifies
 * is told as the difference that it makes: what it takes out is lifted, what it takes in is stayed or compelled. Pure; the counting is the clock's.
 */
import type { CellEvent } from '../clock/rules.ts';
import { dateIn } from '../clock/rules.ts';
import { type Order, orderName } from './order.ts';
import type { OrderedRequest, OrderState, ServedRecipient } from './rules.ts';
import { byDate, chainOf, holdsItem, type Interval, intervalsOf, isEnding, isOriginal, reaches } from './touching.ts';

export interface Recount {
  readonly request: string;
  /** null: all of the request */
  readonly services: readonly string[] | null;
  readonly event: CellEvent;
}

/** What happens to a clock, before it is known for whom. `at` and `until` are days. */
interface Happening {
  readonly event: CellEvent;
  readonly at: string;
  readonly until: string | null;
}

const wordsOf = ({ words }: Order): string => {
  const first = words.split('\n', 1)[0] ?? '';
  return first.length > 160 ? `${first.slice(0, 159).trimEnd()}…` : first;
};

function stayed({ begin, until, by }: Interval): Happening {
  const end = until === null ? {} : { until: until.date };
  const event = { type: 'stayed' as const, id: begin.id, at: begin.date, order: orderName(begin), ...end };
  return { event: { ...event, words: wordsOf(by) }, at: begin.date, until: until?.date ?? null };
}

/** How the times in which a stay held differ once the new order is there. */
function differences(before: readonly Interval[], after: readonly Interval[], order: Order): readonly Happening[] {
  return after.flatMap((now): readonly Happening[] => {
    const then = before.find((one) => one.begin.id === now.begin.id);
    if (!then) return [stayed(now)];
    const shorter = now.until !== null && (then.until === null || now.until.at < then.until.at);
    if (!shorter || now.until === null) return [];
    const { date } = now.until;
    const event = { type: 'lifted' as const, id: order.id, at: date, of: now.begin.id, order: orderName(order) };
    return [{ event: { ...event, words: wordsOf(order) }, at: date, until: null }];
  });
}

/** What the order means for one item of recipients that the orders of its chains reach alike. */
function happenings(order: Order, orders: readonly Order[], who: ServedRecipient, item: number): readonly Happening[] {
  const covered = (step: Order) => reaches(step, who) && holdsItem(step, item);
  const all = [...orders, order];
  const originals = order.of.length === 0 ? [order] : orders.filter(({ id }) => order.of.includes(id));
  return originals.flatMap((original): readonly Happening[] => {
    if (original.effect === 'stay') {
      const before = original.id === order.id ? [] : intervalsOf(chainOf(original, orders), covered);
      return differences(before, intervalsOf(chainOf(original, all), covered), order);
    }
    if (original.effect !== 'compel') return [];
    const before = original.id === order.id ? [] : chainOf(original, orders);
    return datesDiffer(before, chainOf(original, all), covered, order);
  });
}

/** The date that a chain compels to, if it covers the item at its end. */
function compelledTo(chain: readonly Order[], covered: (order: Order) => boolean): string | null {
  const last = chain.at(-1);
  if (!last || isEnding(last) || !covered(last)) return null;
  return chain.findLast(({ compel }) => compel !== null)?.compel ?? null;
}

/** How the date that is compelled differs once the new order is there. */
function datesDiffer(
  before: readonly Order[],
  after: readonly Order[],
  covered: (order: Order) => boolean,
  order: Order,
): readonly Happening[] {
  const [then, now] = [compelledTo(before, covered), compelledTo(after, covered)];
  if (then === now) return [];
  const common = { id: order.id, at: order.date, order: orderName(order), words: wordsOf(order) };
  const happening = (event: CellEvent): Happening => ({ event, at: order.date, until: null });
  if (now !== null) return [happening({ type: 'compelled', ...common, to: now })];
  // Each order of the chain that set a date has been told by its own name.
  const told = before.filter(
    (one, i) =>
      compelledTo(before.slice(0, i + 1), covered) !== compelledTo(before.slice(0, i), covered) && covered(one),
  );
  return told.map(({ id }) => happening({ type: 'lifted', ...common, of: id }));
}

/** Nothing happens to a clock before its service: what began earlier begins on that day. */
function since(happening: Happening, served: string): CellEvent | null {
  if (happening.at >= served) return happening.event;
  if (happening.event.type === 'lifted' || (happening.until !== null && happening.until <= served)) return null;
  return { ...happening.event, at: served };
}

function recountsOfRequest(order: Order, state: OrderState, request: OrderedRequest): readonly Recount[] {
  const mine = state.recipients.filter((who) => who.request === request.id);
  // Whom the same orders reach, and who was served on the same day, are alike.
  const steps = [order, ...state.orders];
  const alike = new Map<string, { readonly first: ServedRecipient; readonly served: string; readonly all: string[] }>();
  for (const who of mine) {
    const served = dateIn(request.zone, who.servedAt).toString();
    const key = `${served} ${steps.map((step) => (reaches(step, who) ? 1 : 0)).join('')}`;
    const group = alike.get(key);
    if (group) group.all.push(who.service);
    else alike.set(key, { first: who, served, all: [who.service] });
  }
  const rows = new Map<string, { readonly event: CellEvent; readonly services: string[] }>();
  for (const { first, served, all } of alike.values()) {
    const items = new Map<string, { readonly event: CellEvent; readonly items: number[] }>();
    for (const item of request.items) {
      for (const happening of happenings(order, state.orders, first, item)) {
        const event = since(happening, served);
        if (event === null) continue;
        const key = JSON.stringify(event);
        const group = items.get(key);
        if (group) group.items.push(item);
        else items.set(key, { event, items: [item] });
      }
    }
    for (const one of items.values()) {
      const event = one.items.length === request.items.length ? one.event : { ...one.event, items: one.items };
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

/** What the clocks of all requests that are kept here have to be told. @param state before the order was entered */
export const recountsOf = (order: Order, state: OrderState): readonly Recount[] =>
  state.requests.filter(({ kept }) => kept).flatMap((request) => recountsOfRequest(order, state, request));

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
      const own = order.effect === 'stay' ? 'stayed' : 'compelled';
      return recountsOfRequest(order, { ...state, orders: others }, request)
        .filter(({ event }) => event.type === own)
        .map((recount) => ({ ...recount, order }));
    });
}
