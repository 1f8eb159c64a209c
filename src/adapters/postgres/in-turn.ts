/** Work that server processes on one database do one after the other, because it makes what they share: keys and secrets of a first start. */
import type { Pool } from 'pg';

/** Any fixed number: whoever starts waits on it for those who started before. */
const STARTING = 7_201_828_402;

/** Runs `work` while no other process on this database does. The lock goes with the connection: a process that dies lets go. */
export async function inTurn<R>(pool: Pool, work: () => Promise<R>): Promise<R> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('select pg_advisory_lock($1)', [STARTING]);
    const result = await work();
    await client.query('select pg_advisory_unlock($1)', [STARTING]);
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}
