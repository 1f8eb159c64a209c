/** What waits for the staff of one organisation, and the requests of a matter with their counts: each a few queries, whatever the number of recipients. Reads only. */
import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { CAUSES } from '../rooms/clock/entries.ts';
import { type Progressed, underWay } from '../rooms/clock/progress.ts';
import { SOON_MS } from './board-filter.ts';
import { countDueSteps, type DueStep } from './desk-steps.ts';
import { dueAt, dueOn, movedDues, NOW, newestCells } from './moved.ts';

export interface Waiting {
  readonly request: string;
  readonly title: string;
  readonly n: number;
  /** the date that it is about; null where there is none */
  readonly day: string | null;
}

export interface Held extends Waiting {
  readonly by: 'tolling' | 'stay';
  /** the cause, or where it is none of those that have a name the reason as it was written, empty where none was; of a stay, which order */
  readonly cause: string;
}

export interface Asking {
  readonly service: string;
  readonly name: string;
  readonly title: string;
  readonly until: string;
}

export interface Today {
  readonly dueSoon: readonly Waiting[];
  readonly overdue: readonly Waiting[];
  /** recipients whose clock stands, by what holds it: a cause of the issuer's, or an order */
  readonly paused: readonly Held[];
  /** recipients that asked for more time and wait for an answer */
  readonly moreTime: readonly Asking[];
  /** recipients with an answer newer than its last determination */
  readonly toReview: readonly Waiting[];
  /** recipients due for the next step of their request's ladder, by step */
  readonly nextSteps: readonly DueStep[];
  /** letters that could not be sent and were not replaced */
  readonly failed: readonly Waiting[];
  /** servings under way or stopped, by draft */
  readonly serving: readonly { readonly draft: string; readonly title: string; readonly trouble: boolean }[];
  /** facts that move many clocks and have not reached all of them yet */
  readonly recounting: readonly Progressed[];
}

const MOST = 20;

const notRevoked = sql<SqlBool>`not exists (select 1 from view.revocation v where v.request = r.id)`;

/** SQL: what holds the clock of service `s`, one row: of the pauses that run, the one that began first. */
const heldBy = (now: Date) => sql`
  select coalesce(max(h.kind), 'tolling') as by,
    coalesce(max(case when h.kind = 'stay' then h."order"
      when h.words like any (${CAUSES.filter((one) => one !== 'other').map((one) => `${one}: %`)}::text[])
      then split_part(h.words, ':', 1) else h.words end), '') as cause
  from (
    select p.* from (${newestCells(NOW)}) x (cells) cross join jsonb_array_elements(x.cells) c
    cross join jsonb_to_recordset(c -> 'pauses')
      as p (kind text, "order" text, words text, "fromAt" timestamptz, "untilAt" timestamptz)
    where p."fromAt" <= ${now} and (p."untilAt" is null or p."untilAt" > ${now})
    order by p."fromAt" limit 1
  ) h`;

/** What waits today. @param now the present */
export async function todayOf(db: Kysely<Database>, issuer: string, now: Date): Promise<Today> {
  const soon = new Date(now.getTime() + SOON_MS);
  const ofIssuer = sql`x.request in (select r.id from view.request r where r.issuer = ${issuer})`;
  const owes = sql`r.issuer = ${issuer} and r.conduct = 'served' and ${notRevoked}
    and (select count(distinct a.item) from view.item_answer a where a.service = s.id) < jsonb_array_length(r.items)`;
  const stands = sql`(m.due_at is null or coalesce(m.paused_until > ${now}, false))`;
  const [nextSteps, owing, paused, review, failed, serving, recounting, moreTime] = await Promise.all([
    countDueSteps(db, { issuer }, now, 2 * MOST),
    sql<Waiting & { overdue: boolean }>`
      select r.id as request, r.title, (${dueOn})::text as day, min(${dueAt}) <= ${now} as overdue, count(*)::int as n
      from view.request r join view.service s on s.request = r.id
      left join ${movedDues(ofIssuer)} m on m.service = s.id
      where ${owes} and ${dueAt} < ${soon} and (m.service is null or not ${stands})
      group by r.id, r.title, ${dueOn}
      order by ${dueOn}, r.id limit ${2 * MOST}`.execute(db),
    sql<Held>`
      select r.id as request, r.title, null as day, p.by, p.cause, count(*)::int as n
      from ${movedDues(ofIssuer)} m join view.service s on s.id = m.service join view.request r on r.id = s.request
      cross join lateral (${heldBy(now)}) p
      where ${owes} and ${stands}
      group by r.id, r.title, p.by, p.cause order by r.id, p.by, p.cause limit ${MOST}`.execute(db),
    sql<Waiting>`
      select r.id as request, r.title, null as day, count(distinct a.service)::int as n
      from view.request r join view.item_answer a on a.request = r.id
      where r.issuer = ${issuer}
        and not exists (select 1 from view.item_answer b where b.service = a.service and b.item = a.item and b.seq > a.seq)
        and not exists (select 1 from view.item_determination d
          where d.service = a.service and d.item = a.item and d.answer = a.answer)
      group by r.id, r.title order by min(a.seq) limit ${MOST}`.execute(db),
    sql<Waiting>`
      select r.id as request, r.title, null as day, count(*)::int as n
      from work.outbox o join view.request r on r.id = o.request
      where r.issuer = ${issuer} and o.kind = 'letter' and o.state = 'failed'
        and not exists (select 1 from work.outbox later
          where later.service = o.service and later.kind = 'letter' and later.id > o.id)
      group by r.id, r.title order by r.id limit ${MOST}`.execute(db),
    sql<{ draft: string; title: string; trouble: boolean }>`
      select d.id as draft, coalesce(d.body ->> 'title', '') as title, d.serving ->> 'trouble' is not null as trouble
      from work.request_draft d join view.matter m on m.id = d.matter
      where m.issuer = ${issuer} and d.serving is not null and d.served_at is null
      order by d.updated_at limit ${MOST}`.execute(db),
    underWay(db, issuer),
    sql<Asking>`
      select k.service, s.name, r.title, k.until_on::text as until
      from view.request r join view.extension_ask k on k.request = r.id join view.service s on s.id = k.service
      where r.issuer = ${issuer} and ${notRevoked}
        and not exists (select 1 from view.extension_answer w where w.ask = k.entry)
      order by k.seq limit ${MOST}`.execute(db),
  ]);
  const plain = ({ request, title, n, day }: Waiting): Waiting => ({ request, title, n, day });
  return {
    dueSoon: owing.rows.filter((row) => !row.overdue).map(plain),
    overdue: owing.rows.filter((row) => row.overdue).map(plain),
    paused: paused.rows,
    toReview: review.rows.map(plain),
    nextSteps,
    failed: failed.rows.map(plain),
    serving: serving.rows,
    recounting,
    moreTime: moreTime.rows,
  };
}

export interface MatterLine {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly audience: string;
  readonly example: boolean;
  readonly opened: Date;
  readonly requests: number;
  readonly drafts: number;
}

/** Matters of one organisation, newest first. */
export async function matterLines(db: Kysely<Database>, issuer: string): Promise<readonly MatterLine[]> {
  const { rows } = await sql<MatterLine>`
    select m.id, m.slug, m.title, m.audience, m.example, m.recorded_at as opened,
      (select count(*)::int from view.request r where r.matter = m.id) as requests,
      (select count(*)::int from work.request_draft d where d.matter = m.id and d.serving is null) as drafts
    from view.matter m where m.issuer = ${issuer} order by m.seq desc limit 500`.execute(db);
  return rows;
}

export interface RequestLine {
  readonly id: string;
  readonly title: string;
  readonly authority: string;
  readonly conduct: string;
  readonly items: number;
  readonly served: Date;
  readonly revoked: boolean;
  readonly recipients: number;
  /** recipients that have answered every item */
  readonly answered: number;
  readonly due: string | null;
}

export const REQUEST_SORTS = ['served', 'title', 'due', 'recipients'] as const;
export type RequestSort = (typeof REQUEST_SORTS)[number];

/** Requests of a matter whose title or authority holds `search`, with their counts. */
export async function requestLines(
  db: Kysely<Database>,
  matter: string,
  search: string,
  sort: { readonly by: RequestSort; readonly down: boolean },
): Promise<readonly RequestLine[]> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const dir = sort.down ? sql`desc` : sql`asc`;
  const order = {
    served: sql`r.seq ${dir}`,
    title: sql`lower(r.title) ${dir}, r.seq`,
    due: sql`due ${dir} nulls last, r.seq`,
    recipients: sql`recipients ${dir}, r.seq`,
  }[sort.by];
  const { rows } = await sql<RequestLine>`
    select r.id, r.title, r.authority, r.conduct, jsonb_array_length(r.items) as items, r.occurred_at as served,
      exists (select 1 from view.revocation v where v.request = r.id) as revoked,
      (select count(*)::int from view.service s where s.request = r.id) as recipients,
      (select count(*)::int from (select a.service from view.item_answer a where a.request = r.id
        group by a.service having count(distinct a.item) >= jsonb_array_length(r.items)) done) as answered,
      (select max(${dueOn})::text from view.service s
        left join ${movedDues(sql`x.request = r.id`)} m on m.service = s.id where s.request = r.id) as due
    from view.request r
    where r.matter = ${matter} and (r.title ilike ${like} or r.authority ilike ${like})
    order by ${order} limit 1000`.execute(db);
  return rows;
}
