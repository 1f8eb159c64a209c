/**
 * The recipients of a board by state: how many fit the filter, and how their clocks stand. Counted from the same bits as the board's rows, so
 * that a number on the map is the number of rows it leads to. Derived when read, never stored.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type BoardFilter, filterConditions } from './board-filter.ts';
import { fitting, tallied } from './board-fits.ts';
import { type NarrowQuery, narrowed } from './board-narrowed.ts';
import { statesOf } from './roster.ts';

/** What the clock of a recipient says; each is in one of these, the first that anyone is in is said of an area. */
export const STANDINGS = [
  'overdue',
  'unknown',
  'running',
  'paused',
  'revoked',
  'stopped',
] as const satisfies readonly NonNullable<BoardFilter['clock']>[];
export type Standing = (typeof STANDINGS)[number];

export interface Area {
  /** as the directory words it; null where it names none */
  readonly state: string | null;
  readonly total: number;
  /** recipients by their clock; null where the filter asks for a clock already */
  readonly clocks: Readonly<Record<Standing, number>> | null;
}

export interface Spot {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocdId: string | null;
}

export interface Areas {
  /** those with at least one recipient that fits, by name, the nameless last */
  readonly areas: readonly Area[];
  readonly total: number;
  /** recipients that fit, by name; null where they are more than `MOST_SPOTS` */
  readonly spots: readonly Spot[] | null;
}

export const MOST_SPOTS = 300;

/** Areas of a board at its moment. Costs the board's queries, and one for each condition that was not asked before. */
export async function areasOf(db: Kysely<Database>, query: NarrowQuery): Promise<Areas> {
  const { request, filter } = query;
  const { facts, conditions, memory, version, served, cut, touched, replay } = await narrowed(db, query);
  const fit = { request: request.id, version, served, cut, conditions, touched, replay };
  const split = filter.clock === undefined;
  const further = split ? STANDINGS.map((clock) => filterConditions({ clock }, facts).at(-1)) : [];
  let names: readonly (string | null)[] = [];
  const rows = await tallied(
    db,
    memory,
    fit,
    async (roster) => {
      const states = await statesOf(db, memory, roster);
      ({ names } = states);
      return { of: states.of, groups: states.names.length };
    },
    further.filter((condition) => condition !== undefined),
  );
  const areas = rows
    .map(([total = 0, ...clocks], i): Area => {
      const of = (standing: Standing) => clocks[STANDINGS.indexOf(standing)] ?? 0;
      const each = {
        ...{ overdue: of('overdue'), unknown: of('unknown'), running: of('running') },
        ...{ paused: of('paused'), revoked: of('revoked'), stopped: of('stopped') },
      };
      return { state: names[i] ?? null, total, clocks: split ? each : null };
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => (a.state === null ? 1 : b.state === null ? -1 : a.state.localeCompare(b.state, 'en')));
  const total = areas.reduce((n, area) => n + area.total, 0);
  if (total > MOST_SPOTS) return { areas, total, spots: null };
  const sort = { by: 'recipient', down: false } as const;
  const { ids } = await fitting(db, memory, { ...fit, moved: -1, sort, skip: 0, size: MOST_SPOTS });
  const { rows: spots } = await sql<Spot>`
    select s.id as service, s.name, s.kind, s.state, s.ocd_id as "ocdId" from view.service s
    where s.id = any(${[...ids]}::uuid[]) order by s.name, s.id`.execute(db);
  return { areas, total, spots };
}

/** The first standing that anybody in an area is in; null where clocks were not counted. */
export const standingOf = ({ clocks }: Pick<Area, 'clocks'>): Standing | null =>
  clocks && (STANDINGS.find((one) => clocks[one] > 0) ?? null);
