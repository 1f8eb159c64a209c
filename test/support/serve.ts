/** A `world` on a real port, for browsers: whoever asks there is answered as at the world's own address. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { BrowserContext } from 'playwright-core';
import type { Browser } from './people.ts';
import { BASE, type World } from './world.ts';

export interface Served {
  readonly origin: string;
  close(): Promise<void>;
}

export async function onPort(w: World): Promise<Served> {
  const server = createAdaptorServer({
    fetch: async (request, env) => {
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? null : await request.arrayBuffer();
      const { method, headers } = request;
      return await w.app.fetch(new Request(`${BASE}${pathname}${search}`, { method, headers, body }), env);
    },
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://localhost:${address.port}`,
    close: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Gives a real browser the cookies of somebody who came in already. */
export async function becomes(context: BrowserContext, origin: string, who: Browser | null): Promise<void> {
  await context.clearCookies();
  const { hostname } = new URL(origin);
  const cookies = [...(who?.jar ?? [])].map(([name, { value, path }]) => ({ name, value, path, domain: hostname }));
  if (cookies.length > 0) await context.addCookies(cookies);
}
