/**
 * What every page reads of its request: who is looking, where assets lie, the notice of the page before, the time zone.
 * Reads only what middleware has put in place; never looks anything up.
 */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Actor, AssetUrls, Ctx } from '../base/route.ts';

const NOTICE = 'notice';
/** Zone of pages until the reader's own is known. */
export const DEFAULT_ZONE = 'America/New_York';

const PLAIN: AssetUrls = { url: (name) => `/assets/${name}` };

export interface PageContext {
  readonly actor: Actor;
  readonly assets: AssetUrls;
  readonly requestId: string | null;
  readonly logOrigin: string | null;
  /** path and query of this page, to come back to */
  readonly path: string;
}

/** What the frame of a page needs; before middleware has run (very early errors) everybody is a stranger. */
export function pageContext(c: Ctx): PageContext {
  const actor: Actor | undefined = c.get('actor');
  const services: Ctx['var']['services'] | undefined = c.get('services');
  return {
    actor: actor ?? { who: 'anyone' },
    assets: c.get('assets') ?? PLAIN,
    requestId: c.get('requestId') ?? null,
    logOrigin: services?.config.logOrigin ?? null,
    path: pathOf(c),
  };
}

/** Path and query of this request, without what chooses a language. */
function pathOf(c: Ctx): string {
  const url = new URL(c.req.url);
  url.searchParams.delete('lang');
  return `${url.pathname}${url.search}`;
}

/** Redirects (303) after a form was taken, with one short sentence that the next page shows once. */
export function redirectWith(c: Ctx, to: string, notice?: string): Response {
  if (notice) setCookie(c, NOTICE, notice.slice(0, 300), { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 60 });
  return c.redirect(to, 303);
}

/** The notice of the page before, taken away so that it shows once. */
export function takeNotice(c: Ctx): string | null {
  const notice = c.get('notice') ?? getCookie(c, NOTICE);
  if (!notice) return null;
  deleteCookie(c, NOTICE, { path: '/' });
  return notice;
}

/** True for an IANA time zone that this program knows. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return zone.length > 0;
  } catch {
    return false;
  }
}

/** The reader's time zone: `?tz=`, else the cookie that the `zone` island sets, else eastern time. */
export function zoneOf(c: Ctx): string {
  for (const zone of [c.req.query('tz'), getCookie(c, 'tz')]) if (zone && isZone(zone)) return zone;
  return DEFAULT_ZONE;
}
