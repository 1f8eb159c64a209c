/**
 * A whole case for the clock, from outside: service, rule, calendars and events in; due date, working and state out. This is what
 * `counterfoil due` and the table of cases in test/fixtures/clock take. Every refusal has a name; see docs/clock.md.
 */
import { z } from 'zod';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { timeZone } from '../fields.ts';
import { ownCalendar } from './calendar.ts';
import { dayOf, wordsOf } from './days.ts';
import { counterFor, type DueResult, serviceOf } from './due.ts';
import { type CellEvent, clockEvent, isCalendarEvent, knownBy, service, type When, when } from './events.ts';
import { presetById } from './presets.ts';
import { calendarId, type DueRule, dueRule } from './rule.ts';
import { type ClockState, movedClockOf } from './state.ts';
import { dayIn, startOf } from './zone.ts';

export const dueCase = z
  .strictObject({
    service,
    /** a rule, or … */
    rule: dueRule.optional(),
    /** … a preset, with what is changed of it */
    preset: z.string().max(40).optional(),
    change: z.record(z.string(), z.unknown()).optional(),
    /** for rules that count by the recipient's calendar and zone */
    recipient: z.strictObject({ holidays: calendarId.optional(), zone: timeZone.optional() }).optional(),
    calendars: z.array(ownCalendar).max(20).default([]),
    events: z.array(clockEvent).max(1000).default([]),
    /** the item asked about; events that name other items are passed over */
    item: z.number().int().min(1).max(500).optional(),
    /** only what was recorded by then */
    knownAt: when.optional(),
    answeredAt: when.optional(),
    /** gives the state of the clock at that moment */
    now: when.optional(),
  })
  .refine((given) => (given.rule === undefined) !== (given.preset === undefined), {
    error: 'needs a rule or a preset, and not both',
    path: ['rule'],
  });
export type DueCase = z.infer<typeof dueCase>;

export interface DueAnswer extends Omit<DueResult, 'pauses' | 'zone' | 'remaining'> {
  readonly rule: DueRule;
  readonly zone: string;
  readonly remaining: DueResult['remaining'];
  readonly state: ClockState | null;
}

/**
 * Reads a case. @throws InvalidInput whose code is that of the field refused where it has one (`time-zone-unknown`,
 * `date-not-in-calendar`, `yearly-29-february`), else `input-refused`
 */
export function readCase(json: unknown): DueCase {
  const read = dueCase.safeParse(json);
  if (read.success) return read.data;
  throw refused(read.error);
}

const named = z.object({ params: z.object({ refusal: z.string() }) });

/** Issues with those of unions unfolded: which of their forms was meant, its `type` says; else the form that fits best. */
function unfolded(
  issues: readonly z.core.$ZodIssue[],
  path: readonly PropertyKey[] = [],
): { issue: z.core.$ZodIssue; path: string }[] {
  return issues.flatMap((issue) => {
    const at = [...path, ...issue.path];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path: at.map(String).join('.') }];
    const forms = issue.errors.map((inner) => unfolded(inner, at));
    const wrongType = (form: (typeof forms)[number]) =>
      form.some(({ path: p }) => p.endsWith('.type') || p === 'type') ? 1000 : 0;
    return forms.sort((a, b) => wrongType(a) + a.length - wrongType(b) - b.length)[0] ?? [];
  });
}

function refused(error: z.ZodError): InvalidInput {
  const all = unfolded(error.issues);
  const fields: Record<string, string> = {};
  let code = 'input-refused';
  for (const { issue, path } of all) {
    fields[path] ??= issue.message;
    const name = named.safeParse(issue);
    if (name.success && code === 'input-refused') code = name.data.params.refusal;
  }
  const [[path, message] = ['', 'is not a case']] = Object.entries(fields);
  return new InvalidInput(
    code,
    { what: `${path === '' ? 'The case' : path} ${message}.`.replace(/\.+$/, '.') },
    fields,
  );
}

/** The rule of a case: its own, or its preset's with what was changed. @throws InvalidInput `preset-unknown` */
function ruleOf(given: DueCase): DueRule {
  if (given.rule) return given.rule;
  const found = presetById(given.preset ?? '');
  if (!found) throw new InvalidInput('preset-unknown', `There is no preset ${given.preset ?? ''}.`);
  const changed = dueRule.safeParse({ ...found.rule, ...given.change });
  if (!changed.success) throw refused(changed.error);
  return changed.data;
}

/** Works out one case. @throws InvalidInput, RuleRefusal by name */
export function answer(given: DueCase): DueAnswer {
  const rule = ruleOf(given);
  const counter = counterFor(rule, {
    recipient: given.recipient,
    closings: given.events.filter(isCalendarEvent),
    calendars: given.calendars,
  });
  const at = (moment: When) => (moment.length === 10 ? startOf(counter.zone, dayOf(moment)) : Date.parse(moment));
  const known = given.knownAt === undefined ? given.events : knownBy(given.events, at(given.knownAt));
  const events = known.filter(
    (event): event is CellEvent =>
      !isCalendarEvent(event) &&
      (event.items === undefined || given.item === undefined || event.items.includes(given.item)),
  );
  checkEvents(given, events, at, counter.zone);
  for (const event of known) {
    if (event.type === 'closing' && 'until' in event && event.until < event.from) {
      throw refuse('ends-before-it-begins', `The closing “${event.name}” ends before it begins.`);
    }
  }
  const closings = known.filter(isCalendarEvent);
  const standing =
    closings.length === given.events.filter(isCalendarEvent).length
      ? counter
      : counterFor(rule, { recipient: given.recipient, closings, calendars: given.calendars });
  const result = standing.due(given.service, events);
  const { on, at: dueAt, working, remaining, zone, pauses } = result;
  const state =
    given.now === undefined
      ? null
      : movedClockOf(
          {
            dueOn: on,
            dueAt: dueAt === null ? null : Date.parse(dueAt),
            answeredAt: given.answeredAt === undefined ? null : at(given.answeredAt),
            revoked: false,
            conduct: 'served',
            pauses,
            servedDueOn: standing.date(given.service)?.on ?? '',
          },
          at(given.now),
        );
  return { on, at: dueAt, zone, working, remaining, rule, state };
}

function refuse(code: string, what: string): RuleRefusal {
  return new RuleRefusal(code, { what, lost: 'Nothing was changed.', next: 'Correct the dates and try again.' });
}

/**
 * What no one may write down: dates before service, ends before beginnings, an order that stays and compels at once, ends of
 * pauses that never were. Reading is never refused: facts that arrive late must not make a record unreadable.
 * @throws RuleRefusal `date-before-service`, `ends-before-it-begins`, `order-stays-and-compels`, `not-paused`
 */
export function checkEvents(
  given: { readonly service: DueCase['service'] },
  events: readonly CellEvent[],
  at: (moment: When) => number,
  zone: string,
): void {
  const day = (moment: When) => (moment.length === 10 ? dayOf(moment) : dayIn(zone, Date.parse(moment)));
  const dayServed = (one: DueCase['service']) => day('at' in one ? one.at : one.on);
  const served = Math.min(dayServed(given.service), dayServed(serviceOf(given.service, events, at).service));
  const pausing = new Set<string>();
  for (const event of events) {
    if ((event.type === 'tolled' || event.type === 'stayed') && event.id !== undefined) pausing.add(event.id);
    if (event.type !== 'service-corrected' && day(event.at) < served) {
      throw refuse(
        'date-before-service',
        `${wordsOf(day(event.at))} lies before the day of service, ${wordsOf(served)}.`,
      );
    }
    if ((event.type === 'compelled' || event.type === 'extended') && 'to' in event && dayOf(event.to) < served) {
      throw refuse(
        'date-before-service',
        `${wordsOf(dayOf(event.to))} lies before the day of service, ${wordsOf(served)}.`,
      );
    }
    if (
      (event.type === 'tolled' || event.type === 'stayed') &&
      event.until !== undefined &&
      at(event.until) < at(event.at)
    ) {
      throw refuse(
        'ends-before-it-begins',
        `The pause ends on ${wordsOf(day(event.until))} and begins on ${wordsOf(day(event.at))}.`,
      );
    }
  }
  for (const event of events) {
    if ((event.type === 'resumed' || event.type === 'lifted') && !pausing.has(event.of)) {
      throw refuse('not-paused', `Nothing called ${event.of} pauses the clock.`);
    }
    if (event.type !== 'compelled') continue;
    const both = events.find(
      (other) =>
        other.type === 'stayed' &&
        (other.order === event.order ? overlaps(other, event, day) : day(other.at) === day(event.at)),
    );
    if (both) {
      throw refuse(
        'order-stays-and-compels',
        `${event.order} compels an answer by ${wordsOf(dayOf(event.to))} and the same is stayed from ${wordsOf(day(both.at))}.`,
      );
    }
  }
}

/** Whether a stay still stands on the day by which an order compels, or begins no later than that. */
function overlaps(
  stay: Extract<CellEvent, { type: 'stayed' }>,
  order: Extract<CellEvent, { type: 'compelled' }>,
  day: (moment: When) => number,
): boolean {
  return day(stay.at) <= dayOf(order.to) && (stay.until === undefined || day(stay.until) > day(order.at));
}
