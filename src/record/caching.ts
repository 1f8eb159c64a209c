/**
 * How long copies of public pages may be kept. What the record showed at a past time never changes, so those copies keep; pages of
 * the present keep for some seconds. A page that shows something of its reader (cookies) is kept by that reader's browser alone.
 */
import type { Ctx } from '../base/route.ts';
import type { LastEntry, Moment } from './matter.ts';

/** An append that is on its way carries a time before now; after this long it has come in. */
const SETTLED = 60_000;

export function cacheRecord(c: Ctx, moment: Pick<Moment, 'point'>, last: LastEntry | null, now: Date): void {
  const settled = moment.point?.axis === 'recorded' && moment.point.at.getTime() < now.getTime() - SETTLED;
  cachePublic(c, settled ? 86_400 : 10, last?.recordedAt);
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
