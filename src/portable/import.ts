/**
 * `counterfoil import`: makes an equal server of an export. Everything is checked while it is read and written in one transaction, so a
 * server is whole or as empty as before; entries keep their positions, ids and openings, so their receipts are the same bytes. Runs as the
 * owner of the database, and into an empty one only.
 */
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { RuleRefusal } from '../base/errors.ts';
import type { Project } from '../base/row.ts';
import type { Blobs } from '../base/services.ts';
import { type CheckedEntry, type CheckSink, type Finding, Found } from '../ledger/check.ts';
import { insertViews } from '../ledger/rebuild.ts';
import { arrayText, takeTurn } from '../ledger/sql.ts';
import { writeTiles } from '../ledger/tiles.ts';
import type { Entry, VerifierKey } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { type CheckTimestamp, putBeside } from './beside.ts';
import { checkExport } from './check.ts';
import type { Listed } from './files.ts';
import { checkpointRow, commandRow } from './layout.ts';
import { allLines, parsed } from './lines.ts';

export interface ImportDeps {
  /** owner of the database: the running server's role could not do this */
  readonly owner: Pool;
  readonly blobs: Pick<Blobs, 'put'>;
  readonly project: Project;
  readonly streamOf: (entry: Entry) => string;
  readonly timestampOf?: CheckTimestamp;
  /** Called after the files were checked and before anything is written: puts the log's key in place, or refuses. */
  readonly takeKey: (origin: string, key: VerifierKey) => Promise<void>;
  readonly onFiles?: (done: number, of: number) => void;
  readonly onProgress?: (done: number, of: number) => void;
}

/** @throws RuleRefusal `server-not-empty`, `export-is-public` @returns what is wrong with the export; then nothing was written */
export async function importFrom(dir: string, deps: ImportDeps): Promise<Finding> {
  const client = await deps.owner.connect();
  let broken: Error | undefined;
  let logKey: string | null = null;
  let exported: Listed | null = null;
  try {
    await client.query('begin');
    // Held to the end: nobody appends while an import is under way, and two imports take turns.
    // No limit to its silence: between its statements it reads and hashes every document.
    await takeTurn(client, 0);
    await assertEmpty(client);
    // Erasures of the export are done already; the entries that say so come in as they are.
    await client.query('alter table ledger.entry disable trigger entry_erased');
    const finding = await checkExport(dir, {
      streamOf: deps.streamOf,
      ...(deps.timestampOf ? { timestampOf: deps.timestampOf } : {}),
      ...(deps.onFiles ? { onFiles: deps.onFiles } : {}),
      ...(deps.onProgress ? { onProgress: deps.onProgress } : {}),
      sink: async (listed, key) => {
        if (listed.facts.public || listed.facts.withheld > 0)
          throw new RuleRefusal('export-is-public', {
            what: 'This is a public export: what is not public was left out, so no equal server can be made of it.',
            lost: 'Nothing was written.',
            next: 'Check it with “counterfoil fsck --export”, read it in its viewer, or ask for a whole export.',
          });
        await deps.takeKey(listed.facts.origin, key);
        exported = listed;
        logKey = listed.facts.published > 0 ? formatVkey(key) : null;
        await putDocuments(dir, listed, deps.blobs);
        await putCommands(client, dir, listed);
        return await sinkInto(client, dir, listed, deps.project);
      },
    });
    if (!finding.ok) return finding;
    if (exported !== null) await putBeside(client, dir, exported);
    await client.query('alter table ledger.entry enable trigger entry_erased');
    await client.query(
      `update log.head set size = $1, recorded_at = coalesce((select max(recorded_at) from ledger.entry), '-infinity')`,
      [finding.entries],
    );
    await client.query('update log.tree set size = $1, signer = $2', [finding.entries - finding.unpublished, logKey]);
    await client.query('commit');
    await client.query('analyze');
    return finding;
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

async function assertEmpty(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ entries: number; used: boolean }>(
    `select (select count(*) from ledger.entry)::int as entries,
       exists (select from ledger.command) or exists (select from log.checkpoint) or exists (select from log.tile) as used`,
  );
  const { entries = 0, used = true } = rows[0] ?? {};
  if (entries === 0 && !used) return;
  throw new RuleRefusal('server-not-empty', {
    what: `This server has ${entries.toLocaleString('en-US')} entries already. An export is only taken into an empty one.`,
    lost: 'Nothing was changed.',
    next: 'Name another DATA_DIR (or an empty database in DATABASE_URL). A server that was started with EXAMPLE=1 is not empty.',
  });
}

/** Stored by their hash, so a second try finds them there. A file that is not what its name says is a finding. */
async function putDocuments(dir: string, listed: Listed, blobs: Pick<Blobs, 'put'>): Promise<void> {
  for (const path of listed.paths) {
    if (!path.startsWith('documents/')) continue;
    const { sha256 } = await blobs.put(createReadStream(join(dir, path)), { maxBytes: Number.MAX_SAFE_INTEGER });
    if (sha256 !== basename(path)) throw new Found('hash-mismatch', path, basename(path), sha256);
  }
}

const PAGE = 5_000;

async function putCommands(client: ClientBase, dir: string, listed: Listed): Promise<void> {
  let page: { key: string; first: number; count: number }[] = [];
  const put = async () => {
    const rows = page;
    page = [];
    const { rowCount } = await client.query(
      `insert into ledger.command (key, first_seq, count) select * from unnest($1::text[], $2::bigint[], $3::int[])
       on conflict do nothing`,
      [rows.map((r) => r.key), rows.map((r) => r.first), rows.map((r) => r.count)],
    );
    if (rowCount !== rows.length) throw new Found('bad-line', 'commands', 'each key once', 'a key again');
  };
  for await (const one of allLines(dir, listed, 'commands')) {
    const row = parsed(commandRow, one);
    if (row.first + row.count > listed.facts.entries)
      throw new Found('bad-line', one.at, `entries up to ${listed.facts.entries}`, String(row.first + row.count));
    page.push(row);
    if (page.length >= PAGE) await put();
  }
  await put();
}

const INSERT = `
  insert into ledger.entry
    (seq, id, stream, kind, matter, by_party, occurred_at, recorded_at, audience, corrects, canonical, opening, commitment)
  select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::timestamptz[],
    $9::text[], $10::uuid[], $11::text[], $12::bytea[], $13::bytea[])`;

async function insertEntries(client: ClientBase, page: readonly CheckedEntry[]): Promise<void> {
  const rows = page.flatMap(({ columns, ...one }) => (columns ? [{ ...one, columns }] : []));
  const text = (pick: (row: (typeof rows)[number]) => string | null) => arrayText(rows.map(pick));
  await client.query({
    name: 'import-entries',
    text: INSERT,
    values: [
      text((r) => String(r.seq)),
      text((r) => r.columns.id),
      text((r) => r.columns.stream),
      text((r) => r.columns.kind),
      text((r) => r.columns.matter),
      text((r) => r.columns.by),
      text((r) => r.columns.occurredAt),
      text((r) => r.columns.recordedAt),
      text((r) => r.columns.audience),
      text((r) => r.columns.corrects),
      text((r) => r.canonical),
      rows.map((r) => r.opening && Buffer.from(r.opening)),
      rows.map((r) => Buffer.from(r.commitment)),
    ],
  });
}

/** The fault of an entry: an id twice, a text where an id belongs, a body that no room knows. Anything else is the machine's. */
function isUnfit(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ZodError' || error.name === '$ZodError') return true;
  return 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);
}

async function sinkInto(client: ClientBase, dir: string, listed: Listed, project: Project): Promise<CheckSink> {
  const saved = allLines(dir, listed, 'checkpoints');
  let notes: { size: number; signedAt: string; note: string }[] = [];
  const putNotes = async () => {
    const rows = notes;
    notes = [];
    await client.query(
      'insert into log.checkpoint (size, signed_at, note) select * from unnest($1::bigint[], $2::timestamptz[], $3::text[])',
      [rows.map((r) => r.size), rows.map((r) => r.signedAt), rows.map((r) => r.note)],
    );
  };
  return {
    async entries(page) {
      const whole = page.flatMap(({ entry, seq }) => (entry ? [{ entry, seq }] : []));
      try {
        await insertEntries(client, page);
        await insertViews(client, project, whole, 'view');
      } catch (error) {
        if (!isUnfit(error)) throw error;
        const at = `positions ${page[0]?.seq} to ${page.at(-1)?.seq}`;
        throw new Found(
          'entry-refused',
          at,
          'entries of this program that fit each other',
          error.message.slice(0, 300),
        );
      }
    },
    async fullTiles(tiles) {
      if (tiles.length > 0) await writeTiles(client, tiles);
    },
    async checkpoint() {
      // Read along with the check, for the time beside the note.
      const { value } = await saved.next();
      if (value) notes.push(parsed(checkpointRow, value));
      if (notes.length >= 1_000) await putNotes();
    },
    async partialTiles(tiles) {
      await putNotes();
      if (tiles.length > 0) await writeTiles(client, tiles);
    },
  };
}
