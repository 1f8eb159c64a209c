/** What may be written of court orders: that one was entered, with its scope, where it holds, and the earlier orders that it changes or ends. */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { ocdId } from '../directory/entries.ts';
import { documentRef, isoDate, line, prose, uuid } from '../fields.ts';
import { source } from '../matters/entries.ts';

/** `stay`, `enjoin` and `compel` begin something; `modify` changes how far it reaches; `vacate` and `lift` end it. */
export const EFFECTS = ['stay', 'enjoin', 'compel', 'modify', 'vacate', 'lift'] as const;
export type Effect = (typeof EFFECTS)[number];

const ids = z.array(uuid).min(1).max(1000).nullable();

/** Null: all. Items may be empty: then the order reaches consequences alone. */
export const scope = z.strictObject({
  requests: ids,
  /** ids of services */
  recipients: ids,
  items: z.array(z.number().int().min(1).max(500)).max(500).nullable(),
  consequences: z.array(uuid).max(500),
});
export type Scope = z.infer<typeof scope>;

/** Whoever lies in one of the divisions; or the parties named, with their id in the directory where they have one. */
export const geography = z.union([
  z.literal('nationwide'),
  z.strictObject({ divisions: z.array(ocdId).min(1).max(200) }),
  z.strictObject({
    parties: z
      .array(z.strictObject({ name: line(200), party: uuid.nullable() }))
      .min(1)
      .max(200),
  }),
]);
export type Geography = z.infer<typeof geography>;

/** Where the order can be read. */
export const orderSource = source.extend({
  url: z
    .string()
    .max(500)
    .refine((text) => /^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text), {
      error: () => t('orders.entry.address'),
    })
    .nullable(),
});
export type OrderSource = z.infer<typeof orderSource>;

export const orderEntered = z.strictObject({
  /** id of the order, the same as the entry's */
  order: uuid,
  court: line(200),
  docket: line(100),
  /** null: not known */
  judge: line(200).nullable(),
  date: isoDate,
  effect: z.enum(EFFECTS),
  /** the operative words, short */
  words: prose(1000).pipe(z.string().min(1, { error: () => t('orders.missing') })),
  scope,
  geography,
  /** the earlier orders that it modifies, vacates or lifts */
  of: z.array(uuid).max(50),
  /** the day by which an order that compels wants the answer */
  compel: isoDate.nullable(),
  document: documentRef.nullable(),
  source: orderSource.nullable(),
});

export const orderEntries = { 'order.entered': orderEntered } as const;
