/** The app on one screen: what happens to a request, in order. It knows routes only as a list and holds no page of its own. */

import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { TooLarge } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx, Env, Route } from '../base/route.ts';
import type { Services } from '../base/services.ts';
import type { Assets } from '../ui/assets.ts';
import { authorize, unowned, type WhoIs } from './authorize.ts';
import { answerError, notFound, understand, wantsJson } from './errors.tsx';
import { spoken } from './language.ts';
import { type Log, silent } from './log.ts';
import { caching, headers, logged, ownForms, provide, readableAddress } from './middleware.ts';
import { serveAsset } from './serve-assets.ts';
import { sharing } from './sharing.ts';

export interface AppParts {
  readonly services: Services;
  readonly assets: Assets;
  readonly routes: readonly Route[];
  readonly whoIs: WhoIs;
  /** everything under `/api/auth/`, with its own checks */
  readonly authHandler?: (request: Request) => Response | Promise<Response>;
  /** further parameters of staff routes that their handlers look up inside the reader's organisation (see authorize.ts) */
  readonly freeParameters?: readonly string[];
  readonly log?: Log;
  /** the state of the log that public pages show, for readers who come at once (sharing.ts); left out, each is answered alone */
  readonly version?: () => string;
  /** turns the database's errors into refusals (lost connection, full disk), so that who reads is told to come again */
  readonly mapError?: (error: unknown) => unknown;
}

const MAX_BODY = 1024 * 1024;
const FREE = ['member', 'invitation', 'page', 'step', 'party', 'person'];

/** Throws when a staff route names a thing whose owner nobody can tell: such a route must not go live. */
export function buildApp(parts: AppParts): Hono<Env> {
  const { services, assets, routes, whoIs, authHandler } = parts;
  const log = parts.log ?? silent;
  const loose = unowned(routes, [...FREE, ...(parts.freeParameters ?? [])]);
  if (loose.length > 0) throw new Error(`say in src/web/authorize.ts who owns the thing in ${loose.join(', ')}`);
  const base = new URL(services.config.baseUrl);
  const answered = new WeakMap<Ctx, Route>();
  const app = new Hono<Env>();

  app.use(logged(log, (c) => answered.get(c)?.path ?? null));
  app.use(provide(services, assets));
  app.use(spoken);
  if (parts.version) app.use(sharing(parts.version, () => services.clock.now()));
  app.use(headers(base.protocol === 'https:'));
  app.use(compress());
  app.use(readableAddress);
  app.use(ownForms(base.origin, calledByPrograms(routes)));

  app.get('/assets/*', (c) => serveAsset(assets, c) ?? c.notFound());
  app.get('/favicon.ico', (c) => c.redirect(assets.url('mark.svg'), 302));
  if (authHandler) app.on(['GET', 'POST'], '/api/auth/*', (c) => authHandler(c.req.raw));

  for (const route of routes) {
    const limit =
      route.body === 'stream' ? null : bodyLimit({ maxSize: route.body?.maxBytes ?? MAX_BODY, onError: tooLarge });
    app.on(
      route.method,
      route.path,
      async (c, next) => {
        answered.set(c, route);
        await next();
      },
      caching(route.access.who),
      async (c, next) => {
        c.set('actor', await whoIs(c, route.access));
        await authorize(services.db, route, c.get('actor'), (name) => c.req.param(name));
        await next();
      },
      ...(limit ? [limit] : []),
      (c) => route.handler(c),
    );
  }

  app.notFound((c) => answerError(c, notFound(), 'anyone'));
  app.onError((thrown, c) => {
    const error = parts.mapError?.(thrown) ?? thrown;
    const route = answered.get(c);
    const { status, code, expected } = understand(error, '');
    if (!expected) log.error({ requestId: c.get('requestId'), route: route?.path, err: error }, 'unexpected');
    if (status === 401 && code === 'sign-in-needed' && c.req.method !== 'POST' && !wantsJson(c)) return toSignIn(c);
    return answerError(c, error, route?.access.who ?? 'anyone');
  });
  return app;
}

/** Whether a POST to a path is taken from anywhere; such a route must be open to anyone, and name what it opens by a secret, or it does not go live. */
function calledByPrograms(routes: readonly Route[]): (path: string) => boolean {
  const open = routes.filter((route) => route.programs);
  const wrong = open.find((route) => route.access.who !== 'anyone' || /\*|:(?!token\b)/.test(route.path));
  if (wrong) throw new Error(`${wrong.path} cannot be open to programs: it knows people, or has parameters`);
  const known = open.map(
    (route) => new RegExp(`^${route.path.replaceAll('.', '\\.').replace(':token', '[A-Za-z0-9_-]+')}$`),
  );
  return (path) => known.some((one) => one.test(path));
}

/** Only the path goes along, on this server: `next` can lead nowhere else. */
function toSignIn(c: Ctx): Response {
  const url = new URL(c.req.url);
  return c.redirect(`/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`, 303);
}

function tooLarge(): never {
  throw new TooLarge('body-too-large', {
    what: t('ui.refusal.too-large'),
    lost: t('ui.refusal.too-large.lost'),
    next: t('ui.refusal.too-large.next'),
  });
}
