/** The witness's key as it lies on disk: made once, read back, never readable by others, never the log's. */
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseVkey, utf8 } from '../../proof/index.ts';
import { verifySignature } from '../../proof/note.ts';
import { signText } from '../../proof/write.ts';
import { loadLogKey } from './log-key.ts';
import { loadWitnessKey } from './witness-key.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-witness-key-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('made once, kept under its first name, for the owner of the files alone', async () => {
  const made = await loadWitnessKey(dir, 'records.example.gov/witness');
  const read = await loadWitnessKey(dir, 'elsewhere.example.gov/witness');
  expect(read.vkey).toBe(made.vkey);
  expect(parseVkey(made.vkey)).toMatchObject({ name: 'records.example.gov/witness', type: 4 });
  for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
  const line = await signText('a\n', { ...read.signer, time: () => 5 });
  expect(await verifySignature('a\n', parseVkey(made.vkey), line)).toMatchObject({ time: 5 });
});

test('it is not the log’s key', async () => {
  const log = await loadLogKey(dir, 'records.example.gov/log');
  const witness = await loadWitnessKey(dir, 'records.example.gov/witness');
  expect(witness.signer.key.publicKey).not.toEqual(log.signer.key.publicKey);
  expect(await readFile(join(dir, 'witness-ed25519.pem'))).not.toEqual(await readFile(join(dir, 'log-ed25519.pem')));
  expect(await witness.signer.sign(utf8('x'))).not.toEqual(await log.signer.sign(utf8('x')));
});

test('a key that others can read is refused', async () => {
  await loadWitnessKey(dir, 'records.example.gov/witness');
  await chmod(join(dir, 'witness-ed25519.pem'), 0o644);
  await expect(loadWitnessKey(dir, 'records.example.gov/witness')).rejects.toThrow('mode to 0600');
});
