/** The entries of a hand-over. Pure: what they say was signed and read before. The operator's own party speaks, as the log's keeper. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import type { StoredHandover } from '../../ledger/lineage.ts';

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

export const continued = (said: Said, handover: Omit<StoredHandover, 'seq'>, reason: string): NewEntry =>
  entry('log.continued', said, { ...handover, reason });
