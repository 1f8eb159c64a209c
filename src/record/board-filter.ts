/**
 * What a board can be narrowed to, read from an address, and the same as conditions on services. A row of the board is one service;
 * a filter on answers or determinations holds when any of its items fits. Runs no query.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { DISPOSITIONS } from '../rooms/answers/entries.ts';
import { CONSEQUENCE_KINDS } from '../rooms/consequences/entries.ts';
import { FINDINGS } from '../rooms/determinations/entries.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import {
  answerIs,
  findingIs,
  type Holds,
  isAnswered,
  isNotReviewed,
  isThere,
  isToReview,
  isUnanswered,
  owes,
} from './board-replay.ts';
import { type BoardSort, SORTS } from './board-sort.ts';
import { type Cut, newerThan, visible } from './cut.ts';
import { dueSteps } from './desk-steps.ts';
import { movedDues, newestCells } from './moved.ts';
import { anyTouchedSql, consequenceIsSql, type OfRequest, type Reach, touchedSql } from './reach.ts';

export { type BoardSort, SORTS };

export const ANSWER_FILTERS = ['unanswered', ...DISPOSITIONS] as const;
/** `to review`: the newest answer to an item has no determination of its own yet. */
export const DETERMINATION_FILTERS = ['not reviewed', 'to review', ...FINDINGS] as const;
export const CLOCK_FILTERS = [
  'running',
  'due soon',
  'paused',
  'tolled',
  'stayed',
  'overdue',
  'stopped',
  'late',
  'revoked',
  'unknown',
] as const;
/** What is due within this long is due soon. */
export const SOON_MS = 7 * 86_400_000;
/** Status of a consequence; `blocked`: an order in force stands in its way. */
export const CONSEQUENCE_FILTERS = ['announced', 'imposed', 'blocked', 'released'] as const;
/** Recipients of which the directory names no state. */
export const NO_STATE = 'none';

export interface BoardFilter {
  readonly kind?: string | undefined;
  readonly state?: string | undefined;
  readonly answer?: (typeof ANSWER_FILTERS)[number] | undefined;
  readonly determination?: (typeof DETERMINATION_FILTERS)[number] | undefined;
  readonly clock?: (typeof CLOCK_FILTERS)[number] | undefined;
  /** due now for this step of the request's ladder; only of the present */
  readonly step?: number | undefined;
  /** touched by this order, by `any`, or by `none` in force */
  readonly order?: string | undefined;
  readonly consequence?: (typeof CONSEQUENCE_FILTERS)[number] | undefined;
  /** with a consequence of this kind; with status and programme, one that is all of it */
  readonly consequenceKind?: (typeof CONSEQUENCE_KINDS)[number] | undefined;
  /** with a consequence under this programme, whatever its fiscal year */
  readonly programme?: string | undefined;
  /** part of the recipient's name or state, any case */
  readonly text?: string | undefined;
}

// An unknown or empty value narrows nothing: an address typed by hand still shows a board.
const loose = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const query = z.object({
  kind: loose(z.enum(PARTY_KINDS)),
  state: loose(z.string().trim().min(1).max(60)),
  answer: loose(z.enum(ANSWER_FILTERS)),
  determination: loose(z.enum(DETERMINATION_FILTERS)),
  clock: loose(z.enum(CLOCK_FILTERS)),
  step: loose(z.coerce.number().int().min(1).max(9)),
  order: loose(z.union([z.enum(['any', 'none']), z.uuid()])),
  consequence: loose(z.enum(CONSEQUENCE_FILTERS)),
  consequenceKind: loose(z.enum(CONSEQUENCE_KINDS)),
  programme: loose(z.string().trim().min(1).max(200)),
  text: loose(z.string().trim().min(1).max(200)),
  sort: z.enum(SORTS).catch('recipient'),
  dir: z.enum(['up', 'down']).catch('up'),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});

/** Filter, sort and page of a query string: the names of `BoardFilter`, and `sort`, `dir`, `page`. */
export function readBoardQuery(raw: Readonly<Record<string, string>>): {
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  readonly page: number;
} {
  const { sort, dir, page, ...filter } = query.parse(raw);
  return { filter, sort: { by: sort, down: dir === 'down' }, page };
}

/** The same as query parameters, for links that keep them; page and what is at its default are left out. */
export function boardParams(filter: BoardFilter, sort: BoardSort): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) params[name] = String(value);
  if (sort.by !== 'recipient') params.sort = sort.by;
  if (sort.down) params.dir = 'down';
  return params;
}

export interface FilterFacts {
  readonly request: string;
  readonly items: number;
  readonly cut: Cut;
  readonly revoked: boolean;
  readonly recorded: boolean;
  readonly now: Date;
  /** the latest due moment, or end of a pause, of any recipient that has passed at `now`, in ms; null for none */
  readonly passed: number | null;
  /** the same a while ahead: what is due soon */
  readonly soonPassed: number | null;
  /** not as of another time: steps are those that may be taken now */
  readonly present: boolean;
  /** whether the date of any recipient was moved */
  readonly moved: boolean;
}

/** One condition on a service, in SQL on a service `s`, or as words to be looked for. */
export type Condition = {
  /** says all that decides whether it holds, besides the request and the facts up to some position */
  readonly key: string;
  /** false: services alone decide, whatever is answered or found */
  readonly facts: boolean;
  /** the same of a replay of the request's history; left out where the database alone can tell */
  readonly holds?: Holds | undefined;
} & ({ readonly sql: Among } | { readonly text: string });

type Sql = RawBuilder<SqlBool>;
/** Services that are asked about, by id; null: all of the request. Few are looked up by themselves, all in one go. */
type Only = readonly string[] | null;
type Among = (only: Only) => Sql;

const within = (alias: string, only: Only) =>
  only ? sql`and ${sql.ref(`${alias}.service`)} = any(${[...only]}::uuid[])` : sql``;

type Facts = 'view.item_answer' | 'view.item_determination';

/** Services of the request whose items all have at least one visible fact in `table`. */
function complete(table: Facts, f: FilterFacts, only: Only): Sql {
  return sql<SqlBool>`s.id in (
    select c.service from ${sql.table(table)} c
    where c.request = ${f.request} ${within('c', only)} and ${visible('c', f.cut)}
    group by c.service having count(distinct c.item) >= ${f.items})`;
}

/** Services with an item whose newest visible fact in `table` has `value` in `column`. */
function newestIs(table: Facts, column: string, value: string, f: FilterFacts, only: Only): Sql {
  return sql<SqlBool>`s.id in (
    select a.service from ${sql.table(table)} a
    where a.request = ${f.request} ${within('a', only)} and ${sql.ref(`a.${column}`)} = ${value} and ${visible('a', f.cut)}
      and not exists (select 1 from ${sql.table(table)} b
        where b.service = a.service and b.item = a.item and ${newerThan('b', 'a', f.cut)} and ${visible('b', f.cut)}))`;
}

function toReview(f: FilterFacts, only: Only): Sql {
  return sql<SqlBool>`s.id in (
    select a.service from view.item_answer a
    where a.request = ${f.request} ${within('a', only)} and ${visible('a', f.cut)}
      and not exists (select 1 from view.item_answer b
        where b.service = a.service and b.item = a.item and ${newerThan('b', 'a', f.cut)} and ${visible('b', f.cut)})
      and not exists (select 1 from view.item_determination d
        where d.service = a.service and d.item = a.item and d.answer = a.answer and ${visible('d', f.cut)}))`;
}

function clockIs(clock: NonNullable<BoardFilter['clock']>, f: FilterFacts, only: Only): Sql {
  if (f.revoked || clock === 'revoked') return f.revoked && clock === 'revoked' ? sql`true` : sql`false`;
  const done = complete('view.item_answer', f, only);
  if (clock === 'stopped') return done;
  const holds = sql`(m.due_at is null or coalesce(m.paused_until > ${f.now}, false))`;
  if (clock === 'paused') return f.moved ? sql<SqlBool>`${movedIs(holds, f, only)} and not (${done})` : sql`false`;
  if (clock === 'tolled' || clock === 'stayed') {
    if (!f.moved) return sql`false`;
    const by = pausedBy(clock === 'stayed' ? 'stay' : 'tolling', f);
    return sql<SqlBool>`${movedIs(holds, f, only)} and ${by} and not (${done})`;
  }
  if (clock === 'late') return lateAnswer(f);
  if (clock === 'due soon') {
    const soon = new Date(f.now.getTime() + SOON_MS);
    const within = (at: Sql) => sql`${at} > ${f.now} and ${at} < ${soon}`;
    const near = dueIs(within(sql`s.due_at`), sql`${within(sql`m.due_at`)} and not ${holds}`, f, only);
    return sql<SqlBool>`${near} and not (${done})`;
  }
  if (clock === 'running') {
    const ahead = dueIs(sql`s.due_at > ${f.now}`, sql`m.due_at > ${f.now} and not ${holds}`, f, only);
    return sql<SqlBool>`${ahead} and not (${done})`;
  }
  if ((clock === 'unknown') !== f.recorded) return sql`false`;
  const past = dueIs(sql`s.due_at <= ${f.now}`, sql`m.due_at <= ${f.now}`, f, only);
  return sql<SqlBool>`${past} and not (${done})`;
}

/** Of the pauses that hold a service now, the one that began first is of this kind. */
function pausedBy(kind: 'stay' | 'tolling', f: FilterFacts): Sql {
  return sql<SqlBool>`(
    select p.kind from jsonb_array_elements(${newestCells(f.cut)}) c
    cross join jsonb_to_recordset(c -> 'pauses') as p (kind text, "fromAt" timestamptz, "untilAt" timestamptz)
    where p."fromAt" <= ${f.now} and (p."untilAt" is null or p."untilAt" > ${f.now})
    order by p."fromAt" limit 1) = ${kind}`;
}

/** Services with an item whose first answer came when its time was up. While the clock stood, none was late. */
function lateAnswer(f: FilterFacts): Sql {
  return sql<SqlBool>`exists (
    select 1 from (select a.item, min(a.occurred_at) as first from view.item_answer a
      where a.service = s.id and ${visible('a', f.cut)} group by a.item) a
    left join lateral (select x.due_at, x.uneven from view.due x where x.service = s.id and ${visible('x', f.cut)}
      order by x.seq desc, x.occurred_at desc limit 1) n on true
    left join lateral (select u.due_at, true as own from jsonb_to_recordset(n.uneven) as u (item int, due_at timestamptz)
      where u.item = a.item limit 1) u on true
    where a.first >= case when u.own then u.due_at when n is not null then n.due_at else s.due_at end)`;
}

/** Services with a moved date for which a condition on it, `m`, holds. */
function movedIs(holds: RawBuilder<unknown>, f: FilterFacts, only: Only): Sql {
  const which = sql`x.request = ${f.request} ${within('x', only)}`;
  return sql<SqlBool>`s.id in (select m.service from ${movedDues(which, f.cut)} m where ${holds})`;
}

/** One condition for services whose date nobody moved, another for the rest. */
function dueIs(served: RawBuilder<unknown>, moved: RawBuilder<unknown>, f: FilterFacts, only: Only): Sql {
  if (!f.moved) return sql<SqlBool>`${served}`;
  return sql<SqlBool>`case when s.id in (
      select x.service from view.due x where x.request = ${f.request} ${within('x', only)} and ${visible('x', f.cut)})
    then ${movedIs(moved, f, only)} else ${served} end`;
}

/** Conditions that a filter and a cut ask for; an empty list: all. */
export function filterConditions(filter: BoardFilter, f: FilterFacts): readonly Condition[] {
  const until = f.cut.until?.toISOString() ?? '';
  const all: Condition[] = [];
  const add = (facts: boolean, words: readonly unknown[], condition: Among, holds?: Holds) =>
    all.push({ key: JSON.stringify([...words, until]), facts, holds, sql: condition });
  if (f.cut.until !== null) add(false, ['served'], () => visible('s', f.cut), isThere);
  if (filter.kind !== undefined) add(false, ['kind', filter.kind], () => sql`s.kind = ${filter.kind}`);
  const { state } = filter;
  if (state !== undefined)
    add(false, ['state', state], () => (state === NO_STATE ? sql`s.state is null` : sql`s.state = ${state}`));
  if (filter.text !== undefined)
    all.push({ key: JSON.stringify(['text', filter.text]), facts: false, text: filter.text });
  if (filter.answer !== undefined) {
    const { answer } = filter;
    add(
      true,
      ['answer', answer],
      (only) =>
        answer === 'unanswered'
          ? sql<SqlBool>`not (${complete('view.item_answer', f, only)})`
          : newestIs('view.item_answer', 'disposition', answer, f, only),
      answer === 'unanswered' ? isUnanswered : answerIs(answer),
    );
  }
  const { determination, clock } = filter;
  if (determination !== undefined)
    add(
      true,
      ['determination', determination],
      (only) => determinationIs(determination, f, only),
      determinationHolds(determination),
    );
  // All that the present can change about a clock is which due moments have passed; which of several pauses holds it changes in between.
  const minute = Math.floor(f.now.getTime() / 60_000);
  const present = clock === 'due soon' ? f.soonPassed : clock === 'tolled' || clock === 'stayed' ? minute : null;
  if (clock !== undefined)
    add(true, ['clock', clock, f.revoked, f.passed, present], (only) => clockIs(clock, f, only), clockHolds(clock, f));
  const { step } = filter;
  // Steps, ladders and requests that follow are facts elsewhere: what was found holds until anything is written.
  if (step !== undefined && f.present) {
    add(true, ['step', step, f.cut.last, minute], (only) => {
      const due = dueSteps(sql`= ${f.request}`, f.now, only);
      return sql<SqlBool>`s.id in (select s.id from ${due} where n.step = ${step})`;
    });
  }
  return all;
}

function determinationHolds(determination: NonNullable<BoardFilter['determination']>): Holds {
  if (determination === 'to review') return isToReview;
  return determination === 'not reviewed' ? isNotReviewed : findingIs(determination);
}

/** As `clockIs`. What was late, and which of several pauses holds a clock, is left to the database. */
function clockHolds(clock: NonNullable<BoardFilter['clock']>, f: FilterFacts): Holds | undefined {
  const now = f.now.getTime();
  const none: Holds = () => () => false;
  if (f.revoked || clock === 'revoked') return f.revoked && clock === 'revoked' ? () => () => true : none;
  switch (clock) {
    case 'stopped':
      return isAnswered;
    case 'paused':
      return owes((_, until, moved) => moved && until > now);
    case 'running':
      return owes((at, until) => at > now && until <= now);
    case 'due soon':
      return owes((at, until) => at > now && at < now + SOON_MS && until <= now);
    case 'overdue':
    case 'unknown':
      return (clock === 'unknown') === f.recorded ? owes((at) => at <= now) : none;
    default:
      return undefined;
  }
}

/** What orders and consequences ask for; services alone decide, and what was known of both stands in the key. */
export function reachConditions(
  { order, consequence, consequenceKind, programme }: BoardFilter,
  reach: Reach,
  request: OfRequest,
): readonly Condition[] {
  const add = (words: readonly string[], condition: Sql): Condition => ({
    key: JSON.stringify([...words, reach.key]),
    facts: false,
    sql: () => condition,
  });
  const any = anyTouchedSql(reach, request);
  return [
    ...(order === undefined
      ? []
      : [
          add(
            ['order', order],
            order === 'any' ? any : order === 'none' ? sql<SqlBool>`not ${any}` : touchedSql(reach, order, request),
          ),
        ]),
    ...(consequence === undefined && consequenceKind === undefined && programme === undefined
      ? []
      : [
          add(
            ['consequence', consequence ?? '', consequenceKind ?? '', programme ?? ''],
            consequenceIsSql(reach, { status: consequence, kind: consequenceKind, programme }, request.id),
          ),
        ]),
  ];
}

function determinationIs(determination: NonNullable<BoardFilter['determination']>, f: FilterFacts, only: Only): Sql {
  if (determination === 'to review') return toReview(f, only);
  if (determination === 'not reviewed') return sql<SqlBool>`not (${complete('view.item_determination', f, only)})`;
  return newestIs('view.item_determination', 'finding', determination, f, only);
}
