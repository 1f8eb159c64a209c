/** The entries of a hand-over. Pure: what they say was signed and read before. The operator's own party speaks, as the log's keeper. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';

interface Said {
  readonly by: string;
  readonly id: string;
  readonly now: Millis;
}

const entry = (kind: string, { by, id, now }: Said, body: NewEntry['body']): NewEntry => ({
  kind,
  id,
  matter: null,
  by,
  occurredAt: instant(now),
  audience: 'public',
  body,
});

/** The party that speaks for the log, where none does yet. */
export const keeper = (said: Said, origin: string): NewEntry =>
  entry('party.registered', said, {
    party: said.by,
    name: `Operator of ${origin}`.slice(0, 200),
    kind: 'other',
    ocdId: null,
    state: null,
  });

export const handedOver = (said: Said, keys: { from: string; to: string }, reason: string): NewEntry =>
  entry('log.handed-over', said, { ...keys, reason });

export interface Continued {
  readonly from: string;
  readonly to: string;
  readonly size: number;
  /** hex */
  readonly root: string;
  readonly lost: boolean;
  readonly statement: string;
  readonly checkpoint: string;
}

export const continued = (said: Said, handover: Continued, reason: string): NewEntry =>
  entry('log.continued', said, { ...handover, reason });
