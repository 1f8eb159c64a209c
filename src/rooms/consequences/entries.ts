/**
 * What may be written of consequences: that one was announced for recipients of a request, that its status changed, that an amount
 * became known. What an order blocks is not written here: it follows from the orders.
 */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { line, prose, uuid } from '../fields.ts';
import { source } from '../matters/entries.ts';

export const CONSEQUENCE_KINDS = ['grant', 'penalty', 'ineligibility'] as const;
export type ConsequenceKind = (typeof CONSEQUENCE_KINDS)[number];

/** Statuses that are written; `blocked` is derived from orders in force. */
export const STATUSES = ['announced', 'imposed', 'released'] as const;
export type Status = (typeof STATUSES)[number];

/** Digits after the point of a currency's amounts, by ISO 4217; null where this machine knows no such currency. */
export function digitsOf(currency: string): number | null {
  try {
    const known = Intl.supportedValuesOf('currency').includes(currency);
    return known
      ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? null)
      : null;
  } catch {
    return null;
  }
}

/** Money as the format has it: whole cents (FORMATS.md, "Entry"), and the currency's ISO 4217 code. */
export const money = z.strictObject({
  cents: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: () => t('orders.entry.currency') })
    .refine((code) => digitsOf(code) === 2, {
      error: () => t('orders.entry.hundredths'),
      params: { refusal: 'currency-unknown' },
    }),
});
export type Money = z.infer<typeof money>;

const recipients = z.array(uuid).min(1).max(1000).nullable();
const reason = prose(1000).pipe(z.string().min(1, { error: () => t('orders.missing') }));

export const consequenceAnnounced = z.strictObject({
  /** id of the consequence, the same as the entry's */
  consequence: uuid,
  kind: z.enum(CONSEQUENCE_KINDS),
  programme: line(200),
  fiscalYear: z.number().int().min(1900).max(2200).nullable(),
  /** for each recipient; null where it is not known */
  amount: money.nullable(),
  /** what was announced, in the words of who announced it */
  words: reason,
  /** `recipients`: ids of services; null for all recipients of the request */
  scope: z.strictObject({ request: uuid, recipients }),
  source: source.nullable(),
});

export const consequenceStatusChanged = z.strictObject({
  consequence: uuid,
  status: z.enum(STATUSES),
  recipients,
  reason,
  /** the order that brought it about, where one did */
  order: uuid.nullable(),
  source: source.nullable(),
});

export const consequenceAmountStated = z.strictObject({
  consequence: uuid,
  /** for each of the recipients; null where what was said before turned out not to be known */
  amount: money.nullable(),
  recipients,
  reason,
  source: source.nullable(),
});

export const consequenceEntries = {
  'consequence.announced': consequenceAnnounced,
  'consequence.status-changed': consequenceStatusChanged,
  'consequence.amount-stated': consequenceAmountStated,
} as const;
