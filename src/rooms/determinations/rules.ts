/** Rules of determinations: what an issuer may say of an answered item. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
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
    throw new RuleRefusal('not-answered', 'This item has not been answered, so there is nothing to determine.');
  }
  if (command.seen !== state.answer) {
    throw new RuleRefusal('answer-changed', {
      what: 'The recipient has sent a newer answer to this item since you opened the page.',
      lost: 'Nothing was written; your reasons are kept on the page.',
      next: 'Read the newer answer, then decide.',
    });
  }
  if (command.finding === 'deficient' && command.reasons === '') {
    throw new RuleRefusal('reasons-missing', 'A deficient answer needs reasons: say what is missing.', {
      reasons: 'Say what is missing or wrong.',
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
