/**
 * The server of `npm run bench -- record` on a filled directory, with something to do: once told to, an answer a second comes into the record that
 * is read, and entries about other things all the time. Prints one line of JSON when ready; ends with its input.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { brotliCompressSync } from 'node:zlib';
import { start } from '../src/main.ts';
import { readSettings } from '../src/settings.ts';
import { itemAnswered, newId } from './entry.ts';
import { answered, type Served, write } from './filled.ts';
import type { Filled } from './record-fill.ts';

/** Entries about other things, ten times a second. */
const OTHERS = 5;

export async function serveRecord(dataDir: string, filled: Filled): Promise<void> {
  const port = process.env.BENCH_PORT ?? '18474';
  const running = await start(
    readSettings({ DATA_DIR: dataDir, PORT: port, EXAMPLE: '0', LOG_LEVEL: 'silent' }),
    () => {},
  );
  const { services } = running;
  const { db, ledger } = services;
  const matter = await db
    .selectFrom('view.matter')
    .selectAll()
    .where('slug', '=', filled.slug)
    .executeTakeFirstOrThrow();
  const request = await db
    .selectFrom('view.request')
    .selectAll()
    .where('matter', '=', matter.id)
    .executeTakeFirstOrThrow();
  const some = await db
    .selectFrom('view.service')
    .select(['id', 'recipient'])
    .where('request', '=', request.id)
    .orderBy('seq')
    .limit(5_000)
    .execute();
  const served: Served = {
    slug: filled.slug,
    matter: matter.id,
    issuer: matter.issuer,
    request: request.id,
    services: some,
  };
  process.stdout.write(`${JSON.stringify({ url: running.url })}\n`);
  const timers: NodeJS.Timeout[] = [];
  let next = 0;
  createInterface({ input: process.stdin })
    .on('line', () => {
      if (timers.length > 0) return;
      timers.push(
        setInterval(() => {
          next++;
          void write(services, [answered(services, served, (next * 37) % some.length, 1 + (next % 3)).entry]);
        }, 1000),
        setInterval(
          () => void ledger.append({ key: newId(), entries: Array.from({ length: OTHERS }, itemAnswered) }),
          100,
        ),
      );
    })
    .on('close', async () => {
      for (const timer of timers) clearInterval(timer);
      await running.stop();
      process.exit(0);
    });
}

/** The same bytes as a file that lies in memory, by `node:http`: the reference. What it serves comes as base64 on its first line of input. */
export function serveBytes(): void {
  const lines = createInterface({ input: process.stdin }).on('close', () => process.exit(0));
  lines.once('line', (line) => {
    const body = brotliCompressSync(Buffer.from(line, 'base64'));
    const server = createServer((_, answer) => {
      answer.writeHead(200, { 'Content-Type': 'text/html', 'Content-Encoding': 'br', 'Content-Length': body.length });
      answer.end(body);
    });
    server.listen(Number(process.env.BENCH_STATIC_PORT ?? '18475'), '127.0.0.1', () => {
      process.stdout.write(
        `${JSON.stringify({ url: `http://127.0.0.1:${process.env.BENCH_STATIC_PORT ?? '18475'}` })}\n`,
      );
    });
  });
}
