/** The shape of one append: what a command hands to the ledger, and what it gets back. */
import type { Entry } from '../proof/index.ts';

/** An entry before the ledger stamps `v` and `recordedAt`. `stream` is the id of the thing whose history it belongs to. */
export type NewEntry = Omit<Entry, 'v' | 'recordedAt'>;

/** Rows for one table outside the ledger, written in the same transaction (work tables: outbox and the like). */
export interface Rows {
  /** schema-qualified, for example `work.outbox` */
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface Append {
  /** Idempotency key: the same key never writes twice; give each submitted form or API call its own. */
  readonly key: string;
  readonly entries: readonly NewEntry[];
  /**
   * Optimistic concurrency: for each stream, the position of its last entry that the decision was made on, or null when it
   * must not exist yet. A mismatch is `Conflict`.
   */
  readonly expect?: readonly { readonly stream: string; readonly last: number | null }[];
  readonly rows?: readonly Rows[];
}

export interface Appended {
  readonly entries: readonly { readonly position: number; readonly entry: Entry }[];
  /** true when the key had been used before: these are the entries of then */
  readonly repeated: boolean;
}

/** How far the signatures under a receipt have come; it completes itself as witnesses sign. */
export interface Witnessed {
  /** of the checkpoint that the receipt carries, in entries */
  readonly size: number;
  /** witnesses that have signed that checkpoint, of those that this server asks */
  readonly signed: number;
  readonly of: number;
  /** the quorum of this server's policy is there (or it asks for none): the checkpoint stays the same from now on */
  readonly complete: boolean;
}

/** A receipt as a file to hand out. */
export interface ReceiptFile {
  readonly name: string;
  readonly json: string;
  readonly position: number;
  /** size of the tree in the checkpoint that it carries */
  readonly size: number;
  readonly entry: Entry;
  /** who has signed what it carries; left out where nobody has looked */
  readonly witnessed?: Witnessed;
}
