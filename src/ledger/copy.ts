/**
 * Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"), and the query that sends them: what costs the database
 * least of all ways to take in many rows. Knows nothing of entries; checks spellings only as far as it has to turn them into bytes.
 */
import type { ClientBase, Connection } from 'pg';
import pg from 'pg';
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
    const since = (Date.parse(text) - EPOCH) * 1000;
    if (!Number.isSafeInteger(since)) throw refused('a time', text);
    this.#room(12);
    const high = Math.floor(since / 2 ** 32);
    const at = this.#bytes.writeInt32BE(high, this.#bytes.writeInt32BE(8, this.#end));
    this.#end = this.#bytes.writeUInt32BE(since - high * 2 ** 32, at);
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

const COPY_DATA = 'd'.charCodeAt(0);
/** CopyDone: its letter and its length. */
const COPY_DONE = Buffer.from('c\0\0\0\x04', 'latin1');

/**
 * The driver lets nothing but its own class into a pipeline. Statement, rows and their end go out at once: a server that refused the
 * statement, or is in a transaction that was refused, passes over the rest (protocol, "COPY Operations").
 */
class CopyIn extends pg.Query {
  readonly #text: string;
  readonly #rows: Uint8Array;

  constructor(name: string, text: string, rows: Uint8Array, done: (error?: Error) => void) {
    super({ name, text }, (error) => done(error ?? undefined));
    this.#text = text;
    this.#rows = rows;
  }

  override submit = (connection: Connection): void => {
    const head = Buffer.alloc(5);
    head[0] = COPY_DATA;
    head.writeInt32BE(4 + this.#rows.length, 1);
    connection.stream.cork();
    connection.query(this.#text);
    connection.stream.write(head);
    connection.stream.write(this.#rows);
    connection.stream.write(COPY_DONE);
    connection.stream.uncork();
  };

  /** The server is ready for what is on its way to it already. */
  handleCopyInResponse(): void {}
}

/** Rows on their way out: each a message, and all of them kept one after the other. */
class CopyOut extends pg.Query {
  #all: Buffer;
  readonly #ends: number[] = [];
  #end = 0;

  constructor(text: string, room: number, done: (error: Error | undefined, rows: CopiedRows) => void) {
    super({ text }, (error) => done(error ?? undefined, { all: this.#all, ends: this.#ends }));
    this.#all = Buffer.allocUnsafe(room);
  }

  /** Copied at once: the driver writes over its own buffer. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#end + chunk.length > this.#all.length)
      this.#all = Buffer.concat([this.#all.subarray(0, this.#end), Buffer.allocUnsafe(this.#all.length + chunk.length)]);
    this.#all.set(chunk, this.#end);
    this.#end += chunk.length;
    this.#ends.push(this.#end);
  }
}

/** What COPY sent: a piece is a row, but for what begins and ends all. */
export interface CopiedRows {
  readonly all: Buffer;
  readonly ends: readonly number[];
}

/** The pieces of a `copy … to stdout (format binary)` that hold a row, as PostgreSQL sends them. */
export function copyOut(client: ClientBase, text: string, room: number): Promise<CopiedRows> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOut(text, room, (error, rows) => (error ? reject(error) : resolve(rows))));
  });
}

/**
 * Sends rows into `copy … from stdin (format binary)`, also between other queries of a pipeline.
 * @param name for whoever counts queries
 */
export function copyIn(client: ClientBase, name: string, text: string, rows: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(name, text, rows, (error) => (error ? reject(error) : resolve())));
  });
}
