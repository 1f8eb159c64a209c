/** `counterfoil export DIR [--public]`: the whole log as files, beside a running server; see docs/exporting.md. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileBlobs } from '../adapters/blobs/files.ts';
import { buildViewer } from '../adapters/viewer.ts';
import { RuleRefusal } from '../base/errors.ts';
import { oneState } from '../ledger/fsck.ts';
import { exportTo } from '../portable/export.ts';
import type { Entry } from '../proof/index.ts';
import { words } from '../record/timeline.ts';
import { openDocumentsOf } from '../rooms/order-document.ts';
import { entryWords } from '../rooms/parts.tsx';
import { progressTo, withDatabase } from './database.ts';
import type { Command } from './io.ts';

const USAGE = 'counterfoil export DIR [--public]\n\n  --public   leaves out what is not public\n';

/** One line for an entry, in the words of the record; of entries for the parties, in those of the parties' pages. */
export function titleOf(entry: Entry, name: string): string {
  if (entry.audience === 'public') return words(entry, name).title;
  return `${name}: ${entryWords(entry)}`;
}

export const exportCommand: Command = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { public: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [dir] = positionals;
  if (values.help || dir === undefined || positionals.length > 1) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  return await withDatabase(io, async ({ owner, origin, logKey, settings }) => {
    if (origin === null)
      throw new RuleRefusal('nothing-published', {
        what: 'This log has no checkpoint yet, so there is nothing that an export could prove.',
        next: 'Start the server once; a second later it has one.',
      });
    const [key, blobs, viewer] = await Promise.all([
      logKey(origin),
      fileBlobs({ dir: join(settings.dataDir, 'blobs'), readOnly: true }),
      buildViewer(),
    ]);
    const facts = await oneState(owner, (client) =>
      exportTo(
        dir,
        {
          client,
          blobs,
          origin,
          key,
          now: Date.now(),
          titleOf,
          openDocumentsOf,
          viewer,
          onProgress: progressTo(io, 'Exported'),
        },
        { public: values.public ?? false },
      ),
    );
    const left = facts.public ? ` ${facts.withheld} entries are not public and were left out.` : '';
    io.stdout.write(
      `✓ ${facts.entries} entries, ${facts.documents} documents, ${facts.checkpoints} checkpoints of ${facts.origin} in ${dir}.${left}\n` +
        (facts.public
          ? ''
          : '  It holds everything, also what is for the parties alone: keep it like the server itself. Signing keys are not in it.\n'),
    );
    return 0;
  });
};
