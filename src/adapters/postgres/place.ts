/**
 * As whom PostgreSQL runs and where its files lie. It refuses to run as root, so root has two ways: a user namespace in which
 * root goes by another number (nothing moves, works below a home that only root may enter), or, where the machine
 * does not allow that, an unprivileged user, with programs and data at a place that this user can reach. The choice is
 * recorded in the data directory. This module never touches the data itself, except to hand it to that user.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Unavailable } from '../../base/errors.ts';
import type { Binaries } from './binaries.ts';
import { writeDurably } from './files.ts';

/** How root may be avoided; `self` is everyone who is not root. */
export type RunAs =
  | { readonly how: 'self' }
  | { readonly how: 'namespace'; readonly user: number }
  | { readonly how: 'user'; readonly uid: number; readonly gid: number };

export interface Place {
  readonly runAs: RunAs;
  /** The folder with `bin`, `lib`, `share` that this user can reach. */
  readonly native: string;
  /** The folder in which PostgreSQL's data lie. */
  readonly home: string;
  /** PostgreSQL's own data directory. */
  readonly pgdata: string;
}

const record = z.object({ home: z.string(), uid: z.int().positive(), gid: z.int().nonnegative() });
const RECORD = 'postgres-place.json';

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The ordinary users of this machine. `initdb` insists that its user has a name, also inside a namespace. */
function users(): User[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map((f) => ({ name: f[0] ?? '', uid: Number(f[2] ?? '0'), gid: Number(f[3] ?? '0') }))
      .filter((u) => Number.isSafeInteger(u.uid) && u.uid > 0 && Number.isSafeInteger(u.gid));
  } catch {
    return [];
  }
}

/** May this user walk down to `path`? Judged by the permission bits of every folder above it and its own. */
export function canReach(path: string, uid: number, gid: number): boolean {
  for (let at = path; ; at = dirname(at)) {
    const s = statSync(at);
    const bit = s.uid === uid ? 0o100 : s.gid === gid ? 0o010 : 0o001;
    if ((s.mode & bit) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/** True when a process in a user namespace of ours can run the programs and write into `dataDir`. */
function namespaceWorks(user: number, native: string, dataDir: string): boolean {
  const script = 'test -w "$1" && exec "$2" --version';
  const args = [
    '-U',
    `--map-user=${user}`,
    `--map-group=${user}`,
    '/bin/sh',
    '-c',
    script,
    'sh',
    dataDir,
    join(native, 'bin', 'postgres'),
  ];
  const tried = spawnSync('unshare', args, { stdio: 'ignore', timeout: 20_000 });
  return tried.status === 0;
}

/**
 * Decides once per start. `dataDir` must exist and be a real path. `as` forces one of root's two ways (for tests, or by the
 * environment variable COUNTERFOIL_POSTGRES_AS); it says nothing to those who are not root.
 */
export function choosePlace(dataDir: string, binaries: Binaries, as?: 'namespace' | 'user'): Place {
  const inside: Place = {
    runAs: { how: 'self' },
    native: binaries.native,
    home: dataDir,
    pgdata: join(dataDir, 'postgres'),
  };
  const uid = process.getuid?.() ?? -1;
  const owner = existsSync(inside.pgdata) ? lstatSync(inside.pgdata).uid : null;
  if (uid !== 0) {
    if (existsSync(join(dataDir, RECORD)) || (owner !== null && uid !== -1 && owner !== uid)) {
      throw new Unavailable('postgres-owner', {
        what: `The database in ${dataDir} was made by another user of this machine.`,
        lost: 'Nothing was changed.',
        next: 'Start as that user (root, if it was made by root), or choose another DATA_DIR.',
      });
    }
    return inside;
  }
  const recorded = readRecord(dataDir);
  if (recorded !== null) return asUser(dataDir, binaries, recorded, recorded.home);
  if (owner !== null && owner !== 0) {
    const gid = lstatSync(inside.pgdata).gid;
    return asUser(dataDir, binaries, { uid: owner, gid }, dataDir);
  }
  const all = users();
  const inNamespace = all.find((u) => u.uid === 1000) ?? all.find((u) => u.name === 'nobody') ?? all[0];
  if (as !== 'user' && inNamespace !== undefined && namespaceWorks(inNamespace.uid, binaries.native, dataDir)) {
    return { ...inside, runAs: { how: 'namespace', user: inNamespace.uid } };
  }
  const user = all.find((u) => u.name === 'postgres') ?? all.find((u) => u.name === 'nobody') ?? all[0];
  if (as === 'namespace' || user === undefined) throw noWay('this machine lets root run nothing as somebody else');
  return asUser(dataDir, binaries, user, owner === null ? newHome(dataDir, user) : dataDir);
}

function noWay(why: string): Unavailable {
  return new Unavailable('postgres-as-root', {
    what: `PostgreSQL refuses to run as root, and ${why}.`,
    lost: 'Nothing was changed.',
    next: 'Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own, version 15 or newer.',
  });
}

function readRecord(dataDir: string): z.infer<typeof record> | null {
  const path = join(dataDir, RECORD);
  return existsSync(path) ? record.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}

/** The data directory itself where this user can walk to it; else a folder that survives restarts of the machine. */
function newHome(dataDir: string, user: User): string {
  if (canReach(dirname(dataDir), user.uid, user.gid)) return dataDir;
  const name = `counterfoil-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  for (const base of ['/var/lib', '/srv', '/opt']) {
    try {
      if (!existsSync(base) || !canReach(base, user.uid, user.gid)) continue;
      mkdirSync(join(base, name), { recursive: true, mode: 0o710 });
      return realpathSync(join(base, name));
    } catch {
      // read-only or missing: try the next
    }
  }
  throw noWay(`an ordinary user can reach neither ${dataDir} nor /var/lib`);
}

function asUser(dataDir: string, binaries: Binaries, user: { uid: number; gid: number }, home: string): Place {
  if (!existsSync(home)) {
    throw new Unavailable('postgres-data-gone', {
      what: `The database of ${dataDir} should lie in ${home}, which is not there.`,
      next: `Bring ${home} back, or, to begin with an empty database, delete ${join(dataDir, RECORD)}.`,
    });
  }
  const pgdata = join(home, 'postgres');
  // Only the group of that user may pass, nobody may list.
  chownSync(home, 0, user.gid);
  chmodSync(home, 0o710);
  if (!canReach(home, user.uid, user.gid)) throw noWay(`user ${user.uid} of this machine cannot reach ${home}`);
  if (existsSync(pgdata) && lstatSync(pgdata).uid !== user.uid) handOver(pgdata, user);
  const native = canReach(binaries.native, user.uid, user.gid) ? binaries.native : copyNative(binaries, home, user);
  const check = spawnSync(join(native, 'bin', 'postgres'), ['--version'], {
    uid: user.uid,
    gid: user.gid,
    cwd: home,
    stdio: 'ignore',
  });
  if (check.status !== 0) throw noWay(`user ${user.uid} of this machine cannot run ${native}/bin/postgres`);
  writeDurably(join(dataDir, RECORD), `${JSON.stringify({ home, uid: user.uid, gid: user.gid })}\n`, 0o600);
  return { runAs: { how: 'user', uid: user.uid, gid: user.gid }, native, home, pgdata };
}

/** Data that root wrote through a namespace, now to be run by an ordinary user. Repeating it after a crash finishes it. */
function handOver(path: string, user: { uid: number; gid: number }): void {
  // The folder itself last: its owner says that everything in it is done.
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const full = join(path, entry.name);
    if (entry.isDirectory()) handOver(full, user);
    else if (entry.isFile()) chownSync(full, user.uid, user.gid);
  }
  chownSync(path, user.uid, user.gid);
}

/** The programs, copied to where this user can run them; older copies are removed. */
function copyNative(binaries: Binaries, home: string, user: { gid: number }): string {
  const name = `postgres-programs-${binaries.version}`;
  const target = join(home, name);
  if (!existsSync(target)) {
    const half = join(home, `${name}.new`);
    rmSync(half, { recursive: true, force: true });
    cpSync(binaries.native, half, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    chownSync(half, 0, user.gid);
    chmodSync(half, 0o755);
    renameSync(half, target);
    for (const other of readdirSync(home)) {
      if (other.startsWith('postgres-programs-') && other !== name)
        rmSync(join(home, other), { recursive: true, force: true });
    }
  }
  return target;
}
