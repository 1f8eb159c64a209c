/**
 * Rules of what moves a due date: extend, pause, resume, correct the date of service. Pure: what is known plus the time go in; one
 * entry that names old and new date, or one named refusal, comes out.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { checkEvents } from './check.ts';
import { beginsOf, type Counted, counterOf, momentIn, statesOf, touching, zoneOf } from './counting.ts';
import { daySaid } from './day-said.ts';
import { dayOf } from './days.ts';
import type { CAUSES } from './entries.ts';
import { cellEventsIn } from './history.ts';
import type { Unit } from './rule.ts';

export interface Clocked extends Counted {
  readonly matter: string;
  readonly audience: 'public' | 'parties';
  readonly service: string;
  readonly request: string;
  readonly revoked: boolean;
  /** conducted elsewhere and written down here */
  readonly recorded: boolean;
}

export type Moving =
  | {
      readonly do: 'extend';
      readonly items: readonly number[] | null;
      readonly to: string | null;
      readonly by: { readonly count: number; readonly unit: Unit } | null;
      readonly asked: boolean;
      readonly reason: string;
      /** when it was given; the present unless told */
      readonly given?: Millis;
      /** the entry `extension.asked` that it answers */
      readonly ask?: string;
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

/** The command's own part of the body, and when it happened: an extension when it was given, a pause when it began, a service when it was made. */
function factOf(state: Clocked, command: Moving, now: Millis) {
  const { reason } = command;
  switch (command.do) {
    case 'extend':
      return {
        at: command.given ?? now,
        items: command.items,
        body: {
          reason,
          items: listed(command.items),
          to: command.to,
          by: command.by && { ...command.by },
          asked: command.asked,
          ...(command.ask === undefined ? {} : { ask: command.ask }),
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
  new RuleRefusal(code, { what, lost: t('clock.lost.written'), next });

/**
 * The entry for one command, with the date before and after.
 * @param id of the new entry
 * @throws RuleRefusal `request-recorded`, `no-such-item`, `request-revoked`, `not-yet-happened`, `already-resumed`, `extension-not-later`, and those of `checkEvents`
 */
export function moveDue(state: Clocked, command: Moving, id: string, now: Millis): NewEntry {
  if (state.revoked) {
    throw refuse('request-revoked', t('clock.move.revoked'), t('clock.move.revoked.next'));
  }
  if (state.recorded) {
    throw refuse('request-recorded', t('clock.move.elsewhere'), t('clock.move.elsewhere.next'));
  }
  const { at, items, body } = factOf(state, command, now);
  if (items?.some((item) => !state.items.includes(item))) {
    throw refuse('no-such-item', t('clock.no-item'), t('clock.no-item.next'));
  }
  if (at > now) {
    throw refuse('not-yet-happened', t('clock.move.future'), t('clock.move.future.next'));
  }
  if (command.do === 'resume' && state.events.some((one) => one.type === 'resumed' && one.of === command.tolled)) {
    throw refuse('already-resumed', t('clock.move.resumed'), t('clock.next.look'));
  }
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
  const zone = zoneOf(state);
  checkEvents({ service: state.served }, all, momentIn(zone), zone);
  // Items may differ; what is told is the date of the first that is touched.
  const one = items?.[0] ?? (state.own.size > 0 ? state.items[0] : undefined);
  const counter = counterOf(state, one);
  const before = counter.due(state.served, touching(state.events, one));
  const after = counter.due(state.served, touching(all, one));
  if (
    command.do === 'extend' &&
    (before.on === null ? command.to === null : after.on !== null && after.on <= before.on)
  ) {
    throw before.on === null
      ? refuse('clock-stands', t('clock.move.stands'), t('clock.move.stands.next'))
      : refuse(
          'extension-not-later',
          t('clock.move.not-later', { day: daySaid(dayOf(before.on)) }),
          t('clock.move.not-later.next'),
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
        states: statesOf(state, all, beginsOf(state).of(event)),
      },
    },
  };
}
