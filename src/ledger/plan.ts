/**
 * What one batch writes: pure, and without positions, which the database gives when it is written. Can be made while the batch
 * before is still on its way to disk, and made again when the log turns out to be elsewhere. Touches no database.
 */

import type { Append, Appended, NewEntry } from '../base/append.ts';
import { instant, type Random } from '../base/clock.ts';
import { Conflict } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Project } from '../base/row.ts';
import { OPENING_BYTES } from '../proof/commitment.ts';
import type { Entry } from '../proof/index.ts';
import { EntryRows, type EntryValues } from './entry-rows.ts';
import type { Outcome } from './queue.ts';
import { type ColumnTypes, type Specials, spelledRow, type TableRows } from './spelled.ts';
import type { Advance, CommandRow } from './sql.ts';
import { inOrder, stamp } from './stamp.ts';

export interface PlanDeps {
  readonly random: Random;
  readonly project: Project;
  readonly streamOf: (entry: NewEntry) => string;
  /** refuses bodies that no room knows */
  readonly checkBody: (entry: NewEntry) => void;
}

/** What the log says of a batch's keys and streams. */
export interface Ground {
  /** entries of commands that were accepted before, by key */
  readonly known: ReadonlyMap<string, Appended['entries']>;
  /** position of the last entry of each stream that the batch asks about; null or absent: none */
  readonly lasts: ReadonlyMap<string, number | null>;
}

export interface Plan {
  /** what must be true of the log for this to be written */
  readonly move: Advance;
  /** what became of each command, once the position of the first entry is known */
  readonly settle: (base: number) => readonly Outcome<Appended>[];
  /** those that are to be accepted; none: nothing is to be written */
  readonly commands: readonly CommandRow[];
  /** null: commands without entries */
  readonly entries: EntryValues | null;
  readonly tables: readonly TableRows[];
}

/** What is most likely true of the log: no key was used before, and every expectation holds. */
export function likely(batch: readonly Append[]): Ground {
  const lasts = new Map<string, number | null>();
  for (const { expect } of batch) {
    for (const { stream, last } of expect ?? []) if (!lasts.has(stream)) lasts.set(stream, last);
  }
  return { known: new Map(), lasts };
}

/** A batch is written for many at once, so what is said is said when it is read: in the language of who reads it. */
const conflict = () =>
  new Conflict('changed-meanwhile', () => ({
    what: t('ui.refusal.changed'),
    lost: t('ui.refusal.changed.lost'),
    next: t('ui.refusal.changed.next'),
  }));

type Row = { readonly table: string; readonly row: Readonly<Record<string, unknown>> };
/** What becomes of a command when the batch is written: where its entries begin among those of the batch, or why there are none. */
type Fate =
  | { readonly first: number; readonly entries: readonly Entry[]; readonly repeated: boolean }
  | { readonly before: Appended['entries'] }
  | { readonly error: unknown };

function outcome(fate: Fate, base: number): Outcome<Appended> {
  if ('error' in fate) return { ok: false, error: fate.error };
  if ('before' in fate) return { ok: true, value: { entries: fate.before, repeated: true } };
  const entries = fate.entries.map((entry, i) => ({ position: base + fate.first + i, entry }));
  return { ok: true, value: { entries, repeated: fate.repeated } };
}

const NONE: Specials = new Map();

/**
 * Settles repeats and conflicts, stamps and commits to entries, makes the rows of views. Commands that fail take nobody with them. Pauses
 * after each command, so that whoever has something else to do meanwhile can do it.
 * @param at time of recording, milliseconds: one for the batch
 * @param types null: rows are not spelled for COPY
 */
export function* planning(
  deps: PlanDeps,
  batch: readonly Append[],
  at: number,
  ground: Ground,
  types: ColumnTypes | null,
): Generator<undefined, Plan, undefined> {
  const time = instant(at);
  const commands: CommandRow[] = [];
  const rows = new EntryRows(batch.reduce((sum, one) => sum + one.entries.length, 0));
  const written = new Set<string>();
  const fresh = new Map<string, Fate>();
  // Rows of one table that name different columns go in statements of their own: none may lose what another does not have.
  const tables = new Map<string, ReturnType<typeof newTable>>();
  const newTable = (table: string, columns: readonly string[]) => ({
    ...{ table, columns, specials: types?.get(table) ?? NONE, spelled: '' },
    rows: [] as Readonly<Record<string, unknown>>[],
  });
  const add = (table: string, row: Readonly<Record<string, unknown>>) => {
    const columns = Object.keys(row);
    const key = `${table} ${columns.join(' ')}`;
    const to = tables.get(key) ?? newTable(table, columns);
    if (to.rows.length === 0) tables.set(key, to);
    to.rows.push(row);
    if (types) to.spelled += spelledRow(row, to.columns, to.specials);
  };
  const holds = (command: Append) =>
    (command.expect ?? []).every((e) => !written.has(e.stream) && (ground.lasts.get(e.stream) ?? null) === e.last);

  const settled = (command: Append): Fate => {
    const before = ground.known.get(command.key);
    if (before) return { before };
    const same = fresh.get(command.key);
    if (same && 'first' in same) return { ...same, repeated: true };
    if (!holds(command)) return { error: conflict() };
    const begin = rows.mark;
    const first = rows.count;
    const made: Entry[] = [];
    const streams: string[] = [];
    const views: Row[] = [];
    try {
      for (const given of command.entries) {
        const entry = { ...given, body: inOrder(given.body) };
        deps.checkBody(entry);
        const stamped = stamp(entry, time);
        const stream = deps.streamOf(entry);
        rows.add(stamped, stream, deps.random(OPENING_BYTES));
        for (const row of deps.project(stamped.entry, first + made.length)) views.push(row);
        made.push(stamped.entry);
        streams.push(stream);
      }
    } catch (error) {
      rows.back(begin);
      return { error };
    }
    for (const stream of streams) written.add(stream);
    for (const { table, row } of views) add(table, row);
    for (const { table, rows: more } of command.rows ?? []) for (const row of more) add(table, row);
    commands.push({ key: command.key, first, count: made.length });
    const fate = { first, entries: made, repeated: false };
    fresh.set(command.key, fate);
    return fate;
  };

  const fates: Fate[] = [];
  for (const command of batch) {
    fates.push(settled(command));
    yield;
  }

  return {
    move: { entries: rows.count, at: rows.count > 0 ? time : null, lasts: ground.lasts },
    settle: (base) => fates.map((fate) => outcome(fate, base)),
    commands,
    entries: rows.count === 0 ? null : rows.done(),
    tables: [...tables.values()],
  };
}
