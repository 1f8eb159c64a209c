/** The steps that every request goes through, each a small Hono middleware; src/web/app.tsx puts them in order. No step knows a room. */

import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { InvalidInput, NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx, Env } from '../base/route.ts';
import type { Services } from '../base/services.ts';
import type { Assets } from '../ui/assets.ts';
import { type Log, loggedPath } from './log.ts';

/** Gives the request its number and the things that handlers use. */
export function provide(services: Services, assets: Assets): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = Buffer.from(services.random(8)).toString('hex');
    c.set('requestId', id);
    c.set('services', services);
    c.set('assets', assets);
    c.set('actor', { who: 'anyone' });
    await next();
    c.res.headers.set('X-Request-Id', id);
  };
}

/** One line per request: method, masked path, status, milliseconds. `routeOf` gives the pattern of the route that answered. */
export function logged(log: Log, routeOf: (c: Ctx) => string | null): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const facts = {
      requestId: c.get('requestId'),
      method: c.req.method,
      path: loggedPath(c.req.path, routeOf(c)),
      status: c.res.status,
      ms: Math.round(performance.now() - start),
    };
    if (c.res.status >= 500) log.error(facts, 'request failed');
    else log.info(facts, 'request');
  };
}

/**
 * Refuses what another site's page sends, of whatever type: everything but reading needs our own origin, or the browser's word that the page
 * is ours (`Sec-Fetch-Site`, which no page can set). `base` is where people reach this server; `open` says which paths programs call.
 */
export function ownForms(base: string, open: (path: string) => boolean = () => false): MiddlewareHandler<Env> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const ours =
      /^(GET|HEAD|OPTIONS)$/.test(c.req.method) ||
      open(c.req.path) ||
      origin === base ||
      origin === new URL(c.req.url).origin ||
      c.req.header('sec-fetch-site') === 'same-origin';
    if (!ours) throw new HTTPException(403);
    await next();
  };
}

const NUL = /%00|\0/;

/** Refuses addresses with the character that no text may hold (U+0000): PostgreSQL takes none, wherever it comes from. */
export const readableAddress: MiddlewareHandler<Env> = async (c, next) => {
  const [path = '', ...query] = c.req.url.split('?');
  if (NUL.test(path)) {
    throw new NotFound('not-found', { what: t('ui.refusal.no-page'), next: t('ui.refusal.no-page.next') });
  }
  if (NUL.test(query.join('?'))) {
    throw new InvalidInput('unreadable-address', {
      what: t('ui.refusal.address'),
      next: t('ui.refusal.address.next'),
    });
  }
  await next();
};

/**
 * Strict headers: nothing but this server's own files, no frames, no referrer; HSTS where people come by https. A page whose own policy lets
 * everybody frame it (src/record/embed-page.tsx) does not also say the opposite in the older header.
 */
export function headers(https: boolean): MiddlewareHandler<Env> {
  const strict = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      objectSrc: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    strictTransportSecurity: https ? 'max-age=31536000; includeSubDomains' : false,
    // A handler may set its own policy (for example a page that may be embedded); only what is missing is added.
    overwrite: false,
  });
  return async (c, next) => {
    await strict(c, next);
    if (!/frame-ancestors \*/.test(c.res.headers.get('Content-Security-Policy') ?? '')) return;
    c.res.headers.delete('X-Frame-Options');
    c.res.headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
  };
}

/** Pages of staff and recipients are stored nowhere; public pages may be kept if asked about each time, and get an ETag. */
export function caching(area: 'anyone' | 'staff' | 'recipient'): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    const h = c.res.headers;
    if (area !== 'anyone') {
      h.set('Cache-Control', 'no-store');
      return;
    }
    if (!h.has('Cache-Control')) {
      h.set('Cache-Control', 'no-cache');
      h.append('Vary', 'Cookie');
    }
    const type = h.get('Content-Type') ?? '';
    // Only what is built in memory anyway is hashed; a download of gigabytes passes by untouched.
    const small = /^(text\/html|application\/json|image\/svg\+xml|application\/atom\+xml)/.test(type);
    if (
      c.req.method !== 'GET' ||
      c.res.status !== 200 ||
      !small ||
      h.has('ETag') ||
      h.has('Set-Cookie') ||
      h.get('Cache-Control') === 'no-store'
    )
      return;
    const body = await c.res.arrayBuffer();
    const etag = `W/"${createHash('sha256').update(new Uint8Array(body)).digest('base64url').slice(0, 22)}"`;
    const fresh = new Headers(h);
    fresh.set('ETag', etag);
    const known = (c.req.header('if-none-match') ?? '').split(',').some((tag) => tag.trim() === etag);
    if (known) {
      fresh.delete('Content-Type');
      fresh.delete('Content-Length');
    }
    c.res = undefined;
    c.res = known
      ? new Response(null, { status: 304, headers: fresh })
      : new Response(body, { status: 200, headers: fresh });
  };
}
