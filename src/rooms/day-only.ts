/** Which entries tell of a day and not of an hour: what is known from a source alone. Pure; reads nothing. */
import { z } from 'zod';
import type { Entry } from '../proof/index.ts';

const fromSource = z.union([
  z.object({ conduct: z.literal('recorded') }),
  z.object({ channel: z.literal('recorded') }),
  z.object({ statement: z.string(), dayOnly: z.literal(true) }),
  z.object({ partstat: z.string(), dayOnly: z.literal(true) }),
]);

/** True where `occurredAt` stands for the day on which something happened; its hour says nothing. */
export const dayOnly = (entry: Pick<Entry, 'kind' | 'body'>): boolean =>
  entry.kind === 'matter.noted' || fromSource.safeParse(entry.body).success;
