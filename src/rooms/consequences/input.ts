/** What a person typed in the forms of consequences, as the rules take it. Resolves names of recipients; writes nothing. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { InvalidInput } from '../../base/errors.ts';
import { UUID } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { atDay } from '../day-only.ts';
import { isoDate, line, prose } from '../fields.ts';
import { recipientLines, servicesNamed } from '../named.ts';
import { readSource, yearOrNone } from '../source-fields.tsx';
import { CONSEQUENCE_KINDS, digitsOf, STATUSES } from './entries.ts';
import type { Announce, ChangeStatus, StateAmount } from './rules.ts';
import type { Consequence } from './view.ts';

export type Values = Readonly<Record<string, string>>;

const DECIMAL = /^(0|[1-9]\d{0,12})(\.\d{1,2})?$/;

/** "1,250,000.00" and a currency → cents; empty → not known */
const amount = z
  .object({
    amount: z
      .string()
      .transform((text) => text.replace(/[,\s]/g, ''))
      .refine((text) => text === '' || DECIMAL.test(text), {
        error: () => t('orders.con.input.amount'),
      }),
    currency: z
      .string()
      .trim()
      .transform((text) => text.toUpperCase()),
  })
  .transform(({ amount, currency }, context) => {
    if (amount === '') return null;
    if (digitsOf(currency) !== 2) {
      context.addIssue({ code: 'custom', path: ['currency'], message: t('orders.con.input.currency') });
      return null;
    }
    const [whole = '0', rest = ''] = amount.split('.');
    return { cents: Number(`${whole}${rest.padEnd(2, '0')}`), currency };
  });

const words = (missing: () => string) => prose(1000).pipe(z.string().min(1, { error: missing }));
const on = isoDate.or(z.literal('').transform((_, context) => (context.addIssue(t('orders.con.input.on')), '')));

const announced = z.object({
  request: z.string().regex(UUID, { error: () => t('orders.con.input.request') }),
  kind: z.enum(CONSEQUENCE_KINDS, { error: () => t('orders.con.input.kind') }),
  programme: line(200),
  fiscalYear: yearOrNone.refine((year) => year === null || (year >= 1900 && year <= 2200), {
    error: () => t('orders.year'),
  }),
  words: words(() => t('orders.con.input.words')),
  on,
  recipients: recipientLines,
});
const changed = z.object({
  status: z.enum(STATUSES, { error: () => t('orders.con.input.status') }),
  order: z.string().regex(UUID).or(z.literal('')),
  reason: words(() => t('orders.why.missing')),
  on,
  recipients: recipientLines,
});
const stated = z.object({ reason: words(() => t('orders.con.input.known')), on, recipients: recipientLines });

function read<T extends z.ZodType>(schema: T, values: Values, more: Readonly<Record<string, string>>): z.output<T> {
  const parsed = schema.safeParse(values);
  const fields: Record<string, string> = {};
  for (const { path, message } of parsed.error?.issues ?? []) {
    fields[String(path[0] ?? '')] ??= /^\p{Lu}/u.test(message) ? message : t('orders.this', { what: message });
  }
  for (const [name, message] of Object.entries(more)) fields[name] ??= message;
  if (parsed.success && Object.keys(fields).length === 0) return parsed.data;
  throw new InvalidInput('input-refused', { what: t('orders.incomplete'), lost: t('orders.lost.kept') }, fields);
}

function readAmount(values: Values) {
  const parsed = amount.safeParse(values);
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error?.issues ?? []) errors[String(path[0] ?? 'amount')] ??= message;
  return { amount: parsed.data ?? null, errors };
}

/** @throws InvalidInput with what is wrong by field */
export async function readAnnounced(
  db: Kysely<Database>,
  matter: string,
  values: Values,
  now: Millis,
): Promise<Announce> {
  const { source, errors } = readSource(values);
  const money = readAmount(values);
  const form = read(announced, values, { ...errors, ...money.errors });
  const { recipients, on, ...rest } = form;
  const named = await servicesNamed(db, matter, [form.request], recipients, 'recipients');
  return { ...rest, amount: money.amount, recipients: named, source, at: atDay(on, now) };
}

/** @throws InvalidInput with what is wrong by field */
export async function readChanged(
  db: Kysely<Database>,
  one: Consequence,
  values: Values,
  now: Millis,
): Promise<ChangeStatus> {
  const { source, errors } = readSource(values);
  const { recipients, on, order, ...rest } = read(changed, values, errors);
  const named = await servicesNamed(db, one.matter, [one.request], recipients, 'recipients');
  return {
    ...rest,
    consequence: one.id,
    order: order === '' ? null : order,
    recipients: named,
    source,
    at: atDay(on, now),
  };
}

/** @throws InvalidInput with what is wrong by field */
export async function readStated(
  db: Kysely<Database>,
  one: Consequence,
  values: Values,
  now: Millis,
): Promise<StateAmount> {
  const { source, errors } = readSource(values);
  const money = readAmount(values);
  const { recipients, on, reason } = read(stated, values, { ...errors, ...money.errors });
  const named = await servicesNamed(db, one.matter, [one.request], recipients, 'recipients');
  return { consequence: one.id, amount: money.amount, reason, recipients: named, source, at: atDay(on, now) };
}
