/** When a consequence, a change of its status or an amount may be written, and the entry that says it. Pure: what it decides on was read before. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Source } from '../matters/entries.ts';
import type { ConsequenceKind, Money, Status } from './entries.ts';
import { type Consequence, isFor, writtenOf } from './view.ts';

/** More in one matter would make its pages slow; amounts that differ go into one consequence as stated amounts. */
export const MOST_CONSEQUENCES = 500;

export interface ConsequenceState {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly consequences: readonly Consequence[];
  /** requests of the matter, each with the ids of those services that the command names */
  readonly requests: ReadonlyMap<string, readonly string[]>;
  /** orders of the matter */
  readonly orders: readonly string[];
}

interface Common {
  /** when it happened */
  readonly at: Millis;
  readonly recipients: readonly string[] | null;
  readonly source: Source | null;
}

export interface Announce extends Common {
  readonly request: string;
  readonly kind: ConsequenceKind;
  readonly programme: string;
  readonly fiscalYear: number | null;
  readonly amount: Money | null;
  readonly words: string;
}

export interface ChangeStatus extends Common {
  readonly consequence: string;
  readonly status: Status;
  readonly reason: string;
  readonly order: string | null;
}

export interface StateAmount extends Common {
  readonly consequence: string;
  readonly amount: Money | null;
  readonly reason: string;
}

const refuse = (code: string, what: string, fields: Readonly<Record<string, string>> = {}) =>
  new RuleRefusal(code, { what, lost: t('orders.lost') }, fields);

function happened(at: Millis, now: Millis): void {
  if (at <= now) return;
  const what = t('orders.con.rule.future');
  throw refuse('not-yet-happened', what, { on: what });
}

function named(recipients: readonly string[] | null, known: readonly string[]): void {
  const strange = recipients?.find((one) => !known.includes(one));
  if (strange === undefined) return;
  const what = t('orders.con.rule.no-recipient');
  throw refuse('no-such-recipient', what, { recipients: what });
}

const entryOf = (state: ConsequenceState, id: string, at: Millis) => ({
  id,
  matter: state.matter,
  by: state.issuer,
  occurredAt: instant(at),
  audience: state.audience,
});

/** @throws RuleRefusal `not-yet-happened`, `no-such-request`, `no-such-recipient`, `too-many-consequences` */
export function announce(state: ConsequenceState, command: Announce, id: string, now: Millis): NewEntry {
  happened(command.at, now);
  const known = state.requests.get(command.request);
  if (!known)
    throw refuse('no-such-request', t('orders.con.rule.no-request'), { request: t('orders.con.input.request') });
  named(command.recipients, known);
  if (state.consequences.length >= MOST_CONSEQUENCES) {
    throw refuse('too-many-consequences', t('orders.con.rule.many', { n: MOST_CONSEQUENCES }));
  }
  const { kind, programme, fiscalYear, amount, words, source, request, recipients } = command;
  return {
    kind: 'consequence.announced',
    ...entryOf(state, id, command.at),
    body: {
      consequence: id,
      ...{ kind, programme, fiscalYear, words },
      amount: amount && { ...amount },
      scope: { request, recipients: recipients && [...recipients] },
      source: source && { ...source },
    },
  };
}

/** The consequence that a command names, and for whom. @throws RuleRefusal */
function changed(state: ConsequenceState, command: ChangeStatus | StateAmount, now: Millis): Consequence {
  const one = state.consequences.find(({ id }) => id === command.consequence);
  if (!one) throw refuse('no-such-consequence', t('orders.con.rule.none'));
  happened(command.at, now);
  if (command.at < one.at) {
    const what = t('orders.con.rule.before');
    throw refuse('before-it-was-announced', what, { on: what });
  }
  named(command.recipients, state.requests.get(one.request) ?? []);
  if (command.recipients?.some((service) => !isFor(one.recipients, service))) {
    const what = t('orders.con.rule.not-concerned');
    throw refuse('not-concerned', what, { recipients: what });
  }
  return one;
}

/** Whether for all that the command names it is so already at its time, and nothing later says otherwise. */
function stands(one: Consequence, command: ChangeStatus, now: Millis): boolean {
  const said = one.changes.flatMap(({ recipients }) => recipients ?? []);
  // Whom no list names is like any other who is in none.
  const some = command.recipients ?? [...(one.recipients ?? []), ...said, ''];
  const asked = one.recipients === null ? some : some.filter((service) => isFor(one.recipients, service));
  return asked.every((service) => {
    const then = writtenOf(one, one.request, service, command.at)?.status;
    const latest = writtenOf(one, one.request, service, now)?.status;
    return then === command.status && latest === command.status;
  });
}

/** @throws RuleRefusal `no-such-consequence`, `before-it-was-announced`, `not-concerned`, `status-stands`, `no-such-order`, … */
export function changeStatus(state: ConsequenceState, command: ChangeStatus, id: string, now: Millis): NewEntry {
  const one = changed(state, command, now);
  const { status, recipients, reason, order, source } = command;
  if (order !== null && !state.orders.includes(order)) {
    throw refuse('no-such-order', t('orders.con.rule.no-order'), { order: t('orders.con.rule.no-order.field') });
  }
  if (stands(one, command, now)) {
    const what = t('orders.con.rule.stands', { status });
    throw refuse('status-stands', what, { status: what });
  }
  return {
    kind: 'consequence.status-changed',
    ...entryOf(state, id, command.at),
    body: {
      consequence: one.id,
      ...{ status, reason, order },
      recipients: recipients && [...recipients],
      source: source && { ...source },
    },
  };
}

/** @throws RuleRefusal as `changeStatus` */
export function stateAmount(state: ConsequenceState, command: StateAmount, id: string, now: Millis): NewEntry {
  const one = changed(state, command, now);
  const { amount, recipients, reason, source } = command;
  return {
    kind: 'consequence.amount-stated',
    ...entryOf(state, id, command.at),
    body: {
      consequence: one.id,
      amount: amount && { ...amount },
      reason,
      recipients: recipients && [...recipients],
      source: source && { ...source },
    },
  };
}
