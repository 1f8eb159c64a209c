/**
 * The program on a disk that fails just where its log's key is written (strace, by the key's path), or on a small disk that is full. Used
 * by broken-start.test.ts; every process ends with the call that started it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../../src/adapters/postgres/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The same database as an address, for a process of its own. */
export function urlOf({
  connectionString,
  host = 'localhost',
  port = 5432,
  user = '',
  password = '',
  database = '',
}: DatabaseConfig): string {
  if (connectionString !== undefined) return connectionString;
  const url = new URL(`postgresql://localhost:${port}/${database}`);
  url.username = user;
  url.password = password;
  url.searchParams.set('host', host);
  return url.href;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end; a server is told to end once it says that it is ready. */
export async function ran(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (out.includes('Counterfoil ready')) child.kill('SIGTERM');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const [code] = await once(child, 'close');
  clearTimeout(late);
  return { code: typeof code === 'number' ? code : null, out, err };
}

/** A call that fails at this path alone; strace passes the program's exit code on. */
export const failing = (path: string, call: string, error: 'EIO' | 'ENOSPC'): readonly string[] => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-P', path],
  ...['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`],
];

/** Before a command: what it sees at `dir` is a disk of 1 MB of its own, on which the shell words `prepare` were done first. */
export const onSmallDisk = (dir: string, prepare: string): readonly string[] => [
  ...['unshare', '-Urm', 'sh', '-c'],
  `mount -t tmpfs -o size=1m,mode=0700 tmpfs "$0" && { ${prepare}; } && exec "$@"`,
  dir,
];

/** Why a small disk cannot be mounted here; null: it can. */
export function noSmallDisk(dir: string): string | null {
  const [file = '', ...args] = [...onSmallDisk(dir, 'true'), 'true'];
  const tried = spawnSync(file, args, { encoding: 'utf8' });
  return tried.status === 0 ? null : `a small disk cannot be mounted here: ${(tried.stderr ?? '').trim()}`;
}
