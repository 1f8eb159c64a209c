/** `counterfoil directory import` beside a running server: what would change first, then what was confirmed, and the same list again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstOwnerOf } from './support/first-owner.ts';
import { freePort, type Program, postgresOf, startProgram } from './support/program.ts';

const SAMPLE = ['us_census_places.csv', 'aliases.csv', 'census_whitelist.csv'].map(
  (name) => `examples/directory/${name}`,
);
let dir: string;
let env: Record<string, string>;
let server: Program;
let base: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'counterfoil-directory-'));
  const port = await freePort();
  base = `http://localhost:${port}`;
  env = { DATA_DIR: join(dir, 'data'), PORT: String(port), EXAMPLE: '0' };
  server = startProgram(env);
  await firstOwnerOf(server, base);
}, 120_000);
afterAll(async () => {
  server.signal('SIGTERM');
  await server.ended;
  while (postgresOf(join(dir, 'data')) !== null) await sleep(20);
  rmSync(dir, { recursive: true, force: true });
});

async function cli(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const program = startProgram(env, ['bin/counterfoil', 'directory', ...args]);
  const { code } = await program.ended;
  return { code, out: program.out(), err: program.err() };
}
const total = async (query = ''): Promise<unknown> =>
  (await (await fetch(`${base}/api/v1/parties${query}`)).json()).total;

test('says what would change and writes nothing; then writes it; then there is nothing to write', async () => {
  expect(await total()).toBe(1);
  const dry = await cli('import', ...SAMPLE);
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringContaining('27 new, 0 changed, 0 gone, 0 unchanged, 0 that cannot be used'),
  });
  expect(dry.out).toContain('Nothing was written.');
  expect(await total()).toBe(1);
  expect(await cli('import', ...SAMPLE, '--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining('✓ Written: 27 new'),
  });
  // The server reads what stands beside it.
  await expect.poll(() => total('?state=CA&kind=place')).toBe(5);
  expect(await cli('import', ...SAMPLE, '--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining('0 new, 0 changed, 0 gone, 27 unchanged'),
  });
  expect(await total()).toBe(28);
}, 120_000);

test('any list by named columns, bad rows by their lines; what cannot be used is refused in words', async () => {
  const file = join(dir, 'clerks.csv');
  writeFileSync(file, 'Jurisdiction,Clerk mail\nCedar County,records@cedar.example.gov\nElm,nobody\n');
  const mapped = [
    '--map',
    'name=Jurisdiction',
    '--map',
    'mail=Clerk mail',
    '--kind',
    'county',
    '--state',
    'NE',
    '--list',
    'clerks',
  ];
  const read = await cli('import', file, ...mapped, '--yes');
  expect(read.out).toContain('line 3: E-mail address “nobody”');
  expect(read).toMatchObject({ code: 0, out: expect.stringContaining('✓ Written: 1 new') });
  const wrong = await cli('import', file, '--map', 'name=Place');
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('Columns: Jurisdiction, Clerk mail.') });
  expect(await cli('import', file, ...mapped, '--by', 'Nobody')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no such organisation.'),
  });
  const none = await cli('import', join(dir, 'nothing.csv'));
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('cannot be read') });
  expect((await cli()).err).toContain('counterfoil directory import FILE');
}, 120_000);
