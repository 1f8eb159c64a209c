import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNote, parseVkey, verifyNote } from '../../proof/index.ts';
import { formatVkey, signNote } from '../../proof/write.ts';
import { loadLogKey, loadVerifier, takeLogKey } from './log-key.ts';

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

describe('the key of an imported log', () => {
  it('is never made anew, taken only where it is the right one, and read without a signing key', async () => {
    const [old, fresh] = await Promise.all([mkdtemp(join(tmpdir(), 'key-old-')), mkdtemp(join(tmpdir(), 'key-new-'))]);
    try {
      const { signer } = await loadLogKey(old, 'records.example.gov/log');
      const pem = await readFile(join(old, 'log-ed25519.pem'), 'utf8');
      await expect(loadVerifier(fresh, 'records.example.gov/log')).rejects.toMatchObject({ code: 'no-log-key' });
      await takeLogKey(fresh, signer.key, null);
      await takeLogKey(fresh, signer.key, null);
      await expect(loadLogKey(fresh, 'localhost:8080/log')).rejects.toMatchObject({ code: 'log-key-missing' });
      expect((await loadVerifier(fresh, 'records.example.gov/log')).keyId).toBe(signer.key.keyId);
      await expect(takeLogKey(fresh, signer.key, 'no key')).rejects.toMatchObject({ code: 'wrong-key' });
      await takeLogKey(fresh, signer.key, pem);
      expect((await stat(join(fresh, 'log-ed25519.pem'))).mode & 0o077).toBe(0);
      const taken = await loadLogKey(fresh, 'localhost:8080/log');
      expect([taken.origin, taken.vkey]).toEqual(['records.example.gov/log', formatVkey(signer.key)]);
      const other = await mkdtemp(join(tmpdir(), 'key-other-'));
      await loadLogKey(other, 'records.example.gov/log');
      await expect(takeLogKey(other, signer.key, pem)).rejects.toMatchObject({ code: 'other-log' });
      await rm(other, { recursive: true });
    } finally {
      await Promise.all([old, fresh].map((dir) => rm(dir, { recursive: true })));
    }
  });
});
