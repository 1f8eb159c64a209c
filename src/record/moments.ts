/**
 * The moments of a record: the times at which its public entries were written down, or happened. What a slider moves along. Where they are many,
 * every so many-th stands for those before it. Reads only.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { cachePublic } from './caching.ts';
import { type Cut, cutAt } from './cut.ts';
import { growing } from './growing.ts';
import { lastEntry } from './matter.ts';
import { open } from './open.ts';
import { opened } from './record-page.tsx';

export const MOST_MOMENTS = 200;

const kept = growing<readonly number[]>(400);

/** Milliseconds, ascending, at most `MOST_MOMENTS`; the last one is always among them. */
export async function momentsOf(
  db: Kysely<Database>,
  matter: string,
  axis: 'known' | 'happened',
  cut: Cut,
  /** embargoes of the matter that have ended by then */
  lifted: number,
): Promise<readonly number[]> {
  const column = sql.ref(axis === 'known' ? 'recorded_at' : 'occurred_at');
  return await kept.upTo(`${matter} ${axis} ${lifted}`, cut.last, async () => {
    const { rows } = await sql<{ at: Date }>`
      select at from (
        select at, row_number() over (order by at desc) as n, count(*) over () as all
        from (select distinct ${column} as at from ledger.entry e where e.matter = ${matter} and ${open('e', cut)}
          ${axis === 'known' ? sql`union select p.since from work.public_since(${cut.shownAt}) p where p.matter = ${matter}` : sql``}) t) u
      where (n - 1) % greatest(1, ceil("all"::numeric / ${MOST_MOMENTS}))::int = 0 order by at`.execute(db);
    return rows.map(({ at }) => at.getTime());
  });
}

async function getMoments(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const { matter, moment, now } = await opened(c);
  const cut = await cutAt(db, now);
  const last = await lastEntry(db, matter.id, cut);
  const found = await momentsOf(db, matter.id, moment.axis, cut, last?.lifted ?? 0);
  cachePublic(c, 10, last?.updatedAt);
  c.header('Access-Control-Allow-Origin', '*');
  // Nobody has seen what has not happened: a meeting to come is no moment yet.
  return c.json({ moments: found.filter((at) => at <= now.getTime()).map((at) => new Date(at).toISOString()) });
}

export const momentRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v1/records/:slug/moments', access: ANYONE, handler: getMoments },
];
