/**
 * Recomputes a whole log from entries to checkpoints and names the first thing that does not fit, wherever the log lies: a database
 * (fsck.ts) or the files of an export (src/portable). Trusts no column, tile or signature that it can compute or check itself; writes
 * nothing. Memory grows only with the number of erased entries.
 */
import { equal } from '../proof/bytes.ts';
import { type Edge, EMPTY_EDGE, growTiles, type NewTile } from '../proof/grow.ts';
import {
  type Audience,
  commitment,
  type Entry,
  HASH_BYTES,
  hex,
  ProofFailure,
  readEntry,
  TILE_WIDTH,
  type VerifierKey,
} from '../proof/index.ts';
import { checkCheckpoint, compareTile } from './check-tree.ts';
import { Erasures } from './erasures.ts';
import { type Finding, Found } from './finding.ts';
import type { FittingPage } from './fitting.ts';
import { leafInto, pairInto } from './hashing.ts';
import { Continuations, chainOf, keyAt, type StoredHandover } from './lineage.ts';

export { type FailureName, type Finding, Found } from './finding.ts';

/** What is stored of an entry beside its text. */
export interface Columns {
  readonly id: string;
  readonly stream: string;
  readonly kind: string;
  readonly matter: string | null;
  readonly by: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly audience: string;
  readonly corrects: string | null;
}

export type StoredEntry =
  | {
      readonly state: 'whole';
      readonly seq: number;
      readonly canonical: string;
      readonly opening: Uint8Array;
      /** columns and commitment as they are stored, where they are: checked against the text */
      readonly stored: { readonly columns: Columns; readonly commitment: Uint8Array } | null;
    }
  | { readonly state: 'erased'; readonly seq: number; readonly columns: Columns; readonly commitment: Uint8Array }
  | { readonly state: 'withheld'; readonly seq: number; readonly commitment: Uint8Array };

/** An entry that fits, with all that can be known of it. `entry` is null where its text is gone; `columns` where it is withheld. */
export interface CheckedEntry {
  readonly seq: number;
  readonly entry: Entry | null;
  readonly canonical: string | null;
  readonly opening: Uint8Array | null;
  readonly commitment: Uint8Array;
  readonly columns: Columns | null;
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** Where a log lies. Everything comes in order and is read once. */
export interface LogSource {
  /** entries there are, and how many of them the last checkpoint covers */
  size(): Promise<{ readonly entries: number; readonly published: number }>;
  /** as they are stored, or a page of which it is known that it fits: a sink is not told of those */
  entries(): AsyncIterable<readonly StoredEntry[] | FittingPage>;
  /** by size */
  checkpoints(): AsyncIterable<StoredCheckpoint>;
  /** oldest first */
  handovers(): Promise<readonly StoredHandover[]>;
  /** What is stored of these tiles, in this order; a wider state of a partial tile is as good. */
  tiles(tiles: readonly NewTile[]): Promise<readonly (Uint8Array | undefined)[]>;
}

/** Told of what fits, in order: how an import writes what it has checked. */
export interface CheckSink {
  entries?(page: readonly CheckedEntry[]): Promise<void>;
  /** each full tile once */
  fullTiles?(tiles: readonly NewTile[]): Promise<void>;
  /** the tree's right edge at the end */
  partialTiles?(tiles: readonly NewTile[]): Promise<void>;
  checkpoint?(checkpoint: StoredCheckpoint): Promise<void>;
}

export interface CheckOptions {
  readonly origin: string;
  readonly key: VerifierKey;
  readonly streamOf: (entry: Entry) => string;
  readonly sink?: CheckSink;
  /** called now and then with the number of entries checked */
  readonly onProgress?: (checked: number, of: number) => void;
}

/** Leaves that are hashed into the tree at once, at most. */
const PAGE = 2_048;

const AUDIENCES: readonly string[] = ['public', 'parties', 'own'] satisfies readonly Audience[];

function columnsOf(entry: Entry, stream: string): Columns {
  const { id, kind, matter, by, occurredAt, recordedAt, audience, corrects = null } = entry;
  return { id, stream, kind, matter, by, occurredAt, recordedAt, audience, corrects };
}

const COLUMNS = [
  'id',
  'kind',
  'matter',
  'by',
  'occurredAt',
  'recordedAt',
  'audience',
  'corrects',
  'stream',
] as const satisfies readonly (keyof Columns)[];

/** Checks one stored entry by itself. */
function checkOne(row: StoredEntry, streamOf: CheckOptions['streamOf']): CheckedEntry {
  const at = `position ${row.seq}`;
  const unread = { seq: row.seq, entry: null, canonical: null, opening: null };
  if (row.state === 'withheld') return { ...unread, commitment: row.commitment, columns: null };
  if (row.state === 'erased') {
    if (!AUDIENCES.includes(row.columns.audience))
      throw new Found('column-differs', `${at}, audience`, AUDIENCES.join(', '), row.columns.audience);
    return { ...unread, commitment: row.commitment, columns: row.columns };
  }
  let read: ReturnType<typeof readEntry>;
  try {
    read = readEntry(JSON.parse(row.canonical));
  } catch (error) {
    const why = error instanceof ProofFailure || error instanceof SyntaxError ? error.message : 'unreadable';
    throw new Found('entry-refused', at, 'an entry of FORMATS.md', why);
  }
  const { entry, canonical, bytes } = read;
  if (canonical !== row.canonical) throw new Found('not-canonical', at, canonical, row.canonical);
  const columns = columnsOf(entry, streamOf(entry));
  const computed = commitment(row.opening, bytes);
  if (row.stored) {
    for (const name of COLUMNS) {
      const [expected, found] = [columns[name], row.stored.columns[name]];
      if (expected !== found) throw new Found('column-differs', `${at}, ${name}`, String(expected), String(found));
    }
    if (!equal(computed, row.stored.commitment))
      throw new Found('commitment-mismatch', at, hex(computed), hex(row.stored.commitment));
  }
  return { seq: row.seq, entry, canonical, opening: row.opening, commitment: computed, columns };
}

/** Runs the whole check. The first finding ends it. */
export async function checkLog(source: LogSource, options: CheckOptions): Promise<Finding> {
  try {
    return await check(source, options);
  } catch (error) {
    if (error instanceof Found) return error.finding;
    throw error;
  }
}

async function check(source: LogSource, options: CheckOptions): Promise<Finding> {
  const { sink = {} } = options;
  const { entries: head, published: tree } = await source.size();
  const saved = source.checkpoints()[Symbol.asyncIterator]();
  const nextCheckpoint = async (): Promise<StoredCheckpoint | null> => {
    const { done, value } = await saved.next();
    return done ? null : value;
  };
  const stored = await source.handovers();
  const links = await chainOf(stored, options.key);
  const continuations = new Continuations(stored, links);
  let awaited = await nextCheckpoint();
  let edge: Edge = EMPTY_EDGE;
  let checkpoints = 0;
  let last = 0;
  const pending = new Uint8Array(PAGE * HASH_BYTES);
  let pends = 0;

  const grow = async (): Promise<void> => {
    const leaves = pending.slice(0, pends * HASH_BYTES);
    pends = 0;
    const grown = growTiles(edge, leaves, pairInto);
    edge = grown.edge;
    const stored = await source.tiles(grown.tiles);
    grown.tiles.forEach((tile, i) => {
      compareTile(tile, stored[i]);
    });
    await sink.fullTiles?.(grown.tiles.filter((tile) => tile.width === TILE_WIDTH));
    if (awaited?.size !== edge.size) return;
    await checkCheckpoint(awaited.note, edge.size, grown.root, keyAt(links, edge.size, options.key));
    continuations.ended(edge.size, grown.root);
    await sink.checkpoint?.(awaited);
    last = awaited.size;
    checkpoints++;
    awaited = await nextCheckpoint();
    if (awaited && awaited.size <= last)
      throw new Found('head-mismatch', `checkpoint ${awaited.size}`, `more than ${last}`, String(awaited.size));
  };

  const erasures = new Erasures();
  let recordedAt = '';
  let seq = 0;
  let withheld = 0;
  const leaf = async (): Promise<void> => {
    pends++;
    if (edge.size + pends === awaited?.size || pends >= PAGE) await grow();
  };
  const inTime = (at: string): void => {
    if (at < recordedAt) throw new Found('time-went-back', `position ${seq}`, `≥ ${recordedAt}`, at);
    recordedAt = at;
  };

  /** Leaves of a page that fits, up to the position `to`: as many at once as no checkpoint lies between. */
  const leavesTo = async (to: number, { from, leaves }: FittingPage): Promise<void> => {
    const end = Math.min(to, tree);
    while (seq < end) {
      const ahead = (awaited?.size ?? Number.POSITIVE_INFINITY) - edge.size - pends;
      const n = Math.min(end - seq, PAGE - pends, ahead > 0 ? ahead : 1);
      const at = (seq - from) * HASH_BYTES;
      pending.set(leaves.subarray(at, at + n * HASH_BYTES), pends * HASH_BYTES);
      seq += n;
      pends += n - 1;
      await leaf();
    }
    seq = Math.max(seq, to);
  };
  const whole = async (page: FittingPage): Promise<void> => {
    if (page.from !== seq || seq + page.count > head)
      throw new Found('gap', `position ${seq}`, String(seq), String(page.from));
    inTime(page.first);
    recordedAt = page.last;
    for (const one of page.telling) {
      await leavesTo(one.seq, page);
      erasures.see(one);
      continuations.see(one);
    }
    await leavesTo(page.from + page.count, page);
  };
  const rows = async (page: readonly StoredEntry[]): Promise<void> => {
    const checked: CheckedEntry[] = [];
    for (const row of page) {
      if (seq >= head)
        throw new Found('head-mismatch', `position ${row.seq}`, `no entry at or after ${head}`, 'an entry');
      if (row.seq !== seq) throw new Found('gap', `position ${seq}`, String(seq), String(row.seq));
      const one = checkOne(row, options.streamOf);
      if (one.columns && one.canonical === null) erasures.lacks(one);
      erasures.see(one);
      continuations.see(one);
      if (one.columns === null) withheld++;
      else inTime(one.columns.recordedAt);
      checked.push(one);
      if (seq < tree) {
        leafInto(one.commitment, 0, pending, pends * HASH_BYTES);
        await leaf();
      }
      seq++;
    }
    await sink.entries?.(checked);
  };
  for await (const page of source.entries()) {
    if ('leaves' in page) await whole(page);
    else await rows(page);
    options.onProgress?.(seq, head);
  }
  if (seq < head) throw new Found('gap', `position ${seq}`, 'an entry', 'nothing');
  if (pends > 0) await grow();
  if (awaited)
    throw new Found('head-mismatch', `checkpoint ${awaited.size}`, `at most ${tree} entries`, String(awaited.size));
  if (last !== tree)
    throw new Found('head-mismatch', 'log.tree', `the size of the last checkpoint, ${last}`, String(tree));
  const newest = keyAt(links, tree, options.key);
  if (tree > 0 && newest.name !== options.origin) throw new Found('wrong-origin', 'log', options.origin, newest.name);
  const told = continuations.end();
  await sink.partialTiles?.(
    edge.tiles.flatMap((bytes, level) =>
      bytes.length === 0
        ? []
        : [{ level, index: Math.floor(tree / TILE_WIDTH ** (level + 1)), width: bytes.length / HASH_BYTES, bytes }],
    ),
  );
  return { ok: true, entries: head, checkpoints, unpublished: head - tree, erased: erasures.end(), withheld, ...told };
}
