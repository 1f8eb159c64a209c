/**
 * Bad input for `/witness/add-checkpoint`: bytes, texts, and requests that are nearly right, from a seed that can be repeated. Each must be
 * answered within its time with one of the protocol's words, and never with an accident. Used by the suite and, longer, by the soak.
 */
import fc from 'fast-check';
import { type Signer, signNote } from '../../src/proof/write.ts';
import { costing } from './cost.ts';
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

/** A body, given the size that the witness signed last. */
type Make = (known: number) => Promise<Uint8Array | string>;

const good = {
  size: fc.integer({ min: 0, max: 256 }).map(String),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64')),
};
const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: rare });
/** the size that the witness knows, or another word */
const old = mostly(fc.constant(null), mostly(good.size, decimal));
const proof = mostly(
  fc.array(mostly(good.hash, hash), { maxLength: 8 }),
  fc.array(good.hash, { minLength: 60, maxLength: 70 }),
);

/** Signed by the log or by somebody else of its name, whatever it says. */
const signed: fc.Arbitrary<Make> = fc
  .record({
    origin: mostly(fc.constant(FUZZED.origin), fc.constantFrom('unknown.example.gov/log', '', ' ')),
    old,
    size: mostly(old, decimal),
    root: mostly(good.hash, hash),
    proof: mostly(fc.constant<string[]>([]), proof),
    more: mostly(fc.constant<string[]>([]), fc.array(line, { maxLength: 3 })),
    ours: mostly(fc.constant(true), fc.constant(false)),
  })
  .map(({ origin, old, size, root, proof, more, ours }) => async (known) => {
    const text = `${[origin, size ?? known, root, ...more].join('\n')}\n`;
    const note = await signNote(text, [ours ? FUZZED.signer : STRANGER]).catch(() => text);
    return `old ${old ?? known}\n${proof.map((one) => `${one}\n`).join('')}\n${note}`;
  });

/** A right request, or the right one for another size, with bytes changed, taken out, put in, doubled. */
const nearly: fc.Arbitrary<Make> = fc
  .record({
    from: mostly(fc.constant(null), fc.integer({ min: 0, max: 256 })),
    grows: fc.integer({ min: 0, max: 2 }),
    edits: fc.array(
      fc.tuple(fc.constantFrom('change', 'drop', 'add', 'double', 'cut', 'digit'), fc.nat(4_000), fc.nat(255)),
      { maxLength: 3 },
    ),
  })
  .map(({ from, grows, edits }) => async (known) => {
    const start = from ?? known;
    let bytes = Buffer.from(await FUZZED.request(start, Math.min(256, start + grows)));
    for (const [what, where, byte] of edits) {
      const at = where % Math.max(1, bytes.length);
      if (what === 'change') bytes[at] = byte;
      // Stays base64 or a decimal more often than any byte does.
      else if (what === 'digit') bytes[at] = 0x30 + (byte % 10);
      else if (what === 'drop') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      else if (what === 'add') bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
      else if (what === 'double') bytes = Buffer.concat([bytes, bytes.subarray(at)]);
      else bytes = bytes.subarray(0, at);
    }
    return bytes;
  });

const plain = (made: Uint8Array | string): Make => {
  return async () => made;
};
const body: fc.Arbitrary<Make> = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map(plain) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2_000 }).map(plain) },
  { weight: 1, arbitrary: fc.array(line, { maxLength: 200 }).map((lines) => plain(lines.join('\n'))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(line, fc.integer({ min: 1, max: 3_000 }))
      .map(([one, n]) => plain(`old 1\n\n${`${one}\n`.repeat(n)}`)),
  },
  { weight: 6, arbitrary: nearly },
  { weight: 6, arbitrary: signed },
);

export interface Asked {
  readonly status: number;
  readonly text: string;
}

export interface Fuzzed {
  readonly cases: number;
  readonly seed: number;
  /** slowest case, in ms, as its fastest of five tries where the first was late */
  readonly slowest: number;
  /** how often each status came */
  readonly statuses: ReadonlyMap<number, number>;
  /** what should not have been, at most ten */
  readonly wrong: readonly string[];
}

/**
 * @param ask sends one body and gives the status, and the size that a conflict names
 * @param options.seed to repeat a run; `onProgress`: told after each portion of at most 1,000 cases
 */
export async function fuzzWitness(
  ask: (body: Uint8Array<ArrayBuffer>) => Promise<Asked>,
  cases: number,
  { seed = Date.now() % 2 ** 31, onProgress = () => {} }: { seed?: number; onProgress?: (done: number) => void } = {},
): Promise<Fuzzed> {
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  let slowest = 0;
  let known = 0;
  const timed = async (bytes: Uint8Array<ArrayBuffer>) => {
    const cost = costing();
    const { status, text } = await ask(bytes);
    return { status, text, ms: cost() };
  };
  // A witness that knows nothing takes the first checkpoint at its word, whatever size it names; no case could go on from there.
  if ((await ask(new TextEncoder().encode(await FUZZED.request(0, 1)))).status === 200) known = 1;
  for (let done = 0; done < cases; ) {
    // In portions, so that what was made can be forgotten.
    const made = fc.sample(body, { numRuns: Math.min(1_000, cases - done), seed: seed + done });
    for (const make of made) {
      done++;
      const bytes = new Uint8Array(Buffer.from(await make(known)));
      let { status, text, ms } = await timed(bytes);
      if (status === 409) known = Number(text);
      // A witness that signed stands where the request led: its checkpoint's second line.
      if (status === 200) known = Number(Buffer.from(bytes).toString().split('\n\n')[1]?.split('\n')[1]);
      // A machine with other work is late now and then; an input that is slow is slow again.
      for (let i = 0; ms > MOST_MS && i < 4; i++) ms = Math.min(ms, (await timed(bytes)).ms);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      slowest = Math.max(slowest, ms);
      if ((!STATUS.has(status) || ms > MOST_MS) && wrong.length < 10)
        wrong.push(`${status} after ${Math.round(ms)} ms: ${Buffer.from(bytes.subarray(0, 300)).toString('base64')}`);
    }
    onProgress(done);
  }
  return { cases, seed, slowest, statuses, wrong };
}
