/** One large file through everything an upload passes: a socket, the server, the form's parser, the store. Watches the memory of the server, which is a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { DatabaseConfig } from '../../src/adapters/postgres/index.ts';
import { openKysely, openPool } from '../../src/adapters/postgres/pool.ts';

const PROGRAM = fileURLToPath(new URL('./upload-server.ts', import.meta.url));
const MB = 1024 * 1024;

export interface Uploaded {
  readonly status: number;
  /** as the database has it */
  readonly bytes: number;
  /** what was stored is what was sent */
  readonly same: boolean;
  /** memory of the server at most while it received, above what it was before, in MB */
  readonly grownMB: number;
  readonly seconds: number;
}

/** @param dir an empty folder with room for the file */
export async function uploadByHttp(database: DatabaseConfig, dir: string, size: number): Promise<Uploaded> {
  const child = fork(PROGRAM, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, UPLOADS: JSON.stringify({ database, dir }) },
  });
  const pool = openPool(database, 1);
  try {
    const { port } = z.object({ port: z.number() }).parse(await next(child));
    // Once before it counts: what the first upload loads and compiles stays.
    await send(port, 48 * MB, 'first');
    const before = await most(child);
    const started = performance.now();
    const { status, sha256 } = await send(port, size, 'second');
    const seconds = (performance.now() - started) / 1000;
    const grownMB = Math.round(((await most(child)) - before) / MB);
    const stored = await openKysely(pool)
      .selectFrom('work.upload')
      .select(['bytes', 'sha256'])
      .where('name', '=', 'second.bin')
      .executeTakeFirst();
    return { status, bytes: stored?.bytes ?? 0, same: stored?.sha256 === sha256, grownMB, seconds };
  } finally {
    await pool.end();
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function next(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const ended = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error('the server ended');
  });
  ended.catch(() => {});
  const [said]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  gone.abort();
  return said;
}

async function most(child: ChildProcess): Promise<number> {
  const answer = next(child);
  child.send('most');
  return z.object({ most: z.number() }).parse(await answer).most;
}

/** Posts the form of an answer with one file, as fast as it is taken. */
async function send(port: number, size: number, name: string): Promise<{ status: number; sha256: string }> {
  const boundary = 'a-boundary-of-this-test';
  const page = await (await fetch(`http://127.0.0.1:${port}/answer`)).text();
  const draft = /name="once"[^>]*value="([^"]+)"/.exec(page)?.[1] ?? '';
  const field = (of: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${of}"\r\n\r\n${value}\r\n`;
  const head = `${field('once', draft)}${field('action', 'add-1')}--${boundary}\r\nContent-Disposition: form-data; name="files-1"; filename="${name}.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const posting = request({
    ...{ host: '127.0.0.1', port, path: '/answer', method: 'POST' },
    headers: {
      origin: 'http://localhost:8080',
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + size + tail.length,
    },
  });
  const answer = new Promise<number>((resolve, reject) => {
    posting.once('error', reject);
    posting.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  answer.catch(() => {});
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(256 * 1024, 0x61);
  posting.write(head);
  for (let sent = 0, i = 0; sent < size; sent += chunk.length, i++) {
    const part = chunk.subarray(0, Math.min(chunk.length, size - sent));
    // No two parts alike, so that a part that came twice or not at all is found out. `write` may keep it: each gets its own.
    const own = Buffer.from(part);
    own.writeUInt32LE(i, 0);
    hash.update(own);
    if (!posting.write(own)) await Promise.race([once(posting, 'drain'), answer]);
  }
  posting.end(tail);
  return { status: await answer, sha256: hash.digest('hex') };
}
