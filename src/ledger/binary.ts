/**
 * Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"). Knows nothing of entries and sends nothing; checks
 * spellings only as far as it has to turn them into bytes.
 */
import { InvalidInput } from '../base/errors.ts';

/** Before the first row: signature, flags, length of an extension that is not there. */
export const HEAD = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** PostgreSQL counts microseconds from the year 2000. */
const EPOCH = Date.UTC(2000, 0, 1);
const UUID_BYTES = 16;

/** Four bits by letter of lower-case hex; 255 for every other. */
const FOUR = new Uint8Array(128).fill(255);
[...'0123456789abcdef'].forEach((letter, i) => {
  FOUR[letter.charCodeAt(0)] = i;
});

const refused = (what: string, text: string) =>
  new InvalidInput('entry-refused', {
    what: `This cannot be written to the ledger: ${JSON.stringify(text.slice(0, 60))} is not ${what}.`,
    lost: 'Nothing was written.',
  });

/** Rows of one table, field after field. What was written after a mark can be taken back. */
export class BinaryRows {
  readonly #columns: number;
  #bytes: Buffer;
  #end = HEAD.length;
  // The two times that were read last: all entries of a batch were recorded at the same, and many happened at the same.
  #time = '';
  #since = Buffer.alloc(8);
  #otherTime = '';
  #otherSince = Buffer.alloc(8);

  /** @param room bytes that will probably be needed; more are found when they are */
  constructor(columns: number, room: number) {
    this.#columns = columns;
    this.#bytes = Buffer.allocUnsafe(HEAD.length + room);
    this.#bytes.set(HEAD);
  }

  /** Where the next field begins: for `back`, and for `bytesAt`. */
  get mark(): number {
    return this.#end;
  }

  back(mark: number): void {
    this.#end = mark;
  }

  /** What was written between two marks; to be used before the next field is written. */
  between(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  /** Whether what was written since `from` is what stands in `other` at `at`. */
  same(from: number, other: Buffer, at: number): boolean {
    const end = at + this.#end - from;
    return end <= other.length && this.#bytes.compare(other, at, end, from, this.#end) === 0;
  }

  #room(length: number): void {
    if (this.#end + length <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafe(2 * this.#bytes.length + length);
    wider.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = wider;
  }

  row(): void {
    this.#room(2);
    this.#end = this.#bytes.writeInt16BE(this.#columns, this.#end);
  }

  nothing(): void {
    this.#room(4);
    this.#end = this.#bytes.writeInt32BE(-1, this.#end);
  }

  /** @throws InvalidInput unless it is a UUID in lower case, or null where that is allowed by the table */
  uuid(text: string | null): void {
    if (text === null) {
      this.nothing();
      return;
    }
    this.#room(4 + UUID_BYTES);
    const bytes = this.#bytes;
    let to = bytes.writeInt32BE(UUID_BYTES, this.#end);
    let wrong = text.length === 36 ? 0 : 255;
    for (let i = 0; i < 36 && wrong < 16; i += 2) {
      if (i === 8 || i === 13 || i === 18 || i === 23) {
        if (text.charCodeAt(i) !== 45) wrong = 255;
        i++;
      }
      const high = FOUR[text.charCodeAt(i)] ?? 255;
      const low = FOUR[text.charCodeAt(i + 1)] ?? 255;
      wrong |= high | low;
      bytes[to++] = (high << 4) | low;
    }
    if (wrong > 15) throw refused('an id', text);
    this.#end = to;
  }

  /** @returns where its UTF-8 begins and ends */
  text(text: string): readonly [from: number, to: number] {
    this.#room(4 + 3 * text.length);
    const from = this.#end + 4;
    const length = this.#bytes.write(text, from, 'utf8');
    this.#bytes.writeInt32BE(length, this.#end);
    this.#end = from + length;
    return [from, this.#end];
  }

  /** @param text RFC 3339 in UTC */
  time(text: string): void {
    if (text !== this.#time) this.#turnTo(text);
    this.bytes(this.#since);
  }

  #turnTo(text: string): void {
    [this.#time, this.#otherTime] = [this.#otherTime, this.#time];
    [this.#since, this.#otherSince] = [this.#otherSince, this.#since];
    if (text === this.#time) return;
    const since = Date.parse(text) - EPOCH;
    if (Number.isNaN(since)) throw refused('a time', text);
    this.#since.writeBigInt64BE(BigInt(since) * 1000n);
    this.#time = text;
  }

  /** @returns where they begin */
  bytes(bytes: Uint8Array): number {
    this.#room(4 + bytes.length);
    const from = this.#bytes.writeInt32BE(bytes.length, this.#end);
    this.#bytes.set(bytes, from);
    this.#end = from + bytes.length;
    return from;
  }

  /** Ends the rows. */
  done(): Uint8Array {
    this.#room(2);
    this.#end = this.#bytes.writeInt16BE(-1, this.#end);
    return this.#bytes.subarray(0, this.#end);
  }
}
