/**
 * Rules of what moves a due date: extend, pause, resume, correct the date of service. Pure: what is known plus the time go in; one
 * entry that names old and new date, or one named refusal, comes out.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { checkEvents } from './check.ts';
import { dayOf, isoOf, wordsOf } from './days.ts';
import { type Counter, counterFor, type Setting } from './due.ts';
import type { CAUSES, Change, DueCell } from './entries.ts';
import type { CellEvent, Service, When } from './events.ts';
import { cellEventsIn } from './history.ts';
import type { DueRule, Unit } from './rule.ts';
import { startOf } from './zone.ts';

export interface Clocked {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly service: string;
  readonly request: string;
  readonly revoked: boolean;
  /** conducted elsewhere and written down here */
  readonly recorded: boolean;
  /** numbers of the request's items */
  readonly items: readonly number[];
  readonly rule: DueRule;
  readonly setting: Setting;
  readonly served: Service;
  readonly events: readonly CellEvent[];
}

export type Moving =
  | {
      readonly do: 'extend';
      readonly items: readonly number[] | null;
      readonly to: string | null;
      readonly by: { readonly count: number; readonly unit: Unit } | null;
      readonly asked: boolean;
      readonly reason: string;
    }
  | {
      readonly do: 'toll';
      readonly items: readonly number[] | null;
      readonly cause: (typeof CAUSES)[number];
      readonly from: Millis;
      readonly until: Millis | null;
      readonly reason: string;
    }
  | { readonly do: 'resume'; readonly tolled: string; readonly from: Millis; readonly reason: string }
  | { readonly do: 'correct'; readonly servedAt: Millis; readonly reason: string };

const KINDS = {
  extend: 'due.extended',
  toll: 'clock.tolled',
  resume: 'clock.resumed',
  correct: 'service.corrected',
} as const;

/** The command's own part of the body, and when it happened: an extension when it is given, a pause when it began, a service when it was made. */
function factOf(state: Clocked, command: Moving, now: Millis) {
  const { reason } = command;
  switch (command.do) {
    case 'extend':
      return {
        at: now,
        items: command.items,
        body: {
          reason,
          items: listed(command.items),
          to: command.to,
          by: command.by && { ...command.by },
          asked: command.asked,
        },
      };
    case 'toll': {
      const until = command.until === null ? null : instant(command.until);
      return {
        at: command.from,
        items: command.items,
        body: { reason, items: listed(command.items), cause: command.cause, until },
      };
    }
    case 'resume':
      return {
        at: command.from,
        items: state.events.find((one) => one.id === command.tolled)?.items ?? null,
        body: { reason, tolled: command.tolled },
      };
    case 'correct':
      return { at: command.servedAt, items: null, body: { reason, servedAt: instant(command.servedAt) } };
  }
}

const listed = (items: readonly number[] | null) => (items === null ? null : [...items]);

const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: 'Nothing was written.', next });

/** One cell for all items where their dates are the same, else one for those that share a date. */
function cellsOf(state: Clocked, counter: Counter, events: readonly CellEvent[]): DueCell[] {
  const cell = (some: readonly CellEvent[]): Omit<DueCell, 'items'> => {
    const { on, at, pauses } = counter.due(state.served, some);
    return {
      on,
      at,
      pauses: pauses.map((pause) => ({
        kind: pause.kind,
        from: isoOf(pause.from),
        until: pause.until === null ? null : isoOf(pause.until),
        fromAt: instant(pause.fromAt),
        untilAt: pause.untilAt === null ? null : instant(pause.untilAt),
        order: pause.order,
        words: pause.words,
      })),
    };
  };
  if (events.every((one) => one.items === undefined)) return [{ items: null, ...cell(events) }];
  const same = new Map<string, { items: number[]; cell: Omit<DueCell, 'items'> }>();
  for (const item of state.items) {
    const of = cell(touching(events, item));
    const key = JSON.stringify(of);
    const found = same.get(key);
    if (found) found.items.push(item);
    else same.set(key, { items: [item], cell: of });
  }
  const groups = [...same.values()];
  return groups.map((group) => ({ items: groups.length === 1 ? null : group.items, ...group.cell }));
}

/** Events that touch an item; those that touch all items for `undefined`. */
export const touching = (events: readonly CellEvent[], item: number | undefined): readonly CellEvent[] =>
  events.filter((one) => one.items === undefined || (item !== undefined && one.items.includes(item)));

const MOST_STATES = 200;

/** The dates from each moment on that the new event changes, oldest first. */
function statesOf(
  state: Clocked,
  counter: Counter,
  event: CellEvent,
  moment: (when: When) => Millis,
): Change['states'] {
  // A corrected date of service was true from the start.
  const begins = (one: CellEvent) =>
    one.type === 'service-corrected'
      ? moment('at' in state.served ? state.served.at : state.served.on)
      : moment(one.at);
  const all = [...state.events, event];
  const from = begins(event);
  const moments = [...new Set([from, ...all.map(begins).filter((at) => at > from)])].sort((a, b) => a - b);
  return moments.slice(-MOST_STATES).map((at) => ({
    from: instant(at),
    cells: cellsOf(
      state,
      counter,
      all.filter((one) => begins(one) <= at),
    ),
  }));
}

/**
 * The entry for one command, with the date before and after.
 * @param id of the new entry
 * @throws RuleRefusal `request-recorded`, `no-such-item`, `request-revoked`, `not-yet-happened`, `already-resumed`, `extension-not-later`, and those of `checkEvents`
 */
export function moveDue(state: Clocked, command: Moving, id: string, now: Millis): NewEntry {
  if (state.revoked) {
    throw refuse(
      'request-revoked',
      'The request was revoked, so its clock has stopped for good.',
      'Issue a new request.',
    );
  }
  if (state.recorded) {
    throw refuse(
      'request-recorded',
      'This request was conducted elsewhere, so its clock is not kept here.',
      'Add what is known of it as a note.',
    );
  }
  const { at, items, body } = factOf(state, command, now);
  if (items?.some((item) => !state.items.includes(item))) {
    throw refuse('no-such-item', 'There is no such item in this request.', 'Name items by their numbers.');
  }
  if (at > now) {
    throw refuse('not-yet-happened', 'What moves the clock has to have happened.', 'Give a time that has passed.');
  }
  if (command.do === 'resume' && state.events.some((one) => one.type === 'resumed' && one.of === command.tolled)) {
    throw refuse('already-resumed', 'That pause has ended already.', 'Look at the clock again.');
  }
  const counter = counterFor(state.rule, state.setting);
  const draft = {
    service: state.service,
    request: state.request,
    ...body,
    due: {
      before: null,
      after: null,
      working: ['–'],
      states: [{ from: instant(at), cells: [{ items: null, on: null, at: null, pauses: [] }] }],
    },
  };
  const [event] = cellEventsIn([
    { id, kind: KINDS[command.do], occurredAt: new Date(at), recordedAt: new Date(now), body: draft },
  ]);
  if (!event) throw new Error(`no event of ${command.do}`);
  const all = [...state.events, event];
  const moment = (when: When) => (when.length === 10 ? startOf(counter.zone, dayOf(when)) : Date.parse(when));
  checkEvents({ service: state.served }, all, moment, counter.zone);
  // Items may differ; what is told is the date of the first that is touched.
  const one = items?.[0];
  const before = counter.due(state.served, touching(state.events, one));
  const after = counter.due(state.served, touching(all, one));
  if (
    command.do === 'extend' &&
    (before.on === null ? command.to === null : after.on !== null && after.on <= before.on)
  ) {
    throw before.on === null
      ? refuse(
          'clock-stands',
          'The clock stands, so there is no date to add days to.',
          'Extend to a date, or resume first.',
        )
      : refuse(
          'extension-not-later',
          `The date that stands is ${wordsOf(dayOf(before.on))}; the extension is no later.`,
          'Choose a later date.',
        );
  }
  return {
    kind: KINDS[command.do],
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(at),
    audience: state.audience,
    body: {
      service: state.service,
      request: state.request,
      ...body,
      due: {
        before: before.on,
        after: after.on,
        working: after.working.slice(-100),
        states: statesOf(state, counter, event, moment),
      },
    },
  };
}
