/**
 * Reads mail in a child process that may read this program and nothing else: it can write no file, start no other process, and ends when it takes
 * too long or too much memory. What it says is checked like anything that comes from outside; where it dies, the mail counts as unreadable.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ReadMail, readMail } from '../../rooms/meetings/itip.ts';

export interface Parser {
  /** null: it could not be read, in time and memory */
  read(raw: Uint8Array): Promise<ReadMail | null>;
  stop(): Promise<void>;
}

export interface ParserLimits {
  readonly ms?: number;
  readonly megabytes?: number;
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** A new process after so many mails: whatever one of them left behind goes. */
const MOST = 200;

const answered = z.strictObject({ read: readMail.nullable() });

export function createParser({ ms = 10_000, megabytes = 128 }: ParserLimits = {}): Parser {
  let child: ChildProcess | null = null;
  let done = 0;
  let tail: Promise<unknown> = Promise.resolve();

  function start(): ChildProcess {
    const modules = realpathSync(`${ROOT}node_modules`);
    const readable = [`${ROOT}src/`, `${ROOT}package.json`, `${ROOT}node_modules`, modules, `${ROOT}tsconfig.json`];
    done = 0;
    return fork(CHILD, [], {
      execArgv: [
        '--permission',
        ...readable.map((path) => `--allow-fs-read=${path}`),
        `--max-old-space-size=${megabytes}`,
        '--no-warnings',
      ],
      // Nothing of the environment: secrets stand there.
      env: {},
      cwd: ROOT,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  function end(): void {
    child?.removeAllListeners();
    // A late error of a process that is being killed must not end this one.
    child?.on('error', () => {});
    child?.kill('SIGKILL');
    child = null;
  }

  async function one(raw: Uint8Array): Promise<ReadMail | null> {
    if (done >= MOST) end();
    child ??= start();
    done++;
    const own = child;
    const said = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => resolve(null), ms);
      const over = (message: unknown) => {
        clearTimeout(timer);
        resolve(message);
      };
      own.once('message', over);
      own.once('exit', () => over(null));
      own.once('error', () => over(null));
      own.send(Buffer.from(raw), (error) => {
        if (error) over(null);
      });
    });
    own.removeAllListeners();
    const checked = answered.safeParse(said);
    if (!checked.success) end();
    return checked.success ? checked.data.read : null;
  }

  return {
    read(raw) {
      const next = tail.then(() => one(raw));
      tail = next.catch(() => {});
      return next;
    },
    async stop() {
      await tail;
      end();
    },
  };
}
