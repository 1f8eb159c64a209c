/**
 * Processor time of a benchmark's own process and of the PostgreSQL that it runs, from the system's accounts. Seconds of a shared machine
 * belong to whoever else is on it; processor time much less so.
 */
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

/** Seconds of processor, in user mode and in the kernel together. */
export interface Spent {
  readonly node: number;
  readonly postgres: number;
}

/** The system counts processes' time in hundredths of a second (USER_HZ) on every Linux that runs Node. */
const TICKS = 100;

/** Parent, and the processor time of a process with that of its children that have ended; null where it has just ended itself. */
async function account(pid: string): Promise<{ parent: number; seconds: number } | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name of the program stands in brackets and may hold anything; the fields behind it are numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (n: number) => Number(fields[n - 3] ?? 0);
  return { parent: field(4), seconds: (field(14) + field(15) + field(16) + field(17)) / TICKS };
}

/** @returns a reader of the time that was spent so far; PostgreSQL's stays 0 where the system keeps no such accounts */
export async function processor(pool: pg.Pool): Promise<() => Promise<Spent>> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = (await account(String(rows[0]?.pid ?? 0)))?.parent ?? 0;
  return async () => {
    const { user, system } = process.cpuUsage();
    let postgres = 0;
    for (const pid of postmaster > 0 ? await readdir('/proc') : []) {
      if (!/^\d+$/.test(pid)) continue;
      const one = await account(pid);
      if (one && (one.parent === postmaster || Number(pid) === postmaster)) postgres += one.seconds;
    }
    return { node: (user + system) / 1e6, postgres };
  };
}
