/**
 * A whole case for the clock, from outside: service, rule, calendars and events in; due date, working and state out. This is what
 * `counterfoil due` and the table of cases in test/fixtures/clock take. Every refusal has a name; see docs/clock.md.
 */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { timeZone } from '../fields.ts';
import { ownCalendar } from './calendar.ts';
import { checkClosings, checkEvents } from './check.ts';
import { dayOf } from './days.ts';
import { counterFor, type DueResult } from './due.ts';
import { type CellEvent, clockEvent, isCalendarEvent, knownBy, service, type When, when } from './events.ts';
import { presetById } from './presets.ts';
import { calendarId, type DueRule, dueRule } from './rule.ts';
import { type ClockState, movedClockOf } from './state.ts';
import { startOf } from './zone.ts';

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
    error: () => t('clock.case.rule-or-preset'),
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
  const [[path, message] = ['', t('clock.case.none')]] = Object.entries(fields);
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
  if (!found) throw new InvalidInput('preset-unknown', t('clock.case.preset', { id: given.preset ?? '' }));
  const changed = dueRule.safeParse({ ...found.rule, ...given.change });
  if (!changed.success) throw refused(changed.error);
  return changed.data;
}

/** Works out one case. @throws InvalidInput, RuleRefusal by name */
export function answer(given: DueCase): DueAnswer {
  const rule = ruleOf(given);
  checkClosings(given.events.filter(isCalendarEvent));
  const counter = counterFor(rule, {
    recipient: given.recipient,
    closings: given.events.filter(isCalendarEvent),
    calendars: given.calendars,
  });
  const at = (moment: When) => (moment.length === 10 ? startOf(counter.zone, dayOf(moment)) : Date.parse(moment));
  const known = given.knownAt === undefined ? given.events : knownBy(given.events, at(given.knownAt));
  const cell = known.filter((event): event is CellEvent => !isCalendarEvent(event));
  checkEvents(given, cell, at, counter.zone);
  const { item } = given;
  const events = cell.filter(({ items }) => items === undefined || item === undefined || items.includes(item));
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
