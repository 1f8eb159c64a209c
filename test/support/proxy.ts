/**
 * A small server before another one, at an address that stays the same: it passes everything on, but what a test changes on the way.
 * It may turn to another server while clients keep their address. GET only.
 */
import { createServer, type ServerResponse } from 'node:http';

/** Answers in the place of the server, or changes its bytes. */
export type Change = (bytes: Uint8Array, answer: ServerResponse) => Uint8Array | 'answered';

export interface Middleman {
  readonly url: string;
  /** passes requests on to another server from now on */
  turn(to: string): void;
  /** changes what this path answers, query left out; null: no longer */
  change(path: string, how: Change | null): void;
  /** paths asked for since the last call, in order */
  asked(): string[];
  close(): Promise<void>;
}

export async function proxyTo(target: string): Promise<Middleman> {
  let to = target;
  let seen: string[] = [];
  const changes = new Map<string, Change>();
  const server = createServer(async (request, answer) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    seen.push(path);
    try {
      const got = await fetch(to + path);
      const bytes = new Uint8Array(await got.arrayBuffer());
      const changed = changes.get(path)?.(bytes, answer) ?? bytes;
      if (changed === 'answered') return;
      answer.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'text/plain' });
      answer.end(changed);
    } catch {
      answer.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    turn: (next) => {
      to = next;
    },
    change: (path, how) => {
      if (how) changes.set(path, how);
      else changes.delete(path);
    },
    asked: () => {
      const paths = seen;
      seen = [];
      return paths;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same bytes with one bit of one byte turned. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
