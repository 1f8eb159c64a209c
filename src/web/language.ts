/** In which language a request is answered, and how a reader chooses another: by the footer of every page, kept in a cookie, without a script. */

import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { bodyOf, textsOf } from '../base/form.ts';
import { ENGLISH, inLanguage, isLanguage, type Language, language, preferred } from '../base/language.ts';
import { ANYONE, type Ctx, type Env, type Route } from '../base/route.ts';

const COOKIE = 'lang';
const A_YEAR = 31_536_000;

/** What programs read is the same for all who ask: English, unless the address says otherwise. */
const FOR_PROGRAMS = /^\/(?:api|log|witness|metrics|healthz|oembed)(?:\/|$)|\.(?:csv|json|xlsx|atom|ics|txt)$/;

/**
 * `?lang=` of the address, else what the reader chose (cookie), else what their browser prefers (Accept-Language), else the server's own
 * (DEFAULT_LANGUAGE). Programs get English or what the address names.
 */
export function languageOf(c: Ctx): Language {
  const named = c.req.query('lang') ?? '';
  if (isLanguage(named)) return named;
  if (FOR_PROGRAMS.test(c.req.path)) return ENGLISH;
  const chosen = getCookie(c, COOKIE) ?? '';
  if (isLanguage(chosen)) return chosen;
  return preferred(c.req.header('accept-language') ?? '') ?? language();
}

/** Everything that answers a request is said in its reader's language, refusals too; caches are told what it hangs on. */
export const spoken: MiddlewareHandler<Env> = async (c, next) => {
  const tag = languageOf(c);
  await inLanguage(tag, next);
  const { headers } = c.res;
  if (!/^(?:text\/html|application\/pdf)/.test(headers.get('Content-Type') ?? '')) return;
  headers.set('Content-Language', tag);
  if (!FOR_PROGRAMS.test(c.req.path)) headers.append('Vary', 'Accept-Language');
};

/** The page that the choice was made on, where the browser says so and it is this server's; its address stands in no form, for it may be a secret. */
function pageBefore(c: Ctx): string {
  const [before, here] = [c.req.header('referer') ?? '', new URL(c.req.url)];
  if (!URL.canParse(before)) return '/';
  const url = new URL(before);
  url.searchParams.delete('lang');
  return url.host === (c.req.header('host') ?? here.host) ? `${url.pathname.replace(/^\/+/, '/')}${url.search}` : '/';
}

async function choose(c: Ctx): Promise<Response> {
  const { language: tag = '' } = textsOf(await bodyOf(c), ['language']);
  if (isLanguage(tag)) setCookie(c, COOKIE, tag, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: A_YEAR });
  return c.redirect(pageBefore(c), 303);
}

export const languageRoutes: readonly Route[] = [
  { method: 'POST', path: '/language', access: ANYONE, handler: choose },
];
