/**
 * The database, wherever it is: the operator's own (DATABASE_URL) or the one carried along. Migrations run as its owner; the
 * running server gets `appConfig` and nothing else, so its statements run as `counterfoil_app`. It opens no pool and knows no table.
 */
import pg from 'pg';
import { Unavailable } from '../../base/errors.ts';
import { APP_ROLE, type DatabaseConfigs } from './config.ts';
import { type EmbeddedOptions, startPostgres } from './embedded.ts';
import { fromPostgres } from './errors.ts';
import { checkUrl } from './url.ts';

export type { DatabaseConfig, DatabaseConfigs } from './config.ts';
export { asApp, toDatabase } from './config.ts';
export { startPostgres } from './embedded.ts';
export { fromPostgres, isRetryable, isUniqueViolation, sqlState } from './errors.ts';
export { type Migrated, migrate } from './migrate.ts';

export interface OpenOptions {
  /** Empty or left out: the carried PostgreSQL in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** For commands that may run beside the server; see `EmbeddedOptions.share`. */
  readonly share?: boolean;
}

export interface OpenDatabase extends DatabaseConfigs {
  readonly kind: 'own' | 'embedded';
  /** Stops the carried PostgreSQL and waits for it; does nothing to the operator's own. End the pools first. */
  stop(): Promise<void>;
}

export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  if (options.databaseUrl !== undefined && options.databaseUrl !== '') {
    return { ...(await checkUrl(options.databaseUrl)), kind: 'own', stop: async () => {} };
  }
  const embedded: EmbeddedOptions = {
    dataDir: options.dataDir,
    log: options.log,
    share: options.share ?? false,
    supervise: options.share !== true,
  };
  const { ownerConfig, appConfig, stop } = await startPostgres(embedded);
  return { ownerConfig, appConfig, kind: 'embedded', stop };
}

/**
 * To be called after `migrate`: proves that what the server will use really runs without the owner's rights. Some poolers
 * drop the role on the way; then the server must not start. Throws `Unavailable` (`app-role`).
 */
export async function assertAppRole(configs: DatabaseConfigs): Promise<void> {
  const client = new pg.Client({ ...configs.appConfig });
  client.on('error', () => {});
  let role: string | undefined;
  try {
    await client.connect();
    role = (await client.query<{ role: string }>('select current_user as role')).rows[0]?.role;
  } catch (error) {
    const known = fromPostgres(error);
    if (known !== error) throw known;
    role = error instanceof Error ? error.message : undefined;
  } finally {
    await client.end().catch(() => {});
  }
  if (role !== APP_ROLE) {
    throw new Unavailable('app-role', {
      what: `The database does not let the server work as ${APP_ROLE} (${role ?? 'no answer'}).`,
      lost: 'Nothing was changed.',
      next: `Let DATABASE_URL point at PostgreSQL itself, or at a pooler in session mode, and run: GRANT ${APP_ROLE} TO <its user>.`,
    });
  }
}
