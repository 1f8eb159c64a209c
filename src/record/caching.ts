/**
 * How long copies of public pages may be kept. What the record showed at a past time changes by a takedown alone, so those copies keep for
 * minutes and no takedown waits longer; pages of the present keep for some seconds. A page that shows something of its reader (cookies) is kept by that reader's browser alone.
 */
import type { Ctx } from '../base/route.ts';
import type { LastEntry, Moment } from './matter.ts';

/** An append that is on its way carries a time before now; after this long it has come in. */
const SETTLED = 60_000;
/** How long a copy of a past time may be kept, in seconds: what is taken down is gone from shared caches after it. */
export const SETTLED_SECONDS = 600;

export function cacheRecord(c: Ctx, moment: Pick<Moment, 'point'>, last: LastEntry | null, now: Date): void {
  const settled = moment.point?.axis === 'recorded' && moment.point.at.getTime() < now.getTime() - SETTLED;
  cachePublic(c, settled ? SETTLED_SECONDS : 10, last?.updatedAt);
}

/** @param seconds how long shared caches may keep it */
export function cachePublic(c: Ctx, seconds: number, modified?: Date): void {
  const own = c.req.header('cookie') !== undefined;
  c.header('Cache-Control', own ? 'private, no-cache' : `public, max-age=${seconds}`);
  c.header('Vary', 'Cookie');
  if (modified) c.header('Last-Modified', modified.toUTCString());
}

/** A file that is made while it is read, with what was said of it before: how long it may be kept, who may read it. */
export function sent(c: Ctx, file: Response): Response {
  return c.body(file.body ?? '', 200, Object.fromEntries(file.headers));
}
