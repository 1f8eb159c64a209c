/**
 * PostgreSQL's COPY as queries of the driver: what costs the database least of all ways to take in and give out many rows. The rows are in
 * its binary format (binary.ts); what stands in them is the caller's.
 */
import type { ClientBase, Connection } from 'pg';
import pg from 'pg';

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
      this.#all = Buffer.concat([
        this.#all.subarray(0, this.#end),
        Buffer.allocUnsafe(this.#all.length + chunk.length),
      ]);
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
