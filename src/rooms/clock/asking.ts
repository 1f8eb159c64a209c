/**
 * Rules of asking for more time: a recipient asks, the issuer extends (moving.ts) or refuses. Pure: what is known plus the time go in; one
 * entry, or one named refusal, comes out. An ask moves no date.
 */
import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { daySaid } from './day-said.ts';
import { dayOf } from './days.ts';
import { dueExtended, extensionAsked, extensionRefused } from './entries.ts';
import type { Recorded } from './history.ts';

/** One time that a recipient asked, and what was answered. */
export interface Ask {
  readonly entry: string;
  readonly until: string;
  readonly items: readonly number[] | null;
  readonly reason: string;
  readonly askedBy: string;
  readonly recordedAt: Date;
  readonly answer:
    | { readonly outcome: 'extended'; readonly entry: string; readonly to: string | null; readonly at: Date }
    | { readonly outcome: 'refused'; readonly entry: string; readonly reason: string; readonly at: Date }
    | null;
}

const extended = z.object({ ask: dueExtended.shape.ask, due: z.object({ after: z.string().nullable() }) });

/** What was asked for in a history, oldest first. */
export function asksIn(entries: readonly Recorded[]): readonly Ask[] {
  const answers = new Map<string, NonNullable<Ask['answer']>>();
  for (const { id, kind, body, recordedAt } of entries) {
    if (kind === 'due.extended') {
      const { ask, due } = extended.parse(body);
      if (ask !== undefined) answers.set(ask, { outcome: 'extended', entry: id, to: due.after, at: recordedAt });
    }
    if (kind === 'extension.refused') {
      const { ask, reason } = extensionRefused.parse(body);
      answers.set(ask, { outcome: 'refused', entry: id, reason, at: recordedAt });
    }
  }
  return entries.flatMap(({ id, kind, body, recordedAt }) => {
    if (kind !== 'extension.asked') return [];
    const { until, items, reason, askedBy } = extensionAsked.parse(body);
    return [{ entry: id, until, items, reason, askedBy, recordedAt, answer: answers.get(id) ?? null }];
  });
}

export const waitingIn = (asks: readonly Ask[]): readonly Ask[] => asks.filter((ask) => ask.answer === null);

/** What is decided on, besides the asks so far. */
export interface AskState {
  readonly matter: string;
  readonly service: string;
  readonly request: string;
  readonly issuer: string;
  readonly recipient: string;
  readonly revoked: boolean;
  readonly recorded: boolean;
  /** each item asked of the recipient: its date as it stands, null while its clock stands, and whether it is answered */
  readonly items: readonly { readonly item: number; readonly dueOn: string | null; readonly answered: boolean }[];
  readonly asks: readonly Ask[];
}

export interface AskExtension {
  readonly until: string;
  /** null: everything that is open */
  readonly items: readonly number[] | null;
  readonly reason: string;
  /** who asks, as they name themselves */
  readonly askedBy: string;
}

const refuse = (code: string, what: string, next: string, field?: string) =>
  new RuleRefusal(code, { what, lost: t('clock.lost.unsent-typed'), next }, field ? { [field]: what } : {});

const share = (a: readonly number[] | null, b: readonly number[] | null) =>
  a === null || b === null || a.some((item) => b.includes(item));

/**
 * The entry by which a recipient asks for more time.
 * @param id of the new entry
 * @throws RuleRefusal `request-revoked`, `request-recorded`, `no-such-item`, `everything-answered`, `asked-already`, `clock-stands`, `ask-not-later`
 */
export function askExtension(state: AskState, command: AskExtension, id: string, now: Millis): NewEntry {
  const { until, items, reason, askedBy } = command;
  if (state.revoked) throw refuse('request-revoked', t('clock.ask.revoked'), t('clock.ask.revoked.next'));
  if (state.recorded) throw refuse('request-recorded', t('clock.ask.elsewhere'), t('clock.ask.elsewhere.next'));
  if (items?.some((item) => !state.items.some((one) => one.item === item)))
    throw refuse('no-such-item', t('clock.no-item'), t('clock.no-item.next'), 'items');
  const meant = state.items.filter(({ item }) => items === null || items.includes(item));
  const open = meant.filter((one) => !one.answered);
  if (open.length === 0) {
    const what = items === null ? t('clock.ask.answered.all') : t('clock.ask.answered.some');
    throw refuse('everything-answered', what, t('clock.ask.answered.next'), 'items');
  }
  if (waitingIn(state.asks).some((ask) => share(ask.items, items))) {
    throw refuse('asked-already', t('clock.ask.twice'), t('clock.ask.twice.next'));
  }
  const dates = open.flatMap(({ dueOn }) => (dueOn === null ? [] : [dueOn])).sort();
  const [first] = dates;
  if (first === undefined) {
    throw refuse('clock-stands', t('clock.ask.stands'), t('clock.ask.stands.next'));
  }
  if (until <= first) {
    throw refuse(
      'ask-not-later',
      t('clock.ask.not-later', { day: daySaid(dayOf(first)) }),
      t('clock.ask.not-later.next'),
      'until',
    );
  }
  return {
    kind: 'extension.asked',
    id,
    matter: state.matter,
    by: state.recipient,
    occurredAt: instant(now),
    audience: 'parties',
    body: {
      service: state.service,
      request: state.request,
      until,
      items: items === null ? null : [...items],
      reason,
      askedBy,
    },
  };
}

/** @throws RuleRefusal `no-such-ask`, `ask-answered-already` */
export function waitingAsk(asks: readonly Ask[], id: string): Ask {
  const ask = asks.find((one) => one.entry === id);
  const lost = t('clock.lost.written');
  if (!ask) {
    throw new RuleRefusal('no-such-ask', { what: t('clock.ask.nobody'), lost, next: t('clock.next.look') });
  }
  if (ask.answer !== null) {
    const what = ask.answer.outcome === 'extended' ? t('clock.ask.given') : t('clock.ask.refused');
    throw new RuleRefusal('ask-answered-already', { what, lost, next: t('clock.next.look') });
  }
  return ask;
}

/** The entry by which the issuer refuses. @throws RuleRefusal as `waitingAsk` */
export function refuseExtension(
  state: Pick<AskState, 'matter' | 'service' | 'request' | 'issuer' | 'asks'>,
  command: { readonly ask: string; readonly reason: string },
  id: string,
  now: Millis,
): NewEntry {
  const { entry: ask } = waitingAsk(state.asks, command.ask);
  return {
    kind: 'extension.refused',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: 'parties',
    body: { service: state.service, request: state.request, ask, reason: command.reason },
  };
}
