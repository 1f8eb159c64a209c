/**
 * The board of one request: recipients × items, in each cell what the recipient says, what the issuer says, and what the clock
 * says, as of any time on either axis. Shared by the public record and the staff's pages. Reads views only; derives states when
 * read and stores none.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type ClockState, clockOf, clocksOf } from '../rooms/clock/rules.ts';
import { duesIn } from '../rooms/clock/view.ts';
import type { Request } from '../rooms/requests/view.ts';
import { type BoardAnswer, type BoardDetermination, readCells, type Said } from './board-cells.ts';
import { type BoardCounts, summed } from './board-counts.ts';
import type { BoardSort } from './board-filter.ts';
import { fitting } from './board-fits.ts';
import { type NarrowQuery, narrowed } from './board-narrowed.ts';
import { type Cut, visible } from './cut.ts';
import { newestCells } from './moved.ts';
import { open } from './open.ts';
import { orderOf } from './roster.ts';

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
  /** its id in the directory */
  readonly party: string;
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

export interface BoardQuery extends NarrowQuery {
  readonly sort: BoardSort;
  /** the row of this service alone; counts stay those of the request */
  readonly only?: string | undefined;
  /** from 1 */
  readonly page: number;
  /** rows a page */
  readonly size: number;
}

/**
 * One page of a board. Costs 4 queries (3 with `cut` given), and some more where counts, the order or who fits were not read before.
 * After new facts only the recipients that they are about are read again. A test pins the queries.
 */
export async function boardPage(db: Kysely<Database>, query: BoardQuery): Promise<BoardPage> {
  const { request } = query;
  const { at, cut, version, served, moved, revoked, recorded, sums, conditions, memory, touched, replay } =
    await narrowed(db, query);
  const cutOfMoved = moved >= 0 ? cut : null;
  const { sort, size } = query;
  const skip = (query.page - 1) * size;
  let total = sums.asked;
  let services: readonly ServiceLine[];
  if (query.only !== undefined) {
    const one = [sql`s.request = ${request.id}`, visible('s', cut), sql`s.id = ${query.only}`];
    services = await readServices(db, cutOfMoved, sql.join(one, sql` and `));
    total = services.length;
  } else if (conditions.length === 0 && sort.by === 'recipient' && skip < NEAR) {
    // The first pages lie at the beginning of an index.
    const all = sql`s.request = ${request.id} and ${visible('s', cut)}`;
    services = await readServices(db, cutOfMoved, sql`${all} order by ${orderOf(sort)} limit ${size} offset ${skip}`);
  } else {
    const fit = { request: request.id, version, served, moved, cut, conditions, sort, touched, replay, skip, size };
    const { ids, total: fits } = await fitting(db, memory, fit);
    total = fits;
    const found = ids.length === 0 ? [] : await readServices(db, cutOfMoved, sql`s.id = any(${[...ids]}::uuid[])`);
    const byId = new Map(found.map((s) => [s.id, s]));
    services = ids.flatMap((id) => byId.get(id) ?? []);
  }
  const rows = await rowsFrom(db, { request, at, cut, revoked }, services);
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

/** What a board's rows are made of, besides the services: as of when, and whether the request is revoked by then. */
export interface BoardStand {
  readonly request: Request;
  readonly at: Date;
  readonly cut: Cut;
  readonly revoked: boolean;
}

/** Rows of some recipients of a request, in no order: two queries. @param moved whether the date of any recipient was moved by then */
export async function boardRowsOf(
  db: Kysely<Database>,
  stand: BoardStand & { readonly moved: boolean },
  recipients: readonly string[],
): Promise<readonly BoardRow[]> {
  const { request, cut } = stand;
  const which = sql`s.request = ${request.id} and s.recipient = any(${[...recipients]}::uuid[]) and ${open('s', cut)}`;
  return await rowsFrom(db, stand, await readServices(db, stand.moved ? cut : null, which));
}

async function rowsFrom(
  db: Kysely<Database>,
  { request, at, cut, revoked }: BoardStand,
  services: readonly ServiceLine[],
): Promise<readonly BoardRow[]> {
  const cells =
    services.length === 0
      ? new Map<string, Said>()
      : await readCells(
          db,
          services.map((s) => s.id),
          cut,
        );
  return services.map((s): BoardRow => {
    const clock = (answeredAt: number | null) =>
      clockOf(
        { dueOn: s.due_on, dueAt: s.due_at.getTime(), answeredAt, revoked, conduct: request.conduct },
        at.getTime(),
      );
    const said = request.items.map((i) => cells.get(`${s.id} ${i.item}`));
    const firsts = said.map((c) => c?.firstAt ?? null);
    const clocks = s.cells === null ? null : movedClocks(request, s, firsts, revoked, at);
    return {
      service: s.id,
      name: s.name,
      kind: s.kind,
      state: s.state,
      ocdId: s.ocd_id,
      party: s.recipient,
      clock:
        clocks?.whole ??
        clock(firsts.reduce<number | null>((max, t) => (max === null || t === null ? null : Math.max(max, t)), 0)),
      cells: request.items.map((i, n) => ({
        item: i.item,
        answer: said[n]?.answer ?? null,
        determination: said[n]?.determination ?? null,
        clock: clocks?.cells[n] ?? clock(firsts[n] ?? null),
      })),
    };
  });
}

interface ServiceLine {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocd_id: string | null;
  readonly recipient: string;
  readonly due_on: string;
  readonly due_at: Date;
  /** dates of its items where something moved them, else null */
  readonly cells: unknown;
}

function movedClocks(
  request: Request,
  service: ServiceLine,
  firsts: readonly (number | null)[],
  revoked: boolean,
  at: Date,
) {
  const due = duesIn(service.cells);
  return clocksOf(
    request.items.map((one, n) => ({ due: due(one.item), answeredAt: firsts[n] ?? null })),
    { revoked, conduct: request.conduct, servedDueOn: service.due_on },
    at.getTime(),
  );
}

/** How far into a board rows are still counted off an index instead of a remembered order. */
const NEAR = 2000;

/** @param moved the cut, where any date was moved by then */
async function readServices(
  db: Kysely<Database>,
  moved: Cut | null,
  where: RawBuilder<unknown>,
): Promise<readonly ServiceLine[]> {
  const { rows } = await sql<ServiceLine>`
    select s.id, s.name, s.kind, s.state, s.ocd_id, s.recipient, s.due_on::text as due_on, s.due_at,
           ${moved ? newestCells(moved) : sql`null::jsonb`} as cells
    from view.service s where ${where}`.execute(db);
  return rows;
}

/** What the recipient says, as one word of `ui/words.ts`: for recorded requests a missing answer is "not known". */
export function saidWord(cell: Pick<BoardCell, 'answer'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.answer?.disposition ?? (page.unknown ? 'not known' : 'unanswered');
}

/** What the issuer says, likewise. */
export function foundWord(cell: Pick<BoardCell, 'determination'>, page: Pick<BoardPage, 'unknown'>): string {
  return cell.determination?.finding ?? (page.unknown ? 'not known' : 'not reviewed');
}
