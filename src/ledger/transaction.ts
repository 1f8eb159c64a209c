/** Transactions on a connection of their own. What is done in them is the caller's; a failed COMMIT or a lost connection rejects. */
import type { Pool, PoolClient } from 'pg';

/** Runs `work`, which begins the transaction itself (so that BEGIN can go out with the first statements), then commits. */
export async function committed<R>(pool: Pool, work: (client: PoolClient) => Promise<R>): Promise<R> {
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

/** Runs `work` between BEGIN and COMMIT. */
export function inTransaction<R>(pool: Pool, work: (client: PoolClient) => Promise<R>): Promise<R> {
  return committed(pool, async (client) => {
    await client.query('begin');
    return await work(client);
  });
}
