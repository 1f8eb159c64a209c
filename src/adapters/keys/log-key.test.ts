import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseNote, parseVkey, verifyNote } from '../../proof/index.ts';
import { signNote } from '../../proof/write.ts';
import { loadLogKey } from './log-key.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-key-'));
});
afterAll(() => rm(dir, { recursive: true }));

it('is made once, for this user alone, and keeps the name of its log when the server moves', async () => {
  const keys = join(dir, 'keys');
  const first = await loadLogKey(keys, 'records.example.gov/log');
  const again = await loadLogKey(keys, 'localhost:9090/log');
  expect(again.vkey).toBe(first.vkey);
  expect(again.origin).toBe('records.example.gov/log');
  expect((await stat(join(keys, 'log-ed25519.pem'))).mode & 0o777).toBe(0o600);
  expect((await stat(keys)).mode & 0o777).toBe(0o700);
  const note = await signNote('records.example.gov/log\n0\nx\n', [again.signer]);
  expect(await verifyNote(parseNote(note), [parseVkey(first.vkey)])).toHaveLength(1);
  expect(note).not.toContain((await readFile(join(keys, 'log-ed25519.pem'), 'utf8')).split('\n')[1] ?? '?');
});

it('is refused when others could read it', async () => {
  const keys = join(dir, 'open');
  await loadLogKey(keys, 'records.example.gov/log');
  await chmod(join(keys, 'log-ed25519.pem'), 0o644);
  await expect(loadLogKey(keys, 'records.example.gov/log')).rejects.toThrow(/read by other users/);
});
