/**
 * Checkpoints that were signed and shown, but whose tiles could not be had or did not fit. They are kept until the log has grown past them:
 * an operator who shows another history once, withholds the rest and turns back is convicted by them then.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hex } from '../proof/index.ts';
import { putWhole } from './folder.ts';
import { CHECKPOINT_BYTES } from './remote.ts';
import { type Head, openCheckpoint, type Trust } from './trust.ts';

/** However many a log shows, these are kept. */
const AT_MOST = 16;

const folderOf = (dir: string): string => join(dir, 'pending');

export async function keepPending(dir: string, head: Head): Promise<void> {
  const folder = folderOf(dir);
  await mkdir(folder, { recursive: true });
  const name = `${head.size}-${hex(head.root, 8)}.checkpoint`;
  const names = await readdir(folder);
  if (!names.includes(name) && names.length < AT_MOST) await putWhole(join(folder, name), head.note);
}

export interface Pending {
  readonly head: Head;
  /** the log has grown past it, and it fits */
  settle(): Promise<void>;
}

/** Those that the log's key signed, smallest first; what else lies there is none of ours. */
export async function pendingIn(dir: string, trust: Trust): Promise<Pending[]> {
  const folder = folderOf(dir);
  const names = await readdir(folder).catch(() => []);
  const found: Pending[] = [];
  for (const name of names.filter((one) => one.endsWith('.checkpoint')).slice(0, AT_MOST)) {
    const note = await readFile(join(folder, name), 'utf8');
    const head = note.length > CHECKPOINT_BYTES ? null : await openCheckpoint(note, trust, false).catch(() => null);
    if (head !== null) found.push({ head, settle: () => rm(join(folder, name), { force: true }) });
  }
  return found.sort((a, b) => a.head.size - b.head.size);
}
