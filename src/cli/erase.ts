/**
 * `counterfoil erase ENTRY --authority TEXT --reason TEXT [--hanging] --yes`: erases an entry, or a document by its SHA-256, by order of a
 * court or by law. For the people who run the server: also entries that no desk reaches, such as parties in the directory.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileBlobs } from '../adapters/blobs/files.ts';
import { loadLogKey } from '../adapters/keys/log-key.ts';
import { openKysely, openPool } from '../adapters/postgres/pool.ts';
import { NotFound } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { erase, eraseDocumentOf, whoNames } from '../rooms/erasure/commands.ts';
import { withDatabase } from './database.ts';
import type { Command } from './io.ts';
import { clock, commandLedger, random } from './ledger.ts';

const USAGE = `counterfoil erase ENTRY|SHA256 --authority TEXT --reason TEXT [--hanging] --yes

  ENTRY        id of the entry: its text is gone for good, its commitment and every proof stay
  SHA256       of a document that an answer names: its bytes are deleted
  --authority  whose order, or which law, for example "District Court of Example, No. 26-101"
  --reason     why; it stands in the record, so it must not say what was erased
  --hanging    erase too what hangs on the entry
  --yes        without it nothing is erased
`;

export const eraseCommand: Command = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      authority: { type: 'string' },
      reason: { type: 'string' },
      hanging: { type: 'boolean' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [what] = positionals;
  const { authority, reason } = values;
  if (what === undefined || positionals.length > 1 || authority === undefined || reason === undefined || !values.yes) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  return await withDatabase(io, async ({ settings, owner, appConfig, origin }) => {
    if (origin === null) throw new NotFound('no-entry', 'This log has no entries yet.');
    const pool = openPool(appConfig, 4);
    try {
      const { signer } = await loadLogKey(join(settings.dataDir, 'keys'), origin);
      const onError = (error: unknown) => io.stderr.write(`${String(error)}\n`);
      const ledger = commandLedger(pool, { origin, signer }, onError);
      const blobs = await fileBlobs({ dir: join(settings.dataDir, 'blobs'), readOnly: true });
      const needs = { db: openKysely(pool), ledger, clock, random, blobs };
      const once = uuidv7(clock.now(), random);
      if (/^[0-9a-f]{64}$/.test(what)) {
        for (const matter of new Set((await whoNames(needs.db, what)).map((one) => one.matter))) {
          const by = await issuerOf(owner, matter);
          await eraseDocumentOf(needs, { document: what, by, matter, authority, reason, once, everywhere: true });
          io.stdout.write('✓ The document is erased; the answers that named it say so.\n');
          return await ended(ledger.stop(), owner);
        }
        throw new NotFound('no-document', 'No answer names such a document. Nothing was erased.');
      }
      const { rows } = await owner.query<{ matter: string | null; by_party: string }>(
        'select matter, by_party from ledger.entry where id::text = $1',
        [what],
      );
      const row = rows[0];
      if (!row) throw new NotFound('no-entry', 'There is no such entry. Nothing was erased.');
      const by = row.matter === null ? row.by_party : await issuerOf(owner, row.matter);
      const { erased } = await erase(needs, {
        entry: what,
        by,
        authority,
        reason,
        hanging: values.hanging ?? false,
        once,
      });
      io.stdout.write(`✓ ${erased} ${erased === 1 ? 'entry is' : 'entries are'} erased. The commitments stay.\n`);
      return await ended(ledger.stop(), owner);
    } finally {
      await pool.end();
    }
  });
};

/** Publishes what was written, and clears the old text out of the table's pages, which an update leaves there. */
async function ended(stopped: Promise<void>, owner: { query(text: string): Promise<unknown> }): Promise<number> {
  await stopped;
  await owner.query('vacuum ledger.entry');
  return 0;
}

async function issuerOf(
  owner: { query(text: string, values: unknown[]): Promise<{ rows: { by_party: string }[] }> },
  matter: string,
): Promise<string> {
  const { rows } = await owner.query(
    `select by_party from ledger.entry where matter = $1 and kind = 'matter.opened' order by seq limit 1`,
    [matter],
  );
  const by = rows[0]?.by_party;
  if (by === undefined) throw new Error('a matter that nobody opened');
  return by;
}
