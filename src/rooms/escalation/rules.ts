/**
 * Rules of escalation: which ladder may stand, and who may take which step with whom and when. Pure: what is known plus the time go in;
 * one entry, or one refusal by name, comes out. Nothing here is ever done without a person.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { ROLES, type Role } from '../../base/route.ts';
import { dateText } from '../../ui/time.tsx';
import { type CellDue, dateIn, pauseAt, startOfDay } from '../clock/rules.ts';
import { checkLadder, KIND } from '../ladder.ts';
import type { LadderStep } from './entries.ts';

export interface Asked {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly request: string;
  readonly revoked: boolean;
  /** conducted elsewhere and written down here */
  readonly recorded: boolean;
  /** IANA zone in which days begin and end */
  readonly zone: string;
  readonly ladder: readonly LadderStep[];
}

/** One item of one recipient. */
export interface AskedItem {
  readonly item: number;
  /** it has an answer, and the newest one was not found deficient */
  readonly settled: boolean;
  readonly due: CellDue;
}

/** One recipient, as far as escalation goes. */
export interface Pressed {
  readonly service: string;
  readonly items: readonly AskedItem[];
  /** the highest step taken and not taken back; 0 for none */
  readonly taken: number;
  /** a request that follows this one was served on the same recipient */
  readonly followed: boolean;
}

const refuse = (code: string, what: string, next: string, fields: Readonly<Record<string, string>> = {}) =>
  new RuleRefusal(code, { what, lost: t('clock.lost.written'), next }, fields);

/** @throws RuleRefusal `request-revoked`, `request-recorded` */
function mayEscalate({ revoked, recorded }: Pick<Asked, 'revoked' | 'recorded'>): void {
  if (revoked) throw refuse('request-revoked', t('clock.step.revoked'), t('clock.move.revoked.next'));
  if (recorded) throw refuse('request-recorded', t('clock.step.elsewhere'), t('clock.move.elsewhere.next'));
}

/**
 * `ladder.set`: another ladder for a request that is served.
 * @param reached the highest step that was taken with anybody; up to it the kinds stay as they are
 * @throws RuleRefusal `request-revoked`, `request-recorded`, `step-was-taken`, and those of `checkLadder`
 */
export function setLadder(
  state: Asked & { readonly reached: number },
  steps: readonly LadderStep[],
  id: string,
  now: Millis,
): NewEntry {
  mayEscalate(state);
  checkLadder(steps);
  for (const old of state.ladder.slice(0, state.reached)) {
    if (steps.find((one) => one.step === old.step)?.kind === old.kind) continue;
    throw refuse(
      'step-was-taken',
      t('clock.step.was-taken', { n: old.step, kind: KIND[old.kind] }),
      t('clock.step.was-taken.next'),
      { [`kind-${old.step}`]: t('clock.step.was-taken.field', { kind: KIND[old.kind] }) },
    );
  }
  return {
    kind: 'ladder.set',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: state.audience,
    body: { request: state.request, steps: steps.map((one) => ({ ...one })) },
  };
}

/** The step after those that were taken; null at the end of the ladder. */
export const nextStep = (ladder: readonly LadderStep[], taken: number): LadderStep | null =>
  ladder.find((one) => one.step > taken) ?? null;

/** From when a step may be taken: the beginning of a day. Every day ends at 24:00 in the zone, so the day after the due date is 1. */
export const stepFrom = (step: Pick<LadderStep, 'after'>, dueOn: string, zone: string): Millis =>
  startOfDay(zone, dueOn, step.after);

/** Items that a step is about, and the date of the one that is due first. */
export interface Open {
  readonly step: LadderStep;
  readonly items: readonly number[];
  readonly due: { readonly on: string; readonly at: Millis };
}

const dueFirst = (a: AskedItem, b: AskedItem) =>
  (a.due.at ?? Number.POSITIVE_INFINITY) - (b.due.at ?? Number.POSITIVE_INFINITY);

/**
 * Whether a step may be taken with a recipient now, by this role, and what it is about: items that are open, whose clock runs and
 * whose day has come. Where none is left, the refusal says why of the one that is due first.
 * @throws RuleRefusal `request-revoked`, `request-recorded`, `no-such-step`, `not-your-role`, `followed-already`, `step-taken-already`,
 *   `earlier-step-first`, `item-answered`, `clock-paused`, `clock-stayed`, `too-early`
 */
export function stepFor(state: Asked, one: Pressed, step: number, role: Role, now: Millis): Open {
  mayEscalate(state);
  const asked = state.ladder.find((rung) => rung.step === step);
  if (!asked) throw refuse('no-such-step', t('clock.step.unknown'), t('clock.step.unknown.next'));
  if (ROLES.indexOf(role) < ROLES.indexOf(asked.who)) {
    throw refuse(
      'not-your-role',
      t('clock.step.role', { who: asked.who, kind: KIND[asked.kind] }),
      t('clock.step.role.next', { who: asked.who }),
    );
  }
  if (one.followed) {
    throw refuse('followed-already', t('clock.step.followed'), t('clock.step.followed.next'));
  }
  if (one.taken >= step)
    throw refuse('step-taken-already', t('clock.step.sent', { kind: KIND[asked.kind] }), t('clock.step.sent.next'));
  const next = nextStep(state.ladder, one.taken);
  if (next && next.step < step) {
    throw refuse(
      'earlier-step-first',
      t('clock.step.earlier', { kind: KIND[next.kind], n: next.step }),
      t('clock.step.earlier.next'),
    );
  }
  const open = one.items.filter((item) => !item.settled).sort(dueFirst);
  const [first] = open;
  if (!first) throw refuse('item-answered', t('clock.step.answered'), t('clock.step.answered.next'));
  const ready = open.filter((item) => whyNot(state, item, asked, now) === null);
  const [due] = ready;
  if (!due) throw whyNot(state, first, asked, now) ?? new Error('nothing is open, and nothing says why');
  if (due.due.on === null || due.due.at === null) throw new Error('a running clock without a date');
  const items = ready.map((item) => item.item).sort((a, b) => a - b);
  return { step: asked, items, due: { on: due.due.on, at: due.due.at } };
}

function whyNot(state: Asked, { due }: AskedItem, step: LadderStep, now: Millis): RuleRefusal | null {
  const pause = pauseAt(due.pauses, now);
  const holds = pause ?? (due.on === null ? (due.pauses.find((one) => one.untilAt === null) ?? null) : null);
  if (holds?.kind === 'stay') {
    const { order } = holds;
    const what = order === null ? t('clock.step.stayed.unnamed') : t('clock.step.stayed', { order });
    return refuse('clock-stayed', what, t('clock.step.stayed.next'));
  }
  if (holds || due.on === null) {
    return refuse('clock-paused', t('clock.step.paused'), t('clock.step.paused.next'));
  }
  // The day of a recipient farther west ends later than the day where the steps are counted.
  const from = Math.max(stepFrom(step, due.on, state.zone), due.at ?? 0);
  if (now >= from) return null;
  return refuse(
    'too-early',
    t('clock.step.early', { day: dateText(dateIn(state.zone, from).toString(), true) }),
    t('clock.step.early.next'),
  );
}

/**
 * `step.taken`: a reminder or a final notice to one recipient.
 * @throws RuleRefusal `step-is-a-subpoena`, and those of `stepFor`
 */
export function takeStep(
  state: Asked,
  one: Pressed,
  command: {
    readonly run: string;
    readonly step: number;
    readonly role: Role;
    readonly words: string;
    readonly leavesAt: Millis | null;
  },
  id: string,
  now: Millis,
): NewEntry {
  const { step, items, due } = stepFor(state, one, command.step, command.role, now);
  if (step.kind === 'subpoena') {
    throw refuse('step-is-a-subpoena', t('clock.step.subpoena'), t('clock.step.subpoena.next'));
  }
  return {
    kind: 'step.taken',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: state.audience,
    body: {
      service: one.service,
      request: state.request,
      run: command.run,
      step: step.step,
      kind: step.kind,
      items: [...items],
      due: { on: due.on, at: instant(due.at) },
      words: command.words,
      leavesAt: command.leavesAt === null ? null : instant(command.leavesAt),
    },
  };
}

/** A withdrawal must be in before the first mail can be on its way. */
export const WITHDRAW_MARGIN_MS = 2_000;

/** Until when a run can be taken back, ms; null where it cannot any more. */
export function withdrawableUntil(leavesAt: Millis, now: Millis): Millis | null {
  const until = leavesAt - WITHDRAW_MARGIN_MS;
  return now <= until ? until : null;
}

/** `step.withdrawn`: all of one run, before its mails leave. @throws RuleRefusal `already-withdrawn`, `notices-left` */
export function withdraw(
  state: Asked & { readonly run: string; readonly withdrawn: boolean; readonly leavesAt: Millis },
  reason: string,
  id: string,
  now: Millis,
): NewEntry {
  if (state.withdrawn) throw refuse('already-withdrawn', t('clock.step.withdrawn'), t('clock.step.withdrawn.next'));
  if (withdrawableUntil(state.leavesAt, now) === null) {
    throw refuse('notices-left', t('clock.step.left'), t('clock.step.left.next'));
  }
  return {
    kind: 'step.withdrawn',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: state.audience,
    body: { request: state.request, run: state.run, reason },
  };
}
