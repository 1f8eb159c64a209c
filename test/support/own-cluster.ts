/** A PostgreSQL of one's own for tests that kill it, or that need a server of DATABASE_URL, set up as durably as a real one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { type DatabaseConfig, migrate, startPostgres } from '../../src/adapters/postgres/index.ts';
import { isAlive, processStat } from '../../src/adapters/postgres/process.ts';
import { MIGRATIONS } from './global-setup.ts';

export interface OwnClusterOptions {
  /** More settings of PostgreSQL. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Leave the database empty. */
  readonly migrated?: boolean;
}

export interface OwnCluster {
  readonly ownerConfig: DatabaseConfig;
  readonly appConfig: DatabaseConfig;
  readonly dataDir: string;
  readonly pid: number;
  /** SIGKILL to the server and all its children at once, as a power cut would end them; resolves when all are gone. */
  kill9(): Promise<void>;
  /** Starts it again on the same data (the configs stay valid); waits for its recovery. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function ownCluster(options: OwnClusterOptions = {}): Promise<OwnCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-own-'));
  const dataDir = join(dir, 'data');
  const settings = options.settings ?? {};
  const start = () => startPostgres({ dataDir, log: () => {}, settings, initdb: ['--no-sync'] });
  const cleanUp = () => rmSync(dir, { recursive: true, force: true });
  let server: Awaited<ReturnType<typeof startPostgres>>;
  try {
    await preparedData(dataDir);
    server = await start();
    if (options.migrated !== false) await migrate(server.ownerConfig, MIGRATIONS);
  } catch (error) {
    cleanUp();
    throw error;
  }
  const cluster: OwnCluster = {
    ownerConfig: server.ownerConfig,
    appConfig: server.appConfig,
    dataDir,
    get pid() {
      return server.pid;
    },
    async kill9() {
      const all = [server.pid, ...childrenOf(server.pid)];
      for (const pid of all) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // gone already
        }
      }
      while (all.some(isAlive)) await sleep(5);
    },
    async restart() {
      server = await start();
    },
    async stop() {
      await server.stop();
      cleanUp();
    },
  };
  return cluster;
}

export function childrenOf(parent: number): number[] {
  if (process.platform !== 'linux') {
    const out = spawnSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' }).stdout ?? '';
    return out.split('\n').filter(Boolean).map(Number);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => processStat(pid)?.parent === parent);
}

/**
 * Puts a finished, stopped, empty data directory at `to`. The first call of a run makes it, the others copy it: `initdb` is most of what
 * a test with a server of its own would otherwise wait for.
 */
export async function preparedData(to: string): Promise<void> {
  const at = join(dirname(inject('postgresDoor')), 'prepared');
  if (!existsSync(at)) {
    const half = mkdtempSync(`${at}-`);
    const server = await startPostgres({
      dataDir: half,
      log: () => {},
      initdb: ['--no-sync'],
      settings: { fsync: 'off' },
    });
    await server.stop();
    if (server.how === 'user') return; // its data may lie elsewhere; then everybody makes their own
    for (const name of readdirSync(half)) {
      if (name !== 'postgres' && name !== 'postgres-password') rmSync(join(half, name), { recursive: true });
    }
    try {
      renameSync(half, at);
    } catch (error) {
      if (!existsSync(at)) throw error; // else another worker was faster
      rmSync(half, { recursive: true, force: true });
    }
  }
  mkdirSync(dirname(to), { recursive: true });
  const copied = spawnSync('cp', ['-a', at, to], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(`cp: ${copied.stderr}`);
}
