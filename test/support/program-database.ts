/**
 * A database for a program that a test starts, where TEST_DATABASE_URL or DATABASE_URL names the server to use: a fresh one on that server, so
 * that no two programs share one. Without either the program starts the PostgreSQL of its own data directory.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface ProgramDatabase {
  /** settings for the program: DATABASE_URL, or nothing */
  readonly env: Readonly<Record<string, string>>;
  /** Drops it; call once the program has ended. */
  drop(): Promise<void>;
}

export async function programDatabase(settings: NodeJS.ProcessEnv = process.env): Promise<ProgramDatabase> {
  const given = settings.TEST_DATABASE_URL || settings.DATABASE_URL;
  if (given === undefined || given === '') return { env: {}, drop: async () => {} };
  const name = `counterfoil_test_program_${randomBytes(6).toString('hex')}`;
  await sql(given, `create database ${name}`);
  const url = new URL(given);
  url.pathname = `/${name}`;
  return { env: { DATABASE_URL: url.href }, drop: () => sql(given, `drop database if exists ${name} with (force)`) };
}

async function sql(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
