/** All public pages and API paths of the record, for the one place that wires the server. */

import type { LogIdentity } from '../base/log-identity.ts';
import type { Route } from '../base/route.ts';
import { apiRoutes } from './api.ts';
import { orderApi } from './api-orders.ts';
import { partyApi } from './api-parties.ts';
import { apiServiceRoutes } from './api-service.ts';
import { changesRoutes } from './changes-page.tsx';
import { citeRoutes } from './cite-files.ts';
import { documentPages } from './documents-page.tsx';
import { embedRoutes } from './embed-page.tsx';
import { entryRoutes } from './entry-page.tsx';
import { feedRoutes } from './feeds.ts';
import { figurePages } from './figures-page.tsx';
import { followRoutes } from './follow-pages.tsx';
import { homeRoutes } from './home-page.tsx';
import { mapPages } from './map-page.tsx';
import { meetingPages } from './meetings-page.tsx';
import { momentRoutes } from './moments.ts';
import { oembedRoutes } from './oembed.ts';
import { orderPages } from './orders-page.tsx';
import { partiesPages } from './parties-page.tsx';
import { partyPages } from './party-page.tsx';
import { peoplePages } from './people-page.tsx';
import { printedRoutes } from './printed-file.ts';
import { questionPages } from './questions/pages.tsx';
import { receiptRoutes } from './receipts.ts';
import { recordRoutes } from './record-page.tsx';
import { recordsRoutes } from './records-page.tsx';
import { searchRoutes } from './search-page.tsx';
import { serviceRoutes } from './service-page.tsx';
import { sourceRoutes } from './source-page.tsx';
import { statementPages } from './statements-page.tsx';
import { timelineRoutes } from './timeline-page.tsx';
import { verifyRoutes } from './verify-page.tsx';

/** @param log what strangers need to know of it to verify receipts */
export function publicRoutes(log: LogIdentity): readonly Route[] {
  return [
    ...homeRoutes,
    ...recordsRoutes,
    ...apiRoutes,
    ...apiServiceRoutes,
    ...partyApi,
    ...partiesPages,
    ...partyPages,
    ...timelineRoutes,
    ...searchRoutes,
    ...questionPages,
    ...feedRoutes,
    ...followRoutes,
    ...mapPages,
    ...momentRoutes,
    ...citeRoutes,
    ...printedRoutes,
    ...embedRoutes,
    ...oembedRoutes,
    ...peoplePages,
    ...documentPages,
    ...meetingPages,
    ...statementPages,
    ...figurePages,
    ...changesRoutes,
    ...orderApi,
    ...orderPages,
    ...serviceRoutes,
    ...entryRoutes,
    ...recordRoutes,
    ...receiptRoutes,
    ...sourceRoutes,
    ...verifyRoutes(log),
  ];
}
