/** Rules of determinations: what an issuer may say of an answered item. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Finding } from './entries.ts';

export interface DeterminationState {
  readonly matter: string;
  readonly audience: 'public' | 'parties';
  readonly issuer: string;
  readonly service: string;
  readonly request: string;
  readonly item: number;
  /** newest answer to this item, or null while it is unanswered */
  readonly answer: string | null;
}

/**
 * `item.determined` on the newest answer to an item.
 * @param seen the answer that the person looked at
 * @throws RuleRefusal `not-answered`, `answer-changed` or `reasons-missing`
 */
export function determine(
  state: DeterminationState,
  command: { readonly finding: Finding; readonly reasons: string; readonly seen: string },
  id: string,
  now: Millis,
): NewEntry {
  if (state.answer === null) {
    throw new RuleRefusal('not-answered', t('answers.determine.not-answered'));
  }
  if (command.seen !== state.answer) {
    throw new RuleRefusal('answer-changed', {
      what: t('answers.determine.changed'),
      lost: t('answers.determine.changed.lost'),
      next: t('answers.determine.changed.next'),
    });
  }
  if (command.finding === 'deficient' && command.reasons === '') {
    throw new RuleRefusal('reasons-missing', t('answers.determine.reasons'), {
      reasons: t('answers.determine.reasons.field'),
    });
  }
  return {
    kind: 'item.determined',
    id,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: state.audience,
    body: {
      service: state.service,
      request: state.request,
      item: state.item,
      answer: state.answer,
      finding: command.finding,
      reasons: command.reasons,
    },
  };
}
