/**
 * `npm run bench -- serve`: a request to 90,837 recipients: entries, views, queued letters, checkpoints, and every receipt made.
 * Beside it, the same canonical bytes put into a bare table in batches of 1,000, each with its own commit.
 */
import { finishServing, startServing } from '../src/rooms/requests/serve.ts';
import { benchDatabase } from './database.ts';
import { type BenchLine, isRole, median, report, round, runRole } from './lib.ts';
import { processor } from './processor.ts';
import { benchServices, draftFor, placesCsv } from './services.ts';

const RECIPIENTS = Number(process.env['BENCH_RECIPIENTS'] ?? 90_837);
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const GOAL_SECONDS = 25;

async function ours(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { services, ledger, pool, stop } = await benchServices(database);
  ledger.start();
  const { draft } = await draftFor(services, 'all', ['Certify compliance.'], placesCsv(RECIPIENTS));
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const spent = await processor(pool);
  const atStart = await spent();
  const start = performance.now();
  const { request } = await startServing(services, draft);
  await finishServing(services, draft);
  const served = performance.now();
  const atServed = await spent();
  await ledger.publish();
  const { rows } = await pool.query<{ id: string }>(
    `select id from ledger.entry where kind = 'request.served' order by seq`,
  );
  let receipts = 0;
  const some = (at: number) => ledger.receipts(rows.slice(at, at + 500).map(({ id }) => id));
  // The next ones are asked for while these are made.
  let next = some(0);
  for (let at = 500; at < rows.length + 500; at += 500) {
    const these = next;
    if (at < rows.length) next = some(at);
    receipts += (await these).size;
  }
  const end = performance.now();
  const atEnd = await spent();
  clearInterval(watch);
  const { rows: queued } = await pool.query<{ n: number }>('select count(*) as n from work.outbox where request = $1', [
    request,
  ]);
  if (receipts !== RECIPIENTS || queued[0]?.n !== RECIPIENTS) throw new Error('not everybody was served');
  // The same bytes for the reference, in the same run on the same server.
  const { rows: bytes } = await pool.query<{ canonical: string }>('select canonical from ledger.entry order by seq');
  const owner = (await import('../src/adapters/postgres/pool.ts')).openPool(database.ownerConfig, 1);
  await owner.query('create table plain (id bigint generated always as identity primary key, bytes text not null)');
  const plainStart = performance.now();
  for (let at = 0; at < bytes.length; at += 1000) {
    const values = bytes.slice(at, at + 1000).map((row) => row.canonical);
    await owner.query({
      name: 'plain',
      text: 'insert into plain (bytes) select * from unnest($1::text[])',
      values: [values],
    });
  }
  const plainEnd = performance.now();
  await owner.end();
  await stop();
  await database.close();
  return {
    seconds: (end - start) / 1000,
    serving: (served - start) / 1000,
    receipts: (end - served) / 1000,
    plain: (plainEnd - plainStart) / 1000,
    nodeServing: atServed.node - atStart.node,
    nodeReceipts: atEnd.node - atServed.node,
    postgresServing: atServed.postgres - atStart.postgres,
    postgresReceipts: atEnd.postgres - atServed.postgres,
    grownMiB: (peak - before) / 1024 ** 2,
  };
}

export async function run(): Promise<readonly BenchLine[]> {
  const runs: Record<string, number>[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await runRole(import.meta.url, 'ours'));
  const of = (name: string) => median(runs.map((r) => r[name] ?? Number.NaN));
  const seconds = of('seconds');
  return [
    report({
      bench: 'serve',
      work: `serve ${RECIPIENTS} recipients: entries, views, queued letters, checkpoints (${round(of('serving'), 1)} s, of processor time Node ${round(of('nodeServing'), 1)} and PostgreSQL ${round(of('postgresServing'), 1)} s), then make every receipt (${round(of('receipts'), 1)} s, of processor time ${round(of('nodeReceipts'), 1)} and ${round(of('postgresReceipts'), 1)} s); memory grew by ${round(of('grownMiB'), 0)} MiB at most`,
      unit: 's',
      ours: round(seconds, 1),
      reference: round(of('plain'), 1),
      referenceName: 'plain batched inserts of the same bytes, 1,000 rows a commit, same PostgreSQL',
      ratio: round(seconds / of('plain')),
      goal: `≤ ${GOAL_SECONDS} s`,
      met: seconds <= GOAL_SECONDS,
    }),
  ];
}

if (isRole('ours')) process.stdout.write(`${JSON.stringify(await ours())}\n`);
