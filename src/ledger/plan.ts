/**
 * What one batch writes if the log stands where it is thought to stand: pure, so that it can be made while the batch before is
 * still on its way to disk, and made again when the log turns out to stand elsewhere. Touches no database.
 */
import type { Append, Appended, NewEntry } from '../base/append.ts';
import { type Clock, instant, type Random } from '../base/clock.ts';
import { Conflict } from '../base/errors.ts';
import type { Project } from '../base/row.ts';
import type { Entry } from '../proof/index.ts';
import type { Outcome } from './queue.ts';
import { type Advance, type CommandRow, type EntryRow, type LogValues, logValues } from './sql.ts';
import { stamp } from './stamp.ts';

export interface PlanDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly project: Project;
  readonly streamOf: (entry: NewEntry) => string;
  /** refuses bodies that no room knows */
  readonly checkBody: (entry: NewEntry) => void;
}

/** A command with its entries checked, stamped and committed to; or why they cannot be written. */
export interface Prepared {
  readonly command: Append;
  /** time of recording of its entries, milliseconds */
  readonly recordedAt: number;
  readonly made:
    | { readonly ok: true; readonly rows: readonly EntryRow[] }
    | { readonly ok: false; readonly error: unknown };
}

/** Prepares a command. @param notBefore times never go backwards along the log (FORMATS.md, recordedAt), even if the clock does */
export function prepare(deps: PlanDeps, command: Append, notBefore: number): Prepared {
  const recordedAt = Math.max(deps.clock.now(), notBefore);
  const time = instant(recordedAt);
  try {
    const rows = command.entries.map((entry) => {
      deps.checkBody(entry);
      return { ...stamp(entry, time, deps.random), stream: deps.streamOf(entry) };
    });
    return { command, recordedAt, made: { ok: true, rows } };
  } catch (error) {
    return { command, recordedAt, made: { ok: false, error } };
  }
}

/** Where the log stands, and what it says of a batch's keys and streams. */
export interface Ground {
  readonly size: number;
  /** time of the last entry, milliseconds */
  readonly recordedAt: number;
  /** entries of commands that were accepted before, by key */
  readonly known: ReadonlyMap<string, Appended['entries']>;
  /** position of the last entry of each stream that the batch asks about; null: none */
  readonly lasts: ReadonlyMap<string, number | null>;
}

export interface Plan {
  /** what must be true of the log for this to be written, and where it ends afterwards */
  readonly move: Advance;
  readonly outcomes: readonly Outcome<Appended>[];
  /** null: nothing is to be written */
  readonly log: LogValues | null;
  readonly tables: readonly { readonly table: string; readonly columns: readonly string[]; readonly json: string }[];
}

/** What is most likely true of a log of `size`: nobody else wrote, no key was used before, every expectation holds. */
export function likely(batch: readonly Prepared[], size: number): Ground {
  const lasts = new Map<string, number | null>();
  for (const { command } of batch) {
    for (const { stream, last } of command.expect ?? []) if (!lasts.has(stream)) lasts.set(stream, last);
  }
  return { size, recordedAt: 0, known: new Map(), lasts };
}

const conflict = () =>
  new Conflict('changed-meanwhile', {
    what: 'Somebody else wrote here since you opened this page.',
    lost: 'Nothing of yours was written, and what you entered is kept.',
    next: 'Look at the page again and decide anew.',
  });

/** Settles repeats and conflicts, gives out positions, makes the rows of views. Commands that fail take nobody with them. */
export function plan(deps: PlanDeps, given: readonly Prepared[], ground: Ground): Plan {
  let at = ground.recordedAt;
  const batch = given.map((one) => {
    // Another process wrote later times than these were made with: stamped anew, with new openings.
    const good = one.recordedAt >= at ? one : prepare(deps, one.command, at);
    at = good.recordedAt;
    return good;
  });
  const lasts = new Map(ground.lasts);
  const fresh = new Map<string, Appended>();
  const commands: CommandRow[] = [];
  const entries: EntryRow[] = [];
  // Rows of one table that name different columns go in statements of their own: none may lose what another does not have.
  const tables = new Map<string, { table: string; columns: string[]; rows: Readonly<Record<string, unknown>>[] }>();
  const add = (table: string, row: Readonly<Record<string, unknown>>) => {
    const columns = Object.keys(row);
    const key = `${table} ${columns.join(' ')}`;
    const same = tables.get(key);
    if (same) same.rows.push(row);
    else tables.set(key, { table, columns, rows: [row] });
  };
  let recordedAt: number | null = null;

  const outcomes = batch.map((one): Outcome<Appended> => {
    const { command, made } = one;
    const before = ground.known.get(command.key) ?? fresh.get(command.key)?.entries;
    if (before) return { ok: true, value: { entries: before, repeated: true } };
    if ((command.expect ?? []).some((e) => (lasts.get(e.stream) ?? null) !== e.last)) {
      return { ok: false, error: conflict() };
    }
    if (!made.ok) return made;
    const first = ground.size + entries.length;
    const written: { position: number; entry: Entry }[] = [];
    const rows: { readonly table: string; readonly row: Readonly<Record<string, unknown>> }[] = [];
    try {
      for (const { entry } of made.rows) {
        const position = first + written.length;
        rows.push(...deps.project(entry, position));
        written.push({ position, entry });
      }
    } catch (error) {
      return { ok: false, error };
    }
    made.rows.forEach((row, i) => {
      entries.push(row);
      lasts.set(row.stream, first + i);
    });
    for (const { table, row } of rows) add(table, row);
    for (const { table, rows: more } of command.rows ?? []) for (const row of more) add(table, row);
    if (written.length > 0) recordedAt = one.recordedAt;
    commands.push({ key: command.key, first, count: written.length });
    const appended = { entries: written, repeated: false };
    fresh.set(command.key, appended);
    return { ok: true, value: appended };
  });

  const size = ground.size + entries.length;
  const time = recordedAt === null ? null : instant(recordedAt);
  const first = entries[0]?.entry.recordedAt;
  return {
    move: {
      from: ground.size,
      to: size,
      times: first === undefined || time === null ? null : { first, last: time },
      lasts: ground.lasts,
    },
    outcomes,
    log: commands.length === 0 ? null : logValues(commands, entries, ground.size),
    tables: [...tables.values()].map(({ table, columns, rows }) => ({ table, columns, json: JSON.stringify(rows) })),
  };
}
