/** What a ladder of steps may look like, whoever sets it and when. Pure; shared by composing a request and by what comes after. */
import { RuleRefusal } from '../base/errors.ts';
import { type LadderStep, STEP_KINDS } from './escalation/entries.ts';

/** What a page offers where no ladder stands yet. */
export const FIRST_LADDER: readonly LadderStep[] = [
  { step: 1, kind: 'reminder', who: 'editor', after: 1 },
  { step: 2, kind: 'final notice', who: 'editor', after: 8 },
  { step: 3, kind: 'subpoena', who: 'owner', after: 15 },
];

const refuse = (code: string, what: string, next: string, fields: Readonly<Record<string, string>>) =>
  new RuleRefusal(code, { what, lost: 'Nothing was written.', next }, fields);

/**
 * What is wrong with a ladder before anybody is asked: the steps count up from 1, never become milder, never come earlier than the one
 * before, and at most the last is a subpoena.
 * @throws RuleRefusal `ladder-order`, `ladder-days`, `ladder-subpoena`
 */
export function checkLadder(steps: readonly LadderStep[]): void {
  for (const [i, one] of steps.entries()) {
    const before = steps[i - 1];
    const field = { [`kind-${i + 1}`]: 'Steps go from reminder to final notice to subpoena.' };
    if (one.step !== i + 1)
      throw refuse('ladder-order', 'The steps are not numbered one by one.', 'Number them.', field);
    if (!before) continue;
    if (STEP_KINDS.indexOf(one.kind) < STEP_KINDS.indexOf(before.kind)) {
      throw refuse(
        'ladder-order',
        `A ${one.kind} cannot follow a ${before.kind}.`,
        'Put the milder step first.',
        field,
      );
    }
    if (before.kind === 'subpoena') {
      throw refuse(
        'ladder-subpoena',
        'Nothing follows a subpoena here: it is a request with a ladder of its own.',
        'Make it the last step.',
        field,
      );
    }
    if (one.after < before.after) {
      throw refuse('ladder-days', `Step ${one.step} would come before step ${before.step}.`, 'Give it a later day.', {
        [`days-${i + 1}`]: `Not before step ${before.step}.`,
      });
    }
  }
}
