/**
 * Where the hammer falls: one PostgreSQL, started and looked after as the server does it, server processes of src/main.ts on it, and writer
 * processes with the real ledger. Processes that end are started again, as a service manager would. Every process is known by its number.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadLogKey } from '../../src/adapters/keys/log-key.ts';
import { startPostgres } from '../../src/adapters/postgres/index.ts';
import { freePort, serverAlone } from '../support/program.ts';
import type { Memory } from './memory.ts';
import type { Storm } from './storm.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Server {
  readonly base: string;
  /** null while it is being started */
  pid(): number | null;
  ready(): boolean;
}

export interface Field {
  readonly postgres: Awaited<ReturnType<typeof startPostgres>>;
  readonly servers: readonly Server[];
  /** the writers that run now */
  writers(): readonly { readonly slot: number; readonly pid: number }[];
  readonly keys: string;
  readonly vkey: string;
  readonly origin: string;
  /** cookie of the first owner, for every server */
  readonly cookie: string;
  /** Tells everybody to end, waits for them, and leaves PostgreSQL running. */
  rest(): Promise<void>;
  /** After the rest: one server more on what is there. @returns its address */
  reopen(): Promise<string>;
  close(): Promise<void>;
}

export interface FieldOptions {
  readonly servers: number;
  readonly writers: number;
  readonly callers: number;
  readonly pause: number;
  /** callers of each writer who write without a pause while the storm blows, at one writer at a time */
  readonly crowd: number;
  readonly storm: Storm;
  readonly memory: Memory;
}

const said = z.union([
  z.object({ try: z.string(), ids: z.array(z.string()) }),
  z.object({ ok: z.string(), positions: z.array(z.number()), repeated: z.boolean() }),
  z.object({ away: z.string() }),
  z.object({ wrong: z.string() }),
]);

export async function openField(options: FieldOptions): Promise<Field> {
  const { servers: many, writers, callers, pause, crowd, storm, memory } = options;
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-hammer-'));
  const data = join(dir, 'data');
  const keys = join(data, 'keys');
  const postgres = await startPostgres({ dataDir: join(dir, 'database'), log: () => {}, supervise: true });
  let resting = false;
  const alone = await serverAlone();
  const lives: Promise<unknown>[] = [];
  const running = new Set<ChildProcess>();

  function node(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [...args], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    });
    // Whoever was just killed hears no more orders.
    child.stdin?.on('error', () => {});
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  }

  const serverEnv = (port: number) => ({
    PORT: String(port),
    DATA_DIR: data,
    DATABASE_URL: postgres.ownerUrl,
    EXAMPLE: '0',
    LOG_LEVEL: 'error',
    ...alone.env,
  });
  let owner = '';
  async function server(): Promise<Server> {
    const port = await freePort();
    let child: ChildProcess | null = null;
    let ready = false;
    const env = serverEnv(port);
    const live = async () => {
      while (!resting) {
        child = node(alone.args, env);
        let err = '';
        child.stderr?.on('data', (text: Buffer) => {
          err = (err + text.toString()).slice(-2_000);
        });
        child.stdout?.on('data', (text: Buffer) => {
          owner ||= /First owner: open (\S+)/.exec(text.toString())?.[1] ?? '';
          if (text.includes('Counterfoil ready')) ready = true;
        });
        const [code, signal] = await once(child, 'close');
        const was = ready;
        ready = false;
        child = null;
        if (signal === 'SIGKILL' || resting) continue;
        // A start while PostgreSQL is away is refused in one line; a server that was ready never ends by itself.
        if (was || !/^Counterfoil did not start: /m.test(err))
          memory.wrong(`a server ended with ${code}: ${err.trim()}`);
        else memory.count('refusedStarts');
        await sleep(300);
      }
    };
    lives.push(live());
    return { base: `http://localhost:${port}`, pid: () => child?.pid ?? null, ready: () => ready };
  }

  /** writers that have begun to write */
  const slots = new Map<number, ChildProcess>();
  async function writer(slot: number, origin: string): Promise<void> {
    for (let life = 0; !resting; life++) {
      const given = {
        appConfig: postgres.appConfig,
        keys,
        origin,
        name: `w${slot}.${life}`,
        callers,
        crowd,
        pause,
        again: memory.toRepeat(),
      };
      const child = node(['--import', 'tsx', 'test/hammer/writer.ts'], { HAMMER_WRITER: JSON.stringify(given) });
      let err = '';
      child.stderr?.on('data', (text: Buffer) => {
        err = (err + text.toString()).slice(-2_000);
      });
      if (child.stdout) {
        createInterface({ input: child.stdout }).on('line', (line) => {
          // A killed process may leave half a line behind: what it was about to say was not heard.
          if (!line.endsWith('}')) return;
          if (child.exitCode === null && child.signalCode === null && slots.get(slot) !== child) {
            slots.set(slot, child);
            if (storm.on() && slot === pressed) child.stdin?.write('storm\n');
          }
          const what = said.parse(JSON.parse(line));
          if ('try' in what) memory.tried(what.try, what.ids, slot);
          else if ('ok' in what) memory.acknowledged(what.ok, what.positions, slot);
          else if ('away' in what) memory.count('away');
          else memory.wrong(what.wrong);
        });
      }
      const [code, signal] = await once(child, 'close');
      slots.delete(slot);
      memory.gone(slot);
      if (signal !== 'SIGKILL' && code !== 0) memory.wrong(`a writer ended with ${code}: ${err.trim()}`);
    }
  }

  // Each in turn: the crowd of one fills batches two deep, and the other one comes in between.
  let pressed = 0;
  storm.listen((on) => {
    if (on) pressed = (pressed + 1) % writers;
    for (const [slot, child] of slots) child.stdin?.write(on && slot === pressed ? 'storm\n' : 'calm\n');
  });

  const killAll = () => {
    for (const child of running) child.kill('SIGKILL');
  };
  try {
    const first = await server();
    while (!first.ready()) await sleep(50);
    const { vkey, origin } = await loadLogKey(keys, 'unused.example.gov/log');
    const rest = await Promise.all(Array.from({ length: many - 1 }, server));
    const all = [first, ...rest];
    const cookie = await firstOwner(owner, first.base);
    for (let slot = 0; slot < writers; slot++) lives.push(writer(slot, origin));
    while (!all.every((one) => one.ready()) || slots.size < writers) await sleep(50);
    return {
      postgres,
      servers: all,
      writers: () => [...slots].flatMap(([slot, { pid }]) => (pid === undefined ? [] : [{ slot, pid }])),
      keys,
      vkey,
      origin,
      cookie,
      async rest() {
        resting = true;
        for (const child of running) child.kill('SIGTERM');
        const late = setTimeout(() => {
          memory.wrong('a process did not end within 60 s of being told');
          killAll();
        }, 60_000);
        await Promise.all(lives);
        clearTimeout(late);
      },
      async reopen() {
        const port = await freePort();
        const child = node(alone.args, serverEnv(port));
        lives.push(once(child, 'close'));
        await new Promise<void>((resolve, reject) => {
          child.stdout?.on('data', (text: Buffer) => text.includes('Counterfoil ready') && resolve());
          child.once('close', (code) => reject(new Error(`the server after the last kill ended with ${code}`)));
        });
        return `http://localhost:${port}`;
      },
      async close() {
        resting = true;
        killAll();
        await Promise.all(lives);
        await postgres.stop();
        await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    resting = true;
    killAll();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** The first owner, by the link that the first start printed. @returns the session's cookie */
async function firstOwner(link: string, base: string): Promise<string> {
  const form = {
    organisation: 'Office of Examples',
    kind: 'agency',
    timeZone: 'America/New_York',
    name: 'Sample Owner',
    email: 'owner@office.example.gov',
  };
  const answer = await fetch(link, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: base },
    body: new URLSearchParams(form),
  });
  if (answer.status !== 303) throw new Error(`the first owner: ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
