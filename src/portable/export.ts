/**
 * `counterfoil export`: one state of a log, written out as files that need no program of ours to be read. Reads in one snapshot beside a
 * running server; memory does not grow with the log. Drafts, letters waiting to leave, links, sign-in and private keys are never in it.
 */
import type { ClientBase } from 'pg';
import { instant } from '../base/clock.ts';
import type { Blobs } from '../base/services.ts';
import { VERSION } from '../base/version.ts';
import { handovers } from '../ledger/handover.ts';
import { encodeBundle } from '../proof/bundle.ts';
import { documentsOf } from '../proof/entry.ts';
import {
  checkEntry,
  type DocumentRef,
  type Entry,
  HASH_BYTES,
  TILE_WIDTH,
  tilePath,
  type VerifierKey,
} from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { writeBeside } from './beside.ts';
import {
  checkpointLine,
  commandLine,
  documentPath,
  EXPORT_VERSION,
  erasedLine,
  type Facts,
  handoverLine,
  wholeLine,
  withheldLine,
} from './layout.ts';
import { Out } from './out.ts';
import { Viewer } from './viewer-data.ts';

export interface ExportDeps {
  /** in a transaction `repeatable read` */
  readonly client: ClientBase;
  readonly blobs: Pick<Blobs, 'get'>;
  readonly origin: string;
  readonly key: VerifierKey;
  /** milliseconds */
  readonly now: number;
  /** one line that says what an entry is, for the viewer; `name` is the recipient's */
  readonly titleOf: (entry: Entry, name: string) => string;
  /** documents of an entry that anybody may fetch from the server: what a public export carries of them */
  readonly openDocumentsOf: (entry: Entry) => readonly DocumentRef[];
  /** the viewer: its page and its script */
  readonly viewer: { readonly html: string; readonly script: Uint8Array | string };
  readonly onProgress?: (done: number, of: number) => void;
}

interface Row {
  seq: number;
  id: string;
  stream: string;
  kind: string;
  matter: string | null;
  by_party: string;
  occurred: string;
  recorded: string;
  audience: string;
  corrects: string | null;
  canonical: string | null;
  opening: Buffer | null;
  commitment: Buffer;
  public: boolean;
  matter_seq: number | null;
  request_seq: number | null;
  service_seq: number | null;
  name: string | null;
}

const PAGE = 1_024;

const ENTRIES = `
  select e.seq, e.id, e.stream, e.kind, e.matter, e.by_party, e.audience, e.corrects, e.canonical, e.opening, e.commitment,
    to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as occurred,
    to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded,
    e.audience = 'public' and (e.matter is null or coalesce(m.audience = 'public', false))
      and e.seq not in (select w.seq from work.withheld($3) w) as public,
    m.seq as matter_seq, r.seq as request_seq, s.seq as service_seq, s.name
  from ledger.entry e
  left join view.matter m on m.id = e.matter
  left join view.service s on s.id = e.stream
  left join view.request r on r.id = coalesce(s.request, e.stream)
  where e.seq >= $1 and e.seq < $2 order by e.seq`;

/** Writes an export into `dir`. @param options.public leaves out what is not public @returns what stands in it */
export async function exportTo(dir: string, deps: ExportDeps, options: { readonly public: boolean }): Promise<Facts> {
  const out = await Out.begin(dir);
  try {
    return await write(out, deps, options.public);
  } catch (error) {
    await out.abandon();
    throw error;
  }
}

async function write(out: Out, deps: ExportDeps, publicOnly: boolean): Promise<Facts> {
  const { client } = deps;
  const { rows: sizes } = await client.query<{ head: number; tree: number }>(
    'select h.size as head, t.size as tree from log.head h, log.tree t',
  );
  const { head = 0, tree = 0 } = sizes[0] ?? {};
  const viewer = new Viewer(out);
  const checkpoints = await writeCheckpoints(out, client, viewer);
  await writeTiles(out, client, viewer);
  const counted = await writeEntries(out, deps, viewer, { head, tree, publicOnly });
  const commands = publicOnly ? 0 : await writeCommands(out, client);
  const logKey = formatVkey(deps.key);
  const past = await handovers(client);
  const beside = await writeBeside(out, client);
  if (past.length > 0) await out.file('log/handovers.jsonl', past.map((one) => `${handoverLine(one)}\n`).join(''));
  await out.file('keys/log.vkey', `${logKey}\n`);
  await out.file(
    'keys/policy',
    `${[logKey, ...past.map((one) => one.from)].map((vkey) => `log ${vkey}\n`).join('')}quorum none\n`,
  );
  const facts: Facts = {
    counterfoil: EXPORT_VERSION,
    public: publicOnly,
    origin: deps.origin,
    logKey,
    program: `counterfoil ${VERSION}`,
    madeAt: instant(deps.now),
    entries: head,
    published: tree,
    checkpoints,
    commands,
    handovers: past.length,
    ...beside,
    ...counted,
  };
  await viewer.end(facts);
  await out.file('viewer.js', deps.viewer.script);
  await out.file('index.html', deps.viewer.html);
  await out.finish(facts);
  return facts;
}

async function writeCheckpoints(out: Out, client: ClientBase, viewer: Viewer): Promise<number> {
  const lines = out.lines('checkpoints');
  let count = 0;
  let newest: string | null = null;
  for (let after = -1; ; ) {
    const { rows } = await client.query<{ size: number; note: string; signed_at: Date }>(
      'select size, note, signed_at from log.checkpoint where size > $1 order by size limit $2',
      [after, PAGE],
    );
    for (const { size, note, signed_at } of rows) {
      await lines.add(checkpointLine({ note, signedAt: signed_at.toISOString(), size }));
      await viewer.checkpoint(size, note);
      newest = note;
      after = size;
      count++;
    }
    if (rows.length < PAGE) break;
  }
  await lines.end();
  if (newest !== null) await out.file('log/checkpoint', newest);
  return count;
}

async function writeTiles(out: Out, client: ClientBase, viewer: Viewer): Promise<void> {
  let [level, n] = [0, -1];
  for (;;) {
    const { rows } = await client.query<{ level: number; n: number; data: Buffer }>(
      'select level, n, data from log.tile where (level, n) > ($1, $2) order by level, n limit 256',
      [level, n],
    );
    for (const row of rows) {
      const coord = { level: row.level, index: row.n, width: row.data.length / HASH_BYTES };
      await out.file(`log/${tilePath(coord)}`, row.data);
      await viewer.tile(row.level, row.n, row.data);
      [level, n] = [row.level, row.n];
    }
    if (rows.length < 256) return;
  }
}

async function writeCommands(out: Out, client: ClientBase): Promise<number> {
  const lines = out.lines('commands');
  let count = 0;
  for (let after = ''; ; ) {
    const { rows } = await client.query<{ key: string; first: number; count: number }>(
      'select key, first_seq as first, count from ledger.command where key > $1 order by key limit $2',
      [after, PAGE],
    );
    for (const row of rows) {
      await lines.add(commandLine(row));
      after = row.key;
      count++;
    }
    if (rows.length < PAGE) break;
  }
  await lines.end();
  return count;
}

interface Wanted {
  readonly head: number;
  readonly tree: number;
  readonly publicOnly: boolean;
}

async function writeEntries(out: Out, deps: ExportDeps, viewer: Viewer, wanted: Wanted) {
  const { head, tree, publicOnly } = wanted;
  const lines = out.lines('entries');
  const counted = { erased: 0, withheld: 0, documents: 0 };
  let bundle: Buffer[] = [];
  for (let from = 0; from < head; from += PAGE) {
    const { rows } = await deps.client.query<Row>({
      name: 'export-page',
      text: ENTRIES,
      values: [from, Math.min(from + PAGE, head), new Date(deps.now)],
    });
    for (const row of rows) {
      if (row.seq < tree) bundle.push(row.commitment);
      if (bundle.length === TILE_WIDTH || (row.seq === tree - 1 && bundle.length > 0)) {
        const coord = { level: 'entries', index: Math.floor(row.seq / TILE_WIDTH), width: bundle.length } as const;
        await out.file(`log/${tilePath(coord)}`, encodeBundle(bundle));
        bundle = [];
      }
      if (publicOnly && !row.public) {
        counted.withheld++;
        await lines.add(withheldLine(row.seq, row.commitment));
        await viewer.withheld();
        continue;
      }
      const shown = { row, times: [Date.parse(row.occurred), Date.parse(row.recorded)] as const };
      const refs = [row.matter_seq ?? -1, row.request_seq ?? -1, row.service_seq ?? -1] as const;
      if (row.canonical === null || row.opening === null) {
        counted.erased++;
        await lines.add(erasedLine(row.seq, row.commitment, columnsOf(row)));
        await viewer.entry(row.kind, shown.times, refs, '', null);
        continue;
      }
      await lines.add(wholeLine(row.seq, row.canonical, row.opening));
      const entry = checkEntry(JSON.parse(row.canonical));
      const title = deps.titleOf(entry, row.name ?? 'a recipient');
      await viewer.entry(row.kind, shown.times, refs, title, { canonical: row.canonical, opening: row.opening });
      // Who may see that an entry names documents may not have them for that: a public export carries those that strangers can fetch.
      const documents = publicOnly ? deps.openDocumentsOf(entry) : storedDocumentsOf(entry);
      counted.documents += await writeDocuments(out, deps.blobs, documents);
    }
    deps.onProgress?.(Math.min(from + PAGE, head), head);
  }
  await lines.end();
  return counted;
}

function columnsOf(row: Row) {
  const { id, stream, kind, matter, audience, corrects } = row;
  return {
    id,
    stream,
    kind,
    matter,
    audience,
    corrects,
    by: row.by_party,
    occurredAt: row.occurred,
    recordedAt: row.recorded,
  };
}

/** Letters are not stored: their text follows from their request's entry. */
const storedDocumentsOf = (entry: Entry): readonly DocumentRef[] =>
  entry.kind === 'request.served' ? [] : documentsOf(entry);

/** Those of these documents that the store has. */
async function writeDocuments(out: Out, blobs: Pick<Blobs, 'get'>, documents: readonly DocumentRef[]): Promise<number> {
  let written = 0;
  for (const { sha256 } of documents) {
    if (out.holds(sha256)) continue;
    const blob = await blobs.get(sha256);
    if (blob && (await out.document(documentPath(sha256), sha256, () => chunks(blob.stream())))) written++;
  }
  return written;
}

async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
