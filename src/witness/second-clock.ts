/**
 * The second clock: has the newest checkpoint timestamped now and then by an authority (RFC 3161), beside the sequencer, and keeps request
 * and answer. It holds up nothing: an authority that fails costs its timestamps alone, is told, and becomes an alarm.
 *
 * What a crash means: a timestamp that was not kept is asked for again, of a newer checkpoint. Several processes may ask at once: the
 * first timestamp of a checkpoint stays.
 */
import type { Kysely } from 'kysely';
import type { Clock, Random } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { raise } from './alarms.ts';
import { rounds } from './rounds.ts';
import { keepState } from './state.ts';
import { askTimestamp, NoTimestamp, SAYS_SOMETHING_ELSE } from './timestamp.ts';

export interface SecondClockDeps {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly random: Random;
  /** the authority's address */
  readonly url: string;
  /** milliseconds between two timestamps, at least */
  readonly every: number;
  readonly onError: (error: unknown) => void;
  readonly fetch?: typeof fetch;
  /** milliseconds that an answer may take */
  readonly timeout?: number;
  /** milliseconds between looks at the newest checkpoint */
  readonly look?: number;
}

export interface SecondClock {
  /** Looks once; for tests. @returns size of the checkpoint that was stamped, or null */
  round(): Promise<number | null>;
  start(): void;
  stop(): Promise<void>;
}

/** Failures in a row, of an authority that merely does not answer, until it is an alarm. */
const PATIENCE = 3;
/** Milliseconds to the next try after a first failure; doubled each time, up to the interval. */
const BACK_OFF = 5_000;

/** Under what the state of an authority is kept, beside that of the witnesses. */
export const tsaName = (url: string): string => `tsa ${new URL(url).host}`;

export function createSecondClock(deps: SecondClockDeps): SecondClock {
  const { db, clock } = deps;
  const who = tsaName(deps.url);
  let failures = 0;
  let notBefore = 0;

  const tell = (trouble: string | null, signed: number): Promise<void> =>
    keepState(db, who, { trouble, failures, tried_at: new Date(clock.now()) }, signed);

  async function failed(size: number, error: NoTimestamp): Promise<void> {
    failures++;
    notBefore = performance.now() + Math.min(deps.every, BACK_OFF * 2 ** Math.min(failures - 1, 20));
    await tell(error.message, 0);
    const { failure, expected, found } = error;
    // Told once for each run of failures; what nobody should ever answer, at once.
    if (failures === (SAYS_SOMETHING_ELSE.includes(failure) ? 1 : PATIENCE))
      await raise(deps, { kind: 'timestamp', who, at: size, ours: size, evidence: { failure, expected, found } });
  }

  async function round(): Promise<number | null> {
    if (performance.now() < notBefore) return null;
    const newest = await db
      .selectFrom('log.checkpoint')
      .select(['size', 'note'])
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    const last = await newestTimestamp(db);
    if (!newest || (last && (last.size >= newest.size || clock.now() - last.received_at.getTime() < deps.every)))
      return null;
    try {
      const { request, response, at } = await askTimestamp(newest.note, deps.random(8), {
        url: deps.url,
        fetch: deps.fetch ?? fetch,
        signal: looking.signal,
        timeout: deps.timeout ?? 10_000,
      });
      await db
        .insertInto('log.timestamp')
        .values({
          size: newest.size,
          tsa: deps.url,
          request: Buffer.from(request),
          response: Buffer.from(response),
          gen_time: at,
          received_at: new Date(clock.now()),
        })
        .onConflict((oc) => oc.column('size').doNothing())
        .execute();
      failures = 0;
      await tell(null, 1);
      return newest.size;
    } catch (error) {
      if (looking.signal.aborted) return null;
      if (!(error instanceof NoTimestamp)) throw error;
      await failed(newest.size, error);
      return null;
    }
  }

  const looking = rounds(deps.look ?? 5_000, round, deps.onError);
  return { round, start: looking.start, stop: looking.stop };
}

/** The newest timestamp, or that of the checkpoint of this size. */
export async function newestTimestamp(db: Kysely<Database>, size?: number) {
  let wanted = db.selectFrom('log.timestamp').selectAll().orderBy('size', 'desc').limit(1);
  if (size !== undefined) wanted = wanted.where('size', '=', size);
  return await wanted.executeTakeFirst();
}
