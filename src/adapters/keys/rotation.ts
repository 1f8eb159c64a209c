/**
 * One key after another: makes the next key of a log in a folder beside the one in use, and puts it in place once the log has been
 * handed over. Files only; what is signed with them, and when, is `src/ledger/handover.ts`. Deletes no key.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** What is done to files here, each step whole and on disk before the next; tests hand in one that fails. */
export interface KeyDisk {
  /** makes a folder that this user alone can enter */
  folder(path: string): Promise<unknown>;
  write(path: string, content: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export const keyDisk: KeyDisk = {
  folder: (path) => mkdir(path, { recursive: true, mode: 0o700 }),
  write: writeKeyFile,
  async move(from, to) {
    await rename(from, to);
    await syncPath(dirname(to));
    await syncPath(dirname(from));
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
};

/** The next key: made when there is none, the same one when a rotation was cut off. */
export async function nextLogKey(keysDir: string, proposed: string, disk = keyDisk): Promise<LogKey> {
  const dir = join(keysDir, NEXT);
  await disk.folder(dir);
  const path = join(dir, KEY_FILE);
  // A name without a key belongs to a rotation that was cut off before there was one: it may be given another name.
  if ((await readIfThere(path)) === null) await disk.write(join(dir, ORIGIN_FILE), `${proposed}\n`);
  const origin = (await kept(join(dir, ORIGIN_FILE), () => `${proposed}\n`, disk.write)).trim();
  const signer = signerOf((await readSecret(path)) ?? (await kept(path, newPem, disk.write)), origin);
  return { origin, signer, vkey: formatVkey(signer.key) };
}

/** Keeps the public half of a key that is lost, for a recovery that is cut off and run again. */
export const rememberLost = (keysDir: string, from: VerifierKey, disk = keyDisk): Promise<void> =>
  disk.write(join(keysDir, VKEY_FILE), `${formatVkey(from)}\n`);

/**
 * Puts the next key in place; the one before goes to `retired/`. Called once the log goes on under the next key. Cut off anywhere, it is
 * called again: the next key's file moves last, and until then the server does not start. What it leaves in `next/`, the name alone, says
 * that it is done until `clearNext`.
 */
export async function adoptNextKey(keysDir: string, old: VerifierKey, disk = keyDisk): Promise<void> {
  const [path, next] = [join(keysDir, KEY_FILE), join(keysDir, NEXT)];
  const pem = await readIfThere(join(next, KEY_FILE));
  const origin = (await readIfThere(join(next, ORIGIN_FILE)))?.trim();
  if (pem === null || origin === undefined) return;
  if ((await readIfThere(path)) !== null) {
    await disk.folder(join(keysDir, RETIRED));
    await disk.move(path, retiredFile(keysDir, old));
  }
  await disk.write(join(keysDir, ORIGIN_FILE), `${origin}\n`);
  await disk.write(join(keysDir, VKEY_FILE), `${formatVkey(keyOfPem(pem, origin))}\n`);
  await disk.move(join(next, KEY_FILE), path);
}

const RETIRED = 'retired';
const retiredFile = (keysDir: string, { keyId }: VerifierKey) => join(keysDir, RETIRED, `log-${keyId}.pem`);

/** Where the private half of a key lies that a hand-over replaced; null where it is not there. */
export async function retiredKey(keysDir: string, old: VerifierKey): Promise<string | null> {
  const path = retiredFile(keysDir, old);
  return (await readIfThere(path)) === null ? null : path;
}

/** Whether the hand-over to this name is done up to its last word: the key is in place, and nobody may have been told. */
export async function isAdopted(keysDir: string, origin: string): Promise<boolean> {
  const next = join(keysDir, NEXT);
  const name = (await readIfThere(join(next, ORIGIN_FILE)))?.trim();
  return name === origin && (await readIfThere(join(next, KEY_FILE))) === null;
}

/** Takes away what says that a hand-over is under way. The last step, when it was told. */
export const clearNext = (keysDir: string, disk = keyDisk): Promise<void> => disk.remove(join(keysDir, NEXT));
