/**
 * The one append: everything that Counterfoil ever writes as a fact goes through it. One database transaction takes the lock that
 * orders the log, settles repeats and conflicts, and writes entries, views, outbox and other work rows.
 *
 * A batch is first sent whole, in one trip, as if no key had been used before and every expectation held; the database gives it its
 * place and refuses it where that is wrong (`log.advance`, unique keys). Then it is written with care: the lock is taken, the log is
 * asked, and what no longer holds is planned anew.
 *
 * What a crash means: before COMMIT reached the disk, nothing of the batch exists; after it, everything does, and a caller
 * that never heard the answer finds out by repeating its idempotency key. Nothing here signs or publishes (see sequence.ts).
 */
import type { Pool, PoolClient } from 'pg';
import type { Append, Appended } from '../base/append.ts';
import type { Clock } from '../base/clock.ts';
import { begin } from './begin.ts';
import { type Others, others } from './others.ts';
import { likely, type Plan, type PlanDeps, planning } from './plan.ts';
import type { Outcome } from './queue.ts';
import type { ColumnTypes, TableRows } from './spelled.ts';
import {
  advance,
  commit,
  copyRows,
  insertRows,
  leaveMark,
  PATIENCE,
  readCommands,
  readLasts,
  readLatest,
  readTypes,
  refusedAdvance,
  stillHere,
  takeTurn,
  writeEntries,
} from './sql.ts';
import { committed } from './transaction.ts';

export interface AppendDeps extends PlanDeps {
  readonly pool: Pool;
  readonly clock: Clock;
}

/**
 * Writes all commands that can be written, in one transaction, and says for each what became of it. Costs 4 queries plus one for
 * each view or work table touched, whatever the number of commands (pinned by a test), in one trip to the database. May be called
 * again before it came back.
 */
export type Appender = (batch: readonly Append[]) => Promise<readonly Outcome<Appended>[]>;

/** All queries of one trip go out at once; every answer is waited for, so that none comes in after the connection was given back. */
async function together(queries: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(queries)) if (result.status === 'rejected') throw result.reason;
}

/** Entries, views and work rows of a plan. @param add how the rows of one table are added */
const rows = (client: PoolClient, planned: Plan, add: (client: PoolClient, rows: TableRows) => Promise<void>) => [
  ...(planned.entries ? [writeEntries(client, planned.entries)] : []),
  ...planned.tables.map((one) => add(client, one)),
];

/** Passes over work rows that are there already, which COPY cannot. */
const addWithCare = (client: PoolClient, { table, columns, rows }: TableRows) =>
  insertRows(client, table, columns, JSON.stringify(rows), true);

const stateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isConstraint = (error: unknown): boolean => stateOf(error).startsWith('23');

/**
 * What the driver thinks was prepared on a connection is not, or the other way round: a batch that was refused took the preparing
 * of its statements along, while the next was on its way. Nothing of such a batch was written.
 */
const isMixedUp = (error: unknown): boolean => ['26000', '42P05'].includes(stateOf(error));

/**
 * PostgreSQL took the lock away because this process stood still with it (stopped, starved, a machine that slept): the session ended in
 * the middle of the transaction, so nothing of it was written, and it may be sent again.
 */
const isOvertaken = (error: unknown): boolean => stateOf(error) === '25P03';

/** The connection is gone, and PostgreSQL's last word was not read or never came. */
const isCut = (error: unknown): boolean => ['', 'EPIPE', 'ECONNRESET'].includes(stateOf(error));

/** What a batch may be refused with and still be written with care; after anything else the connection is not used again. */
const mendable = (error: unknown): boolean => refusedAdvance(error) !== null || isConstraint(error);

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

/**
 * Milliseconds of planning after which the process looks at what else there is: the batch before may be half in the socket, which takes
 * about 200 KB, and the database would wait for the rest of it.
 */
const AT_A_TIME = 3;

/** Milliseconds of planning with the lock in hand after which PostgreSQL is told that this process still works: well below its patience. */
const A_WORD = 100;

/** Plans a batch, and does `between` whenever it has planned for `ms`. */
async function planWith(
  ms: number,
  between: () => Promise<unknown>,
  ...args: Parameters<typeof planning>
): Promise<Plan> {
  const steps = planning(...args);
  for (let since = performance.now(); ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - since < ms) continue;
    await between();
    since = performance.now();
  }
}

const planUnhurried = (...args: Parameters<typeof planning>): Promise<Plan> =>
  planWith(AT_A_TIME, () => new Promise((resolve) => setImmediate(resolve)), ...args);

const planAloud = (client: PoolClient, ...args: Parameters<typeof planning>): Promise<Plan> =>
  planWith(A_WORD, () => stillHere(client), ...args);

/** Lets one in after the other, in the order in which they came. */
function line(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

/** Times a batch is sent anew because another process wrote a later time, before it is written with care. */
const TRIES = 3;

export function appender(deps: AppendDeps, company: Others = others(deps.clock)): Appender {
  let asked: Promise<ColumnTypes> | null = null;
  const shared = sharedConnection(deps.pool);
  const inLine = line();

  const types = (): Promise<ColumnTypes> => {
    asked ??= readTypes(deps.pool);
    // A database that did not answer is asked again.
    asked.catch(() => {
      asked = null;
    });
    return asked;
  };

  /**
   * All of it at once. A statement that is refused takes those after it along, COMMIT included.
   * @param gone called when it is on its way
   */
  function sent(planned: Plan, gone: () => void): Promise<number> {
    return shared(async (client) => {
      const begun = begin(client);
      // Others need not wait until it is on disk; whoever is told that it was written does.
      const early = company.about();
      const base = advance(client, planned.move, planned.commands, PATIENCE, early);
      const all = [begun, base, ...rows(client, planned, copyRows), commit(client, early)];
      gone();
      await together(all);
      return base;
    });
  }

  /** Batches are planned and sent in the order in which they came; the answer to one is not waited for before the next. */
  function plannedAndSent(batch: readonly Append[]): Promise<{ planned: Plan; base: Promise<number> }> {
    return inLine(async () => {
      const planned = await planUnhurried(deps, batch, company.timeNow(), likely(batch), await types());
      if (planned.commands.length === 0) return { planned, base: Promise.resolve(0) };
      return await new Promise((resolve) => {
        const base: Promise<number> = sent(planned, () => resolve({ planned, base }));
        // Without a connection nothing goes; whoever waits for the answer is told.
        base.catch(() => resolve({ planned, base }));
      });
    });
  }

  async function withCare(
    client: PoolClient,
    batch: readonly Append[],
    silence: number,
  ): Promise<readonly Outcome<Appended>[]> {
    const begun = client.query('begin');
    const turn = takeTurn(client, silence);
    // Statements of their own, so that each sees what was committed before the lock was given.
    const head = readLatest(client);
    const known = readCommands(
      client,
      batch.map(({ key }) => key),
    );
    const lasts = readLasts(
      client,
      batch.flatMap(({ expect }) => (expect ?? []).map((e) => e.stream)),
    );
    await together([begun, turn, head, known, lasts]);
    company.holds(await head, false);
    const ground = { known: await known, lasts: await lasts };
    const planned = await planAloud(client, deps, batch, company.timeNow(), ground, null);
    if (planned.commands.length === 0) {
      // Somebody else may have written it just now and still wait for the disk.
      await leaveMark(client);
      return planned.settle(0);
    }
    // What was asked under the lock need not be asked again.
    const base = advance(client, { ...planned.move, lasts: new Map() }, planned.commands, silence);
    await together([base, ...rows(client, planned, addWithCare)]);
    company.wrote(await base, planned.move.entries);
    return planned.settle(await base);
  }

  async function careful(batch: readonly Append[]): Promise<readonly Outcome<Appended>[]> {
    let uncommitted = false;
    try {
      return await committed(deps.pool, async (client) => {
        uncommitted = true;
        const outcomes = await withCare(client, batch, PATIENCE);
        uncommitted = false;
        return outcomes;
      });
    } catch (error) {
      // COMMIT was never sent, so nothing was written: once more, by another connection, with time for a machine that is too busy.
      if (!uncommitted || !(isOvertaken(error) || isCut(error))) throw error;
      return await committed(deps.pool, (client) => withCare(client, batch, 5 * PATIENCE));
    }
  }

  /** @returns null when the batch must be written with care */
  async function quick(batch: readonly Append[]): Promise<readonly Outcome<Appended>[] | null> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { planned, base } = await plannedAndSent(batch);
      if (planned.commands.length === 0) return null;
      try {
        const begins = await base;
        company.wrote(begins, planned.move.entries);
        return planned.settle(begins);
      } catch (error) {
        // Whether a batch that was cut off was written, its keys tell.
        if (isMixedUp(error) || isOvertaken(error) || isCut(error)) return null;
        if (!mendable(error)) throw error;
        const refused = refusedAdvance(error);
        if (!refused || 'movedOn' in refused) return null;
        company.holds(refused.later, true);
      }
    }
    return null;
  }

  return async (batch) => {
    try {
      return (await quick(batch)) ?? (await careful(batch));
    } catch (error) {
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
  };
}
