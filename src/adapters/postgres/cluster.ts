/**
 * The steps in the life of one PostgreSQL: made, started, awaited, stopped. Each can be cut off at any moment and repeated.
 * Nothing here decides who may use it; embedded.ts does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../../base/errors.ts';
import { syncDir, writeDurably } from './files.ts';
import type { Place } from './place.ts';
import { isAlive, isPostgresOf, type PidFile, processIdentity, readPidFile } from './process.ts';
import { settings } from './settings.ts';
import type { Listen } from './socket.ts';

export const SUPERUSER = 'counterfoil';

/** Starts a program of PostgreSQL as the user that `place` names, in a session of its own so that Ctrl-C does not reach it. */
function launch(place: Place, program: string, args: readonly string[], output: number): ChildProcess {
  const bin = join(place.native, 'bin', program);
  const { runAs } = place;
  const [file, all] =
    runAs.how === 'namespace'
      ? ['unshare', ['-U', `--map-user=${runAs.user}`, `--map-group=${runAs.user}`, bin, ...args]]
      : [bin, [...args]];
  return spawn(file, all, {
    cwd: place.home,
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', PGTZ: 'UTC' },
    ...(runAs.how === 'user' ? { uid: runAs.uid, gid: runAs.gid } : {}),
  });
}

async function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `exit ${code ?? signal}`));
  });
}

/** The superuser's password: made once, kept readable for us alone. */
export function password(dataDir: string, pgdata: string): string {
  const path = join(dataDir, 'postgres-password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (existsSync(pgdata)) {
    throw new Unavailable('postgres-password-gone', {
      what: `The file ${path} is gone; without it the database in ${pgdata} cannot be opened.`,
      lost: 'The database itself is whole.',
      next: 'Bring the file back from your backup.',
    });
  }
  const secret = randomBytes(24).toString('base64url');
  writeDurably(path, `${secret}\n`, 0o600);
  return secret;
}

/**
 * Makes the data directory, unless it is there. It is made under another name and renamed when it is whole and flushed: a crash
 * before the rename leaves only leftovers that the next start removes.
 */
export async function initialise(
  place: Place,
  secret: string,
  major: number,
  extra: readonly string[] = [],
): Promise<boolean> {
  if (existsSync(place.pgdata)) {
    const found = readFileSync(join(place.pgdata, 'PG_VERSION'), 'utf8').trim();
    if (found !== String(major)) {
      throw new Unavailable('postgres-major', {
        what: `The database in ${place.pgdata} was made by PostgreSQL ${found}; this version of Counterfoil carries PostgreSQL ${major}.`,
        lost: 'Nothing was changed.',
        next: `Move it with pg_dump of PostgreSQL ${found}, or run the version of Counterfoil that made it.`,
      });
    }
    return false;
  }
  for (const name of readdirSync(place.home)) {
    const maker = /^postgres\.new-(\d+)$/.exec(name)?.[1];
    if (maker !== undefined && (Number(maker) === process.pid || !isAlive(Number(maker)))) {
      rmSync(join(place.home, name), { recursive: true, force: true });
    }
  }
  const half = join(place.home, `postgres.new-${process.pid}`);
  const secretFile = `${half}.secret`;
  const logFile = `${half}.log`;
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(secretFile, `${secret}\n`, { mode: 0o600 });
  if (place.runAs.how === 'user') {
    chownSync(half, place.runAs.uid, place.runAs.gid);
    chownSync(secretFile, place.runAs.uid, place.runAs.gid);
  }
  const output = openSync(logFile, 'w', 0o600);
  try {
    const args = ['-D', half, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${secretFile}`, '-k', '-E', 'UTF8'];
    // PostgreSQL's own C.UTF-8: the same order of words on every machine, whatever its C library.
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const trouble = await ended(launch(place, 'initdb', [...args, ...locale, ...extra], output));
    if (trouble !== '') {
      const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' ');
      throw startFailed(`its data directory could not be made (${trouble}): ${said}`);
    }
    try {
      renameSync(half, place.pgdata);
    } catch (error) {
      if (!existsSync(place.pgdata)) throw error; // else somebody else was faster, and theirs is as good
    }
    syncDir(place.home);
    return true;
  } finally {
    closeSync(output);
    rmSync(secretFile, { force: true });
    rmSync(logFile, { force: true });
    rmSync(half, { recursive: true, force: true });
  }
}

export function startFailed(why: string): Unavailable {
  return new Unavailable('postgres-start', {
    what: `PostgreSQL did not start: ${why}.`,
    lost: 'Nothing was changed.',
    next: 'See postgres.log in the data directory.',
  });
}

export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
}

/**
 * Starts the server and waits until it takes connections; recovery after a crash may take minutes, which `log` tells. Rejects
 * with `postgres-start` when it ends instead; `said` in `cause` is what it wrote.
 */
export async function startServer(
  place: Place,
  listen: Listen,
  logFile: string,
  log: (line: string) => void,
  extra: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const all: Record<string, string> = { ...settings(place.pgdata), ...extra };
  if (listen.kind === 'socket') {
    all.listen_addresses = '';
    all.unix_socket_directories = `"${listen.dir.replaceAll('"', '""')}"`;
  } else {
    all.listen_addresses = '127.0.0.1';
    all.unix_socket_directories = '';
  }
  all.port = String(listen.port);
  const args = ['-D', place.pgdata, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`);
  const output = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  const child = launch(place, 'postgres', args, output);
  closeSync(output);
  child.unref();
  let trouble: string | null = null;
  void ended(child).then((how) => {
    trouble = how === '' ? 'exit 0' : how;
  });
  const pid = child.pid;
  const since = Date.now();
  let told = since;
  for (;;) {
    const file = readPidFile(place.pgdata);
    if (trouble === null && pid !== undefined && file?.pid === pid && file.status === 'ready') return { pid, child };
    if (trouble !== null || pid === undefined) {
      const said = readFileSync(logFile).subarray(from).toString('utf8').trim();
      const failure = startFailed(`${trouble ?? 'no process'}; ${said.split('\n').slice(-2).join(' ')}`);
      failure.cause = said;
      throw failure;
    }
    if (Date.now() - told > 5_000) {
      told = Date.now();
      log(`PostgreSQL is bringing its files up to date after a sudden stop (${Math.round((told - since) / 1000)} s) …`);
    }
    await sleep(10);
  }
}

/** The server that runs on this data directory now, or null. Waits for one that is just starting or stopping. */
export async function findRunning(pgdata: string): Promise<PidFile | null> {
  for (;;) {
    const file = readPidFile(pgdata);
    if (file === null || !isPostgresOf(file.pid, pgdata)) return null;
    if (file.status === 'ready') return file;
    await sleep(20);
  }
}

/** Removes a `postmaster.pid` whose number now belongs to some other program; PostgreSQL itself clears those of dead ones. */
export function clearStalePidFile(pgdata: string): boolean {
  const file = readPidFile(pgdata);
  if (file === null || !isAlive(file.pid) || isPostgresOf(file.pid, pgdata)) return false;
  rmSync(join(pgdata, 'postmaster.pid'), { force: true });
  return true;
}

/**
 * Fast shutdown: transactions under way are rolled back, everything committed is flushed. Resolves when the process is gone.
 * After two minutes it is told to stop at once, which costs a recovery at the next start and loses nothing.
 */
export function stopServer(pid: number, pgdata: string): Promise<void> {
  return tellUntilGone(pid, pgdata, 'SIGINT', 'SIGQUIT', 120_000);
}

/** Ends it without a shutdown, as a power cut would, where it no longer listens to anything else: the next start recovers. */
export function endAtOnce(pid: number, pgdata: string): Promise<void> {
  return tellUntilGone(pid, pgdata, 'SIGQUIT', 'SIGKILL', 10_000);
}

/** Sends `first`, and `then` when it is still there after so many milliseconds. Resolves when the process is gone. */
async function tellUntilGone(
  pid: number,
  pgdata: string,
  first: NodeJS.Signals,
  then: NodeJS.Signals,
  patience: number,
): Promise<void> {
  if (!isPostgresOf(pid, pgdata)) return;
  // A process that is ending loses its command line before its number, so from here it is known by number and start.
  const identity = processIdentity(pid);
  const runs = (): boolean => isAlive(pid) && processIdentity(pid) === identity;
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (runs()) process.kill(pid, signal);
    } catch {
      // gone between looking and telling
    }
  };
  send(first);
  const since = Date.now();
  let urged = false;
  while (runs()) {
    if (!urged && Date.now() - since > patience) {
      urged = true;
      send(then);
    }
    await sleep(15);
  }
}
