/** One recipient of a public record as JSON: its due dates with their working and what moved them, the same as its page. */
import type { z } from 'zod';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { servedWorking } from '../rooms/requests/view.ts';
import { jsonRow } from './api.ts';
import type { serviceBody } from './api-schemas.ts';
import { cacheRecord } from './caching.ts';
import { receiptPaths } from './entry-page.tsx';
import { servicePath } from './parts.tsx';
import { refuseBadTime } from './record-page.tsx';
import { noService, serviceModel } from './service-page.tsx';

/** @throws NotFound; InvalidInput `bad-time` */
async function oneService(c: Ctx): Promise<Response> {
  const { matter, moment, now, service, request, row, moved, reach } = await serviceModel(c);
  refuseBadTime(moment);
  if (!row) throw noService();
  cacheRecord(c, moment, null, now);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof serviceBody> = {
    record: { slug: matter.slug, page: servicePath(matter, service.id) },
    asOf: { at: moment.at.toISOString(), axis: moment.axis, now: moment.asOf === null },
    request: request.id,
    row: jsonRow(row, { reach }, request),
    due: (moved?.workings ?? servedWorking(service)).map(({ items, due }) => ({
      items: items === null ? null : [...items],
      on: due.on,
      working: [...due.working],
    })),
    moves: (moved?.moves ?? []).map((move) => ({
      entry: move.entry,
      kind: move.kind,
      items: move.items === null ? null : [...move.items],
      before: move.before,
      after: move.after,
      reason: move.reason,
      occurredAt: move.occurredAt.toISOString(),
      recordedAt: move.recordedAt.toISOString(),
      receipt: receiptPaths(move.entry),
    })),
  };
  return c.json(body);
}

export const apiServiceRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v1/records/:slug/services/:service', access: ANYONE, handler: oneService },
];
