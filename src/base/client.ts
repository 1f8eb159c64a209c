/** Where a request comes from, for rate limits and lists of sessions only; never a reason to trust anybody. */
import { z } from 'zod';
import type { Ctx } from './route.ts';

const Node = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) });

/**
 * The peer's IP address, or `unknown`. Behind a reverse proxy (`config.proxied`) it is the last address of X-Forwarded-For, the one
 * that the proxy itself wrote; without it that header is the client's own invention and is not read.
 */
export function clientIp(c: Ctx): string {
  if (c.get('services').config.proxied) {
    const last = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
    if (last) return last;
  }
  const node = Node.safeParse(c.env);
  return node.success ? node.data.incoming.socket.remoteAddress : 'unknown';
}
