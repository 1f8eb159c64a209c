/** `counterfoil import DIR [--key FILE]`: an equal server from an export, into an empty database and data directory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileBlobs } from '../adapters/blobs/files.ts';
import { takeLogKey } from '../adapters/keys/log-key.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { importFrom } from '../portable/import.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import { streamOf } from '../rooms/entries.ts';
import { project } from '../rooms/project.ts';
import { checkTimestamp } from '../witness/timestamp.ts';
import { progressTo, withMigrated } from './database.ts';
import { findingText } from './fsck.ts';
import type { Command } from './io.ts';

const USAGE = `counterfoil import DIR [--key FILE]

  --key   the log's signing key (keys/log-ed25519.pem of the old server); without it the log can be read and not continued

DATA_DIR, or DATABASE_URL, must be empty.
`;

export const importCommand: Command = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { key: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [dir] = positionals;
  if (values.help || dir === undefined || positionals.length > 1) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  useNodeCrypto();
  const pem = values.key === undefined ? null : await readFile(values.key, 'utf8');
  return await withMigrated(io, async ({ settings, database }) => {
    const owner = openPool(database.ownerConfig, 2);
    try {
      const found = await importFrom(dir, {
        owner,
        blobs: await fileBlobs({ dir: join(settings.dataDir, 'blobs') }),
        project,
        streamOf,
        timestampOf: checkTimestamp,
        takeKey: (_, key) => takeLogKey(join(settings.dataDir, 'keys'), key, pem),
        onFiles: progressTo(io, 'Hashed files'),
        onProgress: progressTo(io, 'Imported'),
      });
      io.stdout.write(
        found.ok ? findingText(found, 'the imported log') : `Nothing was imported.\n${findingText(found, '')}`,
      );
      if (found.ok && pem === null) io.stdout.write(WITHOUT_KEY);
      return found.ok ? 0 : 1;
    } finally {
      await owner.end();
    }
  });
};

const WITHOUT_KEY = `  Without the log's signing key this log can be read and verified (fsck, verify, export), and nothing can be added to it.
  To go on with it, put the key into keys/log-ed25519.pem of DATA_DIR. If it is lost for good, “counterfoil keys recover” begins a
  log of a new name where this one ends: docs/keys.md.
`;
