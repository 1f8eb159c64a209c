/** Who is due for the next step of a ladder, in SQL: the same rule as `stepFor` of the escalation room, for counts and lists. Takes no step itself. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
import { isFollowed, settledItem, settledItems, takenStep } from '../rooms/escalation/view.ts';
/** A kind of step as messages choose by it: their choices hold no spaces. */
export const stepKind = (kind: string): string => kind.replaceAll(' ', '_');
export const stepKindWord = (kind: string): string => t('desk.steps.kind', { kind: stepKind(kind) });

/**
 * Services `s` of requests `r` whose next step `n` (step, kind, who, after) may be taken at `now`. `d` holds the date (due_on) of the item
 * due first among those that the step is about: open or found deficient, with a clock that runs and a day that has come.
 * @param requests what `<column> …` must fulfil: `= id`, `in (…)`
 * @param only services, where not all are asked about
 */
export function dueSteps(
  requests: RawBuilder<unknown>,
  now: Date,
  only: readonly string[] | null = null,
): RawBuilder<unknown> {
  const among = (column: string) => (only ? sql`and ${sql.ref(column)} = any(${[...only]}::uuid[])` : sql``);
  const come = (on: RawBuilder<unknown>, at: RawBuilder<unknown>, until: RawBuilder<unknown>) => sql`${at} <= ${now}
    and not coalesce(${until} > ${now}, false) and (${on} + n.after)::timestamp at time zone (r.due_rule ->> 'zone') <= ${now}`;
  const even = come(
    sql`coalesce(m.due_on, s.due_on)`,
    sql`case when m.service is null then s.due_at else m.due_at end`,
    sql`m.paused_until`,
  );
  return sql`(
    select distinct on (l.request) l.request, l.steps from view.ladder l where l.request ${requests} order by l.request, l.seq desc
  ) l join view.request r on r.id = l.request and r.conduct = 'served'
    and not exists (select 1 from view.revocation v where v.request = r.id)
  join view.service s on s.request = r.id ${among('s.id')}
  left join (
    select distinct on (x.service) x.service, x.due_on, x.due_at, x.paused_until, x.uneven from view.due x
    where x.request ${requests} ${among('x.service')} order by x.service, x.seq desc, x.occurred_at desc
  ) m on m.service = s.id
  join lateral (
    select n.* from jsonb_to_recordset(l.steps) as n (step int, kind text, who text, after int)
    where n.step > ${takenStep} order by n.step limit 1
  ) n on not ${isFollowed}
  join lateral (
    select coalesce(m.due_on, s.due_on) as due_on
    where m.uneven is null and ${even} and ${settledItems} < jsonb_array_length(r.items)
    union all (
      select c.due_on from jsonb_to_recordset(m.uneven) as c (item int, due_on date, due_at timestamptz, paused_until timestamptz)
      where m.uneven is not null and ${come(sql`c.due_on`, sql`c.due_at`, sql`c.paused_until`)} and not ${settledItem(sql`c.item`)}
      order by c.due_at, c.item limit 1)
  ) d on true`;
}

export interface DueStep {
  readonly request: string;
  readonly title: string;
  readonly step: number;
  readonly kind: string;
  readonly who: string;
  readonly n: number;
}

/** Recipients due for their next step, by request and step; of one request, or of all of an issuer. */
export async function countDueSteps(
  db: Kysely<Database>,
  of: { readonly request: string } | { readonly issuer: string },
  now: Date,
  most = 100,
): Promise<readonly DueStep[]> {
  const which =
    'request' in of
      ? sql`= ${of.request}`
      : sql`in (select q.id from view.request q where q.issuer = ${of.issuer} and q.conduct = 'served')`;
  const { rows } = await sql<DueStep>`
    select r.id as request, r.title, n.step, n.kind, n.who, count(*)::int as n from ${dueSteps(which, now)}
    group by r.id, r.title, n.step, n.kind, n.who order by r.id, n.step limit ${most}`.execute(db);
  return rows;
}

export interface DueRecipient {
  readonly service: string;
  readonly name: string;
  readonly state: string | null;
  readonly dueOn: string;
  /** items that still lack an answer that is good enough */
  readonly open: number;
  readonly address: boolean;
}

/** Recipients of a request due for one step, by name. */
export async function listDueStep(
  db: Kysely<Database>,
  request: string,
  step: number,
  now: Date,
  page: { readonly size: number; readonly skip: number },
): Promise<readonly DueRecipient[]> {
  const { rows } = await sql<DueRecipient>`
    select s.id as service, s.name, s.state, d.due_on::text as "dueOn",
      (jsonb_array_length(r.items) - ${settledItems})::int as open,
      exists (select 1 from work.contact c where c.service = s.id) as address
    from ${dueSteps(sql`= ${request}`, now)} where n.step = ${step}
    order by s.name, s.id limit ${page.size} offset ${page.skip}`.execute(db);
  return rows;
}

/** All of them, by id. */
export async function allDueStep(
  db: Kysely<Database>,
  request: string,
  step: number,
  now: Date,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from ${dueSteps(sql`= ${request}`, now)} where n.step = ${step} order by s.name, s.id`.execute(db);
  return rows.map((row) => row.id);
}
