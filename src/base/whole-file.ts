/** Files that are there whole or not at all, also after a crash. Knows nothing of what stands in them. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether this is the error of a file or folder that does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Puts a file, or the names in a folder, on disk. */
export async function syncPath(path: string): Promise<void> {
  const opened = await open(path, 'r');
  await opened.sync().finally(() => opened.close());
}

/** Writes beside the file's place, puts it on disk, then moves it there. @param mode of a new file, before the umask */
export async function writeWhole(path: string, content: Uint8Array | string, mode = 0o666): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncPath(dirname(path));
}
