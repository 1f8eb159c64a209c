/** Reminders as read: what is set for a request, what a recipient wishes and got, and whom a reminder may be due for. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { dueLines } from '../due-list.ts';
import { remindersSet, reminderWished, reminderWritten } from './entries.ts';
import type { Plan, Reminded } from './rules.ts';

export const projectReminders: Project = (entry, seq) => {
  const common = { ...stamps(entry, seq), entry: entry.id };
  switch (entry.kind) {
    case 'reminder.planned':
      return [{ table: 'view.reminder_setting', row: { ...common, ...remindersSet.parse(entry.body) } }];
    case 'reminder.written': {
      const { service, request, due, days } = reminderWritten.parse(entry.body);
      return [{ table: 'view.reminder', row: { ...common, service, request, due_on: due.on, days } }];
    }
    case 'reminder.wished':
      return [{ table: 'view.reminder_wish', row: { ...common, ...reminderWished.parse(entry.body) } }];
    default:
      return [];
  }
};

export const OFF: Plan = { days: [], most: 1 };
const numbers = z.array(z.number());

/** What is set for a request; off where nothing is. */
export async function planOf(db: Kysely<Database>, request: string): Promise<Plan> {
  const row = await db
    .selectFrom('view.reminder_setting')
    .select(['days', 'most'])
    .where('request', '=', request)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { days: numbers.parse(row.days), most: row.most } : OFF;
}

/** Whether a recipient wants reminders; it does unless it said no. */
export async function isWanted(db: Kysely<Database>, service: string): Promise<boolean> {
  const row = await db
    .selectFrom('view.reminder_wish')
    .select('wanted')
    .where('service', '=', service)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.wanted ?? true;
}

/** Requests that send reminders now: set, not off, not revoked. */
export async function remindingRequests(
  db: Kysely<Database>,
): Promise<readonly { readonly request: string; readonly plan: Plan }[]> {
  const { rows } = await sql<{ request: string; days: unknown; most: number }>`
    select * from (select distinct on (x.request) x.request, x.days, x.most from view.reminder_setting x
      order by x.request, x.seq desc) t
    where t.days <> '[]'::jsonb and not exists (select 1 from view.revocation v where v.request = t.request)`.execute(
    db,
  );
  return rows.map(({ request, days, most }) => ({ request, plan: { days: numbers.parse(days), most } }));
}

/**
 * Up to `limit` services of a request, after one, that may be due for a reminder: their date lies within the days that are set, and the cap
 * is not reached. The rules decide.
 */
export async function perhapsDue(
  db: Kysely<Database>,
  request: string,
  plan: Plan,
  now: Millis,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> {
  const from = new Date(now);
  const until = new Date(now + Math.max(...plan.days) * 86_400_000);
  const { rows } = await sql<{ id: string }>`
    select s.id from view.service s
    left join lateral (select x.due_at, x.uneven from view.due x where x.service = s.id
      order by x.seq desc, x.occurred_at desc limit 1) d on true
    where s.request = ${request} and ${after === null ? sql`true` : sql`s.id > ${after}::uuid`}
      -- Where items differ the row holds the first of them alone, which may be answered: those are all looked at.
      and (d.uneven is not null or (coalesce(d.due_at, s.due_at) > ${from} and coalesce(d.due_at, s.due_at) <= ${until}))
      and (select count(*) from view.reminder m where m.service = s.id) < ${plan.most}
    order by s.id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** What the rules of reminders decide on, with the position that it was read at. A few queries however many they are. */
export async function remindedOf(
  db: Kysely<Database>,
  ids: readonly string[],
  now: Millis,
): Promise<readonly (Reminded & { readonly last: number | null })[]> {
  if (ids.length === 0) return [];
  const among = sql`any(${[...ids]}::uuid[])`;
  // Read first: whatever comes in between is a conflict and not overlooked.
  const lasts = await sql<{ stream: string; last: number }>`
    select stream, max(seq) as last from ledger.entry where stream = ${among} group by stream`.execute(db);
  const [lines, more] = await Promise.all([
    dueLines(db, ids, now),
    sql<{
      service: string;
      matter: string;
      issuer: string;
      served: Date;
      address: string | null;
      left: boolean;
      wanted: boolean | null;
      before: unknown;
    }>`
      select s.id as service, s.matter, r.issuer, s.occurred_at as served, c.address,
        exists (select 1 from work.outbox o where o.service = s.id and o.kind = 'letter' and o.state = 'sent') as "left",
        (select w.wanted from view.reminder_wish w where w.service = s.id order by w.seq desc limit 1) as wanted,
        (select coalesce(jsonb_agg(jsonb_build_object('dueOn', m.due_on::text, 'days', m.days)), '[]'::jsonb)
          from view.reminder m where m.service = s.id) as before
      from view.service s join view.request r on r.id = s.request left join work.contact c on c.service = s.id
      where s.id = ${among}`.execute(db),
  ]);
  const last = new Map(lasts.rows.map((row) => [row.stream, Number(row.last)]));
  const line = new Map(lines.map((one) => [one.service, one]));
  return more.rows.flatMap((row) => {
    const one = line.get(row.service);
    if (!one) return [];
    return [
      {
        matter: row.matter,
        issuer: row.issuer,
        service: row.service,
        request: one.request,
        clock: one.clock.state,
        dueOn: one.dueOn,
        dueAt: one.dueAt,
        openItems: one.openItems,
        servedAt: row.served.getTime(),
        address: row.address,
        letterLeft: row.left,
        wanted: row.wanted ?? true,
        before: written.parse(row.before),
        last: last.get(row.service) ?? null,
      },
    ];
  });
}
const written = z.array(z.object({ dueOn: z.string(), days: z.number() }));
