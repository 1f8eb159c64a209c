/** All routes of the issuer's side in the order they must be tried: `/desk/matters/new` before `/desk/matters/:matter`. */
import type { Route } from '../base/route.ts';
import { matterRoutes } from '../rooms/matters/pages.tsx';
import { requestRoutes } from '../rooms/requests/pages.tsx';
import { deskRoutes } from './desk.tsx';
import { deskBoardRoutes } from './desk-board.tsx';
import { deskMatterRoutes } from './desk-matter.tsx';
import { escalationRoutes } from './escalation-pages.tsx';

export const deskPages: readonly Route[] = [
  ...deskRoutes,
  ...matterRoutes,
  ...deskMatterRoutes,
  ...requestRoutes,
  ...deskBoardRoutes,
  ...escalationRoutes,
];
