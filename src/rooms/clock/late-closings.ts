/**
 * Days that were added to a calendar while a request was being served: its first services were counted without them. Puts the request on
 * the worker's list for each; decides nothing, and changes nothing where the dates are right already.
 */
import { sql } from 'kysely';
import { instant } from '../../base/clock.ts';
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { closingWords } from './adding.ts';
import { addedBy } from './closings.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

/** @param since when the serving began, ms. May be asked again: a fact that is on the list for this request stays there once. */
export async function recountLate(needs: Needs, issuer: string, request: string, since: number): Promise<void> {
  const now = needs.clock.now();
  for (const one of await addedBy(needs.db, issuer)) {
    const facts = [{ cause: one.id, at: one.recordedAt, reason: one.reason ?? '' }];
    if (one.withdrawn)
      facts.push({ cause: one.withdrawn.entry, at: one.withdrawn.recordedAt, reason: one.withdrawn.reason });
    for (const { cause, at, reason } of facts) {
      if (at.getTime() < since) continue;
      const words = `${cause === one.id ? '' : 'Taken back: '}${closingWords(one.event)}. ${reason}`
        .slice(0, 1000)
        .trim();
      await sql`
        insert into work.recount (id, cause, request, reason, total, created_at)
        select ${uuidv7(now, needs.random)}::uuid, ${cause}::uuid, r.id, ${words},
          (select count(*)::int from view.service s where s.request = r.id), ${instant(now)}::timestamptz
        from view.request r where r.id = ${request} and r.conduct = 'served'
          and not exists (select 1 from work.recount w where w.cause = ${cause} and w.request = r.id)`.execute(
        needs.db,
      );
    }
  }
}
