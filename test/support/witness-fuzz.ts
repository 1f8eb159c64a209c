/**
 * Bad input for `/witness/add-checkpoint`: bytes, texts, and requests that are nearly right, from a seed that can be repeated. Each must be
 * answered within its time with one of the protocol's words, and never with an accident. Used by the suite and, longer, by the soak.
 */
import fc from 'fast-check';
import { type Signer, signNote } from '../../src/proof/index.ts';
import { TestLog, testSigner } from './witness.ts';

export const FUZZED = new TestLog('fuzzed.example.gov/log');
const STRANGER: Signer = testSigner(FUZZED.origin, 1);
/** What the protocol, and the limit of the body, allow. */
const STATUS = new Set([200, 400, 403, 404, 409, 413, 422]);
const MOST_MS = 50;

const size = fc.oneof(
  fc.integer({ min: 0, max: 256 }),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER),
);
const decimal = fc.oneof(
  size.map(String),
  fc.constantFrom('', '-1', '00', '007', '0x10', '1e3', ' 1', '1 ', '１', '9007199254740993', '9'.repeat(400), 'NaN'),
);
const hash = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.string({ maxLength: 60, unit: 'binary' }),
);
const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  hash,
  fc.constantFrom('', '— ', `— ${FUZZED.origin} AAAA`, 'old 0'),
);

/** Signed by the log or by somebody else of its name, whatever it says. */
const signed = fc
  .tuple(
    fc.constantFrom(FUZZED.origin, 'unknown.example.gov/log', ''),
    decimal,
    hash,
    fc.array(line, { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([origin, at, root, more, ours]) => async () => {
    const text = `${[origin, at, root, ...more].join('\n')}\n`;
    return await signNote(text, [ours ? FUZZED.signer : STRANGER]);
  });
const proofs = fc.oneof(fc.array(hash, { maxLength: 8 }), fc.array(hash, { minLength: 60, maxLength: 70 }));

/** A right request with bytes changed, taken out, put in, doubled. */
const nearly = fc
  .tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.array(fc.tuple(fc.constantFrom('change', 'drop', 'add', 'double', 'cut'), fc.nat(4_000), fc.nat(255)), {
      maxLength: 4,
    }),
  )
  .map(([a, b, edits]) => async () => {
    let bytes = Buffer.from(await FUZZED.request(Math.min(a, b), Math.max(a, b)));
    for (const [what, where, byte] of edits) {
      const at = where % Math.max(1, bytes.length);
      if (what === 'change') bytes[at] = byte;
      else if (what === 'drop') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      else if (what === 'add') bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
      else if (what === 'double') bytes = Buffer.concat([bytes, bytes.subarray(at)]);
      else bytes = bytes.subarray(0, at);
    }
    return bytes;
  });

const body: fc.Arbitrary<() => Promise<Uint8Array | string>> = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => async () => bytes) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2_000 }).map((text) => async () => text) },
  { weight: 1, arbitrary: fc.array(line, { maxLength: 200 }).map((lines) => async () => lines.join('\n')) },
  {
    weight: 1,
    arbitrary: fc.tuple(line, fc.integer({ min: 1, max: 3_000 })).map(
      ([one, n]) =>
        async () =>
          `old 1\n\n${`${one}\n`.repeat(n)}`,
    ),
  },
  { weight: 4, arbitrary: nearly },
  {
    weight: 4,
    arbitrary: fc.tuple(decimal, proofs, signed).map(([old, proof, checkpoint]) => async () => {
      const hashes = proof.map((one) => `${one}\n`).join('');
      return `old ${old}\n${hashes}\n${await checkpoint().catch(() => 'not to be signed\n')}`;
    }),
  },
);

export interface Fuzzed {
  readonly cases: number;
  readonly seed: number;
  /** slowest case, in ms, as its fastest of three tries where the first was late */
  readonly slowest: number;
  /** how often each status came */
  readonly statuses: ReadonlyMap<number, number>;
  /** what should not have been, at most ten */
  readonly wrong: readonly string[];
}

/**
 * @param ask sends one body and gives the status
 * @param seed to repeat a run
 */
export async function fuzzWitness(
  ask: (body: Uint8Array<ArrayBuffer>) => Promise<number>,
  cases: number,
  seed = Date.now() % 2 ** 31,
): Promise<Fuzzed> {
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  let slowest = 0;
  const timed = async (bytes: Uint8Array<ArrayBuffer>) => {
    const from = performance.now();
    const status = await ask(bytes);
    return { status, ms: performance.now() - from };
  };
  for (let done = 0; done < cases; ) {
    // In portions, so that what was made can be forgotten.
    const made = fc.sample(body, { numRuns: Math.min(1_000, cases - done), seed: seed + done });
    for (const make of made) {
      done++;
      const bytes = new Uint8Array(Buffer.from(await make()));
      let { status, ms } = await timed(bytes);
      // A machine with other work is late now and then; an input that is slow is slow again.
      for (let i = 0; ms > MOST_MS && i < 2; i++) ms = Math.min(ms, (await timed(bytes)).ms);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      slowest = Math.max(slowest, ms);
      if ((!STATUS.has(status) || ms > MOST_MS) && wrong.length < 10)
        wrong.push(`${status} after ${Math.round(ms)} ms: ${Buffer.from(bytes.subarray(0, 300)).toString('base64')}`);
    }
  }
  return { cases, seed, slowest, statuses, wrong };
}
