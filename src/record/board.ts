/**
 * The board of one request: recipients × items, in each cell what the recipient says, what the issuer says, and what the clock
 * says, as of any time on either axis. Shared by the public record and the staff's pages. Reads views only; derives states when
 * read and stores none.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type ClockState, clockOf } from '../rooms/clock/rules.ts';
import type { Request } from '../rooms/requests/view.ts';
import { type BoardCounts, type Facets, facets, summed, versionAt } from './board-counts.ts';
import { type BoardFilter, type BoardSort, filterConditions } from './board-filter.ts';
import { type AsOfPoint, type Cut, newestFirst, visible } from './cut.ts';
import { type Memory, memory } from './lru.ts';

export interface BoardAnswer {
  readonly disposition: string;
  readonly documents: number;
  /** when it happened */
  readonly at: Date;
  readonly recordedAt: Date;
  /** id of the entry, and of the answer it is part of */
  readonly entry: string;
  readonly answer: string;
}

export interface BoardDetermination {
  readonly finding: string;
  readonly reasons: string;
  readonly at: Date;
  readonly recordedAt: Date;
  readonly entry: string;
  /** false: a newer answer came since, which nobody has determined yet */
  readonly current: boolean;
}

export interface BoardCell {
  readonly item: number;
  readonly answer: BoardAnswer | null;
  readonly determination: BoardDetermination | null;
  readonly clock: ClockState;
}

export interface BoardRow {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocdId: string | null;
  /** the clock of the recipient as a whole: stopped once every item has an answer */
  readonly clock: ClockState;
  readonly cells: readonly BoardCell[];
}

export interface BoardPage {
  readonly rows: readonly BoardRow[];
  /** of all recipients of the request, whatever the filter; recipients, not cells */
  readonly counts: BoardCounts;
  /** recipients that fit the filter */
  readonly total: number;
  /** kinds and states among the recipients, for filter lists */
  readonly kinds: readonly string[];
  readonly states: readonly string[];
  /**
   * true for requests recorded from elsewhere: an answer that is missing here is "not known", never "not answered"
   * (see `saidWord` and `foundWord`).
   */
  readonly unknown: boolean;
  readonly revoked: boolean;
  /** position of the last entry that the page takes into account */
  readonly position: number;
}

export interface BoardQuery {
  readonly request: Request;
  readonly asOf?: AsOfPoint | undefined;
  /** found before by `cutAt(db, asOf)`; saves a query where several boards are shown as of the same time */
  readonly cut?: Cut | undefined;
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  /** from 1 */
  readonly page: number;
  /** rows a page */
  readonly size: number;
  /** the present; the clock is read at `asOf` where that is given */
  readonly now: Date;
}

interface Remembered {
  readonly facets: Memory<Facets>;
  readonly totals: Memory<number>;
}
// Exact, not stale: keys hold the position of the last fact that could change the value, and facts are only ever added.
const remembered = new WeakMap<Kysely<Database>, Remembered>();
function rememberedOf(db: Kysely<Database>): Remembered {
  let found = remembered.get(db);
  if (!found) {
    found = { facets: memory(256), totals: memory(1024) };
    remembered.set(db, found);
  }
  return found;
}

/**
 * One page of a board. Costs 4 queries (3 with `cut` given), and 1 more each where counts or the total of this state were not read
 * before; a test pins this.
 */
export async function boardPage(db: Kysely<Database>, query: BoardQuery): Promise<BoardPage> {
  const { request, filter } = query;
  const at = query.asOf?.at ?? query.now;
  const { cut, version, revoked } = await versionAt(db, request.id, query.asOf, query.cut);
  const known = rememberedOf(db);
  const key = `${request.id} ${version} ${cut.until?.toISOString() ?? ''}`;
  let sums = known.facets.get(key);
  if (!sums) {
    sums = await facets(db, request, cut);
    known.facets.set(key, sums);
  }
  const recorded = request.conduct === 'recorded';
  const items = request.items.length;
  const facts = { request: request.id, items, cut, revoked, recorded, now: at };
  const conditions = [sql<boolean>`s.request = ${request.id}`, visible('s', cut), ...filterConditions(filter, facts)];
  const where = sql.join(conditions, sql` and `);

  let total = sums.asked;
  if (conditions.length > 2) {
    // How many due moments have passed is all that the present can change about a total.
    const passed = sums.groups.filter((g) => g.dueAt <= at.getTime()).length;
    const totalKey = `${key} ${passed} ${JSON.stringify(Object.entries(filter).sort())}`;
    const before = known.totals.get(totalKey);
    if (before === undefined) {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from view.service s where ${where}`.execute(db);
      total = rows[0]?.n ?? 0;
      known.totals.set(totalKey, total);
    } else total = before;
  }

  const services = await readServices(db, where, query);
  const cells =
    services.length === 0
      ? new Map<string, Said>()
      : await readCells(
          db,
          services.map((s) => s.id),
          cut,
        );
  const rows = services.map((s): BoardRow => {
    const clock = (answeredAt: number | null) =>
      clockOf(
        { dueOn: s.due_on, dueAt: s.due_at.getTime(), answeredAt, revoked, conduct: request.conduct },
        at.getTime(),
      );
    const said = request.items.map((i) => cells.get(`${s.id} ${i.item}`));
    const firsts = said.map((c) => c?.firstAt ?? null);
    return {
      service: s.id,
      name: s.name,
      kind: s.kind,
      state: s.state,
      ocdId: s.ocd_id,
      clock: clock(firsts.reduce<number | null>((max, t) => (max === null || t === null ? null : Math.max(max, t)), 0)),
      cells: request.items.map((i, n) => ({
        item: i.item,
        answer: said[n]?.answer ?? null,
        determination: said[n]?.determination ?? null,
        clock: clock(firsts[n] ?? null),
      })),
    };
  });
  const { kinds, states } = sums;
  return {
    rows,
    counts: summed(sums, { at: at.getTime(), revoked, recorded }),
    total,
    kinds,
    states,
    unknown: recorded,
    revoked,
    position: cut.last,
  };
}

interface ServiceLine {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocd_id: string | null;
  readonly due_on: string;
  readonly due_at: Date;
}

async function readServices(
  db: Kysely<Database>,
  where: ReturnType<typeof sql.join>,
  { sort, page, size }: BoardQuery,
): Promise<readonly ServiceLine[]> {
  const dir = sort.down ? sql`desc` : sql`asc`;
  const order = {
    recipient: sql`s.name ${dir}, s.id ${dir}`,
    state: sql`s.state ${dir} nulls last, s.name, s.id`,
    clock: sql`s.due_at ${dir}, s.name, s.id`,
  }[sort.by];
  const { rows } = await sql<ServiceLine>`
    select s.id, s.name, s.kind, s.state, s.ocd_id, s.due_on::text as due_on, s.due_at from view.service s
    where ${where} order by ${order} limit ${size} offset ${(page - 1) * size}`.execute(db);
  return rows;
}

interface Said {
  readonly answer: BoardAnswer | null;
  readonly determination: BoardDetermination | null;
  /** when the item was first answered; the clock stopped then */
  readonly firstAt: number | null;
}

interface CellLine {
  readonly service: string;
  readonly item: number;
  readonly disposition: string;
  readonly documents: number;
  readonly answer: string;
  readonly entry: string;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
  readonly first_at: Date;
  readonly finding: string | null;
  readonly reasons: string | null;
  readonly d_answer: string | null;
  readonly d_entry: string | null;
  readonly d_occurred_at: Date | null;
  readonly d_recorded_at: Date | null;
}

/** Newest answer and determination of every answered cell of these services, by `service item`, in one query. */
async function readCells(db: Kysely<Database>, services: readonly string[], cut: Cut): Promise<Map<string, Said>> {
  const { rows } = await sql<CellLine>`
    select a.*, d.finding, d.reasons, d.answer as d_answer, d.entry as d_entry,
           d.occurred_at as d_occurred_at, d.recorded_at as d_recorded_at
    from (
      select distinct on (a.service, a.item) a.service, a.item, a.disposition, a.documents, a.answer, a.entry,
             a.occurred_at, a.recorded_at, min(a.occurred_at) over (partition by a.service, a.item) as first_at
      from view.item_answer a where a.service = any(${[...services]}::uuid[]) and ${visible('a', cut)}
      order by a.service, a.item, ${newestFirst('a', cut)}
    ) a left join lateral (
      select d.* from view.item_determination d
      where d.service = a.service and d.item = a.item and ${visible('d', cut)}
      order by ${newestFirst('d', cut)} limit 1
    ) d on true`.execute(db);
  return new Map(
    rows.map((r) => {
      const answer: BoardAnswer = {
        disposition: r.disposition,
        documents: r.documents,
        at: r.occurred_at,
        recordedAt: r.recorded_at,
        entry: r.entry,
        answer: r.answer,
      };
      const determination =
        r.finding === null || r.d_entry === null || r.d_occurred_at === null || r.d_recorded_at === null
          ? null
          : {
              finding: r.finding,
              reasons: r.reasons ?? '',
              at: r.d_occurred_at,
              recordedAt: r.d_recorded_at,
              entry: r.d_entry,
              current: r.d_answer === r.answer,
            };
      return [`${r.service} ${r.item}`, { answer, determination, firstAt: r.first_at.getTime() }];
    }),
  );
}

/** What the recipient says, as one word of `ui/words.ts`: for recorded requests a missing answer is "not known". */
export function saidWord(cell: Pick<BoardCell, 'answer'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.answer?.disposition ?? (page.unknown ? 'not known' : 'unanswered');
}

/** What the issuer says, likewise. */
export function foundWord(cell: Pick<BoardCell, 'determination'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.determination?.finding ?? (page.unknown ? 'not known' : 'not reviewed');
}
