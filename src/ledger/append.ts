/**
 * The one append: everything that Counterfoil ever writes as a fact goes through `writeBatch`. One database transaction takes
 * the lock that orders the log, settles repeats and conflicts, and writes entries, views, outbox and other work rows.
 *
 * What a crash means: before COMMIT reached the disk, nothing of the batch exists; after it, everything does, and a caller
 * that never heard the answer finds out by repeating its idempotency key. Nothing here signs or publishes (see sequence.ts).
 */
import type { Pool, PoolClient } from 'pg';
import type { Append, Appended, NewEntry } from '../base/append.ts';
import { type Clock, instant, type Random } from '../base/clock.ts';
import { Conflict } from '../base/errors.ts';
import type { Project } from '../base/row.ts';
import type { Entry } from '../proof/index.ts';
import type { Outcome } from './queue.ts';
import {
  type EntryRow,
  insertCommands,
  insertEntries,
  insertRows,
  lockHead,
  moveHead,
  readCommands,
  readLasts,
} from './sql.ts';
import { stamp } from './stamp.ts';

export interface AppendDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly random: Random;
  readonly project: Project;
  readonly streamOf: (entry: NewEntry) => string;
  /** refuses bodies that no room knows */
  readonly checkBody: (entry: NewEntry) => void;
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

const conflict = () =>
  new Conflict('changed-meanwhile', {
    what: 'Somebody else wrote here since you opened this page.',
    lost: 'Nothing of yours was written, and what you entered is kept.',
    next: 'Look at the page again and decide anew.',
  });

/**
 * Writes all commands that can be written, in one transaction, and says for each what became of it.
 * Costs 7 queries plus one for each view or work table touched, whatever the number of commands (pinned by a test).
 */
export async function writeBatch(deps: AppendDeps, commands: readonly Append[]): Promise<readonly Outcome<Appended>[]> {
  try {
    return await transaction(deps.pool, (client) => writeAll(deps, client, commands));
  } catch (error) {
    // A constraint that one command violates must not take its neighbours down: each is tried alone.
    if (commands.length === 1 || !isConstraint(error)) throw error;
    const outcomes: Outcome<Appended>[] = [];
    for (const command of commands) {
      try {
        outcomes.push(...(await transaction(deps.pool, (client) => writeAll(deps, client, [command]))));
      } catch (alone) {
        outcomes.push({ ok: false, error: alone });
      }
    }
    return outcomes;
  }
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('23');
}

async function writeAll(
  deps: AppendDeps,
  client: PoolClient,
  commands: readonly Append[],
): Promise<readonly Outcome<Appended>[]> {
  const head = await lockHead(client);
  const known = await readCommands(
    client,
    commands.map((c) => c.key),
  );
  const lasts = await readLasts(
    client,
    commands.flatMap((c) => (c.expect ?? []).map((e) => e.stream)),
  );

  // Times never go backwards along the log, even if this machine's clock does (FORMATS.md, recordedAt).
  const recordedAt = instant(Math.max(deps.clock.now(), head.recordedAt));
  let seq = head.size;
  const outcomes: (Outcome<Appended> | { readonly repeatOf: string })[] = [];
  const entries: EntryRow[] = [];
  const tables = new Map<string, Readonly<Record<string, unknown>>[]>();
  const fresh = new Map<string, { first: number; count: number; appended: Appended }>();
  const add = (table: string, row: Readonly<Record<string, unknown>>) => {
    const rows = tables.get(table);
    if (rows) rows.push(row);
    else tables.set(table, [row]);
  };

  for (const command of commands) {
    if (known.has(command.key) || fresh.has(command.key)) {
      outcomes.push({ repeatOf: command.key });
      continue;
    }
    if ((command.expect ?? []).some((e) => (lasts.get(e.stream) ?? null) !== e.last)) {
      outcomes.push({ ok: false, error: conflict() });
      continue;
    }
    try {
      const prepared = command.entries.map((entry) => {
        deps.checkBody(entry);
        return stamp(entry, recordedAt, deps.random);
      });
      const first = seq;
      const written: { position: number; entry: Entry }[] = [];
      for (const one of prepared) {
        const stream = deps.streamOf(one.entry);
        entries.push({
          seq,
          stream,
          entry: one.entry,
          canonical: one.canonical,
          opening: one.opening,
          commitment: one.commitment,
        });
        for (const { table, row } of deps.project(one.entry, seq)) add(table, row);
        lasts.set(stream, seq);
        written.push({ position: seq, entry: one.entry });
        seq++;
      }
      for (const { table, rows } of command.rows ?? []) for (const row of rows) add(table, row);
      const appended = { entries: written, repeated: false };
      fresh.set(command.key, { first, count: written.length, appended });
      outcomes.push({ ok: true, value: appended });
    } catch (error) {
      outcomes.push({ ok: false, error });
    }
  }

  if (fresh.size > 0) {
    await insertCommands(
      client,
      [...fresh].map(([key, { first, count }]) => ({ key, first, count })),
    );
    await insertEntries(client, entries);
    for (const [table, rows] of tables) await insertRows(client, table, rows);
    await moveHead(client, seq, entries.length > 0 ? recordedAt : null);
  }

  return Promise.all(
    outcomes.map(async (outcome): Promise<Outcome<Appended>> => {
      if ('ok' in outcome) return outcome;
      const now = fresh.get(outcome.repeatOf);
      if (now) return { ok: true, value: { entries: now.appended.entries, repeated: true } };
      return { ok: true, value: { entries: known.get(outcome.repeatOf) ?? [], repeated: true } };
    }),
  );
}
