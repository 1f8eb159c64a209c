/**
 * What a machine has that never saw this program: a clone below a home that only its owner may enter, an empty home, no data; or a PostgreSQL of
 * its own. The packages are there already (as hard links); that they can be installed is what CI shows at its beginning.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { ownCluster } from './support/postgres.ts';
import { freePort, type Program, postgresOf, processesIn, startGroup, startProgram } from './support/program.ts';
import { skipBecause } from './support/skip.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const after: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const one of after.splice(0).reverse()) await one();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-fresh-'));
  after.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function running(program: Program): Program {
  after.push(async () => {
    program.signal('SIGTERM');
    await program.ended;
  });
  return program;
}

function sure(command: string, args: readonly string[], cwd = ROOT): string {
  // A checkout of somebody else (root in a container) may be cloned, too.
  const git = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...git } });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}${done.error?.message ?? ''}`);
  return done.stdout;
}

test('git clone, npm start: below a home of mode 0700, with an empty home and no data, an empty server answers', async (context) => {
  if (!existsSync(join(ROOT, '.git'))) skipBecause(context, 'this is no git checkout, so nothing can be cloned');
  const home = join(folder(), 'home');
  const nobodys = join(home, '..', 'empty');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(nobodys);
  const clone = join(home, 'counterfoil');
  sure('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone]);
  const modules = realpathSync(join(ROOT, 'node_modules'));
  // Links where they can be made: 25,000 files are copied in ten times the time.
  const linked = spawnSync('cp', ['-al', modules, join(clone, 'node_modules')]).status === 0;
  if (!linked) {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    sure('cp', ['-a', modules, join(clone, 'node_modules')]);
  }
  rmSync(join(clone, 'node_modules', '.counterfoil-lock'), { force: true });

  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', HOME: nobodys, PORT: String(port), EXAMPLE: '0' };
  const begun = performance.now();
  const program = running(startGroup(['npm', 'start', '--silent'], clone, env));
  await program.said(/^Counterfoil ready on http:\/\/localhost:\d+$/m);
  console.log(`from clone to ready: ${Math.round(performance.now() - begun)} ms`);
  expect(program.out()).toMatch(/^First owner: open http:\/\/localhost:\d+\/setup\/\S+ within 24 hours/m);
  const page = await (await fetch(`http://localhost:${port}/`)).text();
  expect(page).toContain('Both sides hold proof');
  expect(page).toContain('There is none yet.');
  expect(page).not.toContain('2018');
  expect(await (await fetch(`http://localhost:${port}/api/v1/records`)).json()).toMatchObject({ total: 0 });
  const data = join(clone, 'data');
  expect(postgresOf(data)).not.toBeNull();
  const root = process.getuid?.() === 0;
  if (root && spawnSync('unshare', ['-U', '--map-user=1000', '--map-group=1000', 'true']).status === 0) {
    // In a user namespace: the data stay where they are and are root's, though PostgreSQL refuses to run as root.
    expect(existsSync(join(data, 'postgres-place.json'))).toBe(false);
    expect(statSync(join(data, 'postgres')).uid).toBe(0);
  }
  // Whatever it wrote, it wrote where nobody commits it.
  expect(sure('git', ['status', '--porcelain'], clone)).toBe('');
  program.signal('SIGINT');
  await program.ended;
  expect(program.err()).toBe('');
  expect(processesIn(clone)).toEqual([]);
}, 180_000);

test('DATABASE_URL: the server uses that PostgreSQL, starts none, keeps all in it, and leaves it running', async () => {
  const cluster = await ownCluster({ migrated: false });
  after.push(() => cluster.stop());
  const { host, port: at, user = '', password = '', database = '' } = cluster.ownerConfig;
  const url = new URL(`postgresql://localhost/${database}`);
  Object.assign(url, { username: user, password, port: String(at ?? 5432) });
  if (host !== undefined) url.searchParams.set('host', host);
  const DATA_DIR = join(folder(), 'data');
  const port = await freePort();
  const env = { DATA_DIR, PORT: String(port), EXAMPLE: '0', DATABASE_URL: url.href };
  for (const round of ['first', 'second']) {
    const program = running(startProgram({ ...env, EXAMPLE: '1' }));
    await program.said(/^Counterfoil ready on/m);
    expect(await (await fetch(`http://localhost:${port}/api/v1/records`)).json(), round).toMatchObject({ total: 1 });
    expect(existsSync(join(DATA_DIR, 'postgres'))).toBe(false);
    if (round === 'second') {
      const checked = startProgram(env, ['bin/counterfoil', 'fsck']);
      expect((await checked.ended).code, checked.err()).toBe(0);
      expect(checked.out()).toMatch(/^✓ /);
    }
    program.signal('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.err()).toBe('');
  }
  expect(processesIn(cluster.dataDir).length).toBeGreaterThan(0);
}, 180_000);
