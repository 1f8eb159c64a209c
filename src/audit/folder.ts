/**
 * The folder of an audit. It is a copy of the log in the layout in which logs are served (`checkpoint`, `tile/…`), with the key that was
 * trusted first in `audit.json`, what is still on its way in `incoming/`, and `evidence/`. A file is there whole or not at all; the
 * checkpoint is written last, so it never speaks of tiles that are not there. Decides nothing.
 */
import { link, mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isMissing, syncPath, writeWhole } from '../base/whole-file.ts';
import { ProofFailure, type TileReader, tilePath, tileWidth } from '../proof/index.ts';
import { partialTiles } from '../proof/prove.ts';
import { parseTilePath } from '../proof/write.ts';
import { AuditFailure } from './outcome.ts';

const State = z.strictObject({
  counterfoil: z.literal('audit/v1'),
  /** where the log was reached last */
  url: z.string(),
  /** the keys of the log that the first run trusted */
  vkeys: z.array(z.string()).min(1),
  /** tlog-policy for runs that are given none */
  policy: z.string(),
  /** statements by which the log was handed over to further keys, oldest first */
  heirs: z.array(z.string()).default([]),
});
export type State = z.infer<typeof State>;

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Written beside its place, on disk, then moved there; its folder is made where there is none. */
export async function putWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, content);
}

/** Files that are put on disk together. */
const TOGETHER = 64;

/** Puts moved files, and their moves, on disk. */
async function onDisk(files: readonly string[]): Promise<void> {
  const all = [...files, ...new Set(files.map(dirname))];
  for (let at = 0; at < all.length; at += TOGETHER) await Promise.all(all.slice(at, at + TOGETHER).map(syncPath));
}

/** Paths of the tiles below a folder, as `tilePath` spells them; other files are not ours. */
async function* tilesBelow(dir: string, path = 'tile'): AsyncGenerator<string> {
  const names = await readdir(join(dir, path), { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names) {
    if (name.isDirectory()) yield* tilesBelow(dir, `${path}/${name.name}`);
    else yield `${path}/${name.name}`;
  }
}

export class Folder {
  readonly dir: string;
  readonly #durable: boolean;
  /** @param durable false: the tiles of the copy need not survive a power cut */
  constructor(dir: string, durable = true) {
    this.dir = dir;
    this.#durable = durable;
  }

  /** What an earlier run left, or null before the first. @throws AuditFailure `damaged-state` */
  async state(): Promise<{ state: State; checkpoint: string } | null> {
    const [json, note] = await Promise.all([
      readIfThere(join(this.dir, 'audit.json')),
      readIfThere(join(this.dir, 'checkpoint')),
    ]);
    // The state is written first: without a checkpoint nothing was followed yet.
    if (note === null) return null;
    try {
      const state = State.parse(JSON.parse(new TextDecoder().decode(json ?? new Uint8Array(0))));
      return { state, checkpoint: new TextDecoder().decode(note) };
    } catch {
      throw damaged('audit.json as an audit wrote it', json === null ? 'no such file' : 'something else');
    }
  }

  /** Tiles of the copy, for proofs about the tree of the saved checkpoint. @throws AuditFailure `damaged-state` */
  readonly copy: TileReader = {
    readTiles: (coords) =>
      Promise.all(
        coords.map(async (coord) => {
          const bytes = await readIfThere(join(this.dir, tilePath(coord)));
          if (bytes === null) throw damaged(tilePath(coord), 'no such file');
          return bytes;
        }),
      ),
  };

  /** A full tile or bundle that an interrupted run fetched already, or null. */
  incoming(path: string): Promise<Uint8Array | null> {
    return readIfThere(join(this.dir, 'incoming', path));
  }
  /** Not on disk for certain: what is cut there is seen by its length or its hashes, and fetched again. */
  async stage(path: string, bytes: Uint8Array): Promise<void> {
    const to = join(this.dir, 'incoming', path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, bytes);
  }
  async clearIncoming(): Promise<void> {
    await rm(join(this.dir, 'incoming'), { recursive: true, force: true });
  }

  /**
   * Takes what was staged for the tree of `size` into the copy, then the checkpoint. A crash before the checkpoint leaves the old copy
   * whole beside tiles that will be fetched again; one after it leaves partial tiles that nobody reads.
   */
  async accept(size: number, checkpoint: string, state: State, before: number): Promise<void> {
    const moved: string[] = [];
    for await (const path of tilesBelow(join(this.dir, 'incoming'))) {
      if (!belongs(path, size)) continue;
      const to = join(this.dir, path);
      await mkdir(dirname(to), { recursive: true });
      await rename(join(this.dir, 'incoming', path), to);
      moved.push(to);
    }
    if (this.#durable) await onDisk(moved);
    await this.#update('audit.json', `${JSON.stringify(state, null, 2)}\n`);
    await this.#update('checkpoint', checkpoint);
    await this.clearIncoming();
    for (const coord of partialTiles(before)) {
      const old = [tilePath(coord), ...(coord.level === 0 ? [tilePath({ ...coord, level: 'entries' })] : [])];
      for (const path of old) {
        if (belongs(path, size)) continue;
        await unlink(join(this.dir, path)).catch(() => {});
      }
    }
  }

  /** A run that finds nothing new writes nothing. */
  async #update(name: string, content: string): Promise<void> {
    const path = join(this.dir, name);
    const before = await readIfThere(path);
    if (before === null || !Buffer.from(content).equals(before)) await putWhole(path, content);
  }

  /** One audit at a time. @returns what ends it @throws AuditFailure `busy` */
  async lock(): Promise<() => Promise<void>> {
    await mkdir(this.dir, { recursive: true });
    const path = join(this.dir, 'audit.lock');
    // Written elsewhere first: whoever finds the lock finds the number in it.
    const own = `${path}.${process.pid}`;
    await writeFile(own, `${process.pid}\n`);
    try {
      for (let tried = 0; ; tried++) {
        try {
          await link(own, path);
          return () => rm(path, { force: true });
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        }
        const pid = Number(new TextDecoder().decode((await readIfThere(path)) ?? new Uint8Array(0)).trim());
        if (tried > 0 || isAlive(pid)) {
          throw new AuditFailure('busy', `no other audit in ${this.dir}`, `process ${pid}, by ${path}`);
        }
        await rm(path, { force: true });
      }
    } finally {
      await rm(own, { force: true });
    }
  }
}

/** Whether a path names a tile of the tree of `size`, at the width that it has there. */
function belongs(path: string, size: number): boolean {
  try {
    const { level, index, width } = parseTilePath(path);
    return width === tileWidth(level === 'entries' ? 0 : level, index, size);
  } catch (error) {
    if (error instanceof ProofFailure) return false;
    throw error;
  }
}

export function damaged(expected: string, found: string): AuditFailure {
  return new AuditFailure('damaged-state', `${expected} in the folder`, found);
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
