/** What the API says of a question across requests and meetings. */
import { z } from 'zod';

export const questionRow = z.object({
  party: z.uuid(),
  name: z.string(),
  kind: z.string(),
  state: z.string().nullable(),
  page: z.string(),
  cells: z
    .record(z.string(), z.union([z.string(), z.number()]).nullable())
    .meta({ description: 'the chosen columns as text, as in CSV' }),
  requests: z
    .record(
      z.string(),
      z.object({
        service: z.uuid(),
        clock: z.object({ state: z.string(), dueOn: z.string().nullable() }),
        items: z.array(
          z.object({ item: z.int(), answer: z.string().nullable(), determination: z.string().nullable() }),
        ),
        orders: z.array(z.uuid()).meta({ description: 'that touch it; read where the column `orders` is chosen' }),
      }),
    )
    .meta({ description: 'by part (`r1`), of parts with a chosen column' }),
  meetings: z.record(
    z.string(),
    z.array(
      z.object({
        participant: z.uuid(),
        name: z.string(),
        office: z.string().nullable(),
        status: z.string().meta({ description: 'iCalendar’s PARTSTAT, or `withdrew`' }),
        reason: z.string().nullable(),
        came: z.boolean().nullable(),
      }),
    ),
  ),
});

export const questionBody = z.object({
  question: z.string().meta({ description: 'its page' }),
  asOf: z.object({
    at: z.string(),
    axis: z.enum(['known', 'happened']),
    now: z.boolean(),
    position: z.int().nullable(),
  }),
  total: z.int().meta({ description: 'parties that fit' }),
  rows: z.array(questionRow),
  next: z.string().nullable().meta({ description: 'address of the rows after these' }),
});
