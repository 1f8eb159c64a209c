/** Every page and API path of the server in one list: what is not listed here cannot be reached. */
import type { Clock } from '../base/clock.ts';
import type { Route } from '../base/route.ts';
import { deskPages } from '../record/desk-pages.ts';
import type { LogIdentity } from '../record/log-identity.ts';
import { publicRoutes } from '../record/routes.ts';
import { accessRoutes } from '../rooms/access/pages.tsx';
import type { AccessPort } from '../rooms/access/port.ts';
import { entranceRoutes } from '../rooms/answers/entrance.tsx';
import { answerRoutes } from '../rooms/answers/pages.tsx';
import { determinationRoutes } from '../rooms/determinations/pages.tsx';
import { documentRoutes } from '../rooms/documents/pages.ts';
import { erasureRoutes } from '../rooms/erasure/pages.tsx';
import { publicLogRoutes } from './public-log.ts';

export function allRoutes(access: AccessPort, clock: Clock, log: LogIdentity): readonly Route[] {
  return [
    ...publicRoutes(log),
    ...publicLogRoutes(log),
    ...accessRoutes(access),
    ...deskPages,
    ...determinationRoutes,
    ...documentRoutes,
    ...erasureRoutes,
    ...entranceRoutes(clock),
    ...answerRoutes,
  ];
}
