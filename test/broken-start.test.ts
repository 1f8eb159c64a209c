/**
 * The log's key on a disk that fails or is full, at the first start and at a rotation: the program says so in one line and ends, no half
 * key is ever in place, and the same command again, on a whole disk, goes through. Real system calls that fail, a real PostgreSQL.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failing, noSmallDisk, onSmallDisk, ran, urlOf } from './support/broken-start.ts';
import { type FreshDatabase, freshDatabase } from './support/postgres.ts';
import { serverAlone } from './support/program.ts';
import { noTracing } from './support/strace.ts';

const dir = mkdtempSync(join(tmpdir(), 'counterfoil-broken-start-'));
const missing = noTracing();
if (missing) console.log(`not tried: a key that cannot be written (${missing})`);

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

const alone = await serverAlone();
const SERVER = [process.execPath, ...alone.args];
const ROTATE = ['bin/counterfoil', 'keys', 'rotate', '--yes'];
const envOf = (data: string) => ({
  DATA_DIR: data,
  DATABASE_URL: urlOf(database.ownerConfig),
  PORT: '0',
  BASE_URL: 'http://records.example.gov',
  EXAMPLE: '0',
  LOG_LEVEL: 'error',
  ...alone.env,
});
const keyIn = (data: string) => join(data, 'keys', 'log-ed25519.pem');

test.runIf(missing === null)(
  'each call that writes the key fails: first at the start, then at a rotation',
  async () => {
    const data = join(dir, 'data');
    mkdirSync(data);
    const env = envOf(data);
    for (const [call, error] of [
      ['write', 'ENOSPC'],
      ['fsync', 'EIO'],
      ['rename', 'EIO'],
    ] as const) {
      const { code, out, err } = await ran([...failing(`${keyIn(data)}.new`, call, error), ...SERVER], env);
      expect(`${call}: ${code} ${err}`).toMatch(
        new RegExp(`^${call}: 1 Counterfoil did not start: [^\\n]*${error}[^\\n]*\\n$`),
      );
      expect(out + err).not.toContain('PRIVATE KEY');
      expect(existsSync(keyIn(data))).toBe(false);
    }
    // With something to sign, so that there is a log to hand over.
    expect((await ran(SERVER, { ...env, EXAMPLE: '1' })).code).toBe(0);
    const first = readFileSync(keyIn(data), 'utf8');

    const next = join(data, 'keys', 'next', 'log-ed25519.pem');
    const rotate = [process.execPath, ...ROTATE];
    for (const [path, call, error] of [
      [`${next}.new`, 'write', 'ENOSPC'],
      [`${next}.new`, 'fsync', 'EIO'],
      [`${next}.new`, 'rename', 'EIO'],
      // Into its place, after the log was handed over: from here on nobody signs until the command was run again.
      [next, 'rename', 'EIO'],
    ] as const) {
      const { code, out, err } = await ran([...failing(path, call, error), ...rotate], env);
      expect(`${path} ${call}: ${code}`).toBe(`${path} ${call}: 1`);
      expect(err).toContain(error);
      expect(out + err).not.toContain('PRIVATE KEY');
    }
    const cutOff = await ran(SERVER, env);
    expect(cutOff.code).toBe(1);
    expect(cutOff.err).toMatch(/^Counterfoil did not start: The log .* “counterfoil keys” command again[^\n]*\n$/);
    const whole = await ran(rotate, env);
    expect(`${whole.code} ${whole.err}`).toMatch(/^0 /);
    expect(readFileSync(keyIn(data), 'utf8')).not.toBe(first);
    const retired = readdirSync(join(data, 'keys', 'retired'));
    expect(retired).toHaveLength(1);
    expect(readFileSync(join(data, 'keys', 'retired', retired[0] ?? ''), 'utf8')).toBe(first);
    expect((await ran(SERVER, env)).code).toBe(0);
    const fsck = await ran([process.execPath, 'bin/counterfoil', 'fsck'], env);
    expect(`${fsck.code} ${fsck.err}`).toMatch(/^0 /);
  },
  300_000,
);

test('a data directory on a disk that is full: one line, and room made helps', async () => {
  const data = join(dir, 'small');
  mkdirSync(data);
  const missing = noSmallDisk(data);
  if (missing !== null) return console.log(`not tried: ${missing}`);
  const fresh = await freshDatabase();
  try {
    const env = { ...envOf(data), DATABASE_URL: urlOf(fresh.ownerConfig) };
    const fill = '{ cat /dev/zero > "$0/full" 2>/dev/null || true; }';
    const { code, out, err } = await ran([...onSmallDisk(data, fill), ...SERVER], env);
    expect(`${code} ${err}`).toMatch(/^1 Counterfoil did not start: [^\n]*(?:ENOSPC|full)[^\n]*\n$/);
    expect(out + err).not.toContain('PRIVATE KEY');
    const roomy = await ran([...onSmallDisk(data, `${fill}; rm "$0/full"`), ...SERVER], env);
    expect(`${roomy.code} ${roomy.err}`).toBe('0 ');
  } finally {
    await fresh.drop();
  }
}, 120_000);
