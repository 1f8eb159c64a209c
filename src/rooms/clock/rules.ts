/**
 * The clock as other rooms use it: from a due rule and the moment of service to the due date and its working, and from a due date
 * and the present to what the clock says. Never reads the time itself.
 */
import { Temporal } from 'temporal-polyfill';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { STATES } from '../states.ts';
import { type Closing, duesOf, grouped } from './counting.ts';
import { dayOf, wordsOf } from './days.ts';
import { counterFor, type DueResult, type Setting } from './due.ts';
import type { Due, DueRule, ServedCell } from './entries.ts';
import { calendarOfPlace, type Place, zoneOfPlace } from './places.ts';
import { startOf } from './zone.ts';

export { type Ask, asksIn, waitingIn } from './asking.ts';
export type { Closing } from './counting.ts';
export { type Counter, counterFor, type DueResult, type Setting } from './due.ts';
export type { CellEvent } from './events.ts';
export type { Clocked } from './moving.ts';
export { calendarOfPlace, type Place, zoneOfPlace } from './places.ts';
export { type Preset, presetById, presets } from './presets.ts';
export { clockedOf, type Move, movesIn, type Served, type Worked, workingsOf, workingsTold } from './standing.ts';
export {
  type CellDue,
  type ClockFacts,
  type ClockState,
  clockOf,
  clocksOf,
  type MovedFacts,
  movedClockOf,
  pauseAt,
} from './state.ts';
export { stepSaid, workingSaid } from './working-said.ts';

/** The calendar date of an instant in a zone. */
export function dateIn(zone: string, at: Millis): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
}

/** The first instant of the day that lies `days` after a date, in a zone. */
export const startOfDay = (zone: string, on: string, days = 0): Millis => startOf(zone, dayOf(on) + days);

/** `Fri 23 Feb 2018`, the form in which working is written: weekday, so that a reader can check it against a calendar. */
export const dateWords = (date: Temporal.PlainDate): string => wordsOf(dayOf(date.toString()));

/**
 * Due date of a request for one service, as it is written at serving: nothing has moved it yet.
 * @param servedAt moment of service, ms
 * @throws RuleRefusal `due-before-service` when a fixed date lies before the day of service; `calendar-unknown`, `calendar-without-year`
 */
export function dueOf(rule: DueRule, servedAt: Millis, setting: Setting = {}): Due {
  const { on, at, working } = counterFor(rule, setting).due({ at: instant(servedAt) });
  // Only an open pause leaves a due date open, and at serving there is none.
  if (on === null || at === null) throw new Error('a rule without events has no due date');
  return { on, at, working: [...working] };
}

/** Whether each recipient's own calendar counts. */
export const byRecipient = (rule: DueRule): boolean => rule.type === 'count' && rule.whose === 'recipient';

/** The same rule by the issuer's own calendar: what can be said before a recipient is named. */
export const byIssuer = (rule: DueRule): DueRule => (rule.type === 'count' ? { ...rule, whose: 'issuer' } : rule);

/** What one serving is counted from, the same for all who are served. */
export interface Asking {
  readonly issuer: string;
  readonly rule: DueRule;
  /** numbers of the items, and the rules of those that have their own */
  readonly items: readonly number[];
  readonly own: ReadonlyMap<number, DueRule>;
  readonly closings: readonly Closing[];
}

/** Who is served: where it is, and the party where it is in the directory already. */
export interface Recipient extends Place {
  readonly party: string | null;
}

export interface ServedDues {
  /** of the recipient as a whole: that of the item due first */
  readonly due: Due;
  /** where items differ, the date and working of each */
  readonly cells: readonly ServedCell[] | null;
  /** the recipient's time zone, where a rule counts by it */
  readonly zone: string | null;
}

/** The calendar of the issuer alone, for what is said before a recipient is known. */
export const settingOf = ({ issuer, closings }: Pick<Asking, 'issuer' | 'closings'>): Setting => ({
  closings: closings.filter((one) => one.party === issuer).map((one) => one.event),
});

/**
 * Due dates of one serving by recipient. One count for all who share a calendar and have no closings of their own.
 * @throws RuleRefusal as `dueOf`, from the function it gives; `calendar-unknown` for a recipient without a state, `time-zone-unclear` for one in a state of several
 */
export function dueByPlace(asking: Asking, servedAt: Millis): (to: Recipient) => ServedDues {
  const rules = [...new Set([...asking.items.map((item) => asking.own.get(item) ?? asking.rule), asking.rule])];
  const theirs = rules.some(byRecipient);
  const closing = new Set(asking.closings.map((one) => one.party));
  const known = new Map<string, ServedDues>();
  return (to) => {
    const calendar = theirs ? calendarOfPlace(to) : null;
    const party = theirs && to.party !== null && closing.has(to.party) ? to.party : '';
    const zone = theirs ? zoneOfPlace(to) : null;
    const key = `${calendar ?? ''} ${zone ?? ''} ${party}`;
    const dues = known.get(key) ?? servedDues(asking, servedAt, { calendar, zone }, party);
    known.set(key, dues);
    return dues;
  };
}

function servedDues(
  asking: Asking,
  servedAt: Millis,
  { calendar, zone }: { readonly calendar: string | null; readonly zone: string | null },
  party: string,
): ServedDues {
  if (calendar !== null && zone === null) throw zoneUnclear(calendar);
  const setting = calendar === null || zone === null ? {} : { recipient: { holidays: calendar, zone } };
  const state = { ...asking, recipient: party, setting, served: { at: instant(servedAt) }, events: [] };
  const one = (counted: DueResult): Due => {
    const { on, at, working } = counted;
    // Only an open pause leaves a due date open, and at serving there is none.
    if (on === null || at === null) throw new Error('a rule without events has no due date');
    return { on, at, working: [...working] };
  };
  const dueOfItem = duesOf(state, []);
  const groups = grouped(state, [], (item) => one(dueOfItem(item)));
  const [first] = [...groups].sort((a, b) => (a.one.at < b.one.at ? -1 : a.one.at > b.one.at ? 1 : 0));
  if (!first) throw new Error('a request without items');
  if (groups.length === 1) return { due: first.one, cells: null, zone };
  return { due: first.one, cells: groups.map(({ items, one: due }) => ({ items, ...due })), zone };
}

function zoneUnclear(calendar: string): RuleRefusal {
  const state = STATES[calendar.slice(3)] ?? calendar;
  return new RuleRefusal('time-zone-unclear', {
    what: t('clock.zone-unclear', { state }),
    lost: t('clock.lost.written'),
    next: t('clock.zone-unclear.next'),
  });
}
