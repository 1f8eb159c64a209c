/** A PostgreSQL of a benchmark's own: the carried one with its durable settings, in a temporary directory, migrated. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asApp, type DatabaseConfig, migrate, startPostgres } from '../src/adapters/postgres/index.ts';

export interface BenchDatabase {
  readonly ownerConfig: DatabaseConfig;
  readonly appConfig: DatabaseConfig;
  readonly dataDir: string;
  close(): Promise<void>;
}

/** @param kept a directory that is there already and stays when it is closed */
export async function benchDatabase(kept?: string): Promise<BenchDatabase> {
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'counterfoil-bench-')));
  const postgres = await startPostgres({ dataDir, log: () => {} });
  await migrate(postgres.ownerConfig, fileURLToPath(new URL('../migrations', import.meta.url)));
  return {
    ownerConfig: postgres.ownerConfig,
    appConfig: asApp(postgres.ownerConfig),
    dataDir,
    async close() {
      await postgres.stop();
      if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
