/**
 * Stands between a server and its PostgreSQL and cuts the line at a chosen query: before PostgreSQL hears of it, or after it has
 * carried it out and before its answer arrives. Speaks no SQL; it only counts the ends of queries (PostgreSQL's documentation,
 * "Message Formats": Sync and Query from the client, ReadyForQuery from the server).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseConfig } from '../../src/adapters/postgres/index.ts';

export type Cut = 'before' | 'after';

export interface CuttingLine {
  /** the same database, through this line */
  readonly config: DatabaseConfig;
  /** Cuts every connection at the n-th query from now on, counted over all of them. */
  arm(at: number, cut: Cut): void;
  /** Ends of queries that came since it was armed, until it cut. */
  passed(): number;
  /** Whether it cut since it was armed. */
  done(): boolean;
  close(): Promise<void>;
}

/** Cuts a stream of messages into messages; the first of a client has no type. */
function messages(untyped: boolean): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  let bare = untyped;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const whole: Buffer[] = [];
    for (;;) {
      const head = bare ? 0 : 1;
      if (rest.length < head + 4) return whole;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return whole;
      whole.push(rest.subarray(0, length));
      rest = rest.subarray(length);
      bare = false;
    }
  };
}

const typeOf = (message: Buffer) => String.fromCharCode(message[0] ?? 0);

/** A connection string in its parts, so that its host can be another. */
function inParts(to: DatabaseConfig): DatabaseConfig {
  if (to.connectionString === undefined) return to;
  const url = new URL(to.connectionString);
  const options = url.searchParams.get('options');
  return {
    host: url.searchParams.get('host') ?? url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(options === null ? {} : { options }),
  };
}

/** Opens a line to the database of `given`, which is reached by a Unix socket or a port. */
export async function cuttingLine(given: DatabaseConfig): Promise<CuttingLine> {
  const to = inParts(given);
  const host = to.host ?? 'localhost';
  const port = to.port ?? 5432;
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-line-'));
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let how: Cut = 'before';
  let cut = false;
  let passed = 0;

  function cutAll(): void {
    cut = true;
    left = Number.POSITIVE_INFINITY;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  }

  const server = createServer((client) => {
    const database = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host);
    sockets.add(client).add(database);
    const fromClient = messages(true);
    const fromDatabase = messages(false);
    let first = true;
    /** answers of this connection to pass on before the one that is lost; null: none is lost */
    let answers: number | null = null;
    let open = 1;
    client.on('data', (chunk: Buffer) => {
      for (const message of fromClient(chunk)) {
        const ends = !first && ['S', 'Q'].includes(typeOf(message));
        first = false;
        if (ends) {
          passed++;
          left--;
          if (left === 0 && how === 'before') return cutAll();
          open++;
          if (left === 0) answers = open;
        }
        database.write(message);
      }
    });
    database.on('data', (chunk: Buffer) => {
      for (const message of fromDatabase(chunk)) {
        if (typeOf(message) === 'Z') {
          open--;
          if (answers !== null) answers--;
          if (answers === 0) return cutAll();
        }
        client.write(message);
      }
    });
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(join(dir, `.s.PGSQL.${port}`), resolve));
  return {
    config: { ...to, host: dir, port },
    arm(at, which) {
      left = at;
      how = which;
      cut = false;
      passed = 0;
    },
    passed: () => passed,
    done: () => cut,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
