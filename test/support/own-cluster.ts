/**
 * A PostgreSQL of one's own for tests that kill it or fill its disk, set up as durably as a real one. What a machine does not
 * allow comes back as a reason, for the test to print; nothing pretends.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { type DatabaseConfig, migrate, startPostgres } from '../../src/adapters/postgres/index.ts';
import { isAlive, processStat } from '../../src/adapters/postgres/process.ts';
import { MIGRATIONS } from './global-setup.ts';

export interface OwnClusterOptions {
  /** Puts the data on a file system of this size, made in memory (needs Linux and root). At least 100 MB: an empty cluster with its log takes about 60. */
  readonly tmpfsBytes?: number;
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
  /** Uses up the disk until about `leave` bytes are free (tmpfs only); `free` gives the room back. */
  fill(leave?: number): void;
  free(): void;
  stop(): Promise<void>;
}

export type OwnClusterOutcome = { readonly cluster: OwnCluster } | { readonly unavailable: string };

/** Use: `const it = await ownCluster(…); if ('unavailable' in it) { console.log(`skipped: ${it.unavailable}`); return; }`. */
export async function ownCluster(options: OwnClusterOptions = {}): Promise<OwnClusterOutcome> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-own-'));
  const disk = join(dir, 'disk');
  mkdirSync(disk, { mode: 0o700 });
  if (options.tmpfsBytes !== undefined) {
    const why = mountMemory(disk, options.tmpfsBytes);
    if (why !== null) {
      rmSync(dir, { recursive: true, force: true });
      return { unavailable: why };
    }
  }
  const dataDir = join(disk, 'data');
  const ballast = join(disk, 'ballast');
  const small =
    options.tmpfsBytes === undefined ? {} : { max_wal_size: '32MB', min_wal_size: '16MB', shared_buffers: '16MB' };
  const start = () =>
    startPostgres({
      dataDir,
      log: () => {},
      settings: { ...small, ...options.settings },
      initdb: options.tmpfsBytes === undefined ? ['--no-sync'] : ['--no-sync', '--wal-segsize=4'],
    });
  const cleanUp = (): void => {
    if (options.tmpfsBytes !== undefined) spawnSync('umount', ['-l', disk], { stdio: 'ignore' });
    rmSync(dir, { recursive: true, force: true });
  };
  let server: Awaited<ReturnType<typeof startPostgres>>;
  try {
    if (options.tmpfsBytes === undefined) await preparedData(dataDir);
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
    fill(leave = 0) {
      const s = statfsSync(disk);
      const room = Math.max(0, s.bavail * s.bsize - leave);
      try {
        writeFileSync(ballast, Buffer.alloc(room), { flag: 'a' });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    },
    free() {
      rmSync(ballast, { force: true });
    },
    async stop() {
      rmSync(ballast, { force: true });
      await server.stop();
      cleanUp();
    },
  };
  return { cluster };
}

/** null when mounted, else why not. */
function mountMemory(at: string, bytes: number): string | null {
  if (process.platform !== 'linux') return 'a small disk can be made on Linux only';
  if (process.getuid?.() !== 0) return 'a small disk can be mounted by root only';
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', at], { encoding: 'utf8' });
  return done.status === 0
    ? null
    : `a small disk cannot be mounted here: ${(done.stderr ?? '').trim() || done.error?.message}`;
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
