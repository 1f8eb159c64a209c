/**
 * The one append: everything that Counterfoil ever writes as a fact goes through `run`. One database transaction takes the lock
 * that orders the log, settles repeats and conflicts, and writes entries, views, outbox and other work rows. What can be made
 * before the lock is taken is made before (plan.ts); under the lock it is compared with the log and, where that moved, made anew.
 *
 * What a crash means: before COMMIT reached the disk, nothing of the batch exists; after it, everything does, and a caller
 * that never heard the answer finds out by repeating its idempotency key. Nothing here signs or publishes (see sequence.ts).
 */
import type { Pool, PoolClient } from 'pg';
import type { Append, Appended } from '../base/append.ts';
import { holds, likely, type Plan, type PlanDeps, type Prepared, plan, prepare } from './plan.ts';
import type { Outcome } from './queue.ts';
import { insertRows, lockHead, readCommands, readLasts, writeLog } from './sql.ts';

export interface AppendDeps extends PlanDeps {
  readonly pool: Pool;
}

export interface Appender {
  /** Checks and stamps a command; to be called in the order in which commands are to be written. */
  prepare(command: Append): Prepared;
  /** Makes what a batch will most likely write, while the one before is on its way. `run` then takes the same array. */
  begin(batch: readonly Prepared[]): void;
  /**
   * Writes all commands that can be written, in one transaction, and says for each what became of it. Costs 5 queries plus one
   * for each view or work table touched, whatever the number of commands (pinned by a test), in three trips to the database.
   */
  run(batch: readonly Prepared[], sent?: () => void): Promise<readonly Outcome<Appended>[]>;
}

/** All queries of one trip go out at once; every answer is waited for, so that none comes in after the connection was given back. */
async function together(queries: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(queries)) if (result.status === 'rejected') throw result.reason;
}

/** Runs `work` in a transaction on its own connection; a failed COMMIT or lost connection rejects. */
async function transaction<R>(pool: Pool, work: (client: PoolClient) => Promise<R>): Promise<R> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // The connection may be the very thing that failed; then the server rolls back by itself.
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('23');
}

export function appender(deps: AppendDeps): Appender {
  /** time given to the last command, so that later ones never get an earlier one */
  let time = 0;
  /** where the log will end once what is under way is in; null: not known. Only a guess: every plan is checked under the lock. */
  let end: number | null = null;
  const ahead = new WeakMap<readonly Prepared[], Plan>();

  async function write(client: PoolClient, batch: readonly Prepared[], made?: Plan, sent?: () => void): Promise<Plan> {
    const keys = batch.map(({ command }) => command.key);
    const streams = batch.flatMap(({ command }) => (command.expect ?? []).map((e) => e.stream));
    const begun = client.query('begin');
    const head = lockHead(client);
    // Statements of their own, so that each sees what was committed before the lock was given.
    const known = readCommands(client, keys);
    const lasts = readLasts(client, streams);
    const trip = together([begun, head, known, lasts]);
    // A guess is made while the database answers; whoever waits on `trip` hears of a failure.
    trip.catch(() => {});
    const guessed = made ?? (end === null ? undefined : plan(deps, batch, likely(batch, end)));
    await trip;
    const truth = { ...(await head), known: await known, lasts: await lasts };
    const now = guessed && holds(guessed, batch, truth) ? guessed : plan(deps, batch, truth);
    time = Math.max(time, truth.recordedAt);
    end = now.size;
    if (now.log) {
      const writing = together([
        writeLog(client, now.log),
        ...now.tables.map(({ table, columns, json }) => insertRows(client, table, columns, json)),
      ]);
      writing.catch(() => {});
      sent?.();
      await writing;
    }
    return now;
  }

  async function attempt(batch: readonly Prepared[], made?: Plan, sent?: () => void) {
    try {
      return (await transaction(deps.pool, (client) => write(client, batch, made, sent))).outcomes;
    } catch (error) {
      end = null;
      throw error;
    }
  }

  return {
    prepare(command) {
      const prepared = prepare(deps, command, time);
      time = prepared.recordedAt;
      return prepared;
    },
    begin(batch) {
      if (end !== null) ahead.set(batch, plan(deps, batch, likely(batch, end)));
    },
    async run(batch, sent) {
      try {
        return await attempt(batch, ahead.get(batch), sent);
      } catch (error) {
        // A constraint that one command violates must not take its neighbours down: each is tried alone.
        if (batch.length === 1 || !isConstraint(error)) throw error;
        const outcomes: Outcome<Appended>[] = [];
        for (const one of batch) {
          try {
            outcomes.push(...(await attempt([one])));
          } catch (alone) {
            outcomes.push({ ok: false, error: alone });
          }
        }
        return outcomes;
      }
    },
  };
}
