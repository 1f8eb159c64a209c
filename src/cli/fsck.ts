/**
 * `counterfoil fsck [--json]`: recomputes the log from entries to checkpoints; exit 1 and the first thing wrong if any.
 * `counterfoil fsck --export DIR [--key VKEY]` does the same for the folder of an export, without a database.
 */
import { parseArgs } from 'node:util';
import type { Finding } from '../ledger/check.ts';
import { fsck } from '../ledger/fsck.ts';
import { checkExport } from '../portable/check.ts';
import { parseVkey, verifierKey } from '../proof/index.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import { streamOf } from '../rooms/entries.ts';
import { checkTimestamp } from '../witness/timestamp.ts';
import { progressTo, withDatabase } from './database.ts';
import type { Command, Io } from './io.ts';
import { plain } from './plain.ts';

/** The finding as one sentence; what it quotes may come from files that anybody wrote. */
export function findingText(found: Finding, of: string): string {
  if (!found.ok)
    return plain(`✕ ${found.failure} at ${found.at}`).concat(
      `\n  expected ${plain(found.expected)}\n  found    ${plain(found.found)}\n`,
    );
  const { entries, checkpoints, unpublished, erased, withheld, handovers, lost } = found;
  const more = [
    erased > 0 ? `, ${erased} erased` : '',
    withheld > 0 ? `, ${withheld} not public` : '',
    unpublished > 0 ? `, ${unpublished} entries wait for the next one` : '',
  ].join('');
  const keys =
    handovers > 0 ? `  The log was handed over to a new key ${handovers === 1 ? 'once' : `${handovers} times`}.\n` : '';
  const unsigned =
    lost > 0
      ? `  ${lost} of these without the old key, which was lost: decide whether you believe what follows.\n`
      : '';
  return `✓ ${entries} entries fit ${checkpoints} checkpoints of ${of}${more}.\n${keys}${unsigned}`;
}

function tell(io: Io, found: Finding, of: string, json: boolean): number {
  io.stdout.write(json ? `${JSON.stringify(found)}\n` : findingText(found, of));
  return found.ok ? 0 : 1;
}

/** Threads that check a large log load this alone, not all rooms. */
const STREAMS = new URL('../rooms/streams.ts', import.meta.url).href;

export const fsckCommand: Command = async (argv, io) => {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'boolean' }, export: { type: 'string' }, key: { type: 'string' } },
  });
  const json = values.json ?? false;
  useNodeCrypto();
  if (values.export !== undefined) {
    const trust = values.key === undefined ? {} : { trust: parseVkey(values.key) };
    const found = await checkExport(values.export, {
      streamOf,
      timestampOf: checkTimestamp,
      ...trust,
      onFiles: progressTo(io, 'Hashed files'),
      onProgress: progressTo(io, 'Checked'),
    });
    const code = tell(io, found, 'the log in this export', json);
    if (found.ok && values.key === undefined && !json)
      io.stdout.write(
        '  The key is the one that the export itself names; give --key to check against one you trust.\n',
      );
    return code;
  }
  return await withDatabase(io, async ({ owner, origin, logKey }) => {
    // Without a checkpoint there is nothing signed yet: no key is asked for, and none is made.
    const name = origin ?? 'no-checkpoint-yet';
    const key = origin ? await logKey(origin) : verifierKey(name, 1, new Uint8Array(32));
    const onProgress = progressTo(io, 'Checked');
    const found = await fsck({ pool: owner, origin: name, key, streamOf, streams: STREAMS, onProgress });
    return tell(io, found, origin ?? 'this log', json);
  });
};
