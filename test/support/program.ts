/**
 * The real program as people start it, in a process of its own on a free port and a data directory that goes with the test. Every
 * process that it started is known by its number and ended by it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bin/bundle.mjs';
import { isAlive, readPidFile } from '../../src/adapters/postgres/process.ts';
import { childrenOf } from './own-cluster.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** Waits for a line that fits; rejects when the program ends without it. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** to the door, as a service manager does; the terminal's Ctrl-C reaches both, which is the same */
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL to the server itself, not to the door before it */
  kill9(): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** The server as `npm start` runs it, without the door before it: arguments for Node and what goes into its environment. */
export async function serverAlone(): Promise<{
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}> {
  const made = await bundle();
  return made === null
    ? { args: ['--import', 'tsx', 'src/main.ts'], env: {} }
    : { args: [made.server], env: { NODE_COMPILE_CACHE: made.compiled } };
}

/** `npm start` without npm. */
export function startProgram(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['bin/run.mjs', 'start'],
): Program {
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing of the test's own settings may decide.
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
  });
  return watch(child);
}

/** A program in a folder and a process group of its own, so that a signal reaches all of it, as Ctrl-C in a terminal does. */
export function startGroup(
  command: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Program {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
  };
  return { ...watch(child), signal };
}

function watch(child: ChildProcess): Program {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  return {
    pid: child.pid ?? -1,
    out: () => out,
    err: () => err,
    ended,
    async said(pattern) {
      for (;;) {
        const found = pattern.exec(out);
        if (found) return found;
        if (over) throw new Error(`the program ended: ${out}\n${err}`);
        await sleep(20);
      }
    },
    signal: (signal) => {
      child.kill(signal);
    },
    async kill9() {
      const server = child.pid === undefined ? undefined : childrenOf(child.pid)[0];
      if (server === undefined) throw new Error('no server below the door');
      process.kill(server, 'SIGKILL');
      while (isAlive(server)) await sleep(5);
      await ended;
    },
  };
}

/** What a process and all below it have used of processors, and how long they waited for one, in seconds; null where nobody keeps account. */
export function processorTimes(pids: readonly number[]): { readonly used: number; readonly waited: number } | null {
  if (process.platform !== 'linux' || !existsSync('/proc/self/schedstat')) return null;
  let [used, waited] = [0, 0];
  const walk = (pid: number): void => {
    try {
      const [ran = 0, queued = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
      waited += queued / 1e9;
      // After the name in brackets: user and system time of the process and of those below it that have ended, in ticks.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
        .map(Number);
      const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (stat[at] ?? 0), 0);
      used += Math.max(ran / 1e9, ticks / 100);
    } catch {
      return; // gone meanwhile
    }
    for (const child of childrenOf(pid)) walk(child);
  };
  for (const pid of pids) walk(pid);
  return { used, waited };
}

/** The PostgreSQL of this data directory, by its own word. */
export function postgresOf(dataDir: string): number | null {
  const pid = readPidFile(join(dataDir, 'postgres'))?.pid ?? null;
  return pid !== null && isAlive(pid) ? pid : null;
}

/** Processes whose command line names this folder. */
export function processesIn(dataDir: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.includes(dataDir) ? [`${name} ${words}`] : [];
      } catch {
        return [];
      }
    });
}
