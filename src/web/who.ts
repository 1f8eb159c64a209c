/** Who stands at the door: a recipient under /answer, staff everywhere else. Neither counts in the other's place. */
import type { Actor, Ctx } from '../base/route.ts';
import type { AccessPort } from '../rooms/access/port.ts';
import { recipientActor } from '../rooms/answers/entrance.tsx';

/** Makes `whoIs(c)`; `c` must carry `services` already. */
export function makeWhoIs(port: Pick<AccessPort, 'staffActor'>): (c: Ctx) => Promise<Actor> {
  return async (c) => {
    const { pathname } = new URL(c.req.url);
    if (pathname === '/answer' || pathname.startsWith('/answer/'))
      return await recipientActor(c.get('services'), c.req.header('cookie'));
    return await port.staffActor(c.req.raw.headers);
  };
}
