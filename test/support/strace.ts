/**
 * Faults of the machine, made by strace: from the n-th call on, a system call of chosen processes fails as a broken or full disk would make
 * it fail (strace(1), "-e inject"). Where strace is missing or may not trace, says so; installs nothing.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Fault {
  /** system calls, as strace names them: `fdatasync`, `fsync,rename` */
  readonly calls: string;
  readonly error: 'EIO' | 'ENOSPC';
  /** which of each thread's calls fail: `3` the third, `3+` from the third on, `2+3` every third from the second */
  readonly when: string;
}

export interface Injection {
  /** calls that were made to fail until now */
  failed(): number;
  /** Lets the processes go; they run on without faults. */
  stop(): Promise<void>;
}

/** Why processes cannot be traced here; null: they can. */
export function noTracing(): string | null {
  if (process.platform !== 'linux') return 'strace runs on Linux only';
  // A process that is not strace's own child, as PostgreSQL is not.
  const sleeper = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  sleeper.unref();
  const script = `timeout -s INT 1 strace -qq -e trace=none -p ${sleeper.pid}`;
  const tried = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  sleeper.kill('SIGKILL');
  if (/not found/.test(tried.stderr ?? '')) return 'strace is not installed here';
  return /PTRACE|ptrace|not permitted/.test(tried.stderr ?? '')
    ? `strace may not trace here: ${tried.stderr.trim().split('\n')[0]}`
    : null;
}

/** Traces these processes, their threads and whatever they start. Resolves when the faults are in force. */
export async function inject(pids: readonly number[], fault: Fault): Promise<Injection> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-strace-'));
  const log = join(dir, 'calls');
  const what = ['-e', `trace=${fault.calls}`, '-e', `inject=${fault.calls}:error=${fault.error}:when=${fault.when}`];
  const who = pids.flatMap((pid) => ['-p', String(pid)]);
  const child: ChildProcess = spawn('strace', ['-f', ...what, '-o', log, ...who], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // One of many may be gone by now; strace says "attached" for each that it has, and complains of the others.
  const deadline = Date.now() + 20_000;
  while ((said.match(/attached|attach:|No such process/g) ?? []).length < pids.length) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`strace: ${said}`);
    await sleep(10);
  }
  return {
    failed: () => (existsSync(log) ? readFileSync(log, 'utf8').split('(INJECTED)').length - 1 : 0),
    async stop() {
      child.kill('SIGINT');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
