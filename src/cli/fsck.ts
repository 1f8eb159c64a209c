/** `counterfoil fsck [--json]`: recomputes the log from entries to checkpoints; exit 1 and the first thing wrong if any. */
import { fsck } from '../ledger/fsck.ts';
import { verifierKey } from '../proof/index.ts';
import { streamOf } from '../rooms/entries.ts';
import { progressTo, withDatabase } from './database.ts';
import type { Command } from './io.ts';

export const fsckCommand: Command = (argv, io) =>
  withDatabase(io, async ({ owner, origin, logKey }) => {
    // Without a checkpoint there is nothing signed yet: no key is asked for, and none is made.
    const name = origin ?? 'no-checkpoint-yet';
    const key = origin ? (await logKey(origin)).signer.key : verifierKey(name, 1, new Uint8Array(32));
    const found = await fsck({
      pool: owner,
      origin: name,
      key,
      streamOf,
      onProgress: progressTo(io, 'Checked'),
    });
    if (argv.includes('--json')) io.stdout.write(`${JSON.stringify(found)}\n`);
    else if (found.ok) {
      const late = found.unpublished > 0 ? `, ${found.unpublished} entries wait for the next one` : '';
      io.stdout.write(
        `✓ ${found.entries} entries fit ${found.checkpoints} checkpoints of ${origin ?? 'this log'}${late}.\n`,
      );
    } else {
      io.stdout.write(`✕ ${found.failure} at ${found.at}\n  expected ${found.expected}\n  found    ${found.found}\n`);
    }
    return found.ok ? 0 : 1;
  });
