/**
 * `verify`: whole receipts verified per second on one core, against bare Ed25519 verifications per second on the same
 * machine. Each receipt has its own checkpoint (so one signature each, nothing shared but the imported key), an entry of
 * ordinary size and a 17-hash proof. The reference is the faster of WebCrypto and node:crypto. Fresh child processes in
 * alternating order, medians; only the ratio is claimed.
 */
import { spawn } from 'node:child_process';
import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  canonicalEntry,
  checkEntry,
  commitment,
  formatCheckpoint,
  formatReceipt,
  formatVkey,
  leafHash,
  parseNote,
  rootFromInclusion,
  signNote,
  utf8,
  Verifier,
} from '../src/proof/index.ts';
import { documentRef, LOG, MATTER, ORIGIN, RECIPIENT, seed, uuid } from '../test/fixtures/world.ts';

export interface BenchLine {
  readonly bench: string;
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number;
  readonly referenceName: string;
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
}

const GOAL = 0.6;
const RECEIPTS = 400;
const WARM_UP = 1000;
const MEASURED = 3000;
const ROUNDS = 5;
/** WebCrypto answers from another thread: a few receipts under way at once keep one core busy. */
const AT_ONCE = 16;
const INDEX = 65_535;
const SIZE = 100_000;

/** Distinct receipts, each in its own tree: the way to the root is made up, so the root follows from it. */
async function receipts(count: number): Promise<Uint8Array[]> {
  const made: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const entry = checkEntry({
      v: 1,
      kind: 'item.answered',
      id: uuid(`bench ${i}`),
      matter: MATTER,
      by: RECIPIENT,
      occurredAt: '2026-03-02T15:04:05.000Z',
      recordedAt: '2026-03-02T15:04:05.120Z',
      audience: 'parties',
      body: {
        request: uuid('request'),
        item: 1,
        disposition: 'produced',
        note: `Both are in force today, as far as office ${i} knows.`,
        documents: [documentRef('directive-3.txt'), documentRef('guidance-2025.txt')],
      },
    });
    const opening = seed(`bench opening ${i}`);
    const hashes = Array.from({ length: 17 }, (_, level) => seed(`bench ${i} ${level}`));
    const root = rootFromInclusion(INDEX, SIZE, leafHash(commitment(opening, canonicalEntry(entry))), hashes);
    const checkpoint = await signNote(formatCheckpoint({ origin: ORIGIN, size: SIZE, root }), [LOG]);
    made.push(utf8(formatReceipt({ entry, opening, proof: { index: INDEX, hashes, checkpoint } })));
  }
  return made;
}

/**
 * Calls a second of processor time (all threads of this process), `AT_ONCE` at a time, after a warm-up. Processor time,
 * because on one core it is what the work costs, whatever else the machine is doing.
 */
async function rate(work: (i: number) => Promise<boolean> | boolean): Promise<number> {
  const round = async (from: number, to: number) => {
    for (let i = from; i < to; i += AT_ONCE) {
      const some = await Promise.all(Array.from({ length: AT_ONCE }, (_, j) => work(i + j)));
      if (some.includes(false)) throw new Error('a verification failed');
    }
  };
  await round(0, WARM_UP);
  const start = process.cpuUsage();
  await round(0, MEASURED);
  const { user, system } = process.cpuUsage(start);
  return (Math.ceil(MEASURED / AT_ONCE) * AT_ONCE * 1_000_000) / (user + system);
}

const ROLES: Readonly<Record<string, () => Promise<number>>> = {
  async ours() {
    const all = await receipts(RECEIPTS);
    const verifier = new Verifier(`log ${formatVkey(LOG.key)}\nquorum none\n`);
    return rate(async (i) => (await verifier.verify(all[i % all.length] ?? '')).ok);
  },
  async webcrypto() {
    const messages = await signed();
    const key = await crypto.subtle.importKey('raw', new Uint8Array(LOG.key.publicKey), 'Ed25519', false, ['verify']);
    return rate(async (i) => {
      const one = messages[i % messages.length];
      return one !== undefined && crypto.subtle.verify('Ed25519', key, one.signature, one.message);
    });
  },
  async node() {
    const messages = await signed();
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const key = createPublicKey({ key: Buffer.concat([prefix, LOG.key.publicKey]), format: 'der', type: 'spki' });
    return rate((i) => {
      const one = messages[i % messages.length];
      return one !== undefined && nodeVerify(null, one.message, key, one.signature);
    });
  },
};

/** The bare work inside those receipts: message and signature, copied into buffers of their own beforehand. */
async function signed() {
  const messages = [];
  for (const receipt of await receipts(RECEIPTS)) {
    const { proof } = JSON.parse(new TextDecoder().decode(receipt));
    const note = parseNote(proof.slice(proof.indexOf('\n\n') + 2));
    const signature = new Uint8Array(note.signatures[0]?.signature ?? []);
    messages.push({ message: new Uint8Array(utf8(note.text)), signature });
  }
  return messages;
}

/** The number that a fresh process prints for this role. On Linux it is kept on one core. */
function fresh(role: string): Promise<number> {
  const self = [process.execPath, '--import', 'tsx', fileURLToPath(import.meta.url)];
  const pinned = process.platform === 'linux' ? ['taskset', '-c', String(availableParallelism() - 1), ...self] : self;
  const [command = process.execPath, ...args] = pinned;
  return new Promise((resolve, reject) => {
    let out = '';
    const child = spawn(command, args, {
      env: { ...process.env, BENCH_ROLE: role },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (piece) => {
      out += piece;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Number(out)) : reject(new Error(`${role} ended with ${code}`))));
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs the benchmark, prints its line and returns it. */
export async function run(): Promise<BenchLine[]> {
  const rates: Record<string, number[]> = {};
  for (let i = 0; i < ROUNDS; i++) {
    for (const role of Object.keys(ROLES)) rates[role] = [...(rates[role] ?? []), await fresh(role)];
  }
  const { ours = [], webcrypto = [], node = [] } = rates;
  const faster = median(webcrypto) > median(node) ? webcrypto : node;
  const ratio = median(ours) / median(faster);
  const line: BenchLine = {
    bench: 'verify',
    work: 'receipts with distinct checkpoints, one signature and 17 hashes each, one core',
    unit: 'receipts/s',
    ours: Math.round(median(ours)),
    reference: Math.round(median(faster)),
    referenceName: `bare Ed25519 verifications/s (${faster === node ? 'node:crypto' : 'WebCrypto'})`,
    ratio: Math.round(ratio * 1000) / 1000,
    goal: `≥ ${GOAL}`,
    met: ratio >= GOAL,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return [line];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const role = ROLES[process.env.BENCH_ROLE ?? ''];
  if (role === undefined) await run();
  else process.stdout.write(String(await role()));
}
