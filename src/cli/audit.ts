/**
 * `counterfoil audit URL --state DIR …`: follows a log as a monitor, once or in a bounded loop, and says in words or JSON what came of it.
 * What is checked, and how, is `src/audit`; here are arguments, the clock, the network and the words. docs/auditing.md explains the outcomes.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AuditOptions, audit, type Report } from '../audit/audit.ts';
import { decimal } from '../proof/bytes.ts';
import { ProofFailure } from '../proof/index.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import type { Command, Io } from './io.ts';
import { plain } from './plain.ts';

const USAGE = `counterfoil audit URL --state DIR [--vkey KEY | --policy FILE] [--receipts DIR] [--accept VKEY] [--json]
                  [--every SECONDS --times N] [--timeout SECONDS]

  URL         the log's address, for example https://records.example.gov/log
  --state     folder of this audit: the last checkpoint, a copy of the log, evidence; made by the first run
  --vkey      the log's verifier key, from someone you trust; needed in the first run only
  --policy    a tlog-policy file instead: the log's key, and witnesses that must have signed
  --receipts  a folder of receipts (*.receipt.json, *.receipt.pdf) that must stand in the log
  --accept    the log's new key, where its old one was lost and did not sign the hand-over: your decision
  --json      the report as JSON, one line for each run
  --every     run again after so many seconds, --times in all; stops at once when something is proven wrong
  --timeout   seconds that one request may take (20)

Exit code 0: consistent. 1: something is proven wrong, the evidence is in DIR/evidence. 2: it could not be checked.
With --times, that of the last run.
`;

/** A month of looking every minute. */
const TIMES = 45_000;

interface Arguments {
  readonly options: Pick<AuditOptions, 'url' | 'dir' | 'vkey' | 'policy' | 'receipts' | 'accept' | 'timeout'>;
  readonly json: boolean;
  readonly every: number;
  readonly times: number;
}

export const auditCommand: Command = async (argv, io) => {
  let args: Arguments | 'help';
  try {
    args = await readArguments(argv);
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (args === 'help') {
    io.stdout.write(USAGE);
    return 0;
  }
  useNodeCrypto();
  const { options, json, every, times } = args;
  for (let run = 1; ; run++) {
    const report = await audit({
      ...options,
      fetch: (url, init) => fetch(url, init),
      now: () => Date.now(),
      wait: (ms) => sleep(ms),
      onProgress: progress(io),
    });
    io.stdout.write(json ? `${JSON.stringify(report)}\n` : told(report, options.dir));
    if (report.exit === 1 || run >= times) return report.exit;
    await sleep(every * 1000);
  }
};

async function readArguments(argv: string[]): Promise<Arguments | 'help'> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      vkey: { type: 'string' },
      policy: { type: 'string' },
      receipts: { type: 'string' },
      accept: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      every: { type: 'string' },
      times: { type: 'string' },
      timeout: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0) throw new Error('Give one URL.');
  if (values.state === undefined || values.state === '') throw new Error('No --state given.');
  if (values.vkey !== undefined && values.policy !== undefined) throw new Error('Give --vkey or --policy, not both.');
  if ((values.every === undefined) !== (values.times === undefined))
    throw new Error('--every and --times go together.');
  const times = whole('times', values.times ?? '1', 1, TIMES);
  const every = whole('every', values.every ?? '1', 1, 7 * 24 * 3600);
  const timeout = whole('timeout', values.timeout ?? '20', 1, 3600) * 1000;
  const policy = values.policy === undefined ? undefined : await policyText(values.policy);
  const { vkey, receipts, accept } = values;
  return {
    options: {
      url,
      dir: values.state,
      timeout,
      ...(vkey === undefined ? {} : { vkey }),
      ...(policy === undefined ? {} : { policy }),
      ...(accept === undefined ? {} : { accept }),
      ...(receipts === undefined ? {} : { receipts }),
    },
    json: values.json ?? false,
    every,
    times,
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  try {
    const number = decimal(text);
    if (number >= least && number <= most) return number;
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
  }
  throw new Error(`--${name} must be a whole number from ${least} to ${most}.`);
}

async function policyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`The policy ${path} cannot be read: ${code}.`);
  }
}

/** How far reading the log has come, on a line that is written over; nothing where nobody watches. */
function progress(io: Io): (done: number, of: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done, of) => io.stderr.write(`\rChecked ${number(done)} of ${number(of)}${done >= of ? '\n' : ''}`);
}

function number(n: number): string {
  return n.toLocaleString('en-US');
}

/** What to do, for those outcomes where it is not plain. */
const NEXT: Partial<Record<Report['outcome'], string>> = {
  'split-view': 'The log has signed two histories. Keep the evidence, and show it to others who rely on this log.',
  'shrunk-log': 'The log hides what it signed before. Keep the evidence, and ask others what they see.',
  'bad-signature': 'Check that the key is the right one, and that the address leads to the log.',
  'inconsistent-tile': 'Look again; if it stays so, keep the evidence and tell the operator.',
  'receipt-not-included': 'Ask the side that gave you this receipt for the file as it was.',
  'hand-over-refused': 'Nobody was followed. Keep the evidence, and ask the operator what happened to the key.',
  'hand-over-mismatch':
    'The old and the new key do not tell one history. Keep the evidence, and show it to others who rely on this log.',
  'key-lost':
    'You decide: ask the operator by another way whether this is their new key. To go on with it, run again with --accept and that key.',
  'no-key': 'Get the key from someone you trust, not only from the server that you want to check.',
  'not-a-checkpoint': 'Check the address: it ends where /checkpoint and /tile begin.',
  'state-of-another-log': 'Use another --state for another log.',
  'damaged-state': 'Nothing is lost if you start anew with another --state, except what you knew of the past.',
  busy: 'Wait for the other audit.',
};

function told(report: Report, dir: string): string {
  const { outcome, exit, origin, size, sizeBefore, receipts } = report;
  const lines: string[] = [];
  const mark = exit === 0 ? '✓' : exit === 1 ? '✕' : '?';
  const log = origin ?? report.url;
  if (exit === 0) {
    const before = sizeBefore === undefined ? 'first look' : `${number((size ?? 0) - sizeBefore)} new`;
    lines.push(
      `${mark} ${log}: consistent. ${number(size ?? 0)} entries, ${before}; ${number(report.checked ?? 0)} tiles checked.`,
    );
  } else {
    lines.push(
      `${mark} ${log}: ${outcome}. ${exit === 1 ? 'Something is proven wrong.' : 'This could not be checked.'}`,
    );
    lines.push(`  expected ${report.expected ?? ''}`, `  found    ${report.found ?? ''}`);
  }
  if (receipts) {
    const others = receipts.ignored === 0 ? '' : `, ${number(receipts.ignored)} other files`;
    lines.push(`  receipts: ${number(receipts.included)} in the log, ${number(receipts.refused)} not${others}`);
    for (const one of receipts.failures) {
      lines.push(`  ${one.file}: ${one.outcome}. Expected ${one.expected}; found ${one.found}.`);
    }
  }
  if (report.evidence) lines.push(`  evidence: ${report.evidence}`);
  if (report.evidenceLost) lines.push(`  evidence could not be written: ${report.evidenceLost}`);
  const next = NEXT[outcome];
  if (next) lines.push(`  ${next}`);
  if (exit === 2 && size !== undefined)
    lines.push(`  Up to ${number(size)} entries all was consistent; ${dir} is as it was.`);
  return `${lines.map(plain).join('\n')}\n`;
}
