/**
 * One key after another: makes the next key of a log in a folder beside the one in use, and puts it in place once the log has been
 * handed over. Files only; what is signed with them, and when, is `src/ledger/handover.ts`. Deletes no key.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncPath } from '../../base/whole-file.ts';
import type { VerifierKey } from '../../proof/index.ts';
import { formatVkey } from '../../proof/write.ts';
import { kept, keyOfPem, newPem, readIfThere, readSecret, signerOf, writeKeyFile } from './files.ts';
import { KEY_FILE, type LogKey, NEXT, ORIGIN_FILE, VKEY_FILE } from './log-key.ts';

/** `records.example.gov/log` → `records.example.gov/log/2` → `records.example.gov/log/3`. */
export function nextOrigin(origin: string): string {
  const [, before = origin, n = '1'] = /^(.+\/log)(?:\/([1-9]\d{0,5}))?$/.exec(origin) ?? [];
  return `${before}/${Number(n) + 1}`;
}

/** The key in use, or null where its private half is not here. @throws Error when others could read it */
export async function currentLogKey(keysDir: string, origin: string): Promise<LogKey | null> {
  const pem = await readSecret(join(keysDir, KEY_FILE));
  if (pem === null) return null;
  const signer = signerOf(pem, origin);
  return { origin, signer, vkey: formatVkey(signer.key) };
}

/** The next key: made when there is none, the same one when a rotation was cut off. */
export async function nextLogKey(keysDir: string, proposed: string): Promise<LogKey> {
  const dir = join(keysDir, NEXT);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, KEY_FILE);
  // A name without a key is what a finished rotation may leave behind.
  if ((await readIfThere(path)) === null) await writeKeyFile(join(dir, ORIGIN_FILE), `${proposed}\n`);
  const origin = (await kept(join(dir, ORIGIN_FILE), () => `${proposed}\n`)).trim();
  const signer = signerOf((await readSecret(path)) ?? (await kept(path, newPem)), origin);
  return { origin, signer, vkey: formatVkey(signer.key) };
}

/** Keeps the public half of a key that is lost, for a recovery that is cut off and run again. */
export const rememberLost = (keysDir: string, from: VerifierKey): Promise<void> =>
  writeKeyFile(join(keysDir, VKEY_FILE), `${formatVkey(from)}\n`);

/**
 * Puts the next key in place; the one before goes to `retired/`. Called once the log goes on under the next key. Cut off anywhere, it is
 * called again: the next key's file moves last, and until then the server does not start.
 */
export async function adoptNextKey(keysDir: string, oldOrigin: string): Promise<{ retired: string | null }> {
  const [path, next] = [join(keysDir, KEY_FILE), join(keysDir, NEXT)];
  const pem = await readIfThere(join(next, KEY_FILE));
  const origin = (await readIfThere(join(next, ORIGIN_FILE)))?.trim();
  if (pem === null || origin === undefined) return { retired: null };
  let retired: string | null = null;
  const old = await readIfThere(path);
  if (old !== null) {
    const folder = join(keysDir, 'retired');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    retired = join(folder, `log-${keyOfPem(old, oldOrigin).keyId}.pem`);
    await rename(path, retired);
    await syncPath(folder);
  }
  await writeKeyFile(join(keysDir, ORIGIN_FILE), `${origin}\n`);
  await writeKeyFile(join(keysDir, VKEY_FILE), `${formatVkey(keyOfPem(pem, origin))}\n`);
  await rename(join(next, KEY_FILE), path);
  await syncPath(keysDir);
  await rm(next, { recursive: true, force: true });
  return { retired };
}
