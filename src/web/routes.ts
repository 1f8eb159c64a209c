/** Every page and API path of the server in one list: what is not listed here cannot be reached. */
import type { Clock } from '../base/clock.ts';
import type { LogIdentity } from '../base/log-identity.ts';
import type { Route } from '../base/route.ts';
import { deskPages } from '../record/desk-pages.ts';
import { publicRoutes } from '../record/routes.ts';
import { accessRoutes } from '../rooms/access/pages.tsx';
import type { AccessPort } from '../rooms/access/port.ts';
import { entranceRoutes } from '../rooms/answers/entrance.tsx';
import { answerRoutes } from '../rooms/answers/pages.tsx';
import { calendarFeedRoutes } from '../rooms/calendars/pages.tsx';
import { calendarRoutes } from '../rooms/clock/calendar-pages.tsx';
import { clockRoutes } from '../rooms/clock/pages.tsx';
import { determinationRoutes } from '../rooms/determinations/pages.tsx';
import { documentRoutes } from '../rooms/documents/pages.ts';
import { erasureRoutes } from '../rooms/erasure/pages.tsx';
import { figureRoutes } from '../rooms/figures/pages.tsx';
import { invitationRoutes } from '../rooms/meetings/answer-pages.tsx';
import { meetingRoutes } from '../rooms/meetings/pages.tsx';
import { movedRoutes } from '../rooms/moved/pages.tsx';
import { peopleRoutes } from '../rooms/people/pages.tsx';
import { reminderRoutes } from '../rooms/reminders/pages.tsx';
import { sourceRoutes } from '../rooms/sources/pages.tsx';
import { statementRoutes } from '../rooms/statements/pages.tsx';
import type { Witnesses } from '../witness/config.ts';
import { logPages } from '../witness/pages.tsx';
import { type OwnWitness, witnessRoutes } from '../witness/routes.ts';
import { timestampRoutes } from '../witness/timestamp-routes.ts';
import { healthRoutes } from './health.ts';
import { languageRoutes } from './language.ts';
import { metricsRoutes } from './metrics.ts';
import { publicLogRoutes } from './public-log.ts';

/** What the server is to others' logs, whom it asks about its own, and who may read its figures. */
export interface Witnessing {
  readonly own: OwnWitness;
  readonly asked: Witnesses | null;
  readonly metricsToken: string | null;
  /** address of the timestamp authority; left out where none is asked */
  readonly tsa?: string | null;
}

export function allRoutes(access: AccessPort, clock: Clock, log: LogIdentity, witness: Witnessing): readonly Route[] {
  return [
    ...publicRoutes(log),
    ...publicLogRoutes(log),
    ...timestampRoutes,
    ...witnessRoutes(witness.own),
    ...languageRoutes,
    ...healthRoutes,
    ...metricsRoutes(witness.asked, witness.metricsToken, witness.tsa ?? null),
    ...accessRoutes(access),
    ...logPages(log, witness.own, witness.asked, witness.tsa ?? null),
    ...deskPages,
    ...determinationRoutes,
    ...clockRoutes,
    ...calendarRoutes,
    ...calendarFeedRoutes,
    ...movedRoutes,
    ...reminderRoutes,
    ...documentRoutes,
    ...erasureRoutes,
    ...peopleRoutes,
    ...sourceRoutes,
    ...statementRoutes,
    ...figureRoutes,
    ...meetingRoutes,
    ...entranceRoutes(clock),
    ...answerRoutes,
    ...invitationRoutes,
  ];
}
