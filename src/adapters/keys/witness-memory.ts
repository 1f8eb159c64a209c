/**
 * What the key remembers of the logs that it cosigned: beside the key, a file for each log with the size that was signed last. A witness
 * whose database is lost or put back to an older copy finds here that it forgot, and signs nothing that could be a second history. It holds
 * no checkpoint and no key, and is read by nobody else.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncPath } from '../../base/whole-file.ts';
import { hex, sha256, utf8 } from '../../proof/index.ts';
import type { WitnessMemory } from '../../witness/serve.ts';
import { readIfThere, writeKeyFile } from './files.ts';

/** Folder beside the key; its name begins as the key's files do, so that all of them go together. */
export const MEMORY = 'witness-seen';

/** @param keysDir where the witness key lies */
export function witnessMemory(keysDir: string): WitnessMemory {
  const folder = join(keysDir, MEMORY);
  const pathOf = (origin: string) => join(folder, hex(sha256(utf8(origin))));
  let line: Promise<unknown> = Promise.resolve();

  async function size(origin: string): Promise<number> {
    const text = await readIfThere(pathOf(origin));
    if (text === null) return 0;
    const [, digits] = /^([1-9]\d{0,15})\n/.exec(text) ?? [];
    if (digits === undefined)
      throw new Error(
        `keys/${MEMORY}: the file of ${origin} cannot be read; see docs/witnessing.md, “A witness that forgot”`,
      );
    return Number(digits);
  }

  async function write(origin: string, grown: number): Promise<void> {
    if ((await size(origin)) >= grown) return;
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncPath(keysDir);
    await writeKeyFile(pathOf(origin), `${grown}\n${origin}\n`);
  }

  return {
    size,
    grew(origin, grown) {
      // One after the other: two writes of one file would meet in its temporary copy.
      const mine = line.then(() => write(origin, grown));
      line = mine.catch(() => {});
      return mine;
    },
  };
}
