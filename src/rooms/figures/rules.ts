/** Rules of figures: one unit a measure, a range that goes up, words that stand in the source, no rank without a reason. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { anchorOf } from '../quotation.ts';
import type { Ground } from '../sources/view.ts';
import type { Qualifier, Rank } from './entries.ts';

export interface Claim {
  readonly measure: string;
  readonly unit: string;
  readonly low: string;
  readonly high: string | null;
  readonly qualifier: Qualifier;
  readonly originalValue: string;
  readonly asOf: string | null;
  readonly claimant: string;
  readonly holding: string | null;
  readonly claimedAt: Millis;
  /** the meeting whose heads it counts */
  readonly meeting?: string | null | undefined;
}

/** A matter, a kept source, and the figures of the same measure that stand already, any case of its words. */
export interface Beside extends Ground {
  readonly beside: readonly { readonly measure: string; readonly unit: string }[];
}

/** Compares two decimals of any length: below 0, 0, above 0. */
export function compareDecimals(a: string, b: string): number {
  const scaled = (text: string) => {
    const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
    const value = BigInt(whole + fraction.padEnd(6, '0'));
    return text.startsWith('-') ? -value : value;
  };
  const [x, y] = [scaled(a), scaled(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const refused = (code: string, what: string, field: string, next?: string) =>
  new InvalidInput(code, { what, lost: t('said.kept'), ...(next === undefined ? {} : { next }) }, { [field]: what });

/** @throws InvalidInput `figure-unit-mixed`, `figure-range-backwards`, `claimed-in-future`; RuleRefusal `figure-not-in-source` */
export function claimFigure(
  ground: Beside,
  claim: Claim,
  ids: { readonly entry: string; readonly figure: string },
  now: Millis,
): NewEntry {
  const [other] = ground.beside;
  if (other && other.unit !== claim.unit) {
    throw refused(
      'figure-unit-mixed',
      t('said.figure.unit-mixed', { measure: other.measure, unit: other.unit, other: claim.unit }),
      'unit',
      t('said.figure.unit-mixed.next', { unit: other.unit }),
    );
  }
  if (claim.high !== null && compareDecimals(claim.low, claim.high) >= 0)
    throw refused('figure-range-backwards', t('said.figure.backwards'), 'high');
  if (claim.claimedAt > now) throw refused('claimed-in-future', t('said.figure.future'), 'claimed');
  const anchor = anchorOf(ground.text, claim.originalValue);
  if (!anchor) {
    throw new RuleRefusal('figure-not-in-source', {
      what: t('said.figure.not-in-source'),
      lost: t('said.kept'),
      next: t('said.figure.not-in-source.next'),
    });
  }
  const { claimedAt, measure, meeting, ...rest } = claim;
  return {
    kind: 'figure.claimed',
    id: ids.entry,
    matter: ground.matter,
    by: ground.issuer,
    occurredAt: instant(claimedAt),
    audience: ground.audience,
    body: {
      figure: ids.figure,
      measure: other?.measure ?? measure,
      ...rest,
      source: ground.source.id,
      anchor: { ...anchor },
      ...(meeting ? { meeting } : {}),
    },
  };
}

export interface Ranked {
  readonly figure: string;
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly rank: Rank;
}

/** @throws RuleRefusal `ranked-so-already` */
export function rankFigure(
  state: Ranked,
  { rank, reason }: { readonly rank: Rank; readonly reason: string },
  entry: string,
  now: Millis,
): NewEntry {
  if (state.rank === rank) {
    throw new RuleRefusal('ranked-so-already', {
      what: t('said.figure.ranked', { rank: t(`said.figure.rank.${rank}`) }),
      lost: t('said.nothing-written'),
      next: t('said.figure.ranked.next'),
    });
  }
  return {
    kind: 'figure.ranked',
    id: entry,
    matter: state.matter,
    by: state.issuer,
    occurredAt: instant(now),
    audience: state.audience,
    body: { figure: state.figure, rank, reason },
  };
}
