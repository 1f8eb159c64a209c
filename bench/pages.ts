/**
 * `npm run bench -- pages`: the public record's board as a reader's browser gets it, from the real server over HTTP on the loopback:
 * a request to 90,837 × 1 item, 60,000 of them answered, and one to 23 × 10, all answered and determined. First pages, deep pages,
 * filters, sorts and both axes of "as of", one after another in a fixed order, first while nothing is written, then while an answer
 * comes in every second. Beside it, in turns on the same connection, the server's smallest answer (`/healthz`).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { instant } from '../src/base/clock.ts';
import { start } from '../src/main.ts';
import { readSettings } from '../src/settings.ts';
import { answered, determined, serveTo, write } from './filled.ts';
import { type BenchLine, isRole, quantile, report, round } from './lib.ts';
import { fetchOne, leave } from './reading.ts';

const RECIPIENTS = Number(process.env.BENCH_RECIPIENTS ?? 90_837);
const ANSWERED = Math.floor(RECIPIENTS * 0.66);
const GOAL_MS = 100;
const GOAL_BYTES = 100_000;
/** The server with its data. Prints one line of JSON when ready; `write` on its input starts answers every second; its end ends it. */
async function server(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
  const settings = readSettings({
    DATA_DIR: dataDir,
    PORT: process.env.BENCH_PORT ?? '18473',
    EXAMPLE: '0',
    LOG_LEVEL: 'silent',
  });
  const running = await start(settings, () => {});
  const { services } = running;
  const small = await serveTo(services, 'small', 10, 23);
  const cells = small.services.flatMap((_, n) => Array.from({ length: 10 }, (_x, i) => ({ n, item: i + 1 })));
  const said = cells.map(({ n, item }) => ({ n, item, ...answered(services, small, n, item) }));
  await write(
    services,
    said.map((one) => one.entry),
  );
  await write(
    services,
    said.map((one) => determined(services, small, one.n, one.item, one.answer)),
  );
  const large = await serveTo(services, 'large', 1, RECIPIENTS);
  const half = Math.floor(ANSWERED / 2);
  await write(
    services,
    Array.from({ length: half }, (_, n) => answered(services, large, n, 1).entry),
  );
  const between = instant(services.clock.now());
  const rest = Array.from({ length: ANSWERED - half }, (_, n) => answered(services, large, half + n, 1));
  await write(
    services,
    rest.map((one) => one.entry),
  );
  await write(
    services,
    rest.slice(0, 5000).map((one, n) => determined(services, large, half + n, 1, one.answer)),
  );
  // PostgreSQL looks at tables that have grown within some ten seconds (autovacuum); before, its plans are those for small ones.
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  process.stdout.write(`${JSON.stringify({ url: running.url, between })}\n`);
  let next = ANSWERED;
  let timer: NodeJS.Timeout | undefined;
  createInterface({ input: process.stdin })
    .on('line', () => {
      timer ??= setInterval(
        () => void write(services, [answered(services, large, next++ % RECIPIENTS, 1).entry]),
        1000,
      );
    })
    .on('close', async () => {
      clearInterval(timer);
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
}

const matches = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((m) => m[1] ?? ''))];

/** Everything that a first view loads besides the page: styles, scripts, preloaded fonts, and the fonts that the styles name. */
async function parts(url: string, html: string): Promise<number> {
  const direct = matches(html, /(?:href|src)="(\/assets\/[^"]+)"/g);
  let bytes = 0;
  const fonts = new Set<string>();
  for (const path of direct) {
    if (path.endsWith('.woff2')) continue;
    const seen = await fetchOne(url + path);
    bytes += seen.bytes;
    if (path.endsWith('.css'))
      for (const font of matches(seen.text, /url\(["']?([^"')]+\.woff2)/g)) fonts.add(new URL(font, url + path).href);
  }
  for (const path of direct.filter((one) => one.endsWith('.woff2'))) fonts.add(url + path);
  for (const font of fonts) bytes += (await fetchOne(font)).bytes;
  return bytes;
}

/** Addresses of one round, in the order in which they are asked for. */
function addresses(between: string, round: number): string[] {
  const large = '/record/large';
  const pages = Math.floor(RECIPIENTS / 100);
  const deep = (n: number) => 1 + ((n * 7919 + round * 104_729) % pages);
  const at = (axis: string) => `asOf=${between}${axis}`;
  return [
    large,
    '/record/small',
    `${large}?page=${deep(1)}`,
    `${large}?page=${deep(2)}`,
    `${large}?answer=produced`,
    `${large}?answer=unanswered&page=${1 + (round % 200)}`,
    `${large}?determination=deficient`,
    `${large}?determination=to+review&page=${2 + (round % 50)}`,
    `${large}?clock=running`,
    `${large}?text=Place+0${10 + (round % 80)}`,
    `${large}?sort=recipient&dir=down&page=${deep(3) % 20}`,
    `${large}?sort=clock&page=${deep(4)}`,
    `${large}?${at('')}`,
    `${large}?${at('')}&page=${deep(5)}`,
    `${large}?${at('&axis=happened')}`,
    `${large}?${at('&axis=happened')}&answer=objected`,
    `/record/small?${at('')}`,
    '/record/small?determination=deficient',
    '/record/small?sort=recipient&dir=down',
  ].map((path) => path.replace('page=0', 'page=1'));
}

interface Measured {
  readonly first: number[];
  readonly healthz: number[];
  readonly bytes: number[];
  /** times of the first byte by address, numbers in it left out */
  readonly byAddress: Map<string, number[]>;
}

async function measure(url: string, between: string, rounds: number, from: number, pause: number): Promise<Measured> {
  const out: Measured = { first: [], healthz: [], bytes: [], byAddress: new Map() };
  for (let i = from; i < from + rounds; i++) {
    for (const path of addresses(between, i)) {
      const seen = await fetchOne(url + path);
      out.first.push(seen.firstByte);
      out.bytes.push(seen.bytes);
      const name = path.replace(/asOf=[^&]+/, 'asOf=T').replace(/(page=|Place\+)\d+/g, '$1N');
      out.byAddress.set(name, [...(out.byAddress.get(name) ?? []), seen.firstByte]);
      out.healthz.push((await fetchOne(`${url}/healthz`)).firstByte);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return out;
}

/** One line an address: median, p95 and slowest of its first byte, in ms. */
function table(m: Measured): string {
  const line = (address: string, times: readonly number[]) =>
    [0.5, 0.95, 1].map((share) => quantile(times, share).toFixed(0).padStart(6)).join('') + `  ${address}`;
  return [...m.byAddress].map(([address, times]) => line(address, times)).join('\n');
}

const ready = z.object({ url: z.string(), between: z.string() });

export async function run(): Promise<readonly BenchLine[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url)], {
    env: { ...process.env, BENCH_ROLE: 'server' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    const { url, between } = await new Promise<z.infer<typeof ready>>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => resolve(ready.parse(JSON.parse(line))));
      child.on('close', (code) => reject(new Error(`the server ended with ${code}`)));
    });
    // Code is compiled and connections are open, as on a server that runs; nothing of the pages measured is remembered by this.
    for (let i = 0; i < 20; i++) await fetchOne(`${url}/record/small`);
    const first = await fetchOne(`${url}/record/large`);
    const small = await fetchOne(`${url}/record/small`);
    const extra = [await parts(url, first.text), await parts(url, small.text)];
    const quiet = await measure(url, between, 18, 0, 0);
    child.stdin.write('write\n');
    const busy = await measure(url, between, 18, 100, 60);
    // For whoever looks for what is slow; the lines of the benchmark itself stand alone on standard output.
    if (process.env.BENCH_TABLE) process.stderr.write(`${table(quiet)}\n${table(busy)}\n`);
    const time = (m: Measured, what: string): BenchLine => {
      const ours = quantile(m.first, 0.95);
      const reference = quantile(m.healthz, 0.95);
      return report({
        bench: 'pages',
        work: `board of ${RECIPIENTS} × 1 and of 23 × 10, ${m.first.length} requests ${what}: p95 of the first byte (median ${round(quantile(m.first, 0.5), 1)}, slowest ${round(Math.max(...m.first), 0)})`,
        unit: 'ms',
        ours: round(ours, 1),
        reference: round(reference, 2),
        referenceName: 'p95 of /healthz of the same server, in turns',
        ratio: round(ours / reference, 1),
        goal: `≤ ${GOAL_MS} ms`,
        met: ours <= GOAL_MS,
      });
    };
    const sent = (bytes: number, what: string, reference: number, referenceName: string): BenchLine =>
      report({
        bench: 'pages',
        work: `p95 of bytes sent, compressed, ${what}`,
        unit: 'bytes',
        ours: bytes,
        reference,
        referenceName,
        ratio: round(bytes / reference, 3),
        goal: `≤ ${GOAL_BYTES} bytes`,
        met: bytes <= GOAL_BYTES,
      });
    const html = quantile([...quiet.bytes, ...busy.bytes], 0.95);
    return [
      time(quiet, 'while nothing is written'),
      time(busy, 'while an answer comes in every second'),
      sent(
        html,
        'of a page once styles and fonts are kept',
        first.text.length,
        'characters of the first page, not compressed',
      ),
      sent(
        html + Math.max(...extra),
        'of a first view with styles, scripts and all fonts named',
        first.text.length,
        'characters of the first page, not compressed',
      ),
    ];
  } finally {
    child.stdin.end();
    await ended;
    leave();
  }
}

if (isRole('server')) await server();
