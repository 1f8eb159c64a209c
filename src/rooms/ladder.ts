/** What a ladder of steps may look like, whoever sets it and when. Pure; shared by composing a request and by what comes after. */
import { RuleRefusal } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { type LadderStep, STEP_KINDS, type StepKind } from './escalation/entries.ts';

/** What a page offers where no ladder stands yet. */
export const FIRST_LADDER: readonly LadderStep[] = [
  { step: 1, kind: 'reminder', who: 'editor', after: 1 },
  { step: 2, kind: 'final notice', who: 'editor', after: 8 },
  { step: 3, kind: 'subpoena', who: 'owner', after: 15 },
];

/** Kinds of steps as messages choose by them. */
export const KIND = { reminder: 'reminder', 'final notice': 'notice', subpoena: 'subpoena' } as const satisfies Record<
  StepKind,
  string
>;

const refuse = (code: string, what: string, next: string, fields: Readonly<Record<string, string>>) =>
  new RuleRefusal(code, { what, lost: t('clock.lost.written'), next }, fields);

/**
 * What is wrong with a ladder before anybody is asked: the steps count up from 1, never become milder, never come earlier than the one
 * before, and at most the last is a subpoena.
 * @throws RuleRefusal `ladder-order`, `ladder-days`, `ladder-subpoena`
 */
export function checkLadder(steps: readonly LadderStep[]): void {
  for (const [i, one] of steps.entries()) {
    const before = steps[i - 1];
    const field = { [`kind-${i + 1}`]: t('clock.ladder.order.field') };
    if (one.step !== i + 1)
      throw refuse('ladder-order', t('clock.ladder.numbers'), t('clock.ladder.numbers.next'), field);
    if (!before) continue;
    if (STEP_KINDS.indexOf(one.kind) < STEP_KINDS.indexOf(before.kind)) {
      throw refuse(
        'ladder-order',
        t('clock.ladder.order', { kind: KIND[one.kind], before: KIND[before.kind] }),
        t('clock.ladder.order.next'),
        field,
      );
    }
    if (before.kind === 'subpoena') {
      throw refuse('ladder-subpoena', t('clock.ladder.subpoena'), t('clock.ladder.subpoena.next'), field);
    }
    if (one.after < before.after) {
      const what = t('clock.ladder.days.order', { n: one.step, before: before.step });
      throw refuse('ladder-days', what, t('clock.ladder.days.order.next'), {
        [`days-${i + 1}`]: t('clock.ladder.days.order.field', { before: before.step }),
      });
    }
  }
}
