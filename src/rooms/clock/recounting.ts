/**
 * What a fact that moves many clocks at once means for one of them: the entry `due.recounted` with old and new date, or nothing where
 * that clock stays as it is. Pure.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import type { JsonObject, JsonValue } from '../../proof/index.ts';
import {
  beginsOf,
  type Closing,
  type Counters,
  counterOf,
  duesOf,
  momentIn,
  statesOf,
  uniform,
  zoneOf,
} from './counting.ts';
import type { DueResult } from './due.ts';
import type { CalendarEvent, CellEvent } from './events.ts';
import type { Clocked } from './moving.ts';

/** The fact, as it reaches every clock. */
export interface Cause {
  /** its entry */
  readonly id: string;
  readonly reason: string;
  /** what happened to the clock; null where a calendar changed */
  readonly event: CellEvent | null;
  /** where a calendar changed: what counted without the fact, and from when on it counts */
  readonly calendar: { readonly without: readonly Closing[]; readonly since: Millis } | null;
}

/** The clock of one service with what is said beside it. */
export interface Recounted {
  readonly clocked: Clocked;
  /** the date of each item as it was last told */
  readonly told: (item: number) => { readonly on: string | null; readonly at: Millis | null };
  /** when each answered item was first answered */
  readonly answered: ReadonlyMap<number, Millis>;
}

const sameDate = (a: DueResult, b: DueResult) =>
  a.on === b.on && a.at === b.at && JSON.stringify(a.pauses) === JSON.stringify(b.pauses);

/** An event as an entry holds it: without what is not there. */
export function jsonOf(event: CellEvent | CalendarEvent): JsonObject {
  const body: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(event)) if (value !== undefined) body[name] = value;
  return body;
}

/** An order that took effect before a request was served holds its clock from the service on. */
function notBefore(event: CellEvent, served: Millis, zone: string): CellEvent {
  return momentIn(zone)(event.at) < served ? { ...event, at: instant(served) } : event;
}

/**
 * The entry, or null where nothing is to be told: revoked, conducted elsewhere, every item answered, or the same date as before. An item
 * that was answered counts only where it is late by the old date and in time by the new.
 * @param id of the new entry
 * @param made counters to share between the services of a request
 * @throws RuleRefusal where the date cannot be counted: `calendar-without-year`, `calendar-unknown`, `date-out-of-range`
 */
export function recountDue(
  { clocked: state, told, answered }: Recounted,
  cause: Cause,
  id: string,
  made: Counters = new Map(),
): NewEntry | null {
  if (state.revoked || state.recorded) return null;
  const begins = beginsOf(state);
  const event = cause.event === null ? null : notBefore(cause.event, begins.served, zoneOf(state));
  const events = event === null ? state.events : [...state.events, event];
  const without = cause.calendar === null ? state : { ...state, closings: cause.calendar.without };
  const touched = state.items.filter((item) => event?.items === undefined || event.items.includes(item));
  if (touched.every((item) => answered.has(item)) && touched.every((item) => !lateBy(item))) return null;
  if (event === null && state.events.length === 0 && uniform(state, []) && sameWithoutEvents()) return null;

  const before = duesOf(without, state.events, undefined, made);
  const after = duesOf(state, events, undefined, made);
  const changed = touched.filter((item) => {
    const [a, b] = [before(item), after(item)];
    const changes = !sameDate(a, b) || (event !== null && JSON.stringify(a.working) !== JSON.stringify(b.working));
    if (!changes || !answered.has(item)) return changes;
    const at = answered.get(item) ?? 0;
    return lateBy(item) && (b.at === null || at < Date.parse(b.at));
  });
  // A closing that somebody counted with already, when moving this clock by hand, has been told.
  const news = event === null ? changed.filter((item) => told(item).on !== after(item).on || pausesIn(item)) : changed;
  const [one] = news;
  if (one === undefined) return null;
  const from = event === null ? Math.max(cause.calendar?.since ?? 0, begins.served) : begins.of(event);
  const due = after(one);
  return {
    kind: 'due.recounted',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(from),
    audience: state.audience,
    body: {
      service: state.service,
      request: state.request,
      reason: cause.reason,
      cause: cause.id,
      event: event === null ? null : jsonOf(event),
      due: {
        before: told(one).on,
        after: due.on,
        working: due.working.slice(-100),
        states: statesOf(state, events, from, made),
      },
    },
  };

  /** Whether an answered item is late by the date that was told. */
  function lateBy(item: number): boolean {
    const at = answered.get(item);
    const due = told(item).at;
    return at !== undefined && due !== null && at >= due;
  }
  /** The quick way for those to whom nothing happened yet: most of them. */
  function sameWithoutEvents(): boolean {
    const a = counterOf(without, undefined, undefined, made).date(state.served);
    const b = counterOf(state, undefined, undefined, made).date(state.served);
    return a?.at === b?.at;
  }
  /** While the clock stands there is no date to compare; its pauses say what is new. */
  function pausesIn(item: number): boolean {
    return after(item).on === null && JSON.stringify(before(item).pauses) !== JSON.stringify(after(item).pauses);
  }
}
