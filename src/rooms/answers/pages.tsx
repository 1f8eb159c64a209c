/** All pages of this room behind the recipient's session, and the receipts for both sides. The door (link and code) is entrance.tsx. */
import type { Route } from '../../base/route.ts';
import { extensionRoutes } from './extension-page.tsx';
import { formRoutes } from './form-page.tsx';
import { historyRoutes } from './history-page.tsx';
import { ownOrderRoutes } from './orders.ts';
import { ownListRoutes } from './own-list-page.tsx';
import { receiptRoutes } from './receipts.ts';
import { reviewRoutes } from './review-page.tsx';
import { sentRoutes } from './sent-page.tsx';

export const answerRoutes: readonly Route[] = [
  ...formRoutes,
  ...reviewRoutes,
  ...sentRoutes,
  ...historyRoutes,
  ...ownOrderRoutes,
  ...ownListRoutes,
  ...extensionRoutes,
  ...receiptRoutes,
];
