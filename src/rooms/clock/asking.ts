/**
 * Rules of asking for more time: a recipient asks, the issuer extends (moving.ts) or refuses. Pure: what is known plus the time go in; one
 * entry, or one named refusal, comes out. An ask moves no date.
 */
import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { dayOf, wordsOf } from './days.ts';
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
  new RuleRefusal(
    code,
    { what, lost: 'Nothing was sent; what you typed stands below.', next },
    field ? { [field]: what } : {},
  );

const share = (a: readonly number[] | null, b: readonly number[] | null) =>
  a === null || b === null || a.some((item) => b.includes(item));

/**
 * The entry by which a recipient asks for more time.
 * @param id of the new entry
 * @throws RuleRefusal `request-revoked`, `request-recorded`, `no-such-item`, `everything-answered`, `asked-already`, `clock-stands`, `ask-not-later`
 */
export function askExtension(state: AskState, command: AskExtension, id: string, now: Millis): NewEntry {
  const { until, items, reason, askedBy } = command;
  if (state.revoked)
    throw refuse(
      'request-revoked',
      'The request was revoked: there is nothing to answer.',
      'You need not do anything.',
    );
  if (state.recorded)
    throw refuse('request-recorded', 'This request was conducted elsewhere.', 'Ask the office that sent it.');
  if (items?.some((item) => !state.items.some((one) => one.item === item)))
    throw refuse('no-such-item', 'There is no such item in this request.', 'Name items by their numbers.', 'items');
  const meant = state.items.filter(({ item }) => items === null || items.includes(item));
  const open = meant.filter((one) => !one.answered);
  if (open.length === 0) {
    const what = items === null ? 'Everything is answered already.' : 'Those items are answered already.';
    throw refuse('everything-answered', what, 'No more time is needed for them.', 'items');
  }
  if (waitingIn(state.asks).some((ask) => share(ask.items, items))) {
    throw refuse(
      'asked-already',
      'You have asked for more time already, and it is not answered yet.',
      'Wait for the answer; it comes by mail.',
    );
  }
  const dates = open.flatMap(({ dueOn }) => (dueOn === null ? [] : [dueOn])).sort();
  const [first] = dates;
  if (first === undefined) {
    throw refuse('clock-stands', 'The clock stands, so no date runs that could be put off.', 'Ask once it runs again.');
  }
  if (until <= first) {
    throw refuse(
      'ask-not-later',
      `It is due ${wordsOf(dayOf(first))}; that day is no later.`,
      'Choose a later day.',
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
  const lost = 'Nothing was written.';
  if (!ask) {
    throw new RuleRefusal('no-such-ask', { what: 'Nobody asked for that.', lost, next: 'Look at the clock again.' });
  }
  if (ask.answer !== null) {
    const what = ask.answer.outcome === 'extended' ? 'More time was given already.' : 'This was refused already.';
    throw new RuleRefusal('ask-answered-already', { what, lost, next: 'Look at the clock again.' });
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
