/**
 * Recomputes the whole log from entries to checkpoints and names the first thing that does not fit. Reads only; trusts no
 * column, tile or signature that it can compute or check itself. Memory does not grow with the log.
 */
import type { Pool } from 'pg';
import { equal } from '../proof/bytes.ts';
import { type Edge, EMPTY_EDGE, growTiles } from '../proof/grow.ts';
import {
  commitment,
  HASH_BYTES,
  hex,
  leafHash,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  readEntry,
  type VerifierKey,
  verifyNote,
} from '../proof/index.ts';

export type Finding =
  | { readonly ok: true; readonly entries: number; readonly checkpoints: number; readonly unpublished: number }
  | {
      readonly ok: false;
      /** name of the failure, for programs */
      readonly failure:
        | 'gap'
        | 'entry-refused'
        | 'not-canonical'
        | 'column-differs'
        | 'time-went-back'
        | 'commitment-mismatch'
        | 'tile-mismatch'
        | 'root-mismatch'
        | 'bad-signature'
        | 'wrong-origin'
        | 'head-mismatch';
      /** where: position of an entry, size of a checkpoint, or name of a tile */
      readonly at: string;
      readonly expected: string;
      readonly found: string;
    };

interface Row {
  seq: number;
  id: string;
  kind: string;
  matter: string | null;
  by_party: string;
  occurred: string;
  recorded: string;
  audience: string;
  corrects: string | null;
  stream: string;
  canonical: string;
  opening: Buffer;
  commitment: Buffer;
}

const PAGE = 2_048;

class Found extends Error {
  readonly finding: Extract<Finding, { ok: false }>;
  constructor(failure: Extract<Finding, { ok: false }>['failure'], at: string, expected: string, found: string) {
    super(failure);
    this.finding = { ok: false, failure, at, expected, found };
  }
}

export interface FsckDeps {
  readonly pool: Pool;
  readonly origin: string;
  readonly key: VerifierKey;
  readonly streamOf: (entry: ReturnType<typeof readEntry>['entry']) => string;
  /** called now and then with the number of entries checked */
  readonly onProgress?: (checked: number, of: number) => void;
}

/** Checks one stored row against what its canonical text says. @returns the entry's time of recording and leaf hash */
function checkRow(row: Row, expectedSeq: number, lastRecorded: string, streamOf: FsckDeps['streamOf']) {
  const at = `position ${expectedSeq}`;
  if (row.seq !== expectedSeq) throw new Found('gap', at, String(expectedSeq), String(row.seq));
  let read: ReturnType<typeof readEntry>;
  try {
    read = readEntry(JSON.parse(row.canonical));
  } catch (error) {
    const why = error instanceof ProofFailure || error instanceof SyntaxError ? error.message : 'unreadable';
    throw new Found('entry-refused', at, 'an entry of FORMATS.md', why);
  }
  const { entry, canonical, bytes } = read;
  if (canonical !== row.canonical) throw new Found('not-canonical', at, canonical, row.canonical);
  const columns: readonly (readonly [string, string | null, string | null])[] = [
    ['id', entry.id, row.id],
    ['kind', entry.kind, row.kind],
    ['matter', entry.matter, row.matter],
    ['by', entry.by, row.by_party],
    ['occurredAt', entry.occurredAt, row.occurred],
    ['recordedAt', entry.recordedAt, row.recorded],
    ['audience', entry.audience, row.audience],
    ['corrects', entry.corrects ?? null, row.corrects],
    ['stream', streamOf(entry), row.stream],
  ];
  for (const [name, expected, found] of columns) {
    if (expected !== found) throw new Found('column-differs', `${at}, ${name}`, String(expected), String(found));
  }
  if (entry.recordedAt < lastRecorded) throw new Found('time-went-back', at, `≥ ${lastRecorded}`, entry.recordedAt);
  const computed = commitment(row.opening, bytes);
  if (!equal(computed, row.commitment)) throw new Found('commitment-mismatch', at, hex(computed), hex(row.commitment));
  return { recordedAt: entry.recordedAt, leaf: leafHash(computed) };
}

/** Runs the whole check. The first finding ends it. */
export async function fsck(deps: FsckDeps): Promise<Finding> {
  const { pool } = deps;
  try {
    const { rows: heads } = await pool.query<{ head: number; tree: number }>(
      'select h.size as head, t.size as tree from log.head h, log.tree t',
    );
    const { head = 0, tree = 0 } = heads[0] ?? {};
    let edge: Edge = EMPTY_EDGE;
    let recordedAt = '';
    let checkpoints = 0;
    let pending: Uint8Array[] = [];
    const { rows: sizes } = await pool.query<{ size: number; note: string }>(
      'select size, note from log.checkpoint order by size',
    );
    let next = 0;

    const grow = async (): Promise<void> => {
      const leaves = new Uint8Array(pending.length * HASH_BYTES);
      pending.forEach((leaf, i) => {
        leaves.set(leaf, i * HASH_BYTES);
      });
      pending = [];
      const grown = growTiles(edge, leaves);
      edge = grown.edge;
      const { rows: stored } = await pool.query<{ level: number; n: number; data: Buffer }>(
        'select t.level, t.n, t.data from unnest($1::int[], $2::bigint[]) w (level, n) join log.tile t on t.level = w.level and t.n = w.n',
        [grown.tiles.map((t) => t.level), grown.tiles.map((t) => t.index)],
      );
      const byName = new Map(stored.map((t) => [`${t.level}/${t.n}`, t.data]));
      for (const tile of grown.tiles) {
        const name = `${tile.level}/${tile.index}`;
        const found = byName.get(name)?.subarray(0, tile.bytes.length);
        if (found && equal(found, tile.bytes)) continue;
        throw new Found(
          'tile-mismatch',
          `tile ${name}`,
          hex(tile.bytes.slice(-32)),
          found ? hex(found.slice(-32)) : 'no tile',
        );
      }
      const checkpoint = sizes[next];
      if (checkpoint?.size !== edge.size) return;
      await checkCheckpoint(checkpoint.note, edge.size, grown.root, deps);
      next++;
      checkpoints++;
    };

    for (let from = 0; from < head; from += PAGE) {
      const { rows } = await pool.query<Row>({
        name: 'fsck-page',
        text: `select seq, id, stream, kind, matter, by_party, audience, corrects, canonical, opening, commitment,
                 to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as occurred,
                 to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded
               from ledger.entry where seq >= $1 and seq < $2 order by seq`,
        values: [from, Math.min(from + PAGE, head)],
      });
      const wanted = Math.min(PAGE, head - from);
      for (let i = 0; i < wanted; i++) {
        const row = rows[i];
        if (!row) throw new Found('gap', `position ${from + i}`, 'an entry', 'nothing');
        const checked = checkRow(row, from + i, recordedAt, deps.streamOf);
        recordedAt = checked.recordedAt;
        if (from + i >= tree) continue;
        pending.push(checked.leaf);
        const size = edge.size + pending.length;
        if (size === sizes[next]?.size || pending.length >= PAGE) await grow();
      }
      deps.onProgress?.(Math.min(from + PAGE, head), head);
    }
    if (pending.length > 0) await grow();
    const beyond = sizes[next];
    if (beyond)
      throw new Found('head-mismatch', `checkpoint ${beyond.size}`, `at most ${tree} entries`, String(beyond.size));
    const last = sizes.at(-1)?.size ?? 0;
    if (last !== tree)
      throw new Found('head-mismatch', 'log.tree', `the size of the last checkpoint, ${last}`, String(tree));
    const { rows: extra } = await pool.query<{ seq: number }>('select seq from ledger.entry where seq >= $1 limit 1', [
      head,
    ]);
    if (extra[0])
      throw new Found('head-mismatch', `position ${extra[0].seq}`, `no entry at or after ${head}`, 'an entry');
    return { ok: true, entries: head, checkpoints, unpublished: head - tree };
  } catch (error) {
    if (error instanceof Found) return error.finding;
    throw error;
  }
}

async function checkCheckpoint(text: string, size: number, root: Uint8Array, deps: FsckDeps): Promise<void> {
  const at = `checkpoint ${size}`;
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== deps.origin) throw new Found('wrong-origin', at, deps.origin, checkpoint.origin);
  if (checkpoint.size !== size || !equal(checkpoint.root, root)) {
    throw new Found('root-mismatch', at, `${size}, ${hex(root)}`, `${checkpoint.size}, ${hex(checkpoint.root)}`);
  }
  try {
    const signed = await verifyNote(note, [deps.key]);
    if (signed.length > 0) return;
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
  }
  throw new Found('bad-signature', at, `a signature by ${deps.key.name}+${deps.key.keyId}`, 'none that holds');
}
