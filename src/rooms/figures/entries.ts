/**
 * What may be written of figures: who claims which value of a measure, from which source, and how it ranks beside others. The names follow the
 * statement model of FollowTheMoney (`value`, `original_value`, origin) where it has them; ranks are those of Wikidata.
 */

import { z } from 'zod';
import { t } from '../../base/language.ts';
import { correction } from '../corrected.ts';
import { isoDate, line, prose, uuid } from '../fields.ts';
import { textQuote } from '../quotation.ts';

export const RANKS = ['preferred', 'normal', 'deprecated'] as const;
export type Rank = (typeof RANKS)[number];

export const QUALIFIERS = ['exactly', 'about', 'more than', 'less than'] as const;
export type Qualifier = (typeof QUALIFIERS)[number];

/** A decimal number as text, so that nothing is lost: `200000000000`, `0.35`. */
export const decimal = z.string().regex(/^-?(0|[1-9]\d{0,17})(\.\d{1,6})?$/, { error: () => t('said.field.decimal') });

const claimed = {
  figure: uuid,
  /** what is measured, in the words of the table: "Federal money in the infrastructure plan" */
  measure: line(200),
  unit: line(40),
  /** the value, or the lower end of a range */
  low: decimal,
  high: decimal.nullable(),
  /** how the source qualifies it; "exactly" where it does not */
  qualifier: z.enum(QUALIFIERS),
  /** as the source words it */
  originalValue: line(300),
  /** the day the value is for, where that is said */
  asOf: isoDate.nullable(),
  claimant: line(200),
  holding: uuid.nullable(),
  source: uuid,
  anchor: textQuote,
  /** the meeting whose heads it counts */
  meeting: uuid.optional(),
};

export const figureClaimed = z.strictObject(claimed);

/** The whole figure as it should have been; the entry's `corrects` names the one that it replaces. */
export const figureCorrected = z.strictObject({ ...claimed, correction });

export const figureRanked = z.strictObject({
  figure: uuid,
  rank: z.enum(RANKS),
  reason: prose(1000).pipe(z.string().min(1)),
});

export const figureEntries = {
  'figure.claimed': figureClaimed,
  'figure.corrected': figureCorrected,
  'figure.ranked': figureRanked,
} as const;
