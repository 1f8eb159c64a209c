/**
 * Rules of courtesy reminders: whether one is due for a recipient now, and what is written. Pure. A reminder escalates nothing: it is no step
 * of a ladder, nobody is due for more because of it.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { MOST_REMINDERS } from './entries.ts';

export interface Plan {
  /** days before the due date, the earliest first; empty: off */
  readonly days: readonly number[];
  readonly most: number;
}

/** What is known of one recipient. */
export interface Reminded {
  readonly matter: string;
  readonly issuer: string;
  readonly service: string;
  readonly request: string;
  /** what the clock says: reminders go out only while it runs */
  readonly clock: string;
  /** the date of the open item that is due first */
  readonly dueOn: string | null;
  readonly dueAt: Millis | null;
  readonly openItems: readonly number[];
  readonly servedAt: Millis;
  readonly address: string | null;
  /** the letter itself has left */
  readonly letterLeft: boolean;
  readonly wanted: boolean;
  /** reminders written so far, each with the date it was about */
  readonly before: readonly { readonly dueOn: string; readonly days: number }[];
}

const DAY = 86_400_000;

/**
 * The number of days before the due date of the reminder that is due now, or null. Of several whose day has come, the last alone counts:
 * whoever was away, or was served late, gets one mail and not a pile.
 */
export function reminderDue(plan: Plan, who: Reminded, now: Millis): number | null {
  const { dueAt, dueOn, before } = who;
  if (who.clock !== 'running' || dueAt === null || dueOn === null || now >= dueAt) return null;
  if (who.openItems.length === 0 || who.address === null || !who.letterLeft || !who.wanted) return null;
  if (before.length >= plan.most) return null;
  const come = plan.days.filter((days) => dueAt - days * DAY <= now && dueAt - days * DAY > who.servedAt);
  const days = come.length === 0 ? null : Math.min(...come);
  // One that was sent for this date already, at the same or a later day, is not followed by an earlier one.
  return days === null || before.some((one) => one.dueOn === dueOn && one.days <= days) ? null : days;
}

export function writeReminder(who: Reminded, days: number, id: string, now: Millis): NewEntry {
  const { dueOn, dueAt } = who;
  if (dueOn === null || dueAt === null) throw new Error('a reminder of no date');
  return {
    kind: 'reminder.written',
    id,
    matter: who.matter,
    by: who.issuer,
    occurredAt: instant(now),
    audience: 'parties',
    body: {
      service: who.service,
      request: who.request,
      days,
      due: { on: dueOn, at: instant(dueAt) },
      items: [...who.openItems],
    },
  };
}

export interface PlanState {
  readonly matter: string;
  readonly issuer: string;
  readonly request: string;
  readonly recorded: boolean;
  readonly revoked: boolean;
  readonly plan: Plan;
}

const refuse = (code: string, what: string, next: string, field?: string) =>
  new RuleRefusal(code, { what, lost: t('requests.unchanged'), next }, field ? { [field]: what } : {});

/** @throws RuleRefusal `request-recorded`, `request-revoked`, `reminders-stand`, `same-day-twice`, `too-many-reminders` */
export function planReminders(state: PlanState, plan: Plan, id: string, now: Millis): NewEntry {
  if (state.recorded) throw refuse('request-recorded', t('requests.reminders.recorded'), t('requests.nothing-to-do'));
  if (state.revoked) throw refuse('request-revoked', t('requests.reminders.revoked'), t('requests.nothing-to-do'));
  const days = [...plan.days].sort((a, b) => b - a);
  if (new Set(days).size < days.length)
    throw refuse('same-day-twice', t('requests.reminders.twice'), t('requests.reminders.twice.next'), 'days');
  if (days.length > MOST_REMINDERS)
    throw refuse(
      'too-many-reminders',
      t('requests.reminders.too-many', { most: MOST_REMINDERS }),
      t('requests.reminders.too-many.next'),
      'days',
    );
  if (JSON.stringify(days) === JSON.stringify(state.plan.days) && (days.length === 0 || plan.most === state.plan.most))
    throw refuse('reminders-stand', t('requests.reminders.stand'), t('requests.reminders.stand.next'));
  return {
    kind: 'reminder.planned',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: 'parties',
    body: { request: state.request, days, most: plan.most },
  };
}

/** @throws RuleRefusal `wish-stands` */
export function wishReminders(
  who: {
    readonly matter: string;
    readonly recipient: string;
    readonly service: string;
    readonly request: string;
    readonly wanted: boolean;
  },
  wanted: boolean,
  id: string,
  now: Millis,
): NewEntry {
  if (who.wanted === wanted) {
    const what = t(wanted ? 'requests.reminders.got' : 'requests.reminders.got-none');
    throw refuse('wish-stands', what, t('requests.nothing-to-do'));
  }
  return {
    kind: 'reminder.wished',
    id,
    matter: who.matter,
    by: who.recipient,
    occurredAt: instant(now),
    audience: 'parties',
    body: { service: who.service, request: who.request, wanted },
  };
}
