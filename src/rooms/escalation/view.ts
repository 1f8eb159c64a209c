/** Ladders, steps and their withdrawals as read. A step that was taken back counts as not taken. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { type LadderStep, ladderSet, ladderSteps, stepTaken, stepWithdrawn } from './entries.ts';

export const projectEscalation: Project = (entry, seq) => {
  switch (entry.kind) {
    case 'ladder.set': {
      const { request, steps } = ladderSet.parse(entry.body);
      return [{ table: 'view.ladder', row: { ...stamps(entry, seq), entry: entry.id, request, steps } }];
    }
    case 'step.taken': {
      const { service, request, run, step, kind, items, due } = stepTaken.parse(entry.body);
      const row = { ...stamps(entry, seq), entry: entry.id, service, request, run, step, kind, items, due_on: due.on };
      return [{ table: 'view.step', row }];
    }
    case 'step.withdrawn': {
      const { request, run, reason } = stepWithdrawn.parse(entry.body);
      return [{ table: 'view.step_withdrawal', row: { ...stamps(entry, seq), request, run, reason } }];
    }
    default:
      return [];
  }
};

/** The ladder of a request as it stands; empty where none was set. */
export async function ladderOf(db: Kysely<Database>, request: string): Promise<readonly LadderStep[]> {
  const row = await db
    .selectFrom('view.ladder')
    .select('steps')
    .where('request', '=', request)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? ladderSteps.parse(row.steps) : [];
}

/** SQL: the highest step taken with service `s` and not taken back; 0 for none. */
export const takenStep = sql<number>`coalesce((select max(t.step) from view.step t where t.service = s.id
  and not exists (select 1 from view.step_withdrawal w where w.run = t.run)), 0)`;

/** SQL: a request that follows was served on the recipient of service `s`, and not revoked. */
export const isFollowed = sql<boolean>`exists (select 1 from view.service f where f.predecessor = s.id
  and not exists (select 1 from view.revocation v where v.request = f.request))`;

/** SQL: how many items of service `s` have an answer whose newest one was not found deficient. */
export const settledItems = sql<number>`(
  select count(*) from (
    select distinct on (a.item) a.item, a.answer from view.item_answer a where a.service = s.id order by a.item, a.seq desc
  ) a where coalesce((select d.finding from view.item_determination d
    where d.service = s.id and d.item = a.item and d.answer = a.answer order by d.seq desc limit 1), '') <> 'deficient')`;

/** SQL: an item of service `s` has an answer whose newest one was not found deficient. */
export const settledItem = (item: RawBuilder<unknown>) => sql<boolean>`coalesce((
  select coalesce((select d.finding from view.item_determination d
    where d.service = s.id and d.item = a.item and d.answer = a.answer order by d.seq desc limit 1), '') <> 'deficient'
  from view.item_answer a where a.service = s.id and a.item = ${item} order by a.seq desc limit 1), false)`;

/** One step that was taken with a recipient, for the pages of both sides. */
export interface TakenStep {
  readonly entry: string;
  readonly step: number;
  readonly kind: string;
  readonly items: readonly number[];
  readonly dueOn: string;
  readonly at: Date;
  readonly withdrawn: string | null;
}

/** Steps taken with a recipient, oldest first, those that were taken back with the reason. */
export async function stepsOf(db: Kysely<Database>, service: string): Promise<readonly TakenStep[]> {
  const { rows } = await sql<{
    entry: string;
    step: number;
    kind: string;
    items: number[];
    due_on: string;
    occurred_at: Date;
    withdrawn: string | null;
  }>`
    select t.entry, t.step, t.kind, t.items, t.due_on::text as due_on, t.occurred_at,
      (select w.reason from view.step_withdrawal w where w.run = t.run limit 1) as withdrawn
    from view.step t where t.service = ${service} order by t.seq`.execute(db);
  return rows.map(({ due_on, occurred_at, ...row }) => ({ ...row, dueOn: due_on, at: occurred_at }));
}

/** The newest answer to an item, with what was found of it. */
export interface NewestAnswer {
  readonly item: number;
  readonly answer: string;
  readonly entry: string;
  readonly disposition: string;
  readonly documents: number;
  readonly at: Date;
  readonly finding: string | null;
  readonly determination: string | null;
  /** the service that it was given in, where it was carried over */
  readonly carriedFrom: string | null;
}

interface AnswerLine extends Omit<NewestAnswer, 'at' | 'carriedFrom'> {
  readonly service: string;
  readonly occurred_at: Date;
  readonly carried_from: string | null;
}

/** The newest answer to each item of these services, by service and item. One query. */
export async function newestAnswers(
  db: Kysely<Database>,
  services: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, NewestAnswer>>> {
  const { rows } = await sql<AnswerLine>`
    select a.*, d.finding, d.entry as determination from (
      select distinct on (a.service, a.item) a.service, a.item, a.answer, a.entry, a.disposition, a.documents, a.occurred_at,
        a.carried_from
      from view.item_answer a where a.service = any(${[...services]}::uuid[]) order by a.service, a.item, a.seq desc
    ) a left join lateral (
      select d.finding, d.entry from view.item_determination d
      where d.service = a.service and d.item = a.item and d.answer = a.answer order by d.seq desc limit 1
    ) d on true`.execute(db);
  const said = new Map<string, Map<number, NewestAnswer>>();
  for (const { service, occurred_at, carried_from, ...row } of rows) {
    const own = said.get(service) ?? new Map<number, NewestAnswer>();
    own.set(row.item, { ...row, at: occurred_at, carriedFrom: carried_from });
    said.set(service, own);
  }
  return said;
}

/** Answered, and not found deficient: not asked again. */
export const isSettled = (answer: NewestAnswer | undefined): answer is NewestAnswer =>
  answer !== undefined && answer.finding !== 'deficient';

/** SQL: the clock of service `s` stands at `now`: nothing is owed meanwhile. */
export const clockStands = (now: Date) => sql<boolean>`exists (
  select 1 from (select x.due_at, x.paused_until from view.due x where x.service = s.id
    order by x.seq desc, x.occurred_at desc limit 1) m
  where m.due_at is null or coalesce(m.paused_until > ${now}, false))`;
