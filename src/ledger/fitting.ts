/**
 * The quick look of fsck at a page of entries: each is read out of its stored text and written as the append would write it, and the two rows
 * are compared byte for byte, columns, opening, commitment and text at once. Says only that a page fits; what does not, check.ts names.
 */
import { InvalidInput } from '../base/errors.ts';
import { readEntry, readEntryText } from '../proof/entry.ts';
import { type Entry, HASH_BYTES, ProofFailure } from '../proof/index.ts';
import { HEAD } from './binary.ts';
import type { CopiedRows } from './copy.ts';
import { COLUMNS, EntryRows, FIELD_COUNT } from './entry-rows.ts';
import { leafInto } from './hashing.ts';

/** A page of entries, each of which fits, in order and without gaps. */
export interface FittingPage {
  readonly from: number;
  readonly count: number;
  /** leaf hashes, one after the other */
  readonly leaves: Uint8Array;
  /** times of recording, which never go back within the page */
  readonly first: string;
  readonly last: string;
  /** entries that say something of the log itself */
  readonly telling: readonly { readonly seq: number; readonly entry: Entry }[];
}

/** Kinds that check.ts must see. */
const TELLING: readonly string[] = ['entry.erased', 'log.continued'];
const LENGTH = 4;
const SEQ_BYTES = 8;
const OPENING = COLUMNS.indexOf('opening');
const CANONICAL = COLUMNS.indexOf('canonical');
/** Above so many letters an entry may have more bytes than are allowed, and is measured. */
const SURELY_SHORT = 20_000;

/**
 * @param streamOf as in check.ts
 * @returns null when anything about the page is not as it should be, or has to be looked at another way
 */
export function fitting(
  { all, ends }: CopiedRows,
  from: number,
  count: number,
  streamOf: (entry: Entry) => string,
): FittingPage | null {
  const rows = new EntryRows(1);
  const begin = rows.mark;
  const leaves = new Uint8Array(count * HASH_BYTES);
  const telling: { seq: number; entry: Entry }[] = [];
  let first = '';
  let last = '';
  // The signature comes with the first row, and the end of all as a piece of its own.
  let at = HEAD.length;
  for (let i = 0; i < count; i++) {
    const seq = from + i;
    const end = ends[i] ?? 0;
    const fields = at + FIELD_COUNT + LENGTH + SEQ_BYTES;
    if (end < fields || all.readInt16BE(at) !== COLUMNS.length + 1) return null;
    if (all.readUInt32BE(fields - 8) * 2 ** 32 + all.readUInt32BE(fields - 4) !== seq) return null;
    const found = textAndOpening(all, fields, end);
    if (!found) return null;
    try {
      const read = readEntryText(JSON.parse(found.canonical));
      if (found.canonical.length > SURELY_SHORT) readEntry(read.entry);
      rows.back(begin);
      rows.add(read, streamOf(read.entry), found.opening);
      if (rows.mark[1] - begin[1] !== end - fields + FIELD_COUNT || !rows.same(begin, all, fields)) return null;
      leafInto(rows.commitmentAt(0), 0, leaves, i * HASH_BYTES);
      const { kind, recordedAt } = read.entry;
      if (recordedAt < last) return null;
      first ||= recordedAt;
      last = recordedAt;
      if (TELLING.includes(kind)) telling.push({ seq, entry: read.entry });
    } catch (error) {
      if (error instanceof ProofFailure || error instanceof SyntaxError || error instanceof InvalidInput) return null;
      throw error;
    }
    at = end;
  }
  // What is behind the last row ends all of them.
  return ends.length <= count + 1 ? { from, count, leaves, first, last, telling } : null;
}

/** Walks over the fields of a row. */
function textAndOpening(
  all: Buffer,
  first: number,
  end: number,
): { readonly canonical: string; readonly opening: Uint8Array } | null {
  let opening: Uint8Array | null = null;
  for (let field = 0, at = first; field < COLUMNS.length && at + LENGTH <= end; field++) {
    const length = all.readInt32BE(at);
    at += LENGTH;
    if (field === OPENING) opening = length === HASH_BYTES ? all.subarray(at, at + length) : null;
    if (field === CANONICAL)
      return opening && length > 0 ? { opening, canonical: all.toString('utf8', at, at + length) } : null;
    at += Math.max(length, 0);
  }
  return null;
}
