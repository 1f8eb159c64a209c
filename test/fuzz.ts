/**
 * Hostile input to everything in src/proof that reads text or bytes from outside: valid files with pieces changed, cut, repeated and put
 * together anew, and noise. Each input is read, or refused by a named failure; nothing else may be thrown, and none may take longer than
 * `SLOW` ms. What was read must be written again as it was, where there is one spelling. `npm run soak` runs many more than the tests do.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeBundle, encodeBundle } from '../src/proof/bundle.ts';
import { equal } from '../src/proof/bytes.ts';
import {
  fromUtf8,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseReceipt,
  parseTlogProof,
  tilePath,
  Verifier,
} from '../src/proof/index.ts';
import { receiptFromPdf } from '../src/proof/pdf.ts';
import { formatAddCheckpoint, parseAddCheckpoint, parseCosignatures } from '../src/proof/witness.ts';
import { formatCheckpoint, formatNote, formatReceipt, formatTlogProof, parseTilePath } from '../src/proof/write.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const receipts = [
  'valid/size.1-of-2.receipt.json',
  'valid/kind.item.answered.receipt.json',
  'valid/layout.indented.receipt.json',
].map(text);
const policies = ['two-of-three', 'nested', 'log-only'].map((name) => text(`policies/${name}.policy`));
const proofs = receipts.map((one) => /"proof": "(.*)"/.exec(one)?.[1] ?? '').map((one) => `${JSON.parse(`"${one}"`)}`);
const notes = proofs.map((one) => one.slice(one.indexOf('\n\n') + 2));
const checkpoints = notes.map((one) => one.slice(0, one.lastIndexOf('\n\n') + 1));
const bodies = notes.map((one, i) => `old ${i}\n${'gCx2ahejHACaK57KLAwGLQiEqRplz6aVpLy4HLH7hzE=\n'.repeat(i)}\n${one}`);
const paths = ['tile/0/x001/x234/067', 'tile/1/001.p/17', 'tile/entries/000', 'tile/63/999.p/255'];

/** No single input may take longer, in milliseconds of this process's own time. */
export const SLOW = 50;

/** Letters that mean something in these formats, or nearly do. */
const piece = fc.oneof(
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.constantFrom(
    '\n',
    '\n\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    '+',
    '=',
    '==',
    '—',
    '-',
    '"',
    '\\',
    '\\u',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '00',
    '-1',
    '1e9',
    '9007199254740992',
    '\ud800',
    '\u2028',
    '\ufeff',
    'none',
    'group',
    '__proto__',
    '"sha256"',
    '[[[[',
  ),
);

/** One of `seeds` with up to five changes, or noise. */
function near(seeds: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(40),
    put: piece,
    times: fc.constantFrom(1, 1, 1, 1, 2, 300),
  });
  const changed = fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 5 })).map(([seed, changes]) =>
    changes.reduce((one, { at, cut, put, times }) => {
      const from = Math.floor(at * one.length);
      return one.slice(0, from) + put.repeat(times) + one.slice(from + cut);
    }, seed),
  );
  const joined = fc
    .tuple(fc.constantFrom(...seeds), fc.constantFrom(...seeds), fc.nat(2000), fc.nat(2000))
    .map(([a, b, to, from]) => a.slice(0, to) + b.slice(from));
  return fc.oneof(
    { arbitrary: changed, weight: 8 },
    { arbitrary: joined, weight: 1 },
    { arbitrary: fc.string({ maxLength: 300, unit: 'binary' }), weight: 1 },
  );
}

const bytesOf = (arbitrary: fc.Arbitrary<string>) => arbitrary.map((one) => new Uint8Array(Buffer.from(one)));

function same(what: string, found: string, expected: string): void {
  if (found !== expected)
    throw new Error(`${what}: ${JSON.stringify(found.slice(0, 200))} for ${JSON.stringify(expected.slice(0, 200))}`);
}

const TILE = new Uint8Array(40).fill(1);
const verifier = new Verifier(policies[0] ?? '');
const pdf = new Uint8Array(readFileSync(join(FIXTURES, 'valid/pdf.receipt.pdf')));

/** A reader under attack: what it is given, and what it does with it. */
interface Target<T> {
  readonly input: fc.Arbitrary<T>;
  readonly read: (input: T) => unknown;
}
const target = <T>(input: fc.Arbitrary<T>, read: (input: T) => unknown): Target<T> => ({ input, read });

/** Runs `runs` cases; throws at the first that breaks a promise. Gives the longest time in ms that one of them took. */
async function attack<T>({ input, read }: Target<T>, runs: number): Promise<number> {
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(input, async (one) => {
      const attempt = async () => {
        const before = process.cpuUsage();
        try {
          await read(one);
        } catch (error) {
          if (!(error instanceof ProofFailure)) throw error;
        }
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      let ms = await attempt();
      // A collection of garbage is not the input's doing: what was slow once is tried again.
      for (let again = 0; ms > SLOW && again < 3; again++) ms = Math.min(ms, await attempt());
      longest = Math.max(longest, ms);
      if (ms > SLOW) throw new Error(`took ${ms} ms`);
    }),
    { numRuns: runs },
  );
  return longest;
}

const TARGETS = {
  receipt: target(near(receipts), (one) => {
    const read = parseReceipt(one);
    parseReceipt(formatReceipt(read));
  }),
  verdict: target(bytesOf(near(receipts)), async (one) => {
    const verdict = await verifier.verify(one);
    JSON.stringify(verdict.steps);
  }),
  note: target(near(notes), (one) => same('note', formatNote(parseNote(one)), one)),
  checkpoint: target(near(checkpoints), (one) => same('checkpoint', formatCheckpoint(parseCheckpoint(one)), one)),
  proof: target(near(proofs), (one) => same('proof', formatTlogProof(parseTlogProof(one)), one)),
  policy: target(near(policies), (one) => parsePolicy(one)),
  tile: target(near(paths), (one) => same('path', tilePath(parseTilePath(one)), one)),
  bundle: target(fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.constant(TILE)), (one) => {
    if (!equal(encodeBundle(decodeBundle(one)), one)) throw new Error('another bundle');
  }),
  'add-checkpoint': target(near(bodies), (one) => same('body', formatAddCheckpoint(parseAddCheckpoint(one)), one)),
  cosignatures: target(near(notes.map((one) => one.slice(one.indexOf('—')))), (one) => parseCosignatures(one)),
  utf8: target(fc.uint8Array({ maxLength: 200 }), (one) => fromUtf8(one)),
  pdf: target(
    fc.array(fc.tuple(fc.nat(pdf.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = pdf.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    }),
    (one) => receiptFromPdf(one),
  ),
} as const;

/** The names of all that is attacked. */
export const FUZZED = [
  'receipt',
  'verdict',
  'note',
  'checkpoint',
  'proof',
  'policy',
  'tile',
  'bundle',
  'add-checkpoint',
  'cosignatures',
  'utf8',
  'pdf',
] as const;

/** Attacks one of them with `runs` inputs. */
export function fuzz(name: (typeof FUZZED)[number], runs: number): Promise<number> {
  switch (name) {
    case 'verdict':
      return attack(TARGETS.verdict, runs);
    case 'bundle':
      return attack(TARGETS.bundle, runs);
    case 'utf8':
      return attack(TARGETS.utf8, runs);
    case 'pdf':
      return attack(TARGETS.pdf, runs);
    default:
      return attack(TARGETS[name], runs);
  }
}
