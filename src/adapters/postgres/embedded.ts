/**
 * Runs the PostgreSQL that comes with the packages, in the data directory, for this program alone. What it promises: nothing
 * acknowledged is lost by Ctrl-C, `kill -9` or a power cut (fsync and synchronous_commit stay on), a server left running by
 * a killed program is found and used again, and two programs never share one data directory without knowing.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { Unavailable } from '../../base/errors.ts';
import { findBinaries } from './binaries.ts';
import {
  clearStalePidFile,
  endAtOnce,
  findRunning,
  initialise,
  password,
  SUPERUSER,
  startFailed,
  startServer,
  stopServer,
} from './cluster.ts';
import { bothConfigs, type DatabaseConfig, type DatabaseConfigs } from './config.ts';
import { writeDurably } from './files.ts';
import { choosePlace, type Place } from './place.ts';
import { isAlive, isHeadless, isPostgresOf, processIdentity, readPidFile } from './process.ts';
import { type Listen, listenCandidates } from './socket.ts';

const DATABASE = 'counterfoil';

export interface EmbeddedOptions {
  /** Made if missing, with mode 0700. */
  readonly dataDir: string;
  /** One line of progress for the person who started the program. */
  readonly log: (line: string) => void;
  /**
   * For commands that run beside the server: use its PostgreSQL and leave it running. Without a running one the command starts
   * and stops its own. The server itself leaves this out and is refused (`data-dir-in-use`) while another uses the directory.
   */
  readonly share?: boolean;
  /** Starts PostgreSQL again when it ends by itself (killed, out of memory). */
  readonly supervise?: boolean;
  /** Which of root's two ways to use; see place.ts. Default: the environment variable COUNTERFOIL_POSTGRES_AS, else what works. */
  readonly as?: 'namespace' | 'user';
  /** More settings of PostgreSQL, and more arguments of initdb: for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly initdb?: readonly string[];
}

export interface Embedded extends DatabaseConfigs {
  /** For psql and pg_dump. Holds the password: never logged, never shown. */
  readonly ownerUrl: string;
  /** The process now; another one after it was started again. */
  readonly pid: number;
  /** True when it was running already. */
  readonly reused: boolean;
  /** PostgreSQL's own data directory. */
  readonly pgdata: string;
  /** `self`, `namespace` or `user`. */
  readonly how: Place['runAs']['how'];
  /** Fast shutdown, and waits for it; can be called twice. */
  stop(): Promise<void>;
}

const owner = z.object({ pid: z.int(), identity: z.string() });

/** Starts PostgreSQL or finds it running. Refusals are `Unavailable` with a code of their own (see the files beside this one). */
export async function startPostgres(options: EmbeddedOptions): Promise<Embedded> {
  if (!existsSync(options.dataDir)) mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  const ownerFile = join(dataDir, 'postgres-owner.json');
  const other = livingOwner(ownerFile);
  const binaries = findBinaries();
  const place = choosePlace(dataDir, binaries, options.as ?? asFromEnvironment());
  const secret = password(dataDir, place.pgdata);

  const running = await findRunning(place.pgdata);
  const guest = running !== null && other !== null;
  if (guest && options.share !== true) throw inUse(dataDir, other);
  const reused = running !== null;
  let pid: number;
  let config: DatabaseConfig;
  if (running !== null) {
    pid = running.pid;
    config = configOf(
      running.socketDir === ''
        ? { kind: 'loopback', port: running.port }
        : { kind: 'socket', dir: running.socketDir, port: running.port },
      secret,
    );
  } else {
    if (!existsSync(place.pgdata)) options.log('Making the database (once) …');
    await initialise(place, secret, binaries.major, options.initdb);
    if (clearStalePidFile(place.pgdata)) options.log('PostgreSQL was stopped suddenly; it recovers now.');
    const begun = await begin(place, dataDir, options);
    pid = begun.pid;
    config = configOf(begun.listen, secret);
  }
  // From here a crash of this program leaves PostgreSQL running; the next start comes by `findRunning`.
  if (!guest)
    writeDurably(ownerFile, `${JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) })}\n`, 0o600);
  await ensureDatabase(config);

  const wake = new AbortController();
  const stopped = (): boolean => wake.signal.aborted;
  const supervisor = options.supervise === true && !guest ? supervise() : Promise.resolve();
  let stopping: Promise<void> | null = null;

  async function supervise(): Promise<void> {
    let pause = 250;
    let headless = 0;
    for (;;) {
      await sleep(pause, undefined, { ref: false, signal: wake.signal }).catch(() => {});
      if (stopped()) return;
      if (isPostgresOf(pid, place.pgdata)) {
        // Somebody else may be stopping it, which ends those processes too.
        headless = isHeadless(pid) && readPidFile(place.pgdata)?.status !== 'stopping' ? headless + 1 : 0;
        if (headless * pause < HEADLESS) continue;
        options.log('PostgreSQL is stuck in the middle of its recovery; ending it.');
        await endAtOnce(pid, place.pgdata);
        headless = 0;
        continue;
      }
      options.log('PostgreSQL ended unexpectedly; starting it again.');
      try {
        clearStalePidFile(place.pgdata);
        pid = (await findRunning(place.pgdata))?.pid ?? (await begin(place, dataDir, options, config)).pid;
        pause = 250;
      } catch (error) {
        options.log(error instanceof Error ? error.message : String(error));
        pause = Math.min(pause * 2, 30_000);
      }
    }
  }

  async function stop(): Promise<void> {
    wake.abort();
    await supervisor; // one that it was just starting must be stopped too
    if (!guest) await stopServer(pid, place.pgdata);
  }

  return {
    ...bothConfigs(config),
    ownerUrl: urlOf(config),
    get pid() {
      return pid;
    },
    reused,
    pgdata: place.pgdata,
    how: place.runAs.how,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function asFromEnvironment(): 'namespace' | 'user' | undefined {
  const value = process.env.COUNTERFOIL_POSTGRES_AS;
  return value === 'namespace' || value === 'user' ? value : undefined;
}

function livingOwner(file: string): number | null {
  if (!existsSync(file)) return null;
  const read = owner.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success || !isAlive(read.data.pid)) return null;
  return processIdentity(read.data.pid) === read.data.identity ? read.data.pid : null;
}

function inUse(dataDir: string, pid: number): Unavailable {
  return new Unavailable('data-dir-in-use', {
    what: `Another Counterfoil (process ${pid}) already works on ${dataDir}.`,
    lost: 'Nothing was changed.',
    next: 'Stop it first, or start this one with another DATA_DIR and PORT.',
  });
}

function configOf(listen: Listen, secret: string): DatabaseConfig {
  const host = listen.kind === 'socket' ? listen.dir : '127.0.0.1';
  return { host, port: listen.port, user: SUPERUSER, password: secret, database: DATABASE };
}

function urlOf(config: DatabaseConfig): string {
  const where = `host=${encodeURIComponent(config.host ?? '')}&port=${config.port ?? 5432}`;
  return `postgresql://${SUPERUSER}:${encodeURIComponent(config.password ?? '')}@localhost/${DATABASE}?${where}`;
}

/** Milliseconds without a child that recovers or writes the log, after which it is stuck for good (see `isHeadless`). */
const HEADLESS = 5_000;

const SOCKET_TROUBLE =
  /could not (create|bind)[^\n]*socket|Unix-domain socket path|could not create lock file|could not set permissions of file/i;
/** Children of a killed PostgreSQL need a moment to notice; until then the next one is refused. */
const STILL_ENDING = /pre-existing shared memory block/;

/** Starts it at the first listening place that works; `same` keeps the one that connections already know. */
async function begin(
  place: Place,
  dataDir: string,
  options: EmbeddedOptions,
  same?: DatabaseConfig,
): Promise<{ pid: number; listen: Listen }> {
  const logFile = join(dataDir, 'postgres.log');
  const deadline = Date.now() + 30_000;
  const candidates =
    same === undefined ? [...listenCandidates(dataDir, place.home, place.runAs)] : [async () => listenOf(same)];
  let last: unknown = startFailed('there is no place to listen');
  for (const candidate of candidates) {
    const listen = await candidate();
    for (;;) {
      try {
        const { pid } = await startServer(place, listen, logFile, options.log, options.settings);
        return { pid, listen };
      } catch (error) {
        last = error;
        const said = error instanceof Error && typeof error.cause === 'string' ? error.cause : '';
        if (STILL_ENDING.test(said) && Date.now() < deadline) {
          await sleep(100);
          continue;
        }
        const faster = readPidFile(place.pgdata);
        if (faster !== null && isPostgresOf(faster.pid, place.pgdata)) throw inUse(dataDir, faster.pid);
        if (!SOCKET_TROUBLE.test(said)) throw error;
        break;
      }
    }
  }
  throw last;
}

function listenOf(config: DatabaseConfig): Listen {
  const host = config.host ?? '';
  const port = config.port ?? 5432;
  return host.startsWith('/') ? { kind: 'socket', dir: host, port } : { kind: 'loopback', port };
}

async function ensureDatabase(config: DatabaseConfig): Promise<void> {
  const client = new pg.Client({ ...config, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end().catch(() => {});
  }
}
