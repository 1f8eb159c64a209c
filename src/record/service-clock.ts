/** The working of one recipient's due date as of a cut, and what had moved it, from public entries alone. Reads only. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { clockedOf, type Move, movesIn, type Worked, workingsOf } from '../rooms/clock/rules.ts';
import { closingsFor } from '../rooms/clock/view.ts';
import { type Request, type Service, servedFacts } from '../rooms/requests/view.ts';
import { entriesOf } from '../rooms/stream.ts';
import type { Cut } from './cut.ts';

/** null where nothing had moved the date by then: it is the one that was served. */
export async function movedClock(
  db: Kysely<Database>,
  service: Service,
  request: Request,
  cut: Cut,
): Promise<{ readonly workings: readonly Worked[]; readonly moves: readonly Move[] } | null> {
  const { until } = cut;
  const entries = (await entriesOf(db, service.id)).filter(
    (entry) =>
      entry.audience === 'public' &&
      entry.position <= cut.last &&
      // A corrected date of service was true from the start, whichever day it names.
      (until === null || entry.occurredAt <= until || entry.kind === 'service.corrected'),
  );
  const moves = movesIn(entries);
  if (moves.length === 0) return null;
  const closings = await closingsFor(db, request.issuer, cut);
  return { workings: workingsOf(clockedOf(servedFacts(service, request, false), entries, closings)), moves };
}
