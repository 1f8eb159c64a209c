/** Entering a court order, as load → rules → append; and what it would touch, for the page before it is written. */
import type { Rows } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { ENGLISH, inLanguage, t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { effectWord } from '../../ui/words.ts';
import { type Consequence, consequencesOf, isFor } from '../consequences/view.ts';
import { matterById } from '../matters/view.ts';
import { requestsOf } from '../requests/view.ts';
import { lastOf } from '../stream.ts';
import { courtWords, type Order } from './order.ts';
import { type Recount, recountsOf } from './recounts.ts';
import { asOrder, clocked, type EnterOrder, enterOrder, type OrderState } from './rules.ts';
import { isEnding, reaches } from './touching.ts';
import { ordersOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

export interface LoadedState extends OrderState {
  readonly facts: readonly Consequence[];
}

/** What an order of this matter is decided on. @throws NotFound */
export async function orderState({ db }: Pick<Services, 'db'>, id: string): Promise<LoadedState> {
  const matter = await matterById(db, id);
  if (!matter) throw new NotFound('no-matter', t('orders.no-matter'));
  const requests = await requestsOf(db, id);
  const ids = requests.map((request) => request.id);
  const revoked = await db
    .selectFrom('view.revocation')
    .select('request')
    .where('request', 'in', orNobody(ids))
    .execute();
  const gone = new Set(revoked.map(({ request }) => request));
  const serving = await db
    .selectFrom('work.request_draft')
    .select('request')
    .where('request', 'in', orNobody(ids))
    .where('served_at', 'is', null)
    .execute();
  const incomplete = new Set(serving.map(({ request }) => request));
  const services = await db
    .selectFrom('view.service')
    .select(['id', 'request', 'recipient', 'ocd_id', 'state', 'occurred_at'])
    .where('request', 'in', orNobody(ids))
    .orderBy('seq')
    .execute();
  const facts = await consequencesOf(db, id);
  return {
    matter: id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? 'public' : 'parties',
    orders: await ordersOf(db, id),
    facts,
    consequences: facts.map((one) => one.id),
    requests: requests.map((request) => ({
      id: request.id,
      items: request.items.map(({ item }) => item),
      zone: request.dueRule.zone,
      kept: request.conduct === 'served' && !gone.has(request.id),
      complete: !incomplete.has(request.id),
    })),
    recipients: services.map((one) => ({
      request: one.request,
      service: one.id,
      party: one.recipient,
      ocdId: one.ocd_id,
      state: one.state,
      servedAt: one.occurred_at.getTime(),
    })),
  };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';
const orNobody = (ids: readonly string[]): string[] => (ids.length === 0 ? [NOBODY] : [...ids]);

/** What an order touches from its date on, counted. */
export interface Touched {
  readonly recipients: number;
  readonly items: number;
  readonly consequences: number;
  /** services whose clock it stops, sets going again, or sets a date for */
  readonly clocks: number;
  /** services it touches whose clock is not kept here */
  readonly elsewhere: number;
}

/** Counts what an order touches; one that ends others, what they touched by their own words. */
export function touchedBy(order: Order, state: LoadedState): Touched {
  const reached = isEnding(order) ? state.orders.filter(({ id }) => order.of.includes(id)) : [order];
  const parties = new Set<string>();
  const items = new Set<string>();
  const consequences = new Set<string>();
  const elsewhere = new Set<string>();
  const kept = new Set(state.requests.filter((one) => one.kept).map(({ id }) => id));
  for (const one of reached) {
    const stays = one.effect === 'stay' || one.effect === 'compel';
    for (const who of clocked(one, state)) {
      parties.add(who.party);
      if (stays && !kept.has(who.request)) elsewhere.add(who.service);
      for (const item of state.requests.find(({ id }) => id === who.request)?.items ?? []) {
        if (one.scope.items === null || one.scope.items.includes(item)) items.add(`${who.request} ${item}`);
      }
    }
    for (const fact of state.facts.filter(({ id }) => one.scope.consequences.includes(id))) {
      const concerned = state.recipients.filter(
        (who) => who.request === fact.request && isFor(fact.recipients, who.service) && reaches(one, who),
      );
      if (concerned.length > 0) consequences.add(fact.id);
      for (const who of concerned) parties.add(who.party);
    }
  }
  const told = new Set<string>();
  for (const row of recountsOf(order, state)) {
    const all = state.recipients.filter(({ request }) => request === row.request).map(({ service }) => service);
    for (const service of row.services ?? all) told.add(service);
  }
  return {
    recipients: parties.size,
    items: items.size,
    consequences: consequences.size,
    clocks: told.size,
    elsewhere: elsewhere.size,
  };
}

/** The order as it would be entered, and what it would touch. @throws RuleRefusal as `enterOrder` */
export function previewOf(state: LoadedState, command: EnterOrder, now: Millis): Touched {
  enterOrder(state, command, NOBODY, now);
  return touchedBy(asOrder(state, command, NOBODY, now), state);
}

/** Work for the recount: one row for each request and thing that happened to its clocks. */
export function recountRows(
  rows: readonly Recount[],
  cause: string,
  { now, reason, newId }: { readonly now: Millis; readonly reason: string; readonly newId: () => string },
): Rows {
  return {
    table: 'work.recount',
    rows: rows.map(({ request, services, event }, i) => ({
      id: newId(),
      cause,
      request,
      services,
      event,
      reason,
      done: 0,
      // A date that is set and its end reach a clock in this order.
      created_at: instant(now + i),
    })),
  };
}

/** Why a clock moves, in the words of the order: it goes into entries, so it is the same in every language. */
export function orderReason(order: Pick<EnterOrder, 'court' | 'docket' | 'effect' | 'words'>): string {
  const effect = inLanguage(ENGLISH, () => effectWord(order.effect));
  const whole = `${courtWords(order)}, ${effect}: ${order.words}`;
  return whole.length > 1000 ? `${whole.slice(0, 999)}…`.toWellFormed() : whole;
}

/** Something else may be written about the matter meanwhile; then it is decided anew on what is there. */
const ATTEMPTS = 5;

/**
 * Enters an order, and queues what it means for clocks in the same append.
 * @param once idempotency key: the same form never writes twice
 * @returns id of the order
 * @throws RuleRefusal as `enterOrder`; NotFound; Conflict
 */
export async function enterCourtOrder(
  needs: Needs,
  matter: string,
  command: EnterOrder,
  once: string,
): Promise<{ readonly id: string; readonly repeated: boolean }> {
  const key = orderKey(matter, once);
  for (let attempt = 1; ; attempt++) {
    const last = await lastOf(needs.db, matter);
    const before = await enteredWith(needs, matter, once);
    if (before !== null) return { id: before, repeated: true };
    const now = needs.clock.now();
    const state = await orderState(needs, matter);
    const entry = enterOrder(state, command, uuidv7(now, needs.random), now);
    try {
      const order = asOrder(state, command, entry.id, now);
      const told = recountsOf(order, state);
      const reason = orderReason(command);
      const newId = () => uuidv7(now, needs.random);
      const written = await needs.ledger.append({
        key,
        entries: [entry],
        expect: [{ stream: matter, last }],
        ...(told.length > 0 ? { rows: [recountRows(told, entry.id, { now, reason, newId })] } : {}),
      });
      return { id: written.entries[0]?.entry.id ?? entry.id, repeated: written.repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

const orderKey = (matter: string, once: string) => `order:${matter}:${once}`;

/** The order that a form has written already, or null. */
export async function enteredWith({ db }: Pick<Services, 'db'>, matter: string, once: string): Promise<string | null> {
  const row = await db
    .selectFrom('ledger.command as c')
    .innerJoin('ledger.entry as e', 'e.seq', 'c.first_seq')
    .select('e.id')
    .where('c.key', '=', orderKey(matter, once))
    .executeTakeFirst();
  return row?.id ?? null;
}
