/**
 * What a board and a map of the same query share: the state of the request's facts, their sums, and the conditions that the filter asks for.
 * Derived when read, never stored.
 */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import type { Request } from '../rooms/requests/view.ts';
import {
  type Facets,
  facetsSince,
  passedAt,
  type Touched,
  touchedSince,
  type Version,
  versionAt,
} from './board-counts.ts';
import {
  type BoardFilter,
  type Condition,
  type FilterFacts,
  filterConditions,
  reachConditions,
  SOON_MS,
} from './board-filter.ts';
import { type FitsMemory, fitsMemory } from './board-fits.ts';
import { type Histories, histories, historyOf } from './board-history.ts';
import { facetsOf, type Replay, replayed, weighReplay } from './board-replay.ts';
import type { AsOfPoint, Cut } from './cut.ts';
import { type Growing, growing } from './growing.ts';
import { reachAt } from './reach.ts';

interface Remembered {
  readonly histories: Histories;
  readonly replays: Growing<Replay>;
  readonly facets: Growing<Facets>;
  readonly fits: FitsMemory;
}
// Exact, not stale: what is kept belongs to a position of the log, and facts are only ever added. Whoever wrote them, this process or
// another one, they are found by their position.
const remembered = new WeakMap<Kysely<Database>, Remembered>();
const MB = 2 ** 20;

function rememberedOf(db: Kysely<Database>): Remembered {
  let found = remembered.get(db);
  if (!found) {
    found = {
      ...{ histories: histories(), replays: growing(48 * MB, weighReplay) },
      ...{ facets: growing(512), fits: fitsMemory() },
    };
    remembered.set(db, found);
  }
  return found;
}

/** Whom a board or a map is about: a request, as of when, and the filter. */
export interface NarrowQuery {
  readonly request: Request;
  readonly asOf?: AsOfPoint | undefined;
  /** found before by `cutAt(db, asOf)`; saves a query where several boards are shown as of the same time */
  readonly cut?: Cut | undefined;
  readonly filter: BoardFilter;
  /** the present; the clock is read at `asOf` where that is given */
  readonly now: Date;
}

export interface Narrowed extends Version {
  /** when the clock is read */
  readonly at: Date;
  readonly recorded: boolean;
  readonly sums: Facets;
  readonly facts: FilterFacts;
  readonly conditions: readonly Condition[];
  readonly memory: FitsMemory;
  /** services that facts after a position are about; null for too many */
  readonly touched: (from: number) => Promise<readonly Touched[] | null>;
  /** the history of the request up to the cut */
  readonly replay: () => Promise<Replay>;
}

/** Reads the state that a query stands on. */
export async function narrowed(db: Kysely<Database>, query: NarrowQuery): Promise<Narrowed> {
  const { request, filter } = query;
  const at = query.asOf?.at ?? query.now;
  const stand = await versionAt(db, request.id, query.asOf, query.cut);
  const { cut, version, moved, revoked } = stand;
  const known = rememberedOf(db);
  const touching = new Map<number, Promise<readonly Touched[] | null>>();
  const touched = (from: number) => {
    const found = touching.get(from) ?? touchedSince(db, request.id, from, cut);
    touching.set(from, found);
    return found;
  };
  const key = `${request.id} ${stand.erased} ${cut.until?.toISOString() ?? ''}`;
  const replay = () =>
    known.replays.upTo(key, version, async () =>
      replayed(await historyOf(db, known.histories, known.fits, request, stand), cut),
    );
  const sums = await known.facets.upTo(
    key,
    version,
    async () => facetsOf(await replay()),
    async (before, from) => {
      const some = await touched(from);
      return some && facetsSince(db, request, before, from, cut, some);
    },
  );
  const recorded = request.conduct === 'recorded';
  const facts = {
    ...{ request: request.id, items: request.items.length, cut, revoked, recorded, now: at },
    ...{ passed: passedAt(sums, at.getTime()), moved: moved >= 0 },
    soonPassed: passedAt(sums, at.getTime() + SOON_MS),
    present: query.asOf === undefined,
  };
  const { order, consequence, consequenceKind, programme } = filter;
  const reaches = order ?? consequence ?? consequenceKind ?? programme;
  const reach = reaches !== undefined ? await reachAt(db, request.matter, cut, at) : null;
  const conditions = [...filterConditions(filter, facts), ...(reach ? reachConditions(filter, reach, request) : [])];
  return { ...stand, at, recorded, sums, facts, conditions, memory: known.fits, touched, replay };
}
