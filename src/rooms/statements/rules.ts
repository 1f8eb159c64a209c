/** Rules of statements: words in quotation marks stand in their source, and an office is named only where it was held that day. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
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
  if (saidAt > now) throw dated('said-in-future', t('said.statement.future'));
  if (saidAt > source.fetchedAt.getTime()) throw dated('said-after-source', t('said.statement.after-source'));
  if (holding && !heldOn(holding, saidOn)) {
    const { from, until } = holding;
    throw new RuleRefusal('speaker-out-of-office', {
      what: t('said.statement.out-of-office', {
        name: holding.name,
        office: officeText(holding),
        span: from && until ? 'both' : from ? 'from' : 'until',
        from: from ?? '',
        until: until ?? '',
        day: saidOn,
      }),
      lost: t('said.kept'),
      next: t('said.statement.out-of-office.next'),
    });
  }
  const anchor = form === 'quotation' ? anchorOf(text, words) : null;
  if (form === 'quotation' && !anchor) {
    throw new RuleRefusal('quotation-not-in-source', {
      what: t('said.statement.not-in-source'),
      lost: t('said.kept'),
      next: t('said.statement.not-in-source.next'),
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

const dated = (code: string, what: string) => new InvalidInput(code, { what, lost: t('said.kept') }, { said: what });
