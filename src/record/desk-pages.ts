/**
 * All routes of the issuer's side in the order they must be tried: `/desk/matters/new` before `/desk/matters/:matter`,
 * and the lists of the directory before its parties.
 */
import type { Route } from '../base/route.ts';
import { consequenceRoutes } from '../rooms/consequences/pages.tsx';
import { matterRoutes } from '../rooms/matters/pages.tsx';
import { orderRoutes } from '../rooms/orders/pages.tsx';
import { requestRoutes } from '../rooms/requests/pages.tsx';
import { reviewRoutes } from '../rooms/review/pages.tsx';
import { deskRoutes } from './desk.tsx';
import { deskBoardRoutes } from './desk-board.tsx';
import { deskDirectoryRoutes } from './desk-directory.tsx';
import { deskImportRoutes } from './desk-import.tsx';
import { deskMatterRoutes } from './desk-matter.tsx';
import { deskOrderRoutes } from './desk-orders.tsx';
import { deskPartyRoutes } from './desk-party-posts.ts';
import { deskPersonRoutes } from './desk-person.tsx';
import { publishedRoutes } from './desk-published.tsx';
import { writingRoutes } from './desk-writing.tsx';
import { escalationRoutes } from './escalation-pages.tsx';
import { writingPosts } from './writing-posts.ts';

export const deskPages: readonly Route[] = [
  ...deskRoutes,
  ...deskDirectoryRoutes,
  ...deskImportRoutes,
  ...deskPartyRoutes,
  ...deskPersonRoutes,
  ...matterRoutes,
  ...orderRoutes,
  ...consequenceRoutes,
  ...deskOrderRoutes,
  ...deskMatterRoutes,
  ...requestRoutes,
  ...deskBoardRoutes,
  ...escalationRoutes,
  ...reviewRoutes,
  ...writingRoutes,
  ...writingPosts,
  ...publishedRoutes,
];
