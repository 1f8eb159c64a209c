/**
 * The bundle that `npm start` and the commands load: made of the sources as they are, never older than they are, and not needed where it
 * cannot be made. In a copy of the program, so that nobody else's bundle is touched.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'counterfoil-bundle-')));
const build = join(dir, 'build');

beforeAll(() => {
  for (const name of ['bin', 'migrations', 'package.json', 'package-lock.json', 'src', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(dir, name), { recursive: true });
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(dir, 'node_modules'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: 'none', DATA_DIR: join(dir, 'data') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd: dir, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}
const programs = z.strictObject({ server: z.string(), cli: z.string(), compiled: z.string() }).nullable();
/** In a process of its own: where a bundle lies depends on where what makes it lies. */
function ask(what: 'bundle' | 'bundled') {
  const { stdout } = run(
    '-e',
    `import('./bin/bundle.mjs').then(async (m) => console.log(JSON.stringify(await m.${what}())))`,
  );
  return programs.parse(JSON.parse(stdout));
}
const folders = () => readdirSync(join(build, 'server'));
const SAID = {
  status: 1,
  stdout: '',
  stderr: expect.stringMatching(/^Counterfoil did not start: [^\n]*PORT[^\n]*\n$/),
};

test('the first start makes it, whole and under the name of what it is made of; commands use it from then on', () => {
  expect(ask('bundled')).toBeNull();
  const help = run('bin/counterfoil', '--help');
  expect(help).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('check receipts against a policy'),
  });
  expect(ask('bundled')).toBeNull(); // a command makes nothing
  expect(run('bin/run.mjs', 'start')).toMatchObject(SAID);
  const made = ask('bundled');
  expect(folders()).toEqual([basename(dirname(made?.server ?? ''))]);
  expect(ask('bundle')).toEqual(made);
  expect(run(made?.server ?? '')).toMatchObject(SAID);
  expect(run(made?.cli ?? '', '--help')).toEqual(help);
  expect(run('bin/counterfoil', '--help')).toEqual(help);
}, 120_000);

test('no package in it looks for files beside itself, and places in our sources are those of the sources', () => {
  const folder = dirname(ask('bundled')?.server ?? '');
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  // The line that each file begins with asks for its own place, to find packages from there.
  const asking = texts.filter((text) =>
    /import\.meta|\b__dirname\b|\b__filename\b/.test(text.slice(text.indexOf('\n'))),
  );
  expect(
    asking.map((text) => /.*(?:import\.meta|\b__dirname\b|\b__filename\b).*/.exec(text.slice(text.indexOf('\n')))?.[0]),
  ).toEqual([]);
  expect(texts.some((text) => text.includes(`file://${dir}/src/main.ts`))).toBe(true);
});

test('sources that changed are not what it was made of, until they are again what they were', () => {
  const source = join(dir, 'src', 'base', 'ids.ts');
  const text = readFileSync(source);
  const made = ask('bundled');
  appendFileSync(source, '// changed\n');
  expect(ask('bundled')).toBeNull();
  writeFileSync(source, text);
  expect(ask('bundled')).toEqual(made);
}, 120_000);

test('where nothing can be written the sources run by themselves', () => {
  rmSync(build, { recursive: true });
  writeFileSync(build, '');
  expect(ask('bundle')).toBeNull();
  expect(run('bin/run.mjs', 'start')).toMatchObject(SAID);
  expect(run('bin/counterfoil', '--help')).toMatchObject({ status: 0, stderr: '' });
}, 240_000);
