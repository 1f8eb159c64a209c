/** Every page and API path of the server in one list: what is not listed here cannot be reached. */
import type { Clock } from '../base/clock.ts';
import type { Route } from '../base/route.ts';
import type { LogIdentity } from '../record/log-identity.ts';
import { publicRoutes } from '../record/routes.ts';
import { accessRoutes } from '../rooms/access/pages.tsx';
import type { AccessPort } from '../rooms/access/port.ts';
import { entranceRoutes } from '../rooms/answers/entrance.tsx';
import { publicLogRoutes } from './public-log.ts';

export function allRoutes(access: AccessPort, clock: Clock, log: LogIdentity): readonly Route[] {
  return [...accessRoutes(access), ...entranceRoutes(clock), ...publicRoutes(log), ...publicLogRoutes(log)];
}
