/** How it stands with whom this server asks to sign: witnesses and timestamp authorities, a row each, for the pages and the metrics. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';

export interface Told {
  /** in words; null where all is well */
  readonly trouble: string | null;
  /** in a row */
  readonly failures: number;
  readonly tried_at: Date;
}

/** Keeps what was told last of `who`, and adds `signed` to what it has signed so far. */
export async function keepState(db: Kysely<Database>, who: string, told: Told, signed: number): Promise<void> {
  await db
    .insertInto('witness.state')
    .values({ witness: who, signed, ...told })
    .onConflict((oc) =>
      oc.column('witness').doUpdateSet((eb) => ({ ...told, signed: eb('witness.state.signed', '+', signed) })),
    )
    .execute();
}
