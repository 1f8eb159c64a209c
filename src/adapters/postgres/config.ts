/**
 * How to reach a database, as plain values. The program signs in as the owner of the database; the running server takes the
 * role `counterfoil_app` in the same moment (`options: '-c role=…'` in the startup packet), so that every statement it ever sends
 * runs without the right to change or delete an entry, also after a reconnect. This module connects to nothing.
 */

/** What `pg.Client` and `pg.Pool` take: either a connection string, or the parts. */
export interface DatabaseConfig {
  readonly connectionString?: string;
  /** A host name, or the directory of the Unix socket. */
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** Settings for the session, in the form of PostgreSQL's `options` startup parameter. */
  readonly options?: string;
}

export interface DatabaseConfigs {
  /** For migrations and rebuilds: owns every table. */
  readonly ownerConfig: DatabaseConfig;
  /** For the running server: the role `counterfoil_app`. */
  readonly appConfig: DatabaseConfig;
}

export const APP_ROLE = 'counterfoil_app';

function withParameter(url: string, set: (u: URL) => void): string {
  const parsed = new URL(url);
  set(parsed);
  // URLSearchParams writes a space as "+", which PostgreSQL's own libraries do not read as a space.
  parsed.search = parsed.search.replaceAll('+', '%20');
  return parsed.href;
}

/** The same database, every statement run as `counterfoil_app`. Options that were there already stay. */
export function asApp(owner: DatabaseConfig): DatabaseConfig {
  const role = `-c role=${APP_ROLE}`;
  if (owner.connectionString === undefined) {
    return { ...owner, options: owner.options === undefined ? role : `${owner.options} ${role}` };
  }
  const connectionString = withParameter(owner.connectionString, (u) => {
    const before = u.searchParams.get('options');
    u.searchParams.set('options', before === null ? role : `${before} ${role}`);
  });
  return { ...owner, connectionString };
}

/** The same server and user, another database. */
export function toDatabase(config: DatabaseConfig, database: string): DatabaseConfig {
  if (config.connectionString === undefined) return { ...config, database };
  const connectionString = withParameter(config.connectionString, (u) => {
    u.pathname = `/${encodeURIComponent(database)}`;
    u.searchParams.delete('dbname');
  });
  return { ...config, connectionString };
}

/** Both ways to reach one database. */
export function bothConfigs(owner: DatabaseConfig): DatabaseConfigs {
  return { ownerConfig: owner, appConfig: asApp(owner) };
}
