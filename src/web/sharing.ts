/**
 * One rendering for all who read the same public page at the same state of the log: whoever asks while it is made waits for it, and whoever
 * asks within a second after gets a copy. It shares what says of itself that shared caches may keep it (`Cache-Control: public`), and only
 * with readers who bring no cookie and no credentials; everything else passes by untouched.
 */
import type { MiddlewareHandler } from 'hono';
import { language } from '../base/language.ts';
import type { Ctx, Env } from '../base/route.ts';
import { type Memory, memory } from '../record/lru.ts';

interface Copy {
  readonly body: ArrayBuffer;
  readonly headers: readonly (readonly [string, string])[];
  readonly etag: string | null;
  readonly madeAt: number;
}

/** What another process appends is seen after this many milliseconds at the latest. */
const FRESH = 1_000;
const MOST_BYTES = 64 * 1024 * 1024;

const mayShare = (c: Ctx): boolean =>
  c.req.method === 'GET' &&
  c.req.header('cookie') === undefined &&
  c.req.header('authorization') === undefined &&
  c.req.header('range') === undefined;

/** Pages with an ETag were in memory as a whole already; what streams, streams. */
const isShareable = ({ status, headers }: Response): boolean =>
  status === 200 &&
  /^public\b/.test(headers.get('Cache-Control') ?? '') &&
  /^(text\/html|application\/json|application\/atom\+xml|application\/feed\+json)/.test(
    headers.get('Content-Type') ?? '',
  ) &&
  headers.has('ETag') &&
  !headers.has('Set-Cookie');

function answer(c: Ctx, copy: Copy): Response {
  const headers = new Headers(copy.headers.map(([name, value]): [string, string] => [name, value]));
  const asked = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim());
  if (copy.etag === null || !asked.includes(copy.etag)) return new Response(copy.body, { status: 200, headers });
  for (const name of ['Content-Type', 'Content-Length', 'Content-Encoding']) headers.delete(name);
  return new Response(null, { status: 304, headers });
}

/**
 * @param version the state that pages are made from, as far as this process knows it; a copy is of one state
 * @param now milliseconds
 */
export function sharing(version: () => string, now: () => number): MiddlewareHandler<Env> {
  const kept: Memory<Copy> = memory(MOST_BYTES, ({ body }) => body.byteLength + 1024);
  const underWay = new Map<string, Promise<Copy | null>>();

  return async (c, next) => {
    if (!mayShare(c)) return await next();
    const key = `${version()} ${language()} ${c.req.header('accept-encoding') ?? ''} ${c.req.header('accept') ?? ''} ${c.req.url}`;
    const copy = kept.get(key);
    if (copy && now() - copy.madeAt < FRESH) {
      c.res = answer(c, copy);
      return;
    }
    const others = underWay.get(key);
    if (others) {
      const theirs = await others;
      if (theirs) {
        c.res = answer(c, theirs);
        return;
      }
      return await next();
    }
    let tell: (copy: Copy | null) => void = () => {};
    underWay.set(key, new Promise((resolve) => (tell = resolve)));
    let made: Copy | null = null;
    try {
      // The page itself is wanted, for those who have no copy; whether this reader has one is seen below.
      const conditional = c.req.header('if-none-match') !== undefined;
      const whole = c.req.raw;
      if (conditional) {
        const headers = new Headers(whole.headers);
        headers.delete('if-none-match');
        c.req.raw = new Request(whole.url, { headers });
      }
      await next();
      c.req.raw = whole;
      if (!isShareable(c.res)) return;
      const body = await c.res.arrayBuffer();
      made = { body, headers: [...c.res.headers], etag: c.res.headers.get('ETag'), madeAt: now() };
      kept.set(key, made);
      const fresh = answer(c, made);
      c.res = undefined;
      c.res = fresh;
    } finally {
      underWay.delete(key);
      tell(made);
    }
  };
}
