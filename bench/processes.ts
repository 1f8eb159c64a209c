/**
 * `npm run bench -- processes`: entries a second of two, three and four server processes that append to one PostgreSQL at once, beside one
 * process with as many callers as all of them together. Fresh processes and a fresh database each, in alternating order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import type { DatabaseConfig } from '../src/adapters/postgres/index.ts';
import { benchDatabase } from './database.ts';
import { callers, itemAnswered } from './entry.ts';
import { benchLedger, ORIGIN } from './ledger.ts';
import { type BenchLine, isRole, median, report, round } from './lib.ts';

/** Shared out among the processes: what is compared is the same work by more hands. */
const CALLERS = 256;
const SECONDS = 4;
/** Entries that each process writes before: until then much of its time goes into compiling itself, and four compile four times. */
const COLD = 6_000;
/** Milliseconds in which all of them work together before it counts. */
const WARM = 2000;
const ROUNDS = 3;
const PROCESSES = [2, 3, 4] as const;

const given = z.object({
  appConfig: z.record(z.string(), z.union([z.string(), z.number()])),
  dataDir: z.string(),
  callers: z.number(),
});

/**
 * One server process: says that it is there, appends for some seconds from a moment on that it is told and that all share, and says how many
 * entries were written. A moment that was fixed before they start would pass while some of four are still starting on two cores.
 */
async function writer(): Promise<void> {
  const { appConfig, dataDir, callers: n } = given.parse(JSON.parse(process.env['BENCH_GIVEN'] ?? ''));
  const { ledger, pool } = await benchLedger({ appConfig, dataDir });
  ledger.start();
  const one = () => ledger.append({ key: itemAnswered().id, entries: [itemAnswered()] });
  let cold = COLD;
  await callers(n, () => cold-- > 0, one);
  const lines = createInterface({ input: process.stdin });
  const told = once(lines, 'line');
  process.stdout.write('ready\n');
  const from = Number(String(await told));
  lines.close();
  await callers(n, () => Date.now() < from, one);
  let written = 0;
  const start = performance.now();
  await callers(
    n,
    () => Date.now() < from + SECONDS * 1000,
    () => one().then(() => written++),
  );
  const seconds = (performance.now() - start) / 1000;
  await ledger.stop();
  await pool.end();
  process.stdout.write(`${JSON.stringify({ perSecond: written / seconds })}\n`);
}

const said = z.object({ perSecond: z.number() });

interface Writer {
  readonly child: ChildProcess;
  /** its next line */
  next(): Promise<string>;
}

function begin(input: { appConfig: DatabaseConfig; dataDir: string; callers: number }): Writer {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url)], {
    env: { ...process.env, BENCH_ROLE: 'writer', BENCH_GIVEN: JSON.stringify(input) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async next() {
      const { done, value } = await lines.next();
      if (done === true) throw new Error('a writer ended before it was done');
      return value;
    },
  };
}

/** Callers of the i-th of so many processes. */
const share = (processes: number, i: number) => Math.floor(CALLERS / processes) + (i < CALLERS % processes ? 1 : 0);

async function together(processes: number): Promise<number> {
  const database = await benchDatabase();
  // Made once: processes that start together would each make one.
  await loadLogKey(join(database.dataDir, 'keys'), ORIGIN);
  const { appConfig, dataDir } = database;
  const writers = Array.from({ length: processes }, (_, i) =>
    begin({ appConfig, dataDir, callers: share(processes, i) }),
  );
  await Promise.all(writers.map((one) => one.next()));
  const from = Date.now() + WARM;
  for (const { child } of writers) child.stdin?.write(`${from}\n`);
  const each = await Promise.all(writers.map(async (one) => said.parse(JSON.parse(await one.next())).perSecond));
  await database.close();
  return each.reduce((sum, one) => sum + one, 0);
}

export async function run(): Promise<readonly BenchLine[]> {
  const found = new Map<number, number[]>();
  for (let i = 0; i < ROUNDS; i++)
    for (const n of [...PROCESSES, 1]) found.set(n, [...(found.get(n) ?? []), await together(n)]);
  const of = (n: number) => median(found.get(n) ?? []);
  return PROCESSES.map((n) => {
    const ratio = of(n) / of(1);
    return report({
      bench: 'processes',
      work: `${CALLERS} callers shared out among ${n} processes on one database for ${SECONDS} s: durable, in views`,
      unit: 'entries/s',
      ours: round(of(n), 0),
      reference: round(of(1), 0),
      referenceName: 'one process with all of the callers',
      ratio: round(ratio),
      goal: '≥ 1',
      met: ratio >= 1,
    });
  });
}

if (isRole('writer')) await writer();
