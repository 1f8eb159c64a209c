/** When a court order may be entered, and the entry that says it. Pure: what it decides on was read before; time is an argument. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { dateText } from '../../ui/time.tsx';
import { dateIn } from '../clock/rules.ts';
import { atDay } from '../day-only.ts';
import type { DocumentRef } from '../fields.ts';
import { alikeOf, itemsAlike } from './alike.ts';
import type { Effect, Geography, OrderSource, Scope } from './entries.ts';
import { type Order, orderName } from './order.ts';
import { type Span, spansOf } from './telling.ts';
import { byDate, chainOf, holdsItem, isEnding, isOriginal, type Recipient, reaches } from './touching.ts';

/** A recipient with the time at which its service counts as made. */
export interface ServedRecipient extends Recipient {
  readonly servedAt: Millis;
}

export interface OrderedRequest {
  readonly id: string;
  readonly items: readonly number[];
  /** its zone is where days of its clock begin */
  readonly zone: string;
  /** conducted here, and not revoked: its clocks are kept here */
  readonly kept: boolean;
  /** nobody is going to be served any more */
  readonly complete: boolean;
}

export interface OrderState {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly orders: readonly Order[];
  /** ids of consequences of the matter */
  readonly consequences: readonly string[];
  readonly requests: readonly OrderedRequest[];
  readonly recipients: readonly ServedRecipient[];
}

/** An order as a person fills it in. */
export interface EnterOrder {
  readonly court: string;
  readonly docket: string;
  readonly judge: string | null;
  readonly date: string;
  readonly effect: Effect;
  readonly words: string;
  readonly scope: Scope;
  readonly geography: Geography;
  readonly of: readonly string[];
  readonly compel: string | null;
  readonly document: DocumentRef | null;
  readonly source: OrderSource | null;
}

function refuse(code: string, what: string, field = ''): RuleRefusal {
  return new RuleRefusal(code, { what, lost: t('orders.lost') }, field === '' ? {} : { [field]: what });
}

/** The order as it would stand among the others. */
export const asOrder = (state: OrderState, command: EnterOrder, id: string, now: Millis): Order => ({
  ...command,
  id,
  matter: state.matter,
  audience: state.audience,
  at: atDay(command.date, now),
  seq: Number.MAX_SAFE_INTEGER,
  recordedAt: new Date(now),
});

function checkWhole({ effect, scope, compel, of, geography, date, source, document }: EnterOrder, now: Millis): void {
  if (date > instant(now).slice(0, 10)) {
    throw refuse('order-in-future', t('orders.rule.future'), 'date');
  }
  if (document === null && source === null) {
    throw refuse('order-without-source', t('orders.rule.source'), 'publisher');
  }
  if (effect === 'stay' && compel !== null) {
    throw refuse('order-stays-and-compels', t('orders.rule.stay-and-date'), 'compel');
  }
  if (effect === 'compel' && compel === null) {
    throw refuse('compel-without-date', t('orders.rule.compel-date'), 'compel');
  }
  if (compel !== null && effect !== 'compel' && effect !== 'modify') {
    throw refuse('compel-date-without-compel', t('orders.rule.only-compel'), 'compel');
  }
  if (compel !== null && compel < date) {
    throw refuse('compel-before-order', t('orders.rule.compel-before'), 'compel');
  }
  if (geography !== 'nationwide' && ('divisions' in geography ? geography.divisions : geography.parties).length === 0) {
    throw refuse('geography-names-nothing', t('orders.rule.nowhere'), 'places');
  }
  const begins = isOriginal({ effect });
  if (begins && of.length > 0) {
    throw refuse('order-names-earlier', t('orders.rule.names-earlier'), 'of');
  }
  if (!begins && of.length === 0) {
    throw refuse('order-changes-nothing', t('orders.rule.changes-nothing', { effect }), 'of');
  }
  if (isEnding({ effect })) {
    const whole =
      geography === 'nationwide' &&
      scope.requests === null &&
      scope.recipients === null &&
      scope.items === null &&
      scope.consequences.length === 0;
    if (!whole) {
      throw refuse('ending-has-scope', t('orders.rule.ends-whole'), 'effect');
    }
  } else if (scope.items?.length === 0 && scope.consequences.length === 0) {
    throw refuse('order-touches-nothing', t('orders.rule.touches-nothing'), 'items');
  }
  if (effect === 'compel' && scope.items?.length === 0) {
    throw refuse('compel-without-items', t('orders.rule.compel-items'), 'items');
  }
}

function checkNames({ scope }: EnterOrder, state: OrderState): void {
  const requests = state.requests.filter(({ id }) => scope.requests?.includes(id) ?? true);
  if (scope.requests !== null && requests.length < scope.requests.length) {
    throw refuse('no-such-request', t('orders.rule.no-request'), 'requests');
  }
  const here = new Set(requests.map(({ id }) => id));
  const known = new Set(state.recipients.filter(({ request }) => here.has(request)).map(({ service }) => service));
  if (scope.recipients?.some((service) => !known.has(service))) {
    throw refuse('no-such-recipient', t('orders.rule.no-recipient'), 'recipients');
  }
  const item = scope.items?.find((n) => !requests.some(({ items }) => items.includes(n)));
  if (item !== undefined) throw refuse('no-such-item', t('orders.rule.no-item', { item }), 'items');
  if (scope.consequences.some((id) => !state.consequences.includes(id))) {
    throw refuse('no-such-consequence', t('orders.rule.no-consequence'), 'consequences');
  }
}

function checkEarlier({ effect, date, of, compel }: EnterOrder, { orders }: OrderState): void {
  for (const id of of) {
    const earlier = orders.find((one) => one.id === id);
    if (!earlier) throw refuse('no-such-order', t('orders.rule.no-order'), 'of');
    if (!isOriginal(earlier)) {
      throw refuse('order-not-original', t('orders.rule.not-original', { order: orderName(earlier) }), 'of');
    }
    if (date < earlier.date) {
      throw refuse('order-before-what-it-changes', t('orders.rule.younger', { order: orderName(earlier) }), 'date');
    }
    const end = chainOf(earlier, orders).find(isEnding);
    if (end && end.date <= date) {
      throw refuse(
        'order-already-ended',
        t('orders.rule.ended', { order: orderName(earlier), day: dateText(end.date) }),
        'of',
      );
    }
    if (effect === 'modify' && compel !== null && earlier.effect !== 'compel') {
      throw refuse('compel-date-without-compel', t('orders.rule.not-compelling'), 'compel');
    }
  }
}

/** Recipients whose clocks an order touches. */
export function clocked(order: Order, { recipients, requests }: OrderState): readonly ServedRecipient[] {
  const shared = new Set(requests.filter(({ items }) => items.some((n) => holdsItem(order, n))).map(({ id }) => id));
  return recipients.filter((who) => shared.has(who.request) && reaches(order, who));
}

/** The other order, where one cell would be stayed and compelled from the same day, or by one order both. */
function staysAndCompels(order: Order, state: OrderState): Order | null {
  const all = [...state.orders, order];
  const chains = all.filter(isOriginal).map((original) => chainOf(original, all));
  const [stays, compels] = [
    chains.filter(([one]) => one?.effect === 'stay'),
    chains.filter(([one]) => one?.effect === 'compel'),
  ];
  const changed = (chain: readonly Order[]) => chain.includes(order);
  const pairs = stays.flatMap((stay) =>
    compels.filter((compel) => changed(stay) || changed(compel)).map((compel) => ({ stay, compel })),
  );
  for (const { stay, compel } of pairs) {
    const steps = [...stay, ...compel];
    for (const request of state.requests) {
      const recipients = state.recipients.filter((who) => who.request === request.id);
      for (const { first } of alikeOf(steps, recipients, request.zone)) {
        for (const [item] of itemsAlike(steps, request.items)) {
          const covered = (step: Order) => item !== undefined && reaches(step, first) && holdsItem(step, item);
          const [a, b] = [spansOf(stay, covered), spansOf(compel, covered)];
          const clash = a.some((one) => b.some((other) => clashes(one, stay, other)));
          if (clash) return [stay[0], compel[0]].find((one) => one !== undefined && one.id !== order.id) ?? order;
        }
      }
    }
  }
  return null;
}

/** From one day both; or the words that set the date are words of the stay too. */
const clashes = (stay: Span, stays: readonly Order[], compel: Span): boolean =>
  stay.begin.date === compel.begin.date ||
  (stays.includes(compel.begin) &&
    byDate(stay.begin, compel.begin) <= 0 &&
    (stay.until === null || byDate(compel.begin, stay.until) < 0));

function checkClocks(order: Order, state: OrderState): void {
  if (isEnding(order) || order.effect === 'enjoin') return;
  const other = staysAndCompels(order, state);
  if (other) {
    const what = t('orders.rule.clash', { order: orderName(other), effect: other.effect });
    throw refuse('order-stays-and-compels', what, 'effect');
  }
  if (!isOriginal(order)) return;
  const touched = clocked(order, state);
  if (touched.length === 0) return;
  const zones = new Map(state.requests.map(({ id, zone }) => [id, zone]));
  const first = touched
    .map(({ request, servedAt }) => dateIn(zones.get(request) ?? 'UTC', servedAt).toString())
    .reduce((a, b) => (b < a ? b : a));
  if (order.date < first) {
    throw refuse('order-before-service', t('orders.rule.before-service', { day: dateText(first) }), 'date');
  }
}

/**
 * @throws RuleRefusal `order-in-future`, `order-without-source`, `order-stays-and-compels`, `compel-without-date`,
 * `compel-date-without-compel`, `compel-before-order`, `compel-without-items`, `geography-names-nothing`, `order-names-earlier`,
 * `order-changes-nothing`, `ending-has-scope`, `order-touches-nothing`, `no-such-request`, `no-such-recipient`, `no-such-item`,
 * `no-such-consequence`, `no-such-order`, `order-not-original`, `order-before-what-it-changes`, `order-already-ended`,
 * `order-before-service`
 */
export function enterOrder(state: OrderState, command: EnterOrder, id: string, now: Millis): NewEntry {
  checkWhole(command, now);
  checkNames(command, state);
  checkEarlier(command, state);
  const order = asOrder(state, command, id, now);
  checkClocks(order, state);
  const { court, docket, judge, date, effect, words, scope, geography, of, compel, document, source } = command;
  const copy = (ids: readonly string[] | null) => ids && [...ids];
  return {
    kind: 'order.entered',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(order.at),
    audience: state.audience,
    body: {
      order: id,
      ...{ court, docket, judge, date, effect, words, compel },
      scope: {
        requests: copy(scope.requests),
        recipients: copy(scope.recipients),
        items: scope.items && [...scope.items],
        consequences: [...scope.consequences],
      },
      geography:
        geography === 'nationwide'
          ? geography
          : 'divisions' in geography
            ? { divisions: [...geography.divisions] }
            : { parties: geography.parties.map((one) => ({ ...one })) },
      of: [...of],
      document: document && { ...document },
      source: source && { ...source },
    },
  };
}
