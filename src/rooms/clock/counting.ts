/**
 * The date of each item of one service: which rule and which closings count for it, from which moment on. Pure; writes nothing and reads
 * no database. What moves a date is in moving.ts and recounting.ts.
 */
import { instant, type Millis } from '../../base/clock.ts';
import { dayOf, isoOf } from './days.ts';
import { type Counter, counterFor, type DueResult, type Setting } from './due.ts';
import type { Change, DueCell } from './entries.ts';
import type { CalendarEvent, CellEvent, Service, When } from './events.ts';
import type { DueRule } from './rule.ts';
import { startOf } from './zone.ts';

/** A closing, holiday or working day that somebody added to the calendar of a party. */
export interface Closing {
  /** the entry that added it */
  readonly id: string;
  /** whose calendar */
  readonly party: string;
  /** from when on it counts, on the axis of what happened: when it was told, or the closed day where that was earlier */
  readonly since: Millis;
  readonly event: CalendarEvent;
}

/** What the clock of a service is counted from. */
export interface Counted {
  readonly issuer: string;
  /** the party that was served */
  readonly recipient: string;
  /** numbers of the request's items */
  readonly items: readonly number[];
  readonly rule: DueRule;
  /** items with a rule of their own */
  readonly own: ReadonlyMap<number, DueRule>;
  readonly setting: Setting;
  /** of both parties' calendars; each rule takes those of the party that it counts by */
  readonly closings: readonly Closing[];
  readonly served: Service;
  readonly events: readonly CellEvent[];
}

/** Counters already made, for many services of one request. */
export type Counters = Map<string, Counter>;

const ruleKeys = new WeakMap<DueRule, string>();
function keyOf(rule: DueRule): string {
  const known = ruleKeys.get(rule) ?? JSON.stringify(rule);
  ruleKeys.set(rule, known);
  return known;
}

/** The counter of an item, with the closings that counted at a moment; all of them where none is given. */
export function counterOf(
  state: Counted,
  item: number | undefined,
  at = Number.POSITIVE_INFINITY,
  made: Counters = new Map(),
): Counter {
  const rule = (item === undefined ? undefined : state.own.get(item)) ?? state.rule;
  const party = rule.type === 'count' && rule.whose === 'recipient' ? state.recipient : state.issuer;
  const closings = state.closings.filter((one) => one.party === party && one.since <= at);
  const { holidays, zone } = state.setting.recipient ?? {};
  const key = `${keyOf(rule)} ${holidays ?? ''} ${zone ?? ''} ${closings.map((one) => one.id).join(' ')}`;
  const known = made.get(key);
  if (known) return known;
  const added = [...(state.setting.closings ?? []), ...closings.map((one) => one.event)];
  const counter = counterFor(rule, { ...state.setting, closings: added });
  made.set(key, counter);
  return counter;
}

/** Events that touch an item; those that touch all items for `undefined`. */
export const touching = (events: readonly CellEvent[], item: number | undefined): readonly CellEvent[] =>
  events.filter((one) => one.items === undefined || (item !== undefined && one.items.includes(item)));

/** Whether every item has the same date whatever happens: one rule, and no event of some items alone. */
export const uniform = (state: Pick<Counted, 'own'>, events: readonly CellEvent[]): boolean =>
  state.own.size === 0 && events.every((one) => one.items === undefined);

/** What is counted for each item; items that share rule and events are counted once. */
export function duesOf(
  state: Counted,
  events: readonly CellEvent[],
  at?: Millis,
  made: Counters = new Map(),
): (item: number) => DueResult {
  const all = uniform(state, events);
  const known = new Map<string, DueResult>();
  return (item) => {
    const mine = all ? events : touching(events, item);
    const key = all ? '' : `${state.own.has(item) ? item : ''} ${mine.map((one) => events.indexOf(one)).join(' ')}`;
    const due = known.get(key) ?? counterOf(state, item, at, made).due(state.served, mine);
    known.set(key, due);
    return due;
  };
}

/** A counted date in the form in which entries hold it. */
export const cellOf = ({ on, at, pauses }: DueResult): Omit<DueCell, 'items'> => ({
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
});

/** Items by what is counted for them, each group once; `items` null where that is the same for all. */
export function grouped<T>(
  state: Counted,
  events: readonly CellEvent[],
  what: (item: number) => T,
): readonly { readonly items: number[] | null; readonly one: T }[] {
  const [first] = state.items;
  if (first === undefined) return [];
  if (uniform(state, events)) return [{ items: null, one: what(first) }];
  const same = new Map<string, { items: number[]; one: T }>();
  for (const item of state.items) {
    const one = what(item);
    const key = JSON.stringify(one);
    const found = same.get(key);
    if (found) found.items.push(item);
    else same.set(key, { items: [item], one });
  }
  const groups = [...same.values()];
  return groups.map((group) => ({ items: groups.length === 1 ? null : group.items, one: group.one }));
}

/** One cell for all items where their dates are the same, else one for those that share a date. */
function cellsOf(state: Counted, events: readonly CellEvent[], at: Millis, made: Counters): DueCell[] {
  const dueOf = duesOf(state, events, at, made);
  return grouped(state, events, (item) => cellOf(dueOf(item))).map(({ items, one }) => ({ items, ...one }));
}

const MOST_STATES = 200;

/** Instants of the words in which times are given; the start of the day where only the day is known. */
export const momentIn =
  (zone: string) =>
  (when: When): Millis =>
    when.length === 10 ? startOf(zone, dayOf(when)) : Date.parse(when);

/** Where days of this clock begin and end. */
export const zoneOf = ({ rule, setting }: Pick<Counted, 'rule' | 'setting'>): string =>
  (rule.type === 'count' && rule.whose === 'recipient' ? setting.recipient?.zone : undefined) ?? rule.zone;

/** When the service was made, as it is known now, and from when on an event counts. */
export function beginsOf(state: Counted): { readonly served: Millis; readonly of: (event: CellEvent) => Millis } {
  const moment = momentIn(zoneOf(state));
  const served = moment('at' in state.served ? state.served.at : state.served.on);
  // A corrected date of service was true from the start.
  return { served, of: (event) => (event.type === 'service-corrected' ? served : moment(event.at)) };
}

/** The dates of every item from a moment on, and from each later one at which an event or a closing changes them; oldest first. */
export function statesOf(
  state: Counted,
  events: readonly CellEvent[],
  from: Millis,
  made: Counters = new Map(),
): Change['states'] {
  const begins = beginsOf(state).of;
  const moments = [...events.map(begins), ...state.closings.map((one) => one.since)].filter((at) => at > from);
  const states: Change['states'] = [];
  let before = '';
  for (const at of [...new Set([from, ...moments])].sort((a, b) => a - b)) {
    const cells = cellsOf(
      state,
      events.filter((one) => begins(one) <= at),
      at,
      made,
    );
    const text = JSON.stringify(cells);
    if (text !== before) states.push({ from: instant(at), cells });
    before = text;
  }
  return states.slice(-MOST_STATES);
}
