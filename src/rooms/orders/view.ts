/** Orders as read, in the order of their dates. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { documentRef, uuid } from '../fields.ts';
import { EFFECTS, geography, orderEntered, orderSource, scope } from './entries.ts';
import type { Order } from './order.ts';

export { courtWords, type Order, orderName, whereWords } from './order.ts';
export {
  type Cell,
  historyOf,
  inForce,
  isEnding,
  isOriginal,
  lies,
  ordersTouching,
  type Recipient,
  reachOf,
  recipientTouches,
  statesOf,
  type Touch,
  type TouchedRecipient,
} from './touching.ts';

export const projectOrders: Project = (entry, seq) => {
  if (entry.kind !== 'order.entered') return [];
  const b = orderEntered.parse(entry.body);
  return [
    {
      table: 'view.court_order',
      row: {
        ...stamps(entry, seq),
        id: b.order,
        matter: entry.matter,
        court: b.court,
        docket: b.docket,
        judge: b.judge,
        on_date: b.date,
        effect: b.effect,
        words: b.words,
        scope: b.scope,
        geography: b.geography,
        of_orders: b.of,
        compel: b.compel,
        document: b.document,
        source: b.source,
        audience: entry.audience,
      },
    },
  ];
};

const stored = z.object({
  id: uuid,
  seq: z.coerce.number(),
  matter: uuid,
  court: z.string(),
  docket: z.string(),
  judge: z.string().nullable(),
  effect: z.enum(EFFECTS),
  words: z.string(),
  date: z.string(),
  scope,
  geography,
  of_orders: z.array(uuid),
  compel: z.string().nullable(),
  document: documentRef.nullable(),
  source: orderSource.nullable(),
  audience: z.string(),
  occurred_at: z.date(),
  recorded_at: z.date(),
});

function toOrder(row: z.infer<typeof stored>): Order {
  const { occurred_at, recorded_at, of_orders, ...rest } = row;
  return { ...rest, of: of_orders, at: occurred_at.getTime(), recordedAt: recorded_at };
}

/** Which facts count: up to a position of the log, and up to a time of happening where one is given. */
export interface UpTo {
  readonly last: number;
  readonly until: Date | null;
}

/** Orders of a matter, by their dates. One query. */
export async function ordersOf(
  db: Kysely<Database>,
  matter: string,
  { last, until }: UpTo = { last: Number.MAX_SAFE_INTEGER, until: null },
): Promise<readonly Order[]> {
  const { rows } = await sql`
    select o.*, o.compel::text as compel, o.on_date::text as date from view.court_order o
    where o.matter = ${matter} and o.seq <= ${last} and ${until === null ? sql`true` : sql`o.occurred_at <= ${until}`}
    order by o.occurred_at, o.id`.execute(db);
  return rows.map((row) => toOrder(stored.parse(row)));
}
