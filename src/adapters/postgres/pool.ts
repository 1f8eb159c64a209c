/**
 * Connections for the running server: numbers and dates come back as the program uses them. Positions are bigint in the
 * database and stay below 2^53, so they are plain numbers here; calendar dates stay text, because a date has no time zone.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from '../../base/database.ts';

const INT8 = 20;
const DATE = 1082;

pg.types.setTypeParser(INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a number of the database is larger than 2^53');
  return value;
});
pg.types.setTypeParser(DATE, (text) => text);

/** A pool of at most `max` connections. An idle connection that breaks is dropped; the next query opens another. */
export function openPool(config: pg.PoolConfig, max = 10): pg.Pool {
  // `pipeline`: queries of one connection go out at once, in order, instead of each waiting for the answer to the one before.
  const pool = new pg.Pool({
    max,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    pipeline: true,
    ...config,
  });
  // Without listeners a connection that PostgreSQL closes, idle or at work, would end the process. Whoever waits for an answer on
  // it is told by the rejected query.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}

/** The same pool behind kysely, for reads. */
export function openKysely(pool: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
