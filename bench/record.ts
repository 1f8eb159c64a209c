/**
 * `npm run bench -- record`: one record of a log of ten million entries over 90,837 parties, as readers get it from the real server over HTTP on
 * the loopback: its board as of now and as of times on both axes, changes between two times, search, and 2,000 readers a second, while entries
 * are appended. Beside it, in turns, the same bytes as a file that lies in memory. `BENCH_ENTRIES` makes a smaller log, `BENCH_YEARS` one with
 * fewer records of the same size, `BENCH_DIR` keeps it for the next run, `BENCH_TABLE` prints times by address.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type BenchLine, isRole, quantile, report, round, runRole } from './lib.ts';
import { fetchOne, leave } from './reading.ts';
import { type Filled, filledDir, filledFile } from './record-fill.ts';
import { read } from './record-readers.ts';
import { serveBytes, serveRecord } from './record-server.ts';
import { FREQUENT_WORD, RARE_WORD } from './record-words.ts';

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 10_000_000);
const ROUNDS = Number(process.env.BENCH_RUNS ?? 8);
const GOAL_MS = 150;
const GOAL_TIMES = 1.5;
const READERS = 2_000;
const SECONDS = 10;
const HOUR = 3_600_000;

const GROUPS = ['now', 'past', 'changes', 'search', 'api'] as const;
type Group = (typeof GROUPS)[number];

const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

/** Addresses of one round, none of which was asked for before but those of now. @param i the round, from 0 */
function addresses({ slug, from, to, parties }: Filled, i: number): readonly (readonly [Group, string])[] {
  const board = `/record/${slug}`;
  const api = `/api/v1/records/${slug}`;
  const pages = Math.max(1, Math.floor(parties / 100));
  const deep = (n: number) => 1 + ((n * 7919 + i * 104_729) % pages);
  const filters = [
    ...[
      '',
      `page=${deep(1)}`,
      'answer=produced',
      `answer=unanswered&page=${1 + (deep(2) % 50)}`,
      'determination=deficient',
    ],
    ...['determination=to+review', 'clock=running', 'clock=overdue', `state=Example+State+${10 + (i % 40)}`],
    ...[`text=Place+0${10 + (i % 80)}`, `sort=recipient&dir=down&page=${deep(3)}`, `sort=clock&page=${deep(4)}`],
  ];
  const now = filters.map((filter) => ['now', `${board}?${filter}`] as const);
  // Five times of the sixty days, others in each round; which filter goes with which of them goes round too.
  const then = [0.12, 0.3, 0.5, 0.7, 0.9].flatMap((share, n) => {
    const time = from + share * (to - from) + i * 977_000 + n * 1_000;
    const filter = filters[(i * 5 + n) % filters.length] ?? '';
    return ['', '&axis=happened'].flatMap((axis) =>
      ['', filter].map((more, m) => ['past', `${board}?asOf=${at(time + m * 13_000)}${axis}&${more}`] as const),
    );
  });
  const between = (begin: number, end: number, page = 1) =>
    ['changes', `${board}/changes?from=${at(begin)}&to=${at(end)}&page=${page}`] as const;
  const end = from + (0.3 + 0.08 * (i % 8)) * (to - from) + i * 1_000;
  const changes = [
    ...[between(end - HOUR, end), between(end - 24 * HOUR, end), between(end - 24 * HOUR, end, 5)],
    ...[between(from - 48 * HOUR, to - i * 1_000), between(from - 48 * HOUR, to - i * 1_000, 1_000 + i)],
  ];
  const words = [
    RARE_WORD,
    FREQUENT_WORD,
    `${FREQUENT_WORD} ${['payroll', 'water', 'parks'][i % 3]}`,
    `Place 0${10_000 + i * 97}`,
  ];
  const search = [...words, `"schedule of audits" ${300 + i}`, `County ${i}`].map(
    (q, n) => ['search', `/search?q=${encodeURIComponent(q)}${n < 3 ? `&page=${1 + (i % 3)}` : ''}`] as const,
  );
  const times = from + 0.6 * (to - from) + i * 3_000;
  const apis = [api, `${api}?asOf=${at(times)}`, `${api}?asOf=${at(times)}&axis=happened`].map(
    (path) => ['api', path] as const,
  );
  return [...now, ...then, ...changes, ...search, ...apis];
}

interface Measured {
  readonly first: Record<Group, number[]>;
  readonly bare: number[];
  readonly byAddress: Map<string, number[]>;
}

async function measure(url: string, bare: string, filled: Filled): Promise<Measured> {
  const first: Measured['first'] = { now: [], past: [], changes: [], search: [], api: [] };
  const out: Measured = { first, bare: [], byAddress: new Map() };
  for (let i = 0; i < ROUNDS; i++) {
    for (const [group, path] of addresses(filled, i)) {
      const seen = await fetchOne(url + path);
      first[group].push(seen.firstByte);
      const name = path.replace(/(asOf|from|to)=[^&]+/g, '$1=T').replace(/\d{2,}/g, 'N');
      out.byAddress.set(name, [...(out.byAddress.get(name) ?? []), seen.firstByte]);
      out.bare.push((await fetchOne(bare)).firstByte);
    }
  }
  return out;
}

function table({ byAddress }: Measured): string {
  const line = (address: string, times: readonly number[]) =>
    `${[0.5, 0.95, 1].map((share) => quantile(times, share).toFixed(0).padStart(6)).join('')}  ${address}`;
  return [...byAddress].map(([address, times]) => line(address, times)).join('\n');
}

const ready = z.object({ url: z.string() });

/** A role of this file that says its address and ends with its input. */
async function beside(
  role: string,
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<{ url: string; child: ChildProcess; end(): Promise<unknown> }> {
  const child = spawn(process.execPath, [...process.execArgv, '--import', 'tsx', fileURLToPath(import.meta.url)], {
    env: { ...process.env, ...env, BENCH_ROLE: role },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const end = async () => {
    child.stdin.end();
    await ended;
  };
  if (input !== '') child.stdin.write(`${input}\n`);
  const { url } = await new Promise<z.infer<typeof ready>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(ready.parse(JSON.parse(line))));
    child.on('close', (code) => reject(new Error(`${role} ended with ${code}`)));
  });
  return { url, child, end };
}

const WHAT: Readonly<Record<Group, string>> = {
  now: 'board as of now',
  past: 'board as of five past times, on both axes',
  changes: 'changes of an hour, a day, and all of sixty days',
  search: 'search: rare, frequent, two words, a phrase, names',
  api: 'the board as JSON, now and then',
};

export async function run(): Promise<readonly BenchLine[]> {
  const kept = process.env.BENCH_DIR;
  const { dataDir, filled } = await filledDir(ENTRIES, kept);
  const lines: BenchLine[] = [];
  const add = (line: Omit<BenchLine, 'bench' | 'ratio'>) =>
    lines.push(report({ bench: 'record', ...line, ratio: round(line.ours / line.reference, 2) }));
  const server = await beside('server', { BENCH_DATA: dataDir, BENCH_FILLED: JSON.stringify(filled) });
  try {
    const page = await fetchOne(`${server.url}/record/${filled.slug}`);
    // Code is compiled, and the record that is measured was read before, as on a server that runs; no time of the past was.
    for (const [, path] of addresses(filled, ROUNDS + 1)) {
      const seen = await fetchOne(server.url + path);
      if (process.env.BENCH_TABLE) process.stderr.write(`first ${round(seen.firstByte, 0)} ${path}\n`);
    }
    const bytes = await beside('static', {}, Buffer.from(page.text).toString('base64'));
    try {
      server.child.stdin?.write('write\n');
      const measured = await measure(server.url, bytes.url, filled);
      if (process.env.BENCH_TABLE) process.stderr.write(`${table(measured)}\n`);
      const reference = round(quantile(measured.bare, 0.95), 2);
      const referenceName = 'p95 of the same bytes from memory by node:http, in turns';
      const of = `record of ${filled.parties} × 3 in a log of ${filled.entries}`;
      for (const group of GROUPS) {
        const times = measured.first[group];
        const ours = round(quantile(times, 0.95), 1);
        const spread = `median ${round(quantile(times, 0.5), 0)}, slowest ${round(Math.max(...times), 0)}`;
        const work = `${WHAT[group]}, ${of}, entries coming in: p95 of the first byte of ${times.length} (${spread})`;
        add({ work, unit: 'ms', ours, reference, referenceName, goal: `≤ ${GOAL_MS} ms`, met: ours <= GOAL_MS });
      }
      const [now, then] = [quantile(measured.first.now, 0.95), quantile(measured.first.past, 0.95)];
      const apart = Math.max(now, then) / Math.min(now, then);
      add({
        ...{
          work: 'the board as of past times beside the board as of now: p95, one to the other',
          unit: 'ms',
          ours: round(then, 1),
        },
        ...{
          reference: round(now, 1),
          referenceName: 'as of now',
          goal: `within ${GOAL_TIMES} ×`,
          met: apart <= GOAL_TIMES,
        },
      });
      const readers = (url: string) => runRole(import.meta.url, 'readers', { BENCH_URL: url });
      const ours = await readers(`${server.url}/record/${filled.slug}`);
      const bare = await readers(bytes.url);
      const n = (from: Record<string, number>, name: string) => from[name] ?? Number.NaN;
      const work =
        `${READERS} requests a second of one record for ${SECONDS} s, entries coming in: ${n(ours, 'answered')} of ${n(ours, 'due')} answered, ` +
        `${n(ours, 'unchanged')} of them with 304, ${n(ours, 'failed')} failed; from due until the last byte p50 ${round(n(ours, 'p50'), 1)}, ` +
        `p95 ${round(n(ours, 'p95'), 1)}, p99 ${round(n(ours, 'p99'), 1)} ms`;
      const met = n(ours, 'perSecond') >= 0.98 * READERS && n(ours, 'failed') === 0;
      add({
        ...{
          work,
          unit: 'readers/s',
          ours: round(n(ours, 'perSecond'), 0),
          reference: round(n(bare, 'perSecond'), 0),
          met,
        },
        referenceName: `the same bytes from memory by node:http (p95 ${round(n(bare, 'p95'), 1)} ms)`,
        goal: `≥ ${READERS}`,
      });
    } finally {
      await bytes.end();
    }
    return lines;
  } finally {
    await server.end();
    leave();
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

if (isRole('server'))
  await serveRecord(process.env.BENCH_DATA ?? '', filledFile.parse(JSON.parse(process.env.BENCH_FILLED ?? '')));
if (isRole('static')) serveBytes();
if (isRole('readers'))
  process.stdout.write(`${JSON.stringify(await read(new URL(process.env.BENCH_URL ?? ''), READERS, SECONDS))}\n`);
