/** The carried PostgreSQL through everything that happens to it on real machines. Each test starts a real one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preparedData } from '../../../test/support/own-cluster.ts';
import type { DatabaseConfig } from './config.ts';
import { type Embedded, type EmbeddedOptions, startPostgres } from './embedded.ts';
import { isAlive, isHeadless, readPidFile } from './process.ts';

const root = process.getuid?.() === 0;
let dir: string;
let running: Embedded[];
let children: ChildProcess[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'counterfoil-embedded-'));
  running = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Without flushes, which cost seconds on a busy disk; the first test is about durability and has them. */
async function start(dataDir: string, more: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const server = await startPostgres({
    dataDir,
    log: () => {},
    initdb: ['--no-sync'],
    settings: { fsync: 'off' },
    ...more,
  });
  running.push(server);
  return server;
}

async function query(config: DatabaseConfig, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...config });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A program of its own that starts PostgreSQL and then only waits, as the server does. Resolves once it is ready. */
async function otherProgram(dataDir: string, env: Record<string, string> = {}): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('./embedded.ts', import.meta.url));
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const s = await startPostgres({ dataDir: process.argv[1], log: () => {}, initdb: ['--no-sync'] });
    console.log('ready ' + s.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text) => String(text).includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('the carried PostgreSQL', () => {
  it('starts in a path with spaces, commas and quotes, stops, and starts again in under a second with its data', async () => {
    const dataDir = join(dir, `da ta, "it's" ü`);
    const first = await start(dataDir, { settings: {} });
    expect(first.reused).toBe(false);
    expect(
      await query(
        first.ownerConfig,
        `select current_setting('server_version_num')::int / 10000 as v, datlocprovider as p, datlocale as l, pg_encoding_to_char(encoding) as e
      from pg_database where datname = current_database()`,
      ),
    ).toEqual([{ v: 18, p: 'b', l: 'C.UTF-8', e: 'UTF8' }]);
    expect(
      await query(
        first.ownerConfig,
        `select string_agg(setting, ' ' order by name) as on from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums')`,
      ),
    ).toEqual([{ on: 'on on on on' }]);
    expect(await query(first.ownerConfig, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await query({ connectionString: first.ownerUrl }, 'create table kept (x int)');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    await first.stop();
    const began = performance.now();
    const second = await start(dataDir);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await query(second.ownerConfig, 'select * from kept')).toEqual([]);
  });

  it('keeps its secrets to its user and takes no connection without the password', async () => {
    await preparedData(join(dir, 'data'));
    const server = await start(join(dir, 'data'));
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
    for (const file of ['postgres-password', 'postgres.log'])
      expect(statSync(join(dir, 'data', file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'data', 'run')).mode & 0o777).toBe(0o700);
    await expect(query({ ...server.ownerConfig, password: 'guess' }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
    await expect(query(server.ownerConfig, `select 'secret-word' from nothing_here`)).rejects.toMatchObject({
      code: '42P01',
    });
    expect(readFileSync(join(dir, 'data', 'postgres.log'), 'utf8')).not.toContain('secret-word');
  });

  it('is found and used again when its program was killed, and is refused while that program lives', async () => {
    await preparedData(join(dir, 'data'));
    const dataDir = join(dir, 'data');
    const child = await otherProgram(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'data-dir-in-use' });
    const guest = await start(dataDir, { share: true });
    expect(guest.reused).toBe(true);
    await guest.stop();
    expect(isAlive(guest.pid)).toBe(true);
    await killed(child);
    const server = await start(dataDir);
    expect(server.reused).toBe(true);
    expect(server.pid).toBe(guest.pid);
    await query(server.ownerConfig, 'select 1');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('outlives a Ctrl-C of the terminal, so that the program can end it in order', async () => {
    await preparedData(join(dir, 'data'));
    const child = await otherProgram(join(dir, 'data'));
    const pid = readPidFile(join(dir, 'data', 'postgres'))?.pid ?? 0;
    const group = spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
    const ours = spawnSync('ps', ['-o', 'pgid=', '-p', String(child.pid)], { encoding: 'utf8' }).stdout.trim();
    expect(group).not.toBe('');
    expect(group).not.toBe(ours);
    await killed(child);
    await start(join(dir, 'data'));
  });

  it('recovers when both were killed, also when its number belongs to another program by now', async () => {
    await preparedData(join(dir, 'data'));
    const dataDir = join(dir, 'data');
    const first = await start(dataDir);
    await query(first.ownerConfig, 'create table kept (x int); insert into kept values (7)');
    process.kill(first.pid, 'SIGKILL');
    while (isAlive(first.pid)) await new Promise((r) => setTimeout(r, 5));
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const lines = readFileSync(file, 'utf8').split('\n');
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(stranger);
    writeFileSync(file, [String(stranger.pid), ...lines.slice(1)].join('\n'));
    const second = await start(dataDir);
    expect(second.reused).toBe(false);
    expect(await query(second.ownerConfig, 'select x from kept')).toEqual([{ x: 7 }]);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });

  it('repeats a first start that was cut off', async () => {
    const dataDir = join(dir, 'data');
    mkdirSync(join(dataDir, 'postgres.new-4194304', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres-password'), 'from-before\n');
    const server = await start(dataDir);
    expect(server.ownerConfig.password).toBe('from-before');
    expect(existsSync(join(dataDir, 'postgres.new-4194304'))).toBe(false);
  });

  it('listens at a short path when the data directory has a long one', async () => {
    const dataDir = join(dir, 'x'.repeat(90), 'y'.repeat(90));
    await preparedData(dataDir);
    const first = await start(dataDir);
    const host = first.ownerConfig.host ?? '';
    expect(Buffer.byteLength(host)).toBeLessThan(90);
    expect(statSync(host).mode & 0o777).toBe(0o700);
    await query(first.ownerConfig, 'select 1');
    await first.stop();
    const second = await start(dataDir);
    expect(second.ownerConfig.host).toBe(host);
    await second.stop();
    rmSync(host, { recursive: true });
    const third = await start(dataDir);
    await query(third.ownerConfig, 'select 1');
    await third.stop();
    rmSync(third.ownerConfig.host ?? '', { recursive: true });
  });

  it('is started again when it ends by itself', async () => {
    await preparedData(join(dir, 'data'));
    const server = await start(join(dir, 'data'), { supervise: true });
    const before = server.pid;
    process.kill(before, 'SIGKILL');
    for (let i = 0; i < 400 && server.pid === before; i++) await new Promise((r) => setTimeout(r, 25));
    expect(server.pid).not.toBe(before);
    await query(server.ownerConfig, 'select 1'); // the same address as before
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'is ended and started again when the process that recovers is killed, after which PostgreSQL waits for ever',
    async () => {
      await preparedData(join(dir, 'data'));
      const said: string[] = [];
      // With flushes: what recovers is then there long enough to be found.
      const more = { supervise: true, settings: {}, log: (line: string) => said.push(line) };
      const server = await start(join(dir, 'data'), more);
      const before = server.pid;
      const kill = async (title: string): Promise<void> => {
        for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
          const list = readFileSync(`/proc/${before}/task/${before}/children`, 'utf8').trim().split(' ').map(Number);
          const found = list.find((child) => {
            try {
              return child > 1 && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(title);
            } catch {
              return false; // gone already
            }
          });
          if (found !== undefined) {
            process.kill(found, 'SIGKILL');
            return;
          }
          await new Promise((r) => setImmediate(r));
        }
        throw new Error(`no ${title}`);
      };
      await kill(': walwriter');
      await kill(': startup');
      await new Promise((r) => setTimeout(r, 1_000));
      // Alive, and of no use: this is what is mended.
      expect([isAlive(before), isHeadless(before)]).toEqual([true, true]);
      await expect(query(server.ownerConfig, 'select 1')).rejects.toMatchObject({ code: '57P03' });
      for (let i = 0; i < 1200 && server.pid === before; i++) await new Promise((r) => setTimeout(r, 25));
      expect(server.pid).not.toBe(before);
      expect(await query(server.ownerConfig, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(isHeadless(server.pid)).toBe(false);
      expect(said).toContain('PostgreSQL is stuck in the middle of its recovery; ending it.');
    },
  );

  it('says what is wrong with a database of another PostgreSQL, and touches nothing', async () => {
    const pgdata = join(dir, 'data', 'postgres');
    mkdirSync(pgdata, { recursive: true });
    writeFileSync(join(pgdata, 'PG_VERSION'), '15\n');
    await expect(start(join(dir, 'data'))).rejects.toMatchObject({ code: 'postgres-password-gone' });
    writeFileSync(join(dir, 'data', 'postgres-password'), 'x\n');
    await expect(start(join(dir, 'data'))).rejects.toMatchObject({ code: 'postgres-major' });
    expect(existsSync(join(pgdata, 'base'))).toBe(false);
  });
});

describe.runIf(root)('as root', () => {
  it('runs below a folder that only root may enter, in a user namespace', async (context) => {
    if (spawnSync('unshare', ['-U', '--map-user=1000', '--map-group=1000', 'true']).status !== 0) {
      console.log('not run here: this machine allows no user namespaces');
      return context.skip('no user namespaces');
    }
    const home = join(dir, 'home');
    mkdirSync(home, { mode: 0o700 });
    await preparedData(join(home, 'checkout', 'data'));
    const server = await start(join(home, 'checkout', 'data'));
    expect(server.how).toBe('namespace');
    expect(statSync(server.pgdata).uid).toBe(0);
    await query(server.ownerConfig, 'select 1');
  });

  it('runs as an ordinary user where namespaces are refused, with data and programs where that user can reach them', async () => {
    const home = join(dir, 'home');
    mkdirSync(home, { mode: 0o700 });
    const dataDir = join(home, 'data');
    const first = await start(dataDir, { as: 'user' });
    const elsewhere = join(first.pgdata, '..');
    try {
      expect(first.how).toBe('user');
      expect(first.pgdata.startsWith(dir)).toBe(false);
      expect(statSync(first.pgdata).uid).toBeGreaterThan(0);
      expect(statSync(elsewhere).mode & 0o007).toBe(0);
      await query(first.ownerConfig, 'create table kept (x int)');
      await first.stop();
      // The choice stays, also when namespaces would work by now.
      const second = await start(dataDir);
      expect(second.how).toBe('user');
      expect(second.pgdata).toBe(first.pgdata);
      await query(second.ownerConfig, 'select * from kept');
      await second.stop();
    } finally {
      await first.stop();
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('hands data over that were made in a namespace, where the folder can be reached', async () => {
    const dataDir = join(dir, 'data');
    await preparedData(dataDir);
    spawnSync('chmod', ['755', dir]);
    const first = await start(dataDir);
    await query(first.ownerConfig, 'create table kept (x int)');
    await first.stop();
    const second = await start(dataDir, { as: 'user' });
    expect(second.how).toBe('user');
    expect(second.pgdata).toBe(first.pgdata);
    expect(statSync(second.pgdata).uid).toBeGreaterThan(0);
    await query(second.ownerConfig, 'select * from kept');
  });
});
