/**
 * Due dates that something moved, in SQL, as of a cut: beside the date that a service was served with, what a board counts, narrows and
 * sorts by. Where the items of a recipient differ, its date is that of the item without an answer that is due first. Runs no query.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Cut, visible } from './cut.ts';

/** Newest by what is known: the last fact, and of what it changes the last moment. */
const NEWEST = sql`x.seq desc, x.occurred_at desc`;

/** As of now; of what can be withheld nothing is asked at it. */
export const NOW: Cut = { last: Number.MAX_SAFE_INTEGER, until: null, shownAt: new Date(0) };

/**
 * `(service, due_on, due_at, paused_until)` of services with a moved date; `due_at` is null while the clock stands.
 * @param which condition on `view.due x`
 */
export function movedDues(which: RawBuilder<unknown>, cut: Cut = NOW): RawBuilder<unknown> {
  return sql`(
    select n.service,
           case when n.uneven is null then n.due_on else o.due_on end as due_on,
           case when n.uneven is null then n.due_at else o.due_at end as due_at,
           case when n.uneven is null then n.paused_until else o.paused_until end as paused_until
    from (
      select distinct on (x.service) x.service, x.due_on, x.due_at, x.paused_until, x.uneven
      from view.due x where ${which} and ${visible('x', cut)} order by x.service, ${NEWEST}
    ) n left join lateral (
      select c.due_on, c.due_at, c.paused_until
      from jsonb_to_recordset(n.uneven) as c (item int, due_on date, due_at timestamptz, paused_until timestamptz)
      where not exists (select 1 from view.item_answer a
        where a.service = n.service and a.item = c.item and ${visible('a', cut)})
      order by c.due_at nulls last, c.item limit 1
    ) o on n.uneven is not null)`;
}

/** The date of service `s`, where `m` is left joined to it from `movedDues`. */
export const dueOn = sql`case when m.service is null then s.due_on else m.due_on end`;
export const dueAt = sql`case when m.service is null then s.due_at else m.due_at end`;

/** Cells of the newest row of service `s`, for `left join lateral … m on true`. */
export const newestCells = (cut: Cut): RawBuilder<unknown> =>
  sql`(select x.cells from view.due x where x.service = s.id and ${visible('x', cut)} order by ${NEWEST} limit 1)`;

/** For `left join … m on m.service = s.id`: the earliest date of any item, whether answered or not; nothing but an order. */
export const movedOrder = (request: string, cut: Cut): RawBuilder<unknown> =>
  sql`(select distinct on (x.service) x.service, x.due_on, x.due_at from view.due x
    where x.request = ${request} and ${visible('x', cut)} order by x.service, ${NEWEST})`;
