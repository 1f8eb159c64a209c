/** The forms of the public API's answers on orders and consequences, as zod schemas. */
import { z } from 'zod';
import { receiptLinks } from './api-schemas.ts';

const instant = z.string().meta({ description: 'RFC 3339, UTC', example: '2018-01-24T17:00:00.000Z' });
const id = z.uuid().meta({ description: 'UUIDv7' });
const day = z.string().meta({ description: 'calendar date', example: '2017-09-15' });

export const asOf = z.strictObject({
  at: instant,
  axis: z.enum(['known', 'happened']),
  now: z.boolean(),
  position: z.int().nullable(),
});

const scope = z.strictObject({
  requests: z.array(id).nullable().meta({ description: 'null: all' }),
  recipients: z.array(id).nullable().meta({ description: 'ids of services; null: all' }),
  items: z.array(z.int()).nullable().meta({ description: 'null: all; empty: consequences alone' }),
  consequences: z.array(id),
});
const geography = z
  .union([
    z.literal('nationwide'),
    z.strictObject({ divisions: z.array(z.string()).meta({ description: 'Open Civic Data ids' }) }),
    z.strictObject({ parties: z.array(z.strictObject({ name: z.string(), party: id.nullable() })) }),
  ])
  .meta({ id: 'Geography' });

export const order = z
  .strictObject({
    order: id,
    court: z.string(),
    docket: z.string(),
    judge: z.string().nullable().meta({ description: 'null: not known' }),
    date: day,
    effect: z.enum(['stay', 'enjoin', 'compel', 'modify', 'vacate', 'lift']),
    words: z.string(),
    scope,
    geography,
    of: z.array(id).meta({ description: 'earlier orders that it modifies, vacates or lifts' }),
    compel: day.nullable(),
    inForce: z.boolean().nullable().meta({ description: 'null for orders that change another' }),
    now: z
      .strictObject({ by: id, words: z.string(), scope, geography, recipients: z.int() })
      .nullable()
      .meta({ description: 'in force: what holds now, after later orders; `recipients` that it touches' }),
    changedBy: z.array(id).meta({ description: 'later orders that changed or ended it, by their dates' }),
    document: z
      .strictObject({ name: z.string(), bytes: z.int(), sha256: z.string(), type: z.string(), href: z.string() })
      .nullable(),
    source: z
      .strictObject({ publisher: z.string(), title: z.string(), date: day, url: z.string().nullable() })
      .nullable(),
    recordedAt: instant,
    page: z.string(),
    receipt: receiptLinks,
  })
  .meta({ id: 'Order' });

export const orderList = z.strictObject({ asOf, inForce: z.int(), orders: z.array(order) }).meta({ id: 'OrderList' });

const money = z
  .strictObject({ amount: z.string().meta({ description: 'decimal', example: '1250000.00' }), currency: z.string() })
  .meta({ id: 'Money' });
const status = z.enum(['announced', 'imposed', 'released', 'blocked']);

export const consequence = z
  .strictObject({
    consequence: id,
    request: id,
    recipients: z.array(id).nullable().meta({ description: 'ids of services; null: all of the request' }),
    kind: z.enum(['grant', 'penalty', 'ineligibility']),
    programme: z.string(),
    fiscalYear: z.int().nullable(),
    words: z.string(),
    amount: money.nullable().meta({ description: 'for each recipient, as announced; null: not known' }),
    announcedAt: instant,
    groups: z
      .array(z.strictObject({ status, amount: money.nullable(), recipients: z.int() }))
      .meta({ description: 'recipients by status and amount at that time' }),
    blockedBy: z.array(z.strictObject({ order: id, since: day })),
    changes: z.array(
      z.strictObject({
        entry: id,
        status: status.nullable(),
        amount: money.nullable(),
        recipients: z.array(id).nullable(),
        reason: z.string(),
        order: id.nullable(),
        occurredAt: instant,
        recordedAt: instant,
        receipt: receiptLinks,
      }),
    ),
    source: z.strictObject({ publisher: z.string(), title: z.string(), date: day }).nullable(),
    receipt: receiptLinks,
  })
  .meta({ id: 'Consequence' });

const sums = {
  known: z.int(),
  unknown: z.int().meta({ description: 'recipients whose amount is not known; never added as nothing' }),
  sums: z.array(money).meta({ description: 'of the known ones, by currency' }),
};

export const consequenceList = z
  .strictObject({
    asOf,
    totals: z.array(
      z.strictObject({
        programme: z.string(),
        fiscalYear: z.int().nullable(),
        status,
        recipients: z.int(),
        ...sums,
      }),
    ),
    together: z.strictObject(sums),
    consequences: z.array(consequence),
  })
  .meta({ id: 'ConsequenceList' });
