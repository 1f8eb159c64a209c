/**
 * The board of one request: recipients × items, in each cell what the recipient says, what the issuer says, and what the clock
 * says, as of any time on either axis. Shared by the public record and the staff's pages. Reads views only; derives states when
 * read and stores none.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type ClockState, clockOf } from '../rooms/clock/rules.ts';
import type { Request } from '../rooms/requests/view.ts';
import { type BoardAnswer, type BoardDetermination, readCells, type Said } from './board-cells.ts';
import { type BoardCounts, type Facets, facets, facetsSince, summed, versionAt } from './board-counts.ts';
import { type BoardFilter, type BoardSort, filterConditions } from './board-filter.ts';
import { type AsOfPoint, type Cut, visible } from './cut.ts';
import { type Memory, memory } from './lru.ts';

export type { BoardAnswer, BoardDetermination } from './board-cells.ts';

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
  /** the row of this service alone; counts stay those of the request */
  readonly only?: string | undefined;
  /** from 1 */
  readonly page: number;
  /** rows a page */
  readonly size: number;
  /** the present; the clock is read at `asOf` where that is given */
  readonly now: Date;
}

interface Remembered {
  readonly facets: Memory<Facets>;
  /** of each request and time of happening, the sums of the latest version that was read */
  readonly newest: Memory<{ readonly version: number; readonly sums: Facets }>;
  /** ids of the recipients that fit a filter, in the order of a sort, 16 bytes each */
  readonly orders: Memory<Buffer>;
}
// Exact, not stale: keys hold the position of the last fact that could change the value, and facts are only ever added.
const remembered = new WeakMap<Kysely<Database>, Remembered>();
function rememberedOf(db: Kysely<Database>): Remembered {
  let found = remembered.get(db);
  if (!found) {
    found = { facets: memory(256), newest: memory(64), orders: memory(24) };
    remembered.set(db, found);
  }
  return found;
}

/**
 * One page of a board. Costs 4 queries (3 with `cut` given), and 1 more each where counts or the order of this state were not read
 * before; a test pins this.
 */
export async function boardPage(db: Kysely<Database>, query: BoardQuery): Promise<BoardPage> {
  const { request, filter } = query;
  const at = query.asOf?.at ?? query.now;
  const { cut, version, served, revoked } = await versionAt(db, request.id, query.asOf, query.cut);
  const known = rememberedOf(db);
  const key = `${request.id} ${version} ${cut.until?.toISOString() ?? ''}`;
  const newest = known.newest.get(`${request.id} ${cut.until?.toISOString() ?? ''}`);
  let sums = known.facets.get(key);
  if (!sums) {
    // After a new fact, what is remembered of just before it is brought up to date instead of counted anew.
    const since =
      newest && newest.version < version ? await facetsSince(db, request, newest.sums, newest.version, cut) : null;
    sums = since ?? (await facets(db, request, cut));
    known.facets.set(key, sums);
  }
  if (!newest || newest.version < version) {
    known.newest.set(`${request.id} ${cut.until?.toISOString() ?? ''}`, { version, sums });
  }
  const recorded = request.conduct === 'recorded';
  const items = request.items.length;
  const facts = { request: request.id, items, cut, revoked, recorded, now: at };
  const conditions = [sql<boolean>`s.request = ${request.id}`, visible('s', cut), ...filterConditions(filter, facts)];
  const where = sql.join(conditions, sql` and `);

  const skip = (query.page - 1) * query.size;
  let total = sums.asked;
  let services: readonly ServiceLine[];
  if (query.only !== undefined) {
    services = await readServices(db, sql`${where} and s.id = ${query.only}`);
    total = services.length;
  } else if (conditions.length === 2 && query.sort.by === 'recipient' && skip < NEAR) {
    // The first pages lie at the beginning of an index.
    services = await readServices(db, sql`${where} order by ${orderOf(query.sort)} limit ${query.size} offset ${skip}`);
  } else {
    // How many due moments have passed is all that the present can change about who fits.
    const passed = sums.groups.filter((g) => g.dueAt <= at.getTime()).length;
    // Who was asked, and in which order, changes with the services alone; what was said and found matters to filters that ask for it.
    const said = filter.answer ?? filter.determination ?? filter.clock;
    const state = said === undefined ? [served] : [version, passed, revoked];
    const until = cut.until?.toISOString() ?? '';
    const orderKey = JSON.stringify([request.id, until, ...state, Object.entries(filter).sort(), query.sort]);
    const order = known.orders.get(orderKey) ?? (await readOrder(db, sql`${where}`, query.sort));
    known.orders.set(orderKey, order);
    total = order.length / 16;
    const ids = idsFrom(order, skip, query.size);
    const found = ids.length === 0 ? [] : await readServices(db, sql`s.id = any(${ids}::uuid[])`);
    const byId = new Map(found.map((s) => [s.id, s]));
    services = ids.flatMap((id) => byId.get(id) ?? []);
  }
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

/** How far into a board rows are still counted off an index instead of a remembered order. */
const NEAR = 2000;

function orderOf(sort: BoardSort): RawBuilder<unknown> {
  const dir = sort.down ? sql`desc` : sql`asc`;
  return {
    recipient: sql`s.name ${dir}, s.id ${dir}`,
    state: sql`s.state ${dir} nulls last, s.name, s.id`,
    clock: sql`s.due_at ${dir}, s.name, s.id`,
  }[sort.by];
}

async function readServices(db: Kysely<Database>, where: RawBuilder<unknown>): Promise<readonly ServiceLine[]> {
  const { rows } = await sql<ServiceLine>`
    select s.id, s.name, s.kind, s.state, s.ocd_id, s.due_on::text as due_on, s.due_at
    from view.service s where ${where}`.execute(db);
  return rows;
}

/** All ids that fit, in order, as bytes: 1.4 MB for 90,000 recipients. */
async function readOrder(db: Kysely<Database>, where: RawBuilder<unknown>, sort: BoardSort): Promise<Buffer> {
  const { rows } = await sql<{ ids: Buffer | null }>`
    select string_agg(uuid_send(s.id), ''::bytea order by ${orderOf(sort)}) as ids
    from view.service s where ${where}`.execute(db);
  return rows[0]?.ids ?? Buffer.alloc(0);
}

function idsFrom(order: Buffer, skip: number, size: number): string[] {
  const ids: string[] = [];
  for (let at = skip * 16; at < order.length && ids.length < size; at += 16) {
    ids.push(order.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  }
  return ids;
}

/** What the recipient says, as one word of `ui/words.ts`: for recorded requests a missing answer is "not known". */
export function saidWord(cell: Pick<BoardCell, 'answer'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.answer?.disposition ?? (page.unknown ? 'not known' : 'unanswered');
}

/** What the issuer says, likewise. */
export function foundWord(cell: Pick<BoardCell, 'determination'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.determination?.finding ?? (page.unknown ? 'not known' : 'not reviewed');
}
