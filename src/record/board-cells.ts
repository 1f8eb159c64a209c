/** The two voices of a board's cells: for some services, the newest answer and the newest determination of each item at a cut. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type Cut, newestFirst, visible } from './cut.ts';

export interface BoardAnswer {
  readonly disposition: string;
  readonly documents: number;
  /** when it happened */
  readonly at: Date;
  readonly recordedAt: Date;
  /** id of the entry, and of the answer it is part of */
  readonly entry: string;
  readonly answer: string;
  /** the service that it was given in, where it was carried over from an earlier request */
  readonly carriedFrom: string | null;
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

export interface Said {
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
  readonly carried_from: string | null;
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
export async function readCells(
  db: Kysely<Database>,
  services: readonly string[],
  cut: Cut,
): Promise<Map<string, Said>> {
  const { rows } = await sql<CellLine>`
    select a.*, d.finding, d.reasons, d.answer as d_answer, d.entry as d_entry,
           d.occurred_at as d_occurred_at, d.recorded_at as d_recorded_at
    from (
      select distinct on (a.service, a.item) a.service, a.item, a.disposition, a.documents, a.answer, a.entry,
             a.carried_from, a.occurred_at, a.recorded_at, min(a.occurred_at) over (partition by a.service, a.item) as first_at
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
        carriedFrom: r.carried_from,
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
