/**
 * `npm run bench -- verify`: whole receipts verified per second of one core, against bare Ed25519 verifications per second
 * of the same core. In the first line each receipt has its own checkpoint (one signature each, nothing shared but the key);
 * in the second all stand in one tree under one checkpoint. Entries have an ordinary size, proofs 17 hashes. Receipts are
 * verified as the command line does it; the reference is the faster of WebCrypto and node:crypto. Reading files is no part.
 */
import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { z } from 'zod';
import { canonicalEntry } from '../src/proof/entry.ts';
import {
  checkEntry,
  commitment,
  type Entry,
  leafHash,
  parseNote,
  rootFromInclusion,
  utf8,
  Verifier,
} from '../src/proof/index.ts';
import { useNodeCrypto } from '../src/proof/node-crypto.ts';
import { proveInclusion } from '../src/proof/prove.ts';
import { formatCheckpoint, formatReceipt, formatVkey, signNote } from '../src/proof/write.ts';
import { buildLog, documentRef, LOG, MATTER, ORIGIN, RECIPIENT, seed, uuid } from '../test/fixtures/world.ts';
import { type BenchLine, isRole, median, report, round, runRole } from './lib.ts';

const GOAL = 0.6;
const RECEIPTS = 400;
/** Until the engine has stopped compiling: what is claimed is the steady rate. */
const WARM_UP = 24_000;
const MEASURED = 8000;
const ROUNDS = 5;
/** WebCrypto answers from another thread: a few under way at once keep one core busy. */
const AT_ONCE = 16;
const INDEX = 65_535;
const SIZE = 100_000;
const ROLES = ['distinct', 'shared', 'webcrypto', 'node'] as const;

function made(i: number): { entry: Entry; opening: Uint8Array; committed: Uint8Array } {
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
  return { entry, opening, committed: commitment(opening, canonicalEntry(entry)) };
}

const signed = (root: Uint8Array) => signNote(formatCheckpoint({ origin: ORIGIN, size: SIZE, root }), [LOG]);

/** Receipts each in a tree of its own: the way to the root is made up, so the root follows from it. */
async function distinct(): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (let i = 0; i < RECEIPTS; i++) {
    const { entry, opening, committed } = made(i);
    const hashes = Array.from({ length: 17 }, (_, level) => seed(`bench ${i} ${level}`));
    const checkpoint = await signed(rootFromInclusion(INDEX, SIZE, leafHash(committed), hashes));
    all.push(utf8(formatReceipt({ entry, opening, proof: { index: INDEX, hashes, checkpoint } })));
  }
  return all;
}

/** Receipts from all over one tree, under its one checkpoint. */
async function shared(): Promise<Uint8Array[]> {
  const parts = Array.from({ length: RECEIPTS }, (_, i) => ({ ...made(i), index: i * 160 }));
  const log = buildLog(SIZE, new Map(parts.map(({ index, committed }) => [index, committed])));
  const checkpoint = await signed(log.root);
  const all: Uint8Array[] = [];
  for (const { entry, opening, index } of parts) {
    const hashes = await proveInclusion(log.reader, index, SIZE);
    all.push(utf8(formatReceipt({ entry, opening, proof: { index, hashes, checkpoint } })));
  }
  return all;
}

/**
 * Calls a second of processor time (all threads of this process), `AT_ONCE` at a time, after a warm-up. Processor time,
 * because on one core it is what the work costs, whatever else the machine is doing.
 */
async function rate<T>(over: readonly T[], work: (one: T) => Promise<boolean> | boolean) {
  const rounds = async (total: number) => {
    for (let done = 0; done < total; done += AT_ONCE) {
      const some: (Promise<boolean> | boolean)[] = [];
      for (let i = done; i < done + AT_ONCE; i++) {
        const one = over[i % over.length];
        if (one !== undefined) some.push(work(one));
      }
      if ((await Promise.all(some)).includes(false)) throw new Error('a verification failed');
    }
  };
  await rounds(WARM_UP);
  const start = process.cpuUsage();
  await rounds(MEASURED);
  const { user, system } = process.cpuUsage(start);
  return { perSecond: (MEASURED * 1_000_000) / (user + system) };
}

async function receipts(all: readonly Uint8Array[]) {
  useNodeCrypto();
  const verifier = new Verifier(`log ${formatVkey(LOG.key)}\nquorum none\n`);
  return rate(all, async (receipt) => (await verifier.verify(receipt)).ok);
}

const proofOf = z.object({ proof: z.string() });

/** The bare work inside those receipts: message and signature, copied into buffers of their own beforehand. */
async function bare() {
  return (await distinct()).map((receipt) => {
    const { proof } = proofOf.parse(JSON.parse(new TextDecoder().decode(receipt)));
    const note = parseNote(proof.slice(proof.indexOf('\n\n') + 2));
    const signature = new Uint8Array(note.signatures[0]?.signature ?? []);
    return { message: new Uint8Array(utf8(note.text)), signature };
  });
}

async function webcrypto() {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(LOG.key.publicKey), 'Ed25519', false, ['verify']);
  return rate(await bare(), ({ message, signature }) => crypto.subtle.verify('Ed25519', key, signature, message));
}

async function node() {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  const key = createPublicKey({ key: Buffer.concat([prefix, LOG.key.publicKey]), format: 'der', type: 'spki' });
  return rate(await bare(), ({ message, signature }) => nodeVerify(null, message, key, signature));
}

/** Runs the benchmark, prints its lines and returns them. */
export async function run(): Promise<readonly BenchLine[]> {
  const rates = { distinct: [0], shared: [0], webcrypto: [0], node: [0] };
  for (const role of ROLES) rates[role].pop();
  for (let i = 0; i < ROUNDS; i++) {
    for (const role of ROLES) rates[role].push((await runRole(import.meta.url, role))['perSecond'] ?? 0);
  }
  const faster = median(rates.webcrypto) > median(rates.node) ? 'webcrypto' : 'node';
  const reference = median(rates[faster]);
  const line = (ours: number, work: string, goal: string, met: boolean) =>
    report({
      bench: 'verify',
      work,
      unit: 'receipts/s of one core',
      ours: round(ours, 0),
      reference: round(reference, 0),
      referenceName: `bare Ed25519 verifications/s of one core (${faster === 'node' ? 'node:crypto' : 'WebCrypto'})`,
      ratio: round(ours / reference),
      goal,
      met,
    });
  const own = median(rates.distinct);
  return [
    line(own, 'receipts with a checkpoint each: one signature and 17 hashes', `≥ ${GOAL}`, own / reference >= GOAL),
    line(median(rates.shared), `${RECEIPTS} receipts of one tree of ${SIZE} entries under one checkpoint`, '—', true),
  ];
}

const print = (result: { perSecond: number }) => process.stdout.write(`${JSON.stringify(result)}\n`);
if (isRole('distinct')) print(await receipts(await distinct()));
if (isRole('shared')) print(await receipts(await shared()));
if (isRole('webcrypto')) print(await webcrypto());
if (isRole('node')) print(await node());
