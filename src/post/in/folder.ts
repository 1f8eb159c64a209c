/**
 * The folder where mail comes in: `mail-in` in the data directory, laid out like a Maildir, so that any mail server delivers into it (`tmp`, then
 * `new`). A mail is moved to `cur` once it is kept in the database, and to `large` when it is too large to be kept; nothing is deleted.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Services } from '../../base/services.ts';
import { MOST_BYTES, settleAll, takeMail } from '../../rooms/meetings/mail.ts';
import type { Parser } from './parser.ts';

const FOLDERS = ['tmp', 'new', 'cur', 'large'] as const;

export const mailInFolder = (dataDir: string): string => join(dataDir, 'mail-in');

/** Makes the folders, for this user alone. */
export async function openFolder(folder: string): Promise<void> {
  for (const one of FOLDERS) await mkdir(join(folder, one), { recursive: true, mode: 0o700 });
}

/** Puts a mail into the folder as a mail server would: whole, on disk, then visible. */
export async function deliver(folder: string, raw: Uint8Array): Promise<void> {
  const name = `${Date.now()}.${randomBytes(8).toString('hex')}.eml`;
  const file = await open(join(folder, 'tmp', name), 'wx', 0o600);
  try {
    await file.writeFile(raw);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(folder, 'tmp', name), join(folder, 'new', name));
  const dir = await open(join(folder, 'new'), 'r');
  await dir.sync().finally(() => dir.close());
}

/** Takes everything that lies there, oldest name first. @returns how many mails */
export async function takeFolder(
  services: Services,
  folder: string,
  parser: Pick<Parser, 'read'>,
  goesOn: () => boolean = () => true,
): Promise<number> {
  await settleAll(services);
  const names = (await readdir(join(folder, 'new'))).filter((name) => !name.startsWith('.')).toSorted();
  let taken = 0;
  for (const name of names) {
    if (!goesOn()) break;
    const path = join(folder, 'new', name);
    const about = await stat(path);
    if (!about.isFile()) continue;
    if (about.size > MOST_BYTES) {
      await rename(path, join(folder, 'large', name));
      const beginning = await readBeginning(join(folder, 'large', name));
      await takeMail(services, beginning, null);
    } else {
      const raw = await readFile(path);
      await takeMail(services, raw, await parser.read(raw));
      await rename(path, join(folder, 'cur', name));
    }
    taken++;
  }
  return taken;
}

/** Its first 64 KiB, to tell by whom and about what it was. */
async function readBeginning(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
