/** How a room's view.ts says which rows an entry adds to the read models. */
import type { Entry } from '../proof/index.ts';

export interface ViewRow {
  readonly table: `view.${string}`;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Pure: an entry at its position → rows to add. Rows are never changed later. */
export type Project = (entry: Entry, seq: number) => readonly ViewRow[];

/** What every row of a view carries. Times go in as RFC 3339 text. */
export function stamps(entry: Entry, seq: number) {
  return { seq, occurred_at: entry.occurredAt, recorded_at: entry.recordedAt };
}
