/**
 * Entries as rows of the database: how the append writes them, and what fsck compares with what is there. Commits to each on the way.
 * Touches no database.
 */
import { HASH_BYTES } from '../proof/index.ts';
import { BinaryRows } from './binary.ts';
import { commitInto, type Stamped } from './stamp.ts';

/** Columns of an entry, in the order in which `EntryRows` writes them. Its position comes from where `log.advance` set the count. */
export const COLUMNS = [
  'id',
  'stream',
  'kind',
  'matter',
  'by_party',
  'occurred_at',
  'recorded_at',
  'audience',
  'corrects',
  'opening',
  'commitment',
  'canonical',
] as const;

/** Bytes that say how many fields a row has. */
export const FIELD_COUNT = 2;
/** What most entries take in COPY's format: the first guess at how much room a batch needs. */
const ROOM = 1_024;
const NO_HASH = new Uint8Array(HASH_BYTES);

/** The rows of entries, made ahead of the moment in which the log is locked; their commitments beside them. */
export class EntryRows {
  readonly #rows: BinaryRows;
  #commitments: Buffer;
  #count = 0;

  /** @param guess about how many there will be */
  constructor(guess: number) {
    this.#rows = new BinaryRows(COLUMNS.length, guess * ROOM);
    this.#commitments = Buffer.allocUnsafe(guess * HASH_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  /** Where the next row begins, for `back`. */
  get mark(): readonly [count: number, at: number] {
    return [this.#count, this.#rows.mark];
  }

  /** Takes back what was added after the mark. */
  back([count, at]: readonly [count: number, at: number]): void {
    this.#count = count;
    this.#rows.back(at);
  }

  /**
   * Adds an entry and commits to it.
   * @param opening 32 random bytes, used for this entry alone
   * @throws InvalidInput where an id is none
   */
  add({ entry, canonical }: Stamped, stream: string, opening: Uint8Array): void {
    const rows = this.#rows;
    rows.row();
    rows.uuid(entry.id);
    rows.uuid(stream);
    rows.text(entry.kind);
    rows.uuid(entry.matter);
    rows.uuid(entry.by);
    rows.time(entry.occurredAt);
    rows.time(entry.recordedAt);
    rows.text(entry.audience);
    rows.uuid(entry.corrects ?? null);
    rows.bytes(opening);
    const to = rows.bytes(NO_HASH);
    const [from, end] = rows.text(canonical);
    const at = this.#count * HASH_BYTES;
    if (at + HASH_BYTES > this.#commitments.length)
      this.#commitments = Buffer.concat([this.#commitments, Buffer.allocUnsafe(at + HASH_BYTES)]);
    commitInto(opening, rows.between(from, end), this.#commitments, at);
    rows.between(to, to + HASH_BYTES).set(this.#commitments.subarray(at, at + HASH_BYTES));
    this.#count++;
  }

  /** The commitment of the entry that was added at `index`; to be used before the next is added. */
  commitmentAt(index: number): Uint8Array {
    return this.#commitments.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  /** Whether the last row, which began at the mark, has the same fields as the row in `other` whose first field begins at `at`. */
  same([, from]: readonly [count: number, at: number], other: Buffer, at: number): boolean {
    return this.#rows.same(from + FIELD_COUNT, other, at);
  }

  /** @returns what `writeEntries` sends, and the commitments one after the other */
  done(): EntryValues {
    return { rows: this.#rows.done(), commitments: this.#commitments.subarray(0, this.#count * HASH_BYTES) };
  }
}

export interface EntryValues {
  readonly rows: Uint8Array;
  readonly commitments: Uint8Array;
}
