/**
 * Which process is PostgreSQL for a data directory, and is it alive: read from `postmaster.pid` and the machine's table of
 * processes. A number alone is never believed, since numbers are given out again. It starts and ends nothing.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines of `postmaster.pid` (PostgreSQL's src/include/utils/pidfile.h). */
export interface PidFile {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  /** Empty when there is no Unix socket. */
  readonly socketDir: string;
  /** `starting`, `ready`, `stopping`, `standby`, or empty while it is still being written. */
  readonly status: string;
}

/** null when the file is missing or holds no process number. */
export function readPidFile(pgdata: string): PidFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  return {
    pid,
    dataDir: lines[1] ?? '',
    port: Number(lines[3] ?? '0') || 0,
    socketDir: lines[4] ?? '',
    status: (lines[7] ?? '').trim(),
  };
}

/** True while the process runs; one that has ended and only waits to be collected (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return processStat(pid)?.state !== 'Z';
}

/** State letter, parent and start (in ticks since boot) out of /proc/PID/stat; null elsewhere or when it is gone. */
export function processStat(pid: number): { state: string; parent: number; started: string } | null {
  if (process.platform !== 'linux') return null;
  try {
    // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? '' };
  } catch {
    return null;
  }
}

/** A word that tells this run of a process from a later one with the same number. */
export function processIdentity(pid: number): string {
  const stat = processStat(pid);
  if (stat !== null) return stat.started;
  return ask('ps', ['-o', 'lstart=', '-p', String(pid)]).trim();
}

/** True when `pid` is a PostgreSQL server that was started on exactly this data directory. */
export function isPostgresOf(pid: number, pgdata: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.some((word, i) => word === '-D' && words[i + 1] === pgdata);
    } catch {
      return false;
    }
  }
  return ask('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).includes(` -D ${pgdata}`);
}

/**
 * True when this PostgreSQL neither recovers nor works, and does not end: it has children, and among them neither the one that recovers
 * nor the one that writes the log. So it is for a moment at every start; it stays so for good when the process that recovers is killed
 * while PostgreSQL gets over the end of another one (it then waits for a child that is gone). Told on Linux alone; false elsewhere.
 */
export function isHeadless(pid: number): boolean {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const titles = children.map((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8'));
    return titles.length > 0 && !titles.some((title) => /\b(startup|walwriter)\b/.test(title));
  } catch {
    return false; // a child that is gone while we look is looked at again
  }
}

function ask(file: string, args: string[]): string {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
