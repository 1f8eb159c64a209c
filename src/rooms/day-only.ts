/** Which entries tell of a day and not of an hour: what is known from a source alone. Pure; reads nothing. */
import { z } from 'zod';
import { instant, type Millis } from '../base/clock.ts';
import type { Entry } from '../proof/index.ts';

const fromSource = z.union([
  z.object({ conduct: z.literal('recorded') }),
  z.object({ channel: z.literal('recorded') }),
  z.object({ statement: z.string(), dayOnly: z.literal(true) }),
  z.object({ partstat: z.string(), dayOnly: z.literal(true) }),
]);

const BY_DAY = new Set([
  'matter.noted',
  'order.entered',
  'consequence.announced',
  'consequence.status-changed',
  'consequence.amount-stated',
]);

/** When something happened of which the day alone is known: noon of it (UTC), or the present where noon is still to come today. */
export function atDay(day: string, now: Millis): Millis {
  const noon = Date.parse(`${day}T12:00:00.000Z`);
  return day === instant(now).slice(0, 10) ? Math.min(noon, now) : noon;
}

/** True where `occurredAt` stands for the day on which something happened; its hour says nothing. */
export const dayOnly = (entry: Pick<Entry, 'kind' | 'body'>): boolean =>
  BY_DAY.has(entry.kind) || fromSource.safeParse(entry.body).success;
