/**
 * `npm run bench -- log`: appends a second to a durable, published, provable log, beside Tessera's POSIX storage (bench/tessera) where
 * Go is found; a proof of any leaf at ten million entries; leaves a second that fsck checks. A writer's append counts when what it
 * wrote is durable and under a published checkpoint. Both logs hold 32 bytes an entry and publish every 100 ms; their writers live in
 * the process of the log; both lie on the same disk and write through to it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { buildGo, runProgram } from '../test/support/go.ts';
import { type BenchLine, median, report, round, runRole } from './lib.ts';

const ROUNDS = Number(process.env['BENCH_RUNS'] ?? 3);
const WRITERS = 2000;
const FEWER = 256;
const READERS = 16;
const WARM_MS = 2000;
const MEASURED_MS = 5000;

const WRITING = new URL('./log-writers.ts', import.meta.url).href;
const STORED = new URL('./log-store.ts', import.meta.url).href;

/** Of the settings tried with 2,000 writers (256, 1,024 and 2,048 entries; 10, 50 and 250 ms) the fastest. */
const BATCHES = ['-batch', '2048', '-age', '50ms'];
/** With 256 writers: all of them in a batch, without waiting for more. */
const SMALL_BATCHES = ['-batch', '256', '-age', '20ms'];

type Result = Record<string, number>;
const result = z.record(z.string(), z.number());

/** A fresh process of Tessera with an empty log. */
async function tessera(program: string, args: readonly string[]): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-tessera-'));
  const times = ['-warm', `${WARM_MS}ms`, '-measured', `${MEASURED_MS}ms`];
  const { code, out, err } = await runProgram(program, ['-dir', dir, ...times, ...args]);
  await rm(dir, { recursive: true, force: true });
  if (code !== 0) throw new Error(`Tessera ended with ${code}: ${err.slice(-500)}`);
  return result.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
}

function ours(role: string, writers: number, readers: number, measured = MEASURED_MS): Promise<Result> {
  return runRole(WRITING, role, {
    BENCH_WRITERS: String(writers),
    BENCH_READERS: String(readers),
    BENCH_WARM_MS: String(WARM_MS),
    BENCH_MEASURED_MS: String(measured),
  });
}

interface Pair {
  readonly ours: Result[];
  readonly theirs: Result[];
}

/** Both sides in turns; Tessera's side stays empty where there is no Go. */
async function pair(rounds: number, one: () => Promise<Result>, other: (() => Promise<Result>) | null): Promise<Pair> {
  const both: Pair = { ours: [], theirs: [] };
  for (let i = 0; i < rounds; i++) {
    both.ours.push(await one());
    if (other) both.theirs.push(await other());
  }
  return both;
}

const of = (runs: readonly Result[], name: string) => (runs.length > 0 ? median(runs.map((r) => r[name] ?? 0)) : 0);

const spentOn = (runs: readonly Result[]) =>
  `${round(of(runs, 'node') + of(runs, 'postgres'), 3)} ms of processor an append (Node ${round(of(runs, 'node'), 3)}, PostgreSQL ${round(of(runs, 'postgres'), 3)})`;

/** A line on throughput. Without a reference nothing is claimed. */
function rate(pair: Pair, name: string, work: string, referenceName: string, aim: number | null): BenchLine {
  const [a, b] = [of(pair.ours, name), of(pair.theirs, 'perSecond')];
  const beside = pair.theirs.length > 0;
  const p99 = `p99 ${round(of(pair.ours, 'p99'), 0)} ms`;
  return report({
    bench: 'log',
    work: `${work}; ${p99}${beside ? `, beside it ${round(of(pair.theirs, 'p99'), 0)} ms` : ''}; ${spentOn(pair.ours)}${beside ? `, beside it ${round(of(pair.theirs, 'processor'), 3)}` : ''}`,
    unit: 'appends/s',
    ours: round(a, 0),
    reference: round(b, 0),
    referenceName: beside ? referenceName : 'Tessera was skipped',
    ratio: beside ? round(a / b) : 0,
    goal: aim === null ? '—' : `≥ ${aim}`,
    met: aim === null || (beside && a / b >= aim),
  });
}

async function writing(program: string | null): Promise<BenchLine[]> {
  const beside = (...args: string[]) => (program ? () => tessera(program, args) : null);
  const many = ['-writers', String(WRITERS), ...BATCHES];
  const alone = await pair(ROUNDS, () => ours('ledger', WRITERS, 0), beside(...many));
  const decided = await pair(ROUNDS, () => ours('decided', WRITERS, 0), beside(...many, '-dedupe'));
  // Serving the requests that are answered takes longer than answering them: once only.
  const commands = { ours: [await ours('commands', WRITERS, 0, 2 * MEASURED_MS)], theirs: decided.theirs };
  const fewer = ['-writers', String(FEWER), '-readers', String(READERS), ...SMALL_BATCHES];
  const read = await pair(1, () => ours('ledger', FEWER, READERS), beside(...fewer));
  const p99 = of(alone.ours, 'p99');
  const proofs = (runs: readonly Result[]) =>
    `${round(of(runs, 'proofs'), 0)}/s, p99 ${round(of(runs, 'proofP99'), 0)} ms`;
  return [
    rate(
      alone,
      'perSecond',
      `${WRITERS} writers of single entries: bodies checked, keys and ids never twice, durable, under a checkpoint`,
      'Tessera, POSIX storage, without dedupe',
      1.5,
    ),
    rate(
      decided,
      'perSecond',
      `${WRITERS} writers of commands whose facts are at hand (an answer sent: rules, 2 entries, views, outbox; ${round(of(decided.ours, 'entriesPerSecond'), 0)} entries/s)`,
      'Tessera, POSIX storage, with dedupe, entries',
      1,
    ),
    rate(
      commands,
      'perSecond',
      `${WRITERS} writers of whole commands through their room (an answer sent: loaded, rules, 3 entries, views, outbox, draft cleared; ${round(of(commands.ours, 'entriesPerSecond'), 0)} entries/s), once`,
      'Tessera, POSIX storage, with dedupe, entries',
      1,
    ),
    report({
      bench: 'log',
      work: `${WRITERS} writers of single entries: p99 from append to published (median ${round(of(alone.ours, 'p50'), 0)})`,
      unit: 'ms',
      ours: round(p99, 0),
      reference: round(of(alone.theirs, 'p99'), 0),
      referenceName: program ? 'Tessera, POSIX storage, without dedupe' : 'Tessera was skipped',
      ratio: program ? round(p99 / of(alone.theirs, 'p99')) : 0,
      goal: '≤ 250 ms',
      met: p99 <= 250,
    }),
    rate(
      read,
      'perSecond',
      `${FEWER} writers of single entries and ${READERS} readers of receipts, once (${proofs(read.ours)}; beside it of proofs, ${proofs(read.theirs)})`,
      'Tessera, POSIX storage, without dedupe, as many writers and readers',
      null,
    ),
  ];
}

async function stored(): Promise<BenchLine[]> {
  const proof = await runRole(STORED, 'proof');
  const fsck = await runRole(STORED, 'fsck');
  const value = (from: Result, name: string) => from[name] ?? Number.NaN;
  const p99 = value(proof, 'p99');
  const checked = (name: string, what: string) =>
    report({
      bench: 'log',
      work: what,
      unit: 'leaves/s',
      ours: round(value(fsck, name), 0),
      reference: round(value(fsck, 'reading'), 0),
      referenceName: 'reading the stored entries and nothing else',
      ratio: round(value(fsck, name) / value(fsck, 'reading')),
      goal: '≥ 300000',
      met: value(fsck, name) >= 300_000,
    });
  return [
    report({
      bench: 'log',
      work: `proof of a random leaf of ten million, each checked against the root; p99 (median ${round(value(proof, 'p50'), 1)}, slowest ${round(value(proof, 'worst'), 0)}; tiles of ${round(value(proof, 'MiB'), 0)} MiB)`,
      unit: 'ms',
      ours: round(p99, 1),
      reference: round(value(proof, 'bare'), 1),
      referenceName: 'p99 of reading one tile by its key, in turns',
      ratio: round(p99 / value(proof, 'bare')),
      goal: '≤ 10 ms',
      met: p99 <= 10,
    }),
    checked('tree', 'fsck of the tree: from commitments to tiles, roots and checkpoints'),
    checked('whole', 'fsck of everything: canonical form, columns and openings of the entries as well'),
  ];
}

export async function run(): Promise<readonly BenchLine[]> {
  const built = await buildGo('../bench/tessera');
  if ('missing' in built) process.stdout.write(`Without Tessera: ${built.missing}\n`);
  try {
    return [...(await writing('missing' in built ? null : built.program)), ...(await stored())];
  } finally {
    if (!('missing' in built)) await built.remove();
  }
}
