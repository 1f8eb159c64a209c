/**
 * `counterfoil fsck --export DIR`: checks an export without a database. Files against their hashes, then everything recomputed from
 * entries to checkpoints by the same code that checks a database (ledger/check.ts). Reads only.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type CheckedEntry,
  type CheckSink,
  checkLog,
  type Finding,
  Found,
  type LogSource,
  type StoredEntry,
} from '../ledger/check.ts';
import type { StoredHandover } from '../ledger/lineage.ts';
import { encodeBundle } from '../proof/bundle.ts';
import { equal } from '../proof/bytes.ts';
import type { NewTile } from '../proof/grow.ts';
import {
  type Entry,
  ProofFailure,
  parseVkey,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type VerifierKey,
} from '../proof/index.ts';
import { type CheckTimestamp, checkBeside } from './beside.ts';
import { checkFiles, type Listed, linesOf } from './files.ts';
import { checkpointRow, handoverRow, parseEntryLine } from './layout.ts';
import { allLines, parsed } from './lines.ts';

const PAGE = 1_024;

/** The log in an export's folder, whose files were checked. */
export function exportSource(dir: string, listed: Listed): LogSource {
  const { entries: head, published } = listed.facts;
  // The same tile is looked at for each checkpoint above it, so the last of each level stays.
  const kept = new Map<number, { readonly index: number; readonly bytes: Uint8Array }>();
  const tile = async ({ level, index }: NewTile): Promise<Uint8Array | undefined> => {
    const known = kept.get(level);
    if (known?.index === index) return known.bytes;
    const path = `log/${tilePath({ level, index, width: Math.max(1, tileWidth(level, index, published)) })}`;
    if (!listed.hashes.has(path)) return undefined;
    const bytes = new Uint8Array(await readFile(join(dir, path)));
    kept.set(level, { index, bytes });
    return bytes;
  };
  return {
    size: async () => ({ entries: head, published }),
    async *entries() {
      let page: StoredEntry[] = [];
      for await (const { line, at } of allLines(dir, listed, 'entries')) {
        const one = parseEntryLine(line);
        if (!one)
          throw new Found('bad-line', at, 'an entry as docs/exporting.md has it', JSON.stringify(line.slice(0, 100)));
        page.push(one);
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },
    async *checkpoints() {
      for await (const one of allLines(dir, listed, 'checkpoints')) yield parsed(checkpointRow, one);
    },
    async handovers() {
      const path = 'log/handovers.jsonl';
      const rows: StoredHandover[] = [];
      let i = 0;
      if (listed.hashes.has(path))
        for await (const line of linesOf(dir, path))
          rows.push(parsed(handoverRow, { line, at: `${path}, line ${++i}` }));
      if (rows.length !== listed.facts.handovers)
        throw new Found('not-an-export', 'export.json, handovers', String(rows.length), String(listed.facts.handovers));
      return rows;
    },
    tiles: (tiles) => Promise.all(tiles.map(tile)),
  };
}

/** Compares entry bundles with the commitments of the entries. */
function bundleCheck(dir: string, published: number) {
  let commitments: Uint8Array[] = [];
  return async (page: readonly CheckedEntry[]): Promise<void> => {
    for (const { seq, commitment } of page) {
      if (seq >= published) return;
      commitments.push(commitment);
      if (commitments.length < TILE_WIDTH && seq !== published - 1) continue;
      const coord = { level: 'entries', index: Math.floor(seq / TILE_WIDTH), width: commitments.length } as const;
      const path = `log/${tilePath(coord)}`;
      const found = await readFile(join(dir, path)).catch(() => null);
      if (!found) throw new Found('missing-file', path, 'an entry bundle', 'none');
      if (!equal(new Uint8Array(found), encodeBundle(commitments)))
        throw new Found('tile-mismatch', path, 'the commitments of its entries', 'others');
      commitments = [];
    }
  };
}

export interface CheckExportOptions {
  readonly streamOf: (entry: Entry) => string;
  /** the log's key as the caller knows it from elsewhere; otherwise the export's own word is taken, and that is said */
  readonly trust?: VerifierKey;
  /** says whether a timestamp is of its checkpoint; left out, that is not looked at */
  readonly timestampOf?: CheckTimestamp;
  /** what to do with what fits; called after the files were checked */
  readonly sink?: (listed: Listed, key: VerifierKey) => Promise<CheckSink>;
  readonly onFiles?: (done: number, of: number) => void;
  readonly onProgress?: (done: number, of: number) => void;
}

/** Checks an export. Failures of what it calls come out as they are; what is wrong with the export is the finding. */
export async function checkExport(dir: string, options: CheckExportOptions): Promise<Finding> {
  try {
    const listed = await checkFiles(dir, options.onFiles);
    const key = options.trust ?? keyOf(listed);
    // A key that the log had before is as good: the hand-overs lead from it to the one of now.
    if (key.name !== listed.facts.origin && listed.facts.handovers === 0)
      throw new Found('wrong-origin', 'export.json', key.name, listed.facts.origin);
    await checkNames(dir, listed);
    const sink = (await options.sink?.(listed, keyOf(listed))) ?? {};
    const bundles = bundleCheck(dir, listed.facts.published);
    const finding = await checkLog(exportSource(dir, listed), {
      origin: listed.facts.origin,
      key,
      streamOf: options.streamOf,
      sink: {
        ...sink,
        async entries(page) {
          await bundles(page);
          await sink.entries?.(page);
        },
      },
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    });
    if (finding.ok) {
      checkCounts(listed, finding);
      await checkBeside(dir, listed, options.timestampOf);
    }
    return finding;
  } catch (error) {
    if (error instanceof Found) return error.finding;
    throw error;
  }
}

function keyOf(listed: Listed): VerifierKey {
  try {
    return parseVkey(listed.facts.logKey);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new Found('not-an-export', 'export.json', 'a verifier key in logKey', error.message);
  }
}

/** Documents lie under their own hash; the newest checkpoint and the key are the ones of the record. */
async function checkNames(dir: string, listed: Listed): Promise<void> {
  const { facts, paths } = listed;
  const documents = paths.filter((path) => path.startsWith('documents/'));
  if (documents.length !== facts.documents)
    throw new Found('bad-manifest', 'documents', String(facts.documents), String(documents.length));
  const vkey = (await readFile(join(dir, 'keys/log.vkey'), 'utf8').catch(() => '')).trim();
  if (vkey !== facts.logKey) throw new Found('bad-manifest', 'keys/log.vkey', facts.logKey, vkey.slice(0, 200));
  for (const path of documents) {
    const name = basename(path);
    const hash = listed.hashes.get(path);
    if (hash !== name) throw new Found('hash-mismatch', path, name, hash ?? 'none');
  }
  let newest = '';
  for await (const one of allLines(dir, listed, 'checkpoints')) newest = parsed(checkpointRow, one).note;
  const shown = facts.published === 0 ? '' : await readFile(join(dir, 'log/checkpoint'), 'utf8').catch(() => '');
  if (shown !== newest) throw new Found('root-mismatch', 'log/checkpoint', newest, shown);
}

function checkCounts({ facts }: Listed, finding: Extract<Finding, { ok: true }>): void {
  for (const name of ['checkpoints', 'erased', 'withheld'] as const) {
    if (facts[name] !== finding[name])
      throw new Found('not-an-export', `export.json, ${name}`, String(finding[name]), String(facts[name]));
  }
}
