/** Every page and API path of the server in one list: what is not listed here cannot be reached. */
import type { Clock } from '../base/clock.ts';
import type { Route } from '../base/route.ts';
import { accessRoutes } from '../rooms/access/pages.tsx';
import type { AccessPort } from '../rooms/access/port.ts';
import { entranceRoutes } from '../rooms/answers/entrance.tsx';

export function allRoutes(access: AccessPort, clock: Clock): readonly Route[] {
  return [...accessRoutes(access), ...entranceRoutes(clock)];
}
