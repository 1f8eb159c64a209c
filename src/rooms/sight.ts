/** Which rows of a view somebody sees: a room's queries take it as an argument, so that none of them decides who sees what. */
import { type RawBuilder, sql } from 'kysely';

export interface Sight {
  /** condition on a table alias: rows that are shown */
  readonly shown: (alias: string) => RawBuilder<unknown>;
  /** condition on a table alias: rows that replace earlier ones. What is known today counts here, also of what happened later. */
  readonly known: (alias: string) => RawBuilder<unknown>;
}

/** The organisation's own: everything. */
export const EVERYTHING: Sight = { shown: () => sql`true`, known: () => sql`true` };
