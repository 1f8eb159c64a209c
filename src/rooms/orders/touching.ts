/**
 * Which orders touch a recipient's item or a consequence for it, since when, and by which words. Orders follow each other by their dates:
 * `modify` puts its own scope in the place of that of the orders it names, `vacate` and `lift` end them. Pure; the order in which they
 * were recorded never matters.
 */
import type { Millis } from '../../base/clock.ts';
import { STATES } from '../states.ts';
import type { Effect, Geography } from './entries.ts';
import type { Order } from './order.ts';

/** A recipient of one request. */
export interface Recipient {
  readonly request: string;
  readonly service: string;
  /** its id in the directory */
  readonly party: string;
  readonly ocdId: string | null;
  readonly state: string | null;
}

/** One item asked of a recipient, or one consequence for it. */
export type Cell = Recipient & ({ readonly item: number } | { readonly consequence: string });

export interface Touch {
  /** the order that began it */
  readonly order: Order;
  /** the order that brought this cell under it: itself, or one that modified it */
  readonly begin: Order;
  /** the order whose words hold now: itself, or the last that modified it */
  readonly by: Order;
}

const ORIGINAL: readonly Effect[] = ['stay', 'enjoin', 'compel'];
export const isOriginal = ({ effect }: Pick<Order, 'effect'>): boolean => ORIGINAL.includes(effect);
export const isEnding = ({ effect }: Pick<Order, 'effect'>): boolean => effect === 'vacate' || effect === 'lift';

/** The name of the state that a division is, or null where it is something else. */
export function stateOfDivision(division: string): string | null {
  const code = /^ocd-division\/country:us\/(?:state|district):([a-z]{2})$/.exec(division)?.[1]?.toUpperCase();
  return code !== undefined && Object.hasOwn(STATES, code) ? (STATES[code] ?? null) : null;
}

/** Names of the states among divisions. */
export const statesOf = (divisions: readonly string[]): readonly string[] =>
  divisions.flatMap((division) => stateOfDivision(division) ?? []);

/** Whether a recipient lies where an order holds. A county or a place lies in its state; without an id its state alone is known. */
export function lies(geography: Geography, who: Recipient): boolean {
  if (geography === 'nationwide') return true;
  if ('parties' in geography) return geography.parties.some(({ party }) => party === who.party);
  return geography.divisions.some((division) =>
    who.ocdId === null
      ? who.state !== null && stateOfDivision(division) === who.state
      : who.ocdId === division || who.ocdId.startsWith(`${division}/`),
  );
}

/** Whether the words of one order reach this recipient, whatever of it. */
export const reaches = ({ scope, geography }: Order, who: Recipient): boolean =>
  (scope.requests === null || scope.requests.includes(who.request)) &&
  (scope.recipients === null || scope.recipients.includes(who.service)) &&
  lies(geography, who);

export const holdsItem = ({ scope }: Order, item: number): boolean =>
  scope.items === null || scope.items.includes(item);

const covers = (order: Order, cell: Cell): boolean =>
  reaches(order, cell) &&
  ('item' in cell ? holdsItem(order, cell.item) : order.scope.consequences.includes(cell.consequence));

const RANK: Readonly<Record<Effect, number>> = { stay: 0, enjoin: 0, compel: 0, modify: 1, vacate: 2, lift: 2 };
const keyOf = (order: Order) => `${order.court} ${order.docket} ${order.words} ${order.id}`;

/** By their dates, then by what they do, then by what they say: never by which was recorded first. */
export const byDate = (a: Order, b: Order): number =>
  a.at - b.at || RANK[a.effect] - RANK[b.effect] || (keyOf(a) < keyOf(b) ? -1 : 1);

/** An order and those that changed or ended it, by their dates; what comes after its end no longer counts. */
export function chainOf(original: Order, orders: readonly Order[]): readonly Order[] {
  const after = orders.filter((one) => !isOriginal(one) && one.of.includes(original.id)).sort(byDate);
  const end = after.findIndex(isEnding);
  return [original, ...(end < 0 ? after : after.slice(0, end + 1))];
}

/** A span of time in which an order covered a cell; `until` is the order that ended it. */
export interface Interval {
  readonly begin: Order;
  readonly until: Order | null;
  /** the last order whose words covered it */
  readonly by: Order;
}

/** When the orders of a chain covered something, by what `covered` says of each. */
export function intervalsOf(chain: readonly Order[], covered: (order: Order) => boolean): readonly Interval[] {
  const all: Interval[] = [];
  for (const step of chain) {
    const last = all.at(-1);
    const open = last?.until === null ? last : undefined;
    if (open) all.pop();
    if (!isEnding(step) && covered(step)) all.push({ begin: open?.begin ?? step, by: step, until: null });
    else if (open) all.push({ ...open, until: step });
  }
  return all;
}

const known = (orders: readonly Order[], at: Millis) => orders.filter((one) => one.at <= at);

/** Orders that touch a cell at a time, by their dates. @param orders of the matter, as known */
export function ordersTouching(cell: Cell, orders: readonly Order[], at: Millis): readonly Touch[] {
  const then = known(orders, at);
  return then
    .filter(isOriginal)
    .sort(byDate)
    .flatMap((order) => {
      const open = intervalsOf(chainOf(order, then), (step) => covers(step, cell)).at(-1);
      return open?.until === null ? [{ order, begin: open.begin, by: open.by }] : [];
    });
}

/** Whether an order that began something still holds at a time, whomever it reaches. */
export const inForce = (order: Order, orders: readonly Order[], at: Millis): boolean =>
  isOriginal(order) && order.at <= at && !chainOf(order, known(orders, at)).some(isEnding);

/** The order whose scope and words hold at a time for what `order` began: itself, or the last that modified it. */
export const reachOf = (order: Order, orders: readonly Order[], at: Millis): Order =>
  chainOf(order, known(orders, at)).findLast((one) => !isEnding(one)) ?? order;

/** An order as it touches one recipient, with what of it. */
export interface TouchedRecipient extends Touch {
  readonly items: readonly number[];
  readonly consequences: readonly string[];
}

/**
 * All orders that touch a recipient at a time, each once, with the items and consequences that it touches.
 * @param consequences ids of those that concern this recipient
 */
export function recipientTouches(
  who: Recipient,
  items: readonly number[],
  consequences: readonly string[],
  orders: readonly Order[],
  at: Millis,
): readonly TouchedRecipient[] {
  const found = new Map<string, TouchedRecipient>();
  const add = (touch: Touch, more: Partial<Pick<TouchedRecipient, 'items' | 'consequences'>>) => {
    const before = found.get(touch.order.id) ?? { ...touch, items: [], consequences: [] };
    found.set(touch.order.id, {
      ...before,
      begin: byDate(touch.begin, before.begin) < 0 ? touch.begin : before.begin,
      items: [...before.items, ...(more.items ?? [])],
      consequences: [...before.consequences, ...(more.consequences ?? [])],
    });
  };
  for (const item of items)
    for (const touch of ordersTouching({ ...who, item }, orders, at)) add(touch, { items: [item] });
  for (const consequence of consequences)
    for (const touch of ordersTouching({ ...who, consequence }, orders, at))
      add(touch, { consequences: [consequence] });
  return [...found.values()].sort((a, b) => byDate(a.order, b.order));
}

/** The orders that changed or ended this one by a time, by their dates. */
export const historyOf = (order: Order, orders: readonly Order[], at: Millis): readonly Order[] =>
  isOriginal(order) ? chainOf(order, known(orders, at)).slice(1) : [];
