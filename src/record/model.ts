/** Everything that the record of one matter shows as of one moment: what the page and the API are both made of. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type Source, source } from '../rooms/matters/entries.ts';
import { type Request, requestsOf } from '../rooms/requests/view.ts';
import { type BoardPage, boardPage } from './board.ts';
import { type BoardFilter, type BoardSort, readBoardQuery } from './board-filter.ts';
import { recentAt } from './changes.ts';
import { type Cut, cutAt } from './cut.ts';
import { type LastEntry, lastEntry, type Moment, type PublicMatter } from './matter.ts';
import { open } from './open.ts';
import { type Reach, reachAt } from './reach.ts';

export const BOARD_SIZE = 100;
export const DAY = 86_400_000;

/** Something reported around a matter, not recorded here as it happened. */
export interface PublicNote {
  readonly entry: string;
  readonly text: string;
  readonly source: Source;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export interface RecordModel {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly cut: Cut;
  readonly requests: readonly Request[];
  /** the request whose board is shown; null where none had been issued by then */
  readonly request: Request | null;
  readonly board: BoardPage | null;
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  readonly page: number;
  readonly size: number;
  readonly notes: readonly PublicNote[];
  readonly last: LastEntry | null;
  /** orders and consequences, as of the moment */
  readonly reach: Reach;
  /** a public meeting of the same matter, for a question that has both; the first to be held */
  readonly meeting: string | null;
  /** public entries since noon, as `entriesSince` counts them */
  readonly recent: number;
}

export async function recordModel(
  db: Kysely<Database>,
  matter: PublicMatter,
  moment: Moment,
  query: Readonly<Record<string, string>>,
  size: number = BOARD_SIZE,
): Promise<RecordModel> {
  const cut = await cutAt(db, moment.now, moment.point);
  const { filter, sort, page } = readBoardQuery(query);
  const requests = await publicRequests(db, matter.id, cut);
  const request = requests.find((r) => r.id === query.request) ?? requests.at(-1) ?? null;
  const board = request
    ? await boardPage(db, { request, asOf: moment.point, cut, filter, sort, page, size, now: moment.at })
    : null;
  return {
    matter,
    moment,
    cut,
    requests,
    request,
    board,
    filter,
    sort,
    page,
    size,
    notes: await publicNotes(db, matter.id, cut),
    reach: await reachAt(db, matter.id, cut, moment.at),
    last: await lastEntry(db, matter.id, cut),
    meeting: await firstMeeting(db, matter.id, cut),
    recent: await recentAt(db, matter.id, cut, moment),
  };
}

async function firstMeeting(db: Kysely<Database>, matter: string, cut: Cut): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select t.id from view.meeting t where t.matter = ${matter} and ${open('t', cut)}
    order by t.starts_at, t.seq limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** Requests of a matter that everyone may see and that had been issued by then, oldest first. */
export async function publicRequests(db: Kysely<Database>, matter: string, cut: Cut): Promise<readonly Request[]> {
  return (await requestsOf(db, matter)).filter(
    (r) => r.audience === 'public' && r.seq <= cut.last && (cut.until === null || r.occurredAt <= cut.until),
  );
}

interface NoteLine {
  readonly id: string;
  readonly text: string;
  readonly source: unknown;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
}

/** Public notes at a cut, in the order in which things happened. */
export async function publicNotes(db: Kysely<Database>, matter: string, cut: Cut): Promise<readonly PublicNote[]> {
  const { rows } = await sql<NoteLine>`
    select n.id, n.text, n.source, n.occurred_at, n.recorded_at from view.note n
    where n.matter = ${matter} and ${open('n', cut)}
    order by n.occurred_at, n.seq limit 500`.execute(db);
  return rows.map((row) => ({
    entry: row.id,
    text: row.text,
    source: source.parse(row.source),
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  }));
}
