/** A PostgreSQL of the operator's own, named by DATABASE_URL. It is used as it is: never started, stopped or set up here. */
import pg from 'pg';
import { Unavailable } from '../../base/errors.ts';
import { bothConfigs, type DatabaseConfig, type DatabaseConfigs } from './config.ts';
import { fromPostgres } from './errors.ts';

/** `server_version_num` of the oldest PostgreSQL that works: 15. */
const OLDEST = 150_000;

/**
 * Connects once and looks. Throws `Unavailable` with the code `database-url` (not a URL, or its user or database is refused),
 * `postgres-too-old`, `database-encoding` (not UTF8) or `database-unavailable`.
 */
export async function checkUrl(databaseUrl: string): Promise<DatabaseConfigs> {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new Unavailable('database-url', {
      what: 'DATABASE_URL is not an address of a PostgreSQL database.',
      next: 'Write it like postgresql://user:password@host:5432/database; special characters in the password are percent-encoded.',
    });
  }
  const owner: DatabaseConfig = { connectionString: databaseUrl };
  const client = new pg.Client({ ...owner, connectionTimeoutMillis: 15_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query<{ version: string; encoding: string }>(
      `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
    );
    const version = Number(found.rows[0]?.version);
    if (!(version >= OLDEST)) {
      throw new Unavailable('postgres-too-old', {
        what: `The database of DATABASE_URL is PostgreSQL ${Math.floor(version / 10_000)}; Counterfoil needs 15 or newer.`,
        lost: 'Nothing was changed.',
        next: 'Upgrade that server, or leave DATABASE_URL empty to use the PostgreSQL that comes with Counterfoil.',
      });
    }
    if (found.rows[0]?.encoding !== 'UTF8') {
      throw new Unavailable('database-encoding', {
        what: `The database of DATABASE_URL stores text as ${found.rows[0]?.encoding}; Counterfoil needs UTF8.`,
        next: "Create it with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
      });
    }
    return bothConfigs(owner);
  } catch (error) {
    const known = fromPostgres(error);
    if (known !== error || known instanceof Unavailable) throw known;
    const refused = new Unavailable('database-url', {
      what: `The database of DATABASE_URL refused the connection: ${error instanceof Error ? error.message : 'unknown reason'}.`,
      next: 'Check its user, password and database name.',
    });
    refused.cause = error;
    throw refused;
  } finally {
    await client.end().catch(() => {});
  }
}
