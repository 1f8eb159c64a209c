/**
 * `GET /healthz`: whether this server can work, for whoever restarts it or sends it requests (status 503 if not), and whether an alarm
 * about the log is open (in the body alone: a restart would not mend that). Tells nothing else of the inside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { openAlarms } from '../witness/alarms.ts';

/** Longest wait for the database, in ms. */
const PATIENCE = 2_000;

async function health(c: Ctx): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  const timer = new AbortController();
  const late = sleep(PATIENCE, null, { signal: timer.signal, ref: false }).catch(() => null);
  const alarms = await Promise.race([openAlarms(c.get('services').db).catch(() => null), late]);
  timer.abort();
  if (alarms === null) return c.json({ status: 'down' }, 503);
  return c.json({ status: alarms > 0 ? 'alarm' : 'ok', alarms });
}

export const healthRoutes: readonly Route[] = [{ method: 'GET', path: '/healthz', access: ANYONE, handler: health }];
