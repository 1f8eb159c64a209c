/** Small files that must be whole or absent, never half written. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a finished rename or creation inside `dir` survive a power cut. */
export function syncDir(dir: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes beside, flushes, renames: a crash leaves the old file or the new one. */
export function writeDurably(path: string, text: string, mode: number): void {
  const half = `${path}.new`;
  const fd = openSync(half, 'w', mode);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(half, path);
  syncDir(dirname(path));
}
