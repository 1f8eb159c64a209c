/** All routes of this room. The port is handed in by main, because sign-in hangs off an adapter and rooms know none. */
import type { Route } from '../../base/route.ts';
import { accountRoutes } from './account.tsx';
import { invitationRoutes } from './invitation.tsx';
import type { AccessPort } from './port.ts';
import { setupRoutes } from './setup.tsx';
import { signInRoutes } from './sign-in.tsx';
import { teamRoutes } from './team.tsx';

export function accessRoutes(port: AccessPort): Route[] {
  return [
    ...signInRoutes(port),
    ...accountRoutes(port),
    ...teamRoutes(port),
    ...invitationRoutes(port),
    ...setupRoutes(port),
  ];
}
