/**
 * The numbers above a board, and the position they depend on. Summed once for each state of a request's facts, by due date, so
 * that what is running or overdue at any moment is an addition. Derived when read, never stored.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import type { Request } from '../rooms/requests/view.ts';
import { type AsOfPoint, type Cut, cutAt, newestFirst, visible } from './cut.ts';
import { dueAt, dueOn, movedDues } from './moved.ts';

/** Recipients in each state. Recipients with several items: `answered` and `determined` mean every item, `partly` some. */
export interface BoardCounts {
  readonly asked: number;
  readonly answered: number;
  readonly partly: number;
  readonly determined: number;
  /** items with an answer, of all recipients together, and those of them whose newest answer is determined */
  readonly itemsAnswered: number;
  readonly itemsDetermined: number;
  /** at least one item found deficient */
  readonly deficient: number;
  /** at least one answered item whose newest answer nobody has determined */
  readonly toReview: number;
  readonly running: number;
  /** something holds the clock; nobody is overdue meanwhile */
  readonly paused: number;
  readonly overdue: number;
  /** recorded requests after their due date: what followed is not known here */
  readonly unknown: number;
  readonly revoked: number;
  /** the earliest due moment still ahead of a recipient that owes something, and its date */
  readonly nextDueOn: string | null;
}

export interface Group {
  /** `Infinity` while nobody knows when the clock runs again */
  readonly dueAt: number;
  readonly dueOn: string | null;
  /** the clock stands until then; 0 for never */
  readonly pausedUntil: number;
  readonly asked: number;
  readonly answered: number;
  readonly partly: number;
  readonly determined: number;
  readonly itemsAnswered: number;
  readonly itemsDetermined: number;
  readonly deficient: number;
  readonly toReview: number;
}

export interface Facets {
  readonly asked: number;
  readonly groups: readonly Group[];
  readonly kinds: readonly string[];
  readonly states: readonly string[];
}

export interface Version {
  readonly cut: Cut;
  /** position of the last fact about the request: a service, an answer, a determination or a moved date; −1 for none */
  readonly version: number;
  /** position of the last moved date alone; −1 for none */
  readonly moved: number;
  /** position of the last service alone */
  readonly served: number;
  readonly revoked: boolean;
  /** entries of the matter that were erased: what is remembered of the request depends on them */
  readonly erased: number;
}

/** The cut of a page, the position of the last fact about this request within it, and whether it is revoked by then. */
export async function versionAt(
  db: Kysely<Database>,
  request: string,
  asOf: AsOfPoint | undefined,
  given: Cut | undefined,
): Promise<Version> {
  // Nothing that a board shows can be withheld, so the time at which that is judged is any.
  const cut = given ?? (await cutAt(db, new Date(0), asOf));
  const last = (table: string) =>
    sql`(select max(t.seq) from ${sql.table(table)} t where t.request = ${request} and t.seq <= ${cut.last})`;
  const { rows } = await sql<{
    served: number | null;
    said: number | null;
    moved: number | null;
    revoked: boolean;
    erased: number;
  }>`
    select ${last('view.service')} as served, ${last('view.due')} as moved,
           greatest(${last('view.item_answer')}, ${last('view.item_determination')}) as said,
           exists (select 1 from view.revocation r where r.request = ${request} and ${visible('r', cut)}) as revoked,
           (select count(*)::int from view.erasure e where e.matter = (select q.matter from view.request q where q.id = ${request})) as erased
    `.execute(db);
  const served = rows[0]?.served ?? -1;
  const moved = rows[0]?.moved ?? -1;
  const version = Math.max(served, moved, rows[0]?.said ?? -1);
  return { cut, served, moved, version, revoked: rows[0]?.revoked ?? false, erased: rows[0]?.erased ?? 0 };
}

interface GroupLine {
  readonly due_at: Date | null;
  readonly due_on: string | null;
  readonly paused_until: Date | null;
  readonly asked: number;
  readonly answered: number;
  readonly partly: number;
  readonly determined: number;
  readonly items_answered: number;
  readonly items_determined: number;
  readonly deficient: number;
  readonly to_review: number;
  readonly kinds: string[];
  readonly states: string[];
}

/** Sums over all recipients of a request at a cut, or over those of the services in `only`, by due date. */
export async function facets(
  db: Kysely<Database>,
  request: Request,
  cut: Cut,
  only?: readonly string[],
): Promise<Facets> {
  const items = request.items.length;
  const among = (column: string) => (only ? sql`and ${sql.ref(column)} = any(${[...only]}::uuid[])` : sql``);
  const { rows } = await sql<GroupLine>`
    with a as materialized (
      select distinct on (a.service, a.item) a.service, a.item, a.answer from view.item_answer a
      where a.request = ${request.id} and ${visible('a', cut)} ${among('a.service')} order by a.service, a.item, ${newestFirst('a', cut)}
    ), d as materialized (
      select distinct on (d.service, d.item) d.service, d.item, d.finding, d.answer from view.item_determination d
      where d.request = ${request.id} and ${visible('d', cut)} ${among('d.service')} order by d.service, d.item, ${newestFirst('d', cut)}
    ), per as materialized (
      select a.service, count(*) as answered, count(d.item) as determined,
             count(*) filter (where d.answer = a.answer) as current,
             count(*) filter (where d.finding = 'deficient') as deficient,
             count(*) filter (where d.answer is distinct from a.answer) as to_review
      from a left join d on d.service = a.service and d.item = a.item group by a.service
    )
    select ${dueAt} as due_at, (${dueOn})::text as due_on, m.paused_until, count(*)::int as asked,
           count(*) filter (where p.answered >= ${items})::int as answered,
           count(*) filter (where p.answered < ${items})::int as partly,
           count(*) filter (where p.determined >= ${items})::int as determined,
           coalesce(sum(p.answered), 0)::int as items_answered,
           coalesce(sum(p.current), 0)::int as items_determined,
           count(*) filter (where p.deficient > 0)::int as deficient,
           count(*) filter (where p.to_review > 0)::int as to_review,
           array_agg(distinct s.kind) as kinds,
           coalesce(array_agg(distinct s.state) filter (where s.state is not null), '{}') as states
    from view.service s left join per p on p.service = s.id
    left join ${movedDues(sql`x.request = ${request.id} ${among('x.service')}`, cut)} m on m.service = s.id
    where s.request = ${request.id} and ${visible('s', cut)} ${among('s.id')}
    group by 1, 2, 3 order by 1 nulls last, 3 nulls first`.execute(db);
  const distinct = (of: (row: GroupLine) => readonly string[]) => [...new Set(rows.flatMap(of))].sort();
  return {
    asked: rows.reduce((n, r) => n + r.asked, 0),
    groups: rows.map((r) => ({
      dueAt: r.due_at?.getTime() ?? Number.POSITIVE_INFINITY,
      dueOn: r.due_on,
      pausedUntil: r.due_at === null ? Number.POSITIVE_INFINITY : (r.paused_until?.getTime() ?? 0),
      asked: r.asked,
      answered: r.answered,
      partly: r.partly,
      determined: r.determined,
      itemsAnswered: r.items_answered,
      itemsDetermined: r.items_determined,
      deficient: r.deficient,
      toReview: r.to_review,
    })),
    kinds: distinct((r) => r.kinds),
    states: distinct((r) => r.states),
  };
}

/** Services that may have changed between two versions; above this many, starting anew is cheaper. */
const FEW = 1000;

/** A service that a fact is about, and its position in the log. */
export interface Touched {
  readonly id: string;
  readonly seq: number;
}

/** Services of a request that facts after the position `from`, up to the cut, are about; null where they are too many. */
export async function touchedSince(
  db: Kysely<Database>,
  request: string,
  from: number,
  cut: Cut,
): Promise<readonly Touched[] | null> {
  const within = (t: string) =>
    sql`${sql.ref(`${t}.request`)} = ${request} and ${sql.ref(`${t}.seq`)} > ${from} and ${sql.ref(`${t}.seq`)} <= ${cut.last}`;
  const { rows } = await sql<Touched>`
    select s.id, s.seq from view.service s join (
      select n.id from view.service n where ${within('n')}
      union select a.service from view.item_answer a where ${within('a')}
      union select d.service from view.item_determination d where ${within('d')}
      union select x.service from view.due x where ${within('x')} limit ${FEW + 1}
    ) t on t.id = s.id`.execute(db);
  return rows.length > FEW ? null : rows;
}

/**
 * The sums at a later cut out of those at an earlier one: facts are only ever added, so only services that a fact between the two
 * is about can differ; their share is taken out as it was and put in as it is.
 * @param before sums at the cut that ends with position `from`, on the same axis and up to the same time
 * @param touched of `touchedSince(from)`
 */
export async function facetsSince(
  db: Kysely<Database>,
  request: Request,
  before: Facets,
  from: number,
  cut: Cut,
  touched: readonly Touched[],
): Promise<Facets> {
  const ids = touched.map((one) => one.id);
  const was = await facets(db, request, { ...cut, last: from }, ids);
  const is = await facets(db, request, cut, ids);
  const keyOf = (group: Group) => `${group.dueAt} ${group.pausedUntil}`;
  const groups = new Map(before.groups.map((group) => [keyOf(group), { ...group }]));
  for (const [sums, sign] of [[was, -1] as const, [is, 1] as const]) {
    for (const more of sums.groups) {
      const { dueAt, dueOn, pausedUntil } = more;
      const group = groups.get(keyOf(more)) ?? { ...NOBODY, dueAt, dueOn, pausedUntil };
      for (const name of SUMMED) group[name] += sign * more[name];
      groups.set(keyOf(more), group);
    }
  }
  const joined = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])].sort();
  return {
    asked: before.asked + is.asked - was.asked,
    groups: [...groups.values()].filter((group) => group.asked > 0).sort(inOrder),
    kinds: joined(before.kinds, is.kinds),
    states: joined(before.states, is.states),
  };
}

const inOrder = (a: Group, b: Group) =>
  a.dueAt === b.dueAt ? a.pausedUntil - b.pausedUntil : a.dueAt < b.dueAt ? -1 : 1;

/** Sums of no recipients. */
export const NOBODY = {
  asked: 0,
  answered: 0,
  partly: 0,
  determined: 0,
  itemsAnswered: 0,
  itemsDetermined: 0,
  deficient: 0,
  toReview: 0,
};
const SUMMED = [
  'asked',
  'answered',
  'partly',
  'determined',
  'itemsAnswered',
  'itemsDetermined',
  'deficient',
  'toReview',
] as const satisfies readonly (keyof typeof NOBODY)[];

/** The last moment up to `at` at which the present alone changed what a clock says: a date that passed, a pause that ended; null for none. */
export const passedAt = ({ groups }: Facets, at: number): number | null =>
  groups
    .flatMap((g) => [g.dueAt, g.pausedUntil])
    .reduce<number | null>(
      (last, moment) => (moment > 0 && moment <= at && moment > (last ?? 0) ? moment : last),
      null,
    );

/** The counts at a moment. */
export function summed(
  { asked, groups }: Facets,
  { at, revoked, recorded }: { readonly at: number; readonly revoked: boolean; readonly recorded: boolean },
): BoardCounts {
  const sum = (of: (g: Group) => number) => groups.reduce((n, g) => n + of(g), 0);
  const open = (due: (g: Group) => boolean) => (revoked ? 0 : sum((g) => (due(g) ? g.asked - g.answered : 0)));
  const past = open((g) => g.dueAt <= at);
  const next = groups.find((g) => g.dueAt > at && g.dueOn !== null && g.asked > g.answered);
  return {
    asked,
    answered: sum((g) => g.answered),
    partly: sum((g) => g.partly),
    determined: sum((g) => g.determined),
    itemsAnswered: sum((g) => g.itemsAnswered),
    itemsDetermined: sum((g) => g.itemsDetermined),
    deficient: sum((g) => g.deficient),
    toReview: sum((g) => g.toReview),
    running: open((g) => g.dueAt > at && g.pausedUntil <= at),
    paused: open((g) => g.dueAt > at && g.pausedUntil > at),
    overdue: recorded ? 0 : past,
    unknown: recorded ? past : 0,
    revoked: revoked ? asked : 0,
    nextDueOn: revoked ? null : (next?.dueOn ?? null),
  };
}
