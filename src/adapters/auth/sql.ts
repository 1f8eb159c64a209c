/** Statements of sign-in, with PostgreSQL's failures turned into our named refusals. */
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { fromPostgres } from '../postgres/index.ts';

/** One statement. Throws `Unavailable` when the database cannot be reached, `StorageFull` when its disk is full. */
export async function query<R extends QueryResultRow>(
  db: Pool | PoolClient,
  text: string,
  values: unknown[] = [],
): Promise<QueryResult<R>> {
  return await db.query<R>(text, values).catch((error: unknown) => {
    throw fromPostgres(error);
  });
}

/** Runs `work` in one transaction; anything thrown rolls it back. */
export async function inTransaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect().catch((error: unknown) => {
    throw fromPostgres(error);
  });
  try {
    await query(tx, 'begin');
    const result = await work(tx);
    await query(tx, 'commit');
    tx.release();
    return result;
  } catch (error) {
    // A connection that cannot roll back is thrown away, not given to the next caller.
    await tx.query('rollback').then(
      () => tx.release(),
      () => tx.release(true),
    );
    throw error;
  }
}
