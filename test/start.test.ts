/** The program itself, started and ended in every way that people and machines start and end it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { uuidv7 } from '../src/base/ids.ts';
import { random } from './support/ledger.ts';
import { freePort, type Program, postgresOf, processesIn, processorTimes, startProgram } from './support/program.ts';

const dirs: string[] = [];
const running: Program[] = [];

function dataDir(): string {
  const dir = join(mkdtempSync(join(tmpdir(), 'counterfoil-start-')), 'data');
  dirs.push(dir);
  return dir;
}

function run(env: Readonly<Record<string, string>>, args?: readonly string[]): Program {
  const program = startProgram(env, args);
  running.push(program);
  return program;
}

afterEach(async () => {
  for (const program of running.splice(0)) {
    program.signal('SIGTERM');
    await program.ended;
  }
  for (const dir of dirs.splice(0)) {
    const left = postgresOf(dir);
    if (left !== null) process.kill(left, 'SIGQUIT');
    while (postgresOf(dir) !== null) await sleep(20);
    rmSync(join(dir, '..'), { recursive: true, force: true });
  }
});

async function ready(program: Program, port: number): Promise<void> {
  const [, url] = await program.said(/^Counterfoil ready on (\S+)$/m);
  expect(url).toBe(`http://localhost:${port}`);
}

/** What a refused start looks like: one line, no inner workings, exit 1. */
async function refused(program: Program): Promise<string> {
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(program.out()).toBe('');
  const lines = program.err().trimEnd().split('\n');
  expect(lines, program.err()).toHaveLength(1);
  expect(lines[0]).toMatch(/^Counterfoil did not start: /);
  expect(lines[0]).not.toMatch(/ at |Error:|\[object/);
  return lines[0] ?? '';
}

/** The first owner, by the link that the start printed; returns the session's cookie. */
async function owner(program: Program, base: string): Promise<string> {
  const [, link] = await program.said(/First owner: open (\S+) within 24 hours/);
  const form = {
    organisation: 'Office of Examples',
    kind: 'agency',
    timeZone: 'America/New_York',
    name: 'Sample Owner',
    email: 'owner@office.example.gov',
  };
  const answer = await fetch(link ?? '', {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: base },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(303);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** Opens a matter; the address it leads to, or null when there was no such answer. */
async function openMatter(base: string, cookie: string, title: string, once: string): Promise<string | null> {
  try {
    const answer = await fetch(`${base}/desk/matters`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: base, cookie },
      body: new URLSearchParams({ title, slug: '', summary: '', audience: 'public', once }),
    });
    await answer.body?.cancel();
    return answer.status === 303 ? answer.headers.get('location') : null;
  } catch {
    return null;
  }
}

async function fsck(DATA_DIR: string, port: number): Promise<string> {
  const program = run({ DATA_DIR, PORT: String(port) }, ['bin/counterfoil', 'fsck']);
  const { code } = await program.ended;
  expect(code, program.out() + program.err()).toBe(0);
  return program.out();
}

test('starts with the example, again within seconds, and Ctrl-C leaves nothing running', async () => {
  const DATA_DIR = dataDir();
  const port = await freePort();
  const env = { DATA_DIR, PORT: String(port) };
  const first = run(env);
  const from = performance.now();
  await ready(first, port);
  console.log(`first start: ${Math.round(performance.now() - from)} ms`);
  expect(await (await fetch(`http://localhost:${port}/healthz`)).json()).toEqual({ status: 'ok', alarms: 0 });
  const home = await (await fetch(`http://localhost:${port}/`)).text();
  expect(home).toContain('Both sides hold proof');
  const records = await (await fetch(`http://localhost:${port}/api/v1/records`)).text();
  expect(records).toContain('2018');
  const postgres = postgresOf(DATA_DIR);
  expect(postgres).not.toBeNull();
  first.signal('SIGINT');
  expect(await first.ended).toEqual({ code: 0, signal: null });
  expect(first.err()).toBe('');
  expect(postgresOf(DATA_DIR)).toBeNull();
  expect(processesIn(DATA_DIR)).toEqual([]);

  const again = performance.now();
  const second = run(env);
  await ready(second, port);
  const took = (performance.now() - again) / 1000;
  const times = processorTimes([second.pid, postgresOf(DATA_DIR) ?? -1]);
  const told = times ? `, ${times.used.toFixed(1)} s of processor, ${times.waited.toFixed(1)} s waiting for one` : '';
  console.log(`second start: ${took.toFixed(1)} s${told}`);
  // Others may work on this machine, too: what counts is the work that a start is, and the time in which nobody kept it from working.
  expect(took - (times?.waited ?? 0)).toBeLessThan(5);
  // Of the server and its database together, which start beside each other.
  expect(times?.used ?? 0).toBeLessThan(5);
  expect((await (await fetch(`http://localhost:${port}/api/v1/records`)).text()).length).toBe(records.length);
  second.signal('SIGTERM');
  expect(await second.ended).toEqual({ code: 0, signal: null });
  expect(processesIn(DATA_DIR)).toEqual([]);
  expect(await fsck(DATA_DIR, port)).toContain('✓');

  // Another port is another address, not another log: what was signed before still fits what is signed now.
  const elsewhere = await freePort();
  const third = run({ DATA_DIR, PORT: String(elsewhere) });
  await ready(third, elsewhere);
  const identity = await (await fetch(`http://localhost:${elsewhere}/.well-known/counterfoil`)).text();
  expect(identity).toContain(`"origin":"localhost:${port}/log"`);
  expect(await fsck(DATA_DIR, elsewhere)).toContain('✓');
}, 180_000);

test('told to stop while it starts, it stops as soon as it can and leaves nothing running', async () => {
  const DATA_DIR = dataDir();
  const program = run({ DATA_DIR, PORT: String(await freePort()), EXAMPLE: '0' });
  while (postgresOf(DATA_DIR) === null) await sleep(5);
  program.signal('SIGINT');
  expect((await program.ended).code).toBe(0);
  expect(processesIn(DATA_DIR)).toEqual([]);
}, 120_000);

test('kill -9 while 64 callers write: nothing acknowledged is lost, and the next start goes on with PostgreSQL as it was left', async () => {
  const DATA_DIR = dataDir();
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const env = { DATA_DIR, PORT: String(port), EXAMPLE: '0' };
  const first = run(env);
  await ready(first, port);
  const cookie = await owner(first, base);
  const acknowledged = new Map<string, { at: string; once: string }>();
  const unanswered: { title: string; once: string }[] = [];
  let gone = false;
  const caller = async (n: number) => {
    for (let i = 0; !gone; i++) {
      const title = `Matter ${n} of round ${i}`;
      const once = uuidv7(Date.now(), random);
      const at = await openMatter(base, cookie, title, once);
      if (at === null) {
        unanswered.push({ title, once });
        return;
      }
      acknowledged.set(title, { at, once });
    }
  };
  const callers = Array.from({ length: 64 }, (_, n) => caller(n));
  while (acknowledged.size < 200) await sleep(10);
  await first.kill9();
  gone = true;
  await Promise.all(callers);
  console.log(`killed with ${acknowledged.size} acknowledged and ${unanswered.length} under way`);
  const postgres = postgresOf(DATA_DIR);
  expect(postgres).not.toBeNull();

  const second = run(env);
  await ready(second, port);
  expect(postgresOf(DATA_DIR)).toBe(postgres);
  // The session survived too. What was under way is asked again with the same form: done once, whether it had been done or not.
  await Promise.all(
    unanswered.map(async ({ title, once }) => {
      const at = await openMatter(base, cookie, title, once);
      expect(at).not.toBeNull();
      acknowledged.set(title, { at: at ?? '', once });
    }),
  );
  const addresses = [...acknowledged.values()].map(({ at }) => at);
  const reader = async () => {
    for (let at = addresses.pop(); at !== undefined; at = addresses.pop()) {
      const answer = await fetch(base + at, { headers: { cookie } });
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 8 }, reader));
  const [some] = acknowledged;
  expect(some && (await openMatter(base, cookie, some[0], some[1].once))).toBe(some?.[1].at);
  const said = await fsck(DATA_DIR, port);
  // One entry of the organisation, one of each matter, and not one more.
  expect(said).toMatch(
    new RegExp(`✓ ${(acknowledged.size + 1).toLocaleString('en-US')} entries|^✓ ${acknowledged.size + 1} `),
  );
  second.signal('SIGINT');
  expect((await second.ended).code).toBe(0);
  expect(processesIn(DATA_DIR)).toEqual([]);
}, 240_000);

test('a PostgreSQL that is killed under the server comes back, and so do answers', async () => {
  const DATA_DIR = dataDir();
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const program = run({ DATA_DIR, PORT: String(port), EXAMPLE: '0' });
  await ready(program, port);
  const cookie = await owner(program, base);
  const before = await openMatter(base, cookie, 'Before', uuidv7(Date.now(), random));
  expect(before).not.toBeNull();
  const killed = postgresOf(DATA_DIR);
  if (killed === null) throw new Error('no PostgreSQL');
  process.kill(killed, 'SIGKILL');
  const once = uuidv7(Date.now(), random);
  const deadline = Date.now() + 60_000;
  let after: string | null = null;
  while (after === null && Date.now() < deadline) {
    after = await openMatter(base, cookie, 'After', once);
    if (after === null) await sleep(100);
  }
  expect(after).not.toBeNull();
  // Its backends may outlive it for a moment and still take the matter: the end is noticed after that.
  await program.said(/PostgreSQL ended unexpectedly; starting it again\./);
  await expect.poll(() => postgresOf(DATA_DIR), { timeout: 60_000 }).not.toBe(killed);
  expect((await fetch(base + before, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(base + after, { headers: { cookie } })).status).toBe(200);
  expect(await fsck(DATA_DIR, port)).toMatch(/✓ 3 entries/);
}, 180_000);

test('a port in use, a data directory in use, a wrong setting: one line each, nothing made, nothing left', async () => {
  const DATA_DIR = dataDir();
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const taken = await refused(run({ DATA_DIR, PORT: String(port), EXAMPLE: '0' }));
  expect(taken).toContain(`Port ${port} of 127.0.0.1 is in use`);
  expect(taken).toContain('another PORT');
  await new Promise((resolve) => other.close(resolve));
  if (existsSync(DATA_DIR)) expect(readdirSync(DATA_DIR)).toEqual([]);

  const wrong = await refused(
    run({ DATA_DIR, PORT: String(port), SMTP_URL: 'smtp://user:secret-word@mail.example.gov' }),
  );
  expect(wrong).toContain('MAIL_FROM');
  expect(wrong).not.toContain('secret-word');
  if (existsSync(DATA_DIR)) expect(readdirSync(DATA_DIR)).toEqual([]);

  const first = run({ DATA_DIR, PORT: String(port), EXAMPLE: '0' });
  await ready(first, port);
  const inUse = await refused(run({ DATA_DIR, PORT: String(await freePort()), EXAMPLE: '0' }));
  expect(inUse).toMatch(/Another Counterfoil \(process \d+\) already works on/);
  expect(inUse).toContain('another DATA_DIR');
  // The one that was there goes on undisturbed.
  expect((await fetch(`http://localhost:${port}/records`)).status).toBe(200);
  expect(readFileSync(join(DATA_DIR, 'postgres-owner.json'), 'utf8')).toContain(
    String(/process (\d+)/.exec(inUse)?.[1]),
  );
}, 180_000);

test('a database elsewhere that does not answer: one line', async () => {
  const DATA_DIR = dataDir();
  const gone = await freePort();
  const line = await refused(
    run({
      DATA_DIR,
      PORT: '0',
      EXAMPLE: '0',
      DATABASE_URL: `postgresql://sample:secret-word@127.0.0.1:${gone}/sample`,
    }),
  );
  expect(line).not.toContain('secret-word');
  expect(line).toMatch(/database|PostgreSQL/);
}, 60_000);
