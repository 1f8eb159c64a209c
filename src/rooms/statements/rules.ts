/** Rules of statements: words in quotation marks stand in their source, and an office is named only where it was held that day. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { type Holding, heldOn, officeText } from '../people/view.ts';
import { anchorOf, bare } from '../quotation.ts';
import type { Ground } from '../sources/view.ts';
import type { FORMS, Medium } from './entries.ts';

export interface Making {
  readonly name: string;
  readonly holding: Holding | null;
  readonly words: string;
  readonly form: (typeof FORMS)[number];
  readonly medium: Medium;
  readonly outlet: string | null;
  readonly saidAt: Millis;
  /** that day where it was said, `YYYY-MM-DD` */
  readonly saidOn: string;
  readonly dayOnly: boolean;
  readonly about: readonly string[];
}

/**
 * The entry `statement.made`.
 * @param ids of the entry and of the statement
 * @throws RuleRefusal `quotation-not-in-source`, `speaker-out-of-office`; InvalidInput `said-in-future`, `said-after-source`
 */
export function makeStatement(
  ground: Ground,
  making: Making,
  ids: { readonly entry: string; readonly statement: string },
  now: Millis,
): NewEntry {
  const { source, text } = ground;
  const { holding, form, words, saidAt, saidOn } = making;
  if (saidAt > now) throw dated('said-in-future', 'What was said has to have been said already.');
  if (saidAt > source.fetchedAt.getTime())
    throw dated(
      'said-after-source',
      'The copy of the source was taken before that: it cannot report what came after it.',
    );
  if (holding && !heldOn(holding, saidOn)) {
    const span = [holding.from && `from ${holding.from}`, holding.until && `until ${holding.until}`]
      .filter(Boolean)
      .join(' ');
    throw new RuleRefusal('speaker-out-of-office', {
      what: `${holding.name} was ${officeText(holding)} ${span}, and not on ${saidOn}.`,
      lost: 'Nothing was written, and what you entered is kept.',
      next: 'Choose the office they held that day, or correct the day.',
    });
  }
  const anchor = form === 'quotation' ? anchorOf(text, words) : null;
  if (form === 'quotation' && !anchor) {
    throw new RuleRefusal('quotation-not-in-source', {
      what: 'The kept copy of the source does not contain these words.',
      lost: 'Nothing was written, and what you entered is kept.',
      next: 'Quote them exactly, keep a copy of the source that has them, or mark them as a paraphrase.',
    });
  }
  return {
    kind: 'statement.made',
    id: ids.entry,
    matter: ground.matter,
    by: ground.issuer,
    occurredAt: instant(saidAt),
    audience: ground.audience,
    body: {
      statement: ids.statement,
      holding: holding?.id ?? null,
      speaker: { name: holding?.name ?? making.name, office: holding ? officeText(holding) : null },
      words: form === 'quotation' ? bare(words) : words.trim(),
      form,
      medium: making.medium,
      outlet: making.outlet,
      dayOnly: making.dayOnly,
      source: source.id,
      anchor: anchor && { ...anchor },
      about: [...making.about],
    },
  };
}

const dated = (code: string, what: string) =>
  new InvalidInput(code, { what, lost: 'Nothing was written, and what you entered is kept.' }, { said: what });
