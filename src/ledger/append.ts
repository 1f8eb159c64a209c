/**
 * The one append: everything that Counterfoil ever writes as a fact goes through `run`. One database transaction takes the lock
 * that orders the log, settles repeats and conflicts, and writes entries, views, outbox and other work rows.
 *
 * A batch is first sent whole, in one trip, on the guess that nobody else wrote and no key was used before; the database refuses
 * it where the guess is wrong (`log.advance`, unique keys). Then, and when the guess cannot be made, it is written with care: the
 * lock is taken, the log is asked, and what no longer holds is planned anew.
 *
 * What a crash means: before COMMIT reached the disk, nothing of the batch exists; after it, everything does, and a caller
 * that never heard the answer finds out by repeating its idempotency key. Nothing here signs or publishes (see sequence.ts).
 */
import type { Pool, PoolClient } from 'pg';
import type { Append, Appended } from '../base/append.ts';
import { likely, type Plan, type PlanDeps, type Prepared, plan, prepare } from './plan.ts';
import type { Outcome } from './queue.ts';
import {
  advance,
  insertRows,
  isElsewhere,
  type LogValues,
  lockHead,
  readCommands,
  readLasts,
  writeLog,
} from './sql.ts';

export interface AppendDeps extends PlanDeps {
  readonly pool: Pool;
}

export interface Appender {
  /** Checks and stamps a command; to be called in the order in which commands are to be written. */
  prepare(command: Append): Prepared;
  /**
   * Writes all commands that can be written, in one transaction, and says for each what became of it. Costs 4 queries plus one
   * for each view or work table touched, whatever the number of commands (pinned by a test), in one trip to the database. May be
   * called again before it came back: batches are written in the order of the calls.
   */
  run(batch: readonly Prepared[]): Promise<readonly Outcome<Appended>[]>;
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

/** Views and work rows of a plan. */
const tables = (client: PoolClient, planned: Plan) =>
  planned.tables.map(({ table, columns, json }) => insertRows(client, table, columns, json));

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('23');
}

/** What a batch may be refused with and still be written with care; after anything else the connection is not used again. */
const mendable = (error: unknown): boolean => isElsewhere(error) || isConstraint(error);

/** One connection for all batches that are under way, so that they reach the database in order; given back when none is. */
function sharedConnection(pool: Pool): <R>(work: (client: PoolClient) => Promise<R>) => Promise<R> {
  let held: Promise<PoolClient> | null = null;
  let users = 0;
  let broken = false;
  return async (work) => {
    held ??= pool.connect();
    const mine = held;
    users++;
    try {
      return await work(await mine);
    } catch (error) {
      broken ||= !mendable(error);
      throw error;
    } finally {
      users--;
      if (users === 0) {
        const drop = broken;
        held = null;
        broken = false;
        await mine.then(
          (client) => client.release(drop),
          () => {},
        );
      }
    }
  };
}

/** Batches written with care after a guess was wrong, at most: where other processes write too, guessing costs more than it gains. */
const MOST_CARE = 32;

export function appender(deps: AppendDeps): Appender {
  /** time given to the last command, so that later ones never get an earlier one */
  let time = 0;
  /** where the log will end once what is under way is in; null: not known. Only a guess: the database checks it. */
  let end: number | null = null;
  /** batches that wait for the log to say where it ends */
  let asking = 0;
  /** batches to write with care before guessing again, and how many it was last time */
  let care = 0;
  let lastCare = 0;
  const shared = sharedConnection(deps.pool);

  async function withCare(client: PoolClient, batch: readonly Prepared[], asked: () => void): Promise<Plan> {
    const keys = batch.map(({ command }) => command.key);
    const streams = batch.flatMap(({ command }) => (command.expect ?? []).map((e) => e.stream));
    const begun = client.query('begin');
    const head = lockHead(client);
    // Statements of their own, so that each sees what was committed before the lock was given.
    const known = readCommands(client, keys);
    const lasts = readLasts(client, streams);
    await together([begun, head, known, lasts]);
    const truth = { ...(await head), known: await known, lasts: await lasts };
    asked();
    time = Math.max(time, truth.recordedAt);
    const planned = plan(deps, batch, truth);
    // From here on the next batch can be sent after this one on a guess, unless another one of ours will come in between.
    end = asking === 0 ? planned.move.to : null;
    if (planned.log) {
      await together([advance(client, planned.move), writeLog(client, planned.log), ...tables(client, planned)]);
    }
    return planned;
  }

  async function careful(batch: readonly Prepared[]): Promise<readonly Outcome<Appended>[]> {
    care = Math.max(0, care - 1);
    end = null;
    asking++;
    let waits = true;
    const asked = () => {
      if (waits) asking--;
      waits = false;
    };
    try {
      return (await transaction(deps.pool, (client) => withCare(client, batch, asked))).outcomes;
    } catch (error) {
      end = null;
      throw error;
    } finally {
      asked();
    }
  }

  /** Sends all of it at once. A statement that is refused takes those after it along, COMMIT included. */
  function guessing(planned: Plan, log: LogValues): Promise<void> {
    return shared((client) =>
      together([
        client.query('begin'),
        advance(client, planned.move),
        writeLog(client, log),
        ...tables(client, planned),
        client.query('commit'),
      ]),
    );
  }

  return {
    prepare(command) {
      const prepared = prepare(deps, command, time);
      time = prepared.recordedAt;
      return prepared;
    },
    async run(batch) {
      try {
        if (end !== null && care === 0) {
          const planned = plan(deps, batch, likely(batch, end));
          if (planned.log) {
            end = planned.move.to;
            try {
              await guessing(planned, planned.log);
              lastCare = 0;
              return planned.outcomes;
            } catch (error) {
              end = null;
              if (!mendable(error)) throw error;
              if (isElsewhere(error)) {
                lastCare = Math.min(MOST_CARE, 2 * lastCare + 1);
                care = lastCare;
              }
            }
          }
        }
        return await careful(batch);
      } catch (error) {
        end = null;
        // A constraint that one command violates must not take its neighbours down: each is tried alone.
        if (batch.length === 1 || !isConstraint(error)) throw error;
        const outcomes: Outcome<Appended>[] = [];
        for (const one of batch) {
          try {
            outcomes.push(...(await careful([one])));
          } catch (alone) {
            outcomes.push({ ok: false, error: alone });
          }
        }
        return outcomes;
      }
    },
  };
}
