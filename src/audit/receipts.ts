/**
 * Checks a folder of receipts against a log that was followed: each by itself under the policy, then its entry at its position and its
 * checkpoint as a beginning of the log, out of the copy in the audit's folder. Changes no file; a file named otherwise is left alone.
 */
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { equal } from '../proof/bytes.ts';
import {
  commitment,
  hex,
  leafHash,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  parseReceipt,
  type Receipt,
  type Refused,
  rootFromInclusion,
  type TileReader,
  Verifier,
} from '../proof/index.ts';
import { PDF_BYTES, readReceiptFile } from '../proof/pdf.ts';
import { proveInclusion } from '../proof/prove.ts';
import { nodeFromTile, tileOfNode } from '../proof/tiles.ts';
import { damaged } from './folder.ts';
import { AuditFailure, asFailure, OUTCOMES, type Outcome } from './outcome.ts';
import { type Prefix, prefixOf, recordingReader } from './prefix.ts';
import { type Head, sameLog, type Trust } from './trust.ts';

export interface ReceiptsFound {
  /** receipts that hold and stand in the log */
  readonly included: number;
  /** all that do not, counted */
  readonly refused: number;
  /** the worst of them first, at most a hundred */
  readonly failures: readonly { readonly file: string; readonly failure: AuditFailure }[];
  /** files that are neither named as receipts nor hold one */
  readonly ignored: number;
  /** whether some are newer than the checkpoint: then the log should be looked at once more */
  readonly ahead: boolean;
}

const SHOWN = 100;

export async function checkReceipts(dir: string, trust: Trust, copy: TileReader, head: Head): Promise<ReceiptsFound> {
  const verifier = new Verifier(trust.policy);
  const wrong: { file: string; failure: AuditFailure }[] = [];
  const doubtful: { file: string; failure: AuditFailure }[] = [];
  let included = 0;
  let refused = 0;
  let ignored = 0;
  let ahead = false;
  const against = logOf(copy, head, trust);
  for await (const file of await opened(dir)) {
    const named = /\.receipt\.(?:json|pdf)$/i.test(file.name);
    if (!file.isFile() || !(named || /\.(?:json|pdf)$/i.test(file.name))) {
      ignored++;
      continue;
    }
    try {
      const bytes = await readAtMost(join(dir, file.name), PDF_BYTES);
      const verdict = await verifier.verify(bytes);
      if (!verdict.ok) throw refusal(verdict);
      ahead ||= verdict.size > head.size;
      await against(parseReceipt(await readReceiptFile(bytes)), { name: file.name, bytes });
      included++;
    } catch (error) {
      const failure = asFailure(error);
      if (failure.outcome === 'damaged-state') throw failure;
      if (failure.outcome === 'unreadable-receipt' && !named) ignored++;
      else {
        refused++;
        const list = OUTCOMES[failure.outcome] === 1 ? wrong : doubtful;
        if (list.length < SHOWN) list.push({ file: file.name, failure });
      }
    }
  }
  return { included, refused, failures: [...wrong, ...doubtful].slice(0, SHOWN), ignored, ahead };
}

async function opened(dir: string) {
  try {
    return await opendir(dir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new AuditFailure('bad-input', `a folder of receipts at ${dir}`, code);
  }
}

async function readAtMost(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw new AuditFailure('unreadable-receipt', `at most ${limit} bytes`, `${size} bytes`);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** What the verifier's refusal means for the log. */
function refusal({ failure, expected, found }: Refused): AuditFailure {
  const outcome: Outcome =
    failure === 'commitment-mismatch' || failure === 'not-included'
      ? 'receipt-not-included'
      : failure === 'bad-signature' || failure === 'unknown-log' || failure === 'quorum-missing'
        ? failure
        : failure === 'unsupported-signature'
          ? 'quorum-missing'
          : 'unreadable-receipt';
  return new AuditFailure(outcome, expected, `${found} (${failure})`);
}

/** Roots that are kept at most: 32 bytes each. */
const ROOTS = 100_000;

/** Checks receipts that verify against the copy of the log. A folder shows them in any order, so the root of every checkpoint is kept. */
function logOf(copy: TileReader, head: Head, trust: Trust) {
  const roots = new Map<number, Uint8Array>();
  const prefixAt = async (size: number): Promise<Prefix> => {
    const prefix = await prefixOf(copy, size, head.size, head.root);
    if (prefix === null) throw damaged(`tiles that lead to ${hex(head.root)}`, 'others');
    return prefix;
  };
  const rootAt = async (size: number): Promise<Uint8Array> => {
    const known = roots.get(size);
    if (known) return known;
    const { root } = await prefixAt(size);
    if (roots.size >= ROOTS) roots.clear();
    roots.set(size, root);
    return root;
  };
  return async (receipt: Receipt, given: { name: string; bytes: Uint8Array }): Promise<void> => {
    const { index, checkpoint: note } = receipt.proof;
    const { size, root, origin } = parseCheckpoint(parseNote(note).text);
    if (!sameLog(trust, origin, head.origin))
      throw new AuditFailure('unknown-log', `a receipt of ${head.origin}`, origin);
    const ended = trust.heirs.find((one) => one.from.name === origin);
    if (ended && size > ended.size) {
      const evidence = { notes: [note, head.note], tiles: new Map(), receipt: given, statement: ended.statement };
      const expected = `no checkpoint of ${origin} after ${ended.size} entries, where it was handed over to ${ended.to.name}`;
      throw new AuditFailure('hand-over-mismatch', expected, `one of ${size} in the receipt`, evidence);
    }
    if (size <= head.size) {
      if (equal(await rootAt(size), root)) return;
      const prefix = await prefixAt(size);
      const evidence = { notes: [note, head.note], tiles: prefix.tiles, receipt: given };
      const expected = `root ${hex(prefix.root)} of size ${size}, as in the tree of size ${head.size} that the log signed too`;
      throw new AuditFailure('split-view', expected, `root ${hex(root)}, signed by the log in the receipt`, evidence);
    }
    const tiles = new Map<string, Uint8Array>();
    const evidence = { notes: [note, head.note], tiles, receipt: given };
    const leaf = leafHash(commitment(receipt.opening, receipt.canonical));
    if (index < head.size && !equal(await leafAt(recordingReader(copy, tiles), index, head), leaf)) {
      throw new AuditFailure('split-view', `the receipt's entry at position ${index}`, 'another entry', evidence);
    }
    const expected = `at least the ${size} entries that the receipt's checkpoint signs`;
    throw new AuditFailure('shrunk-log', expected, `${head.size}`, evidence);
  };
}

/** The leaf hash at a position, tied to the signed root. */
async function leafAt(copy: TileReader, index: number, { size, root }: Head): Promise<Uint8Array> {
  const coord = tileOfNode({ level: 0, index }, size);
  try {
    const [tile] = await copy.readTiles([coord]);
    const leaf = nodeFromTile({ level: 0, index }, tile ?? new Uint8Array(0));
    if (equal(rootFromInclusion(index, size, leaf, await proveInclusion(copy, index, size)), root)) return leaf;
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
  }
  throw damaged(`tiles that lead to ${hex(root)}`, 'others');
}
