/**
 * Verifies receipts under a policy: the four steps of FORMATS.md, "Receipt", each with its values for people who want
 * to follow. Needs no network and trusts nobody but the keys in the policy that the verifier chose.
 *
 * Example: `await verifyReceipt({ receipt, policy })` gives `{ ok: true, origin: 'records.example.gov/log', index: 17,
 * size: 184, … }` or `{ ok: false, failure: 'quorum-missing', expected: '2 of (north, south)', found: 'north', … }`.
 */
import { base64, equal, hex } from './bytes.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { commitment } from './commitment.ts';
import type { DocumentRef, Entry } from './entry.ts';
import { cut, type FailureName, ProofFailure, quote, refuse } from './failure.ts';
import { idOf, type Note, parseNote, type Verified, type VerifierKey, verifyNote } from './note.ts';
import { type Policy, parsePolicy, quorumMet, quorumSize, quorumText } from './policy.ts';
import { parseReceipt, receiptText } from './receipt.ts';
import type { TlogProof } from './tlogproof.ts';
import { leafHash, rootFromInclusion } from './tree.ts';

/** A document that the verifier holds, hashed: `sha256` in lower-case hex, `bytes` its length. */
export interface GivenDocument {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** One step with its values, in the order in which a person would follow them. */
export interface Step {
  readonly name: 'entry' | 'inclusion' | 'signatures' | 'documents';
  readonly title: string;
  readonly ok: boolean;
  readonly values: readonly (readonly [string, string])[];
}

/** A witness of the policy that signed. */
export interface WitnessSignature {
  /** The witness's name in the policy. */
  readonly name: string;
  /** The name of its key. */
  readonly keyName: string;
  /** When it says it signed, RFC 3339. */
  readonly time: string;
}

/** The verdict where everything holds. */
export interface Accepted {
  readonly ok: true;
  readonly entry: Entry;
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  /** The latest time at which a witness signed this checkpoint, RFC 3339; absent without witnesses. */
  readonly signedAt?: string;
  readonly witnesses: {
    readonly signed: readonly WitnessSignature[];
    /** Names of all witnesses of the policy. */
    readonly known: readonly string[];
    /** The fewest witnesses that can make the quorum. */
    readonly required: number;
    /** The quorum in words. */
    readonly quorum: string;
  };
  readonly documents: {
    /** What the entry names. */
    readonly named: readonly DocumentRef[];
    /** What was given, each with what it is in the entry. */
    readonly matched: readonly { readonly given: GivenDocument; readonly document: DocumentRef }[];
  };
  readonly steps: readonly Step[];
}

/** The verdict with the first thing that does not fit. */
export interface Refused {
  readonly ok: false;
  readonly failure: FailureName;
  readonly expected: string;
  readonly found: string;
  readonly steps: readonly Step[];
}

/** What verifying a receipt gives. */
export type Verdict = Accepted | Refused;

/** Seconds since the epoch as RFC 3339; what no calendar holds stays a number. */
function moment(seconds: number): string {
  return seconds < 253_402_300_800 ? new Date(seconds * 1000).toISOString() : `${seconds} s`;
}

const TITLES = {
  entry: 'The entry and its commitment',
  inclusion: 'The way to the root',
  signatures: 'The signatures of log and witnesses',
  documents: 'The documents',
} as const;

type Values = [string, string][];

/** A step whose values are only worked out when somebody looks: most callers want the verdict alone. */
class LazyStep implements Step {
  readonly name: Step['name'];
  readonly ok: boolean;
  readonly #values: () => Values;
  constructor(name: Step['name'], ok: boolean, values: () => Values) {
    this.name = name;
    this.ok = ok;
    this.#values = values;
  }
  get title(): string {
    return TITLES[this.name];
  }
  get values(): Values {
    return this.#values();
  }
  /** What `JSON.stringify` shows: all four. */
  toJSON(): Step {
    const { name, title, ok, values } = this;
    return { name, title, ok, values };
  }
}

const listed = (what: string, documents: readonly GivenDocument[]): Values =>
  documents.map(({ name, sha256, bytes }) => [`${what}: ${name}`, `${sha256} (${bytes} bytes)`]);

const way = ({ index, hashes }: TlogProof, size: number): Values => [
  ['position', String(index)],
  ['size', String(size)],
  ...hashes.map((hash, i): [string, string] => [`hash ${i + 1}`, hex(hash)]),
];

function refused(error: unknown, steps: readonly Step[]): Refused {
  if (!(error instanceof ProofFailure)) throw error;
  const { failure, expected, found } = error;
  return { ok: false, failure, expected, found, steps };
}

/** Makes the text of a receipt of the bytes of its file; throws or rejects with a `ProofFailure`. */
export type ReadFile = (bytes: Uint8Array) => string | Promise<string>;

/** Verifies many receipts under one policy; the policy is read once. */
export class Verifier {
  readonly policy: Policy;
  readonly #witnesses: ReadonlyMap<VerifierKey, string>;
  readonly #quorum: string;
  readonly #required: number;

  /** The last checkpoint whose log and witnesses held: many receipts stand under the same one. */
  #last: { readonly checkpoint: string; readonly verified: readonly Verified[] } | undefined;

  readonly #read: ReadFile;

  /** `read` makes a receipt's text of a file: `readReceiptFile` of `counterfoil/proof/pdf` takes PDFs too. Throws `bad-policy`. */
  constructor(policy: string | Policy, read: ReadFile = receiptText) {
    this.#read = read;
    this.policy = typeof policy === 'string' ? parsePolicy(policy) : policy;
    this.#quorum = quorumText(this.policy);
    this.#required = quorumSize(this.policy);
    this.#witnesses = new Map(this.policy.witnesses.map(({ name, key }) => [key, name]));
  }

  /**
   * Checks one receipt: its JSON as text, or the bytes of its file. Never throws for what is in the file; the first thing that does not
   * fit is the verdict.
   */
  async verify(receipt: Uint8Array | string, documents: readonly GivenDocument[] = []): Promise<Verdict> {
    const steps: Step[] = [];
    try {
      return await this.#check(typeof receipt === 'string' ? receipt : await this.#read(receipt), documents, steps);
    } catch (error) {
      return refused(error, steps);
    }
  }

  async #check(text: string, given: readonly GivenDocument[], steps: Step[]): Promise<Verdict> {
    const { entry, canonical, documents, opening, proof } = parseReceipt(text);
    const { index, hashes, checkpoint } = proof;
    const note = parseNote(checkpoint);
    const { origin, size, root } = parseCheckpoint(note.text);

    const committed = commitment(opening, canonical);
    const leaf = leafHash(committed);
    steps.push(
      new LazyStep('entry', true, () => [
        ['canonical bytes', String(canonical.length)],
        ['opening', base64(opening)],
        ['commitment', hex(committed)],
        ['leaf hash', hex(leaf)],
      ]),
    );

    try {
      const reached = rootFromInclusion(index, size, leaf, hashes);
      if (!equal(reached, root)) {
        refuse('commitment-mismatch', `the checkpoint's root ${base64(root)}`, base64(reached));
      }
    } catch (error) {
      steps.push(new LazyStep('inclusion', false, () => way(proof, size)));
      // An altered checkpoint shows here first; the log's signature tells whether the checkpoint or the rest is wrong.
      await this.#signers(origin, note, []);
      throw error;
    }
    steps.push(new LazyStep('inclusion', true, () => [...way(proof, size), ['root', base64(root)]]));

    const witnesses = await this.#checkSignatures(origin, checkpoint, note, steps);
    const matched = match(documents, given, steps);
    const latest = witnesses.reduce((last, { time = 0 }) => Math.max(last, time), -1);
    return {
      ok: true,
      entry,
      origin,
      index,
      size,
      ...(latest < 0 ? {} : { signedAt: moment(latest) }),
      witnesses: {
        signed: witnesses.map(({ key, time }) => ({
          name: this.#nameOf(key),
          keyName: key.name,
          time: moment(time ?? 0),
        })),
        known: [...this.#witnesses.values()],
        required: this.#required,
        quorum: this.#quorum,
      },
      documents: { named: documents, matched },
      steps,
    };
  }

  #nameOf(key: VerifierKey): string {
    return this.#witnesses.get(key) ?? 'log';
  }

  /** The keys that hold under the note; throws unless the log's is among them. */
  async #signers(origin: string, note: Note, witnesses: Iterable<VerifierKey>): Promise<readonly Verified[]> {
    const all = this.policy.logs.map(({ key }) => key);
    const logs = all.filter(({ name }) => name === origin);
    if (logs.length === 0) {
      refuse('unknown-log', all.map(({ name }) => name).join(', ') || 'a log in the policy', quote(origin));
    }
    const verified = await verifyNote(note, [...logs, ...witnesses]);
    return verified.some(({ key }) => logs.includes(key))
      ? verified
      : refuse(
          'bad-signature',
          `a signature by ${logs.map(idOf).join(' or ')}`,
          `signatures by ${quote(note.signatures.map(idOf).join(', '), 300)}`,
        );
  }

  #signed(origin: string, note: Note, verified: readonly Verified[]): Values {
    return [
      ['log', origin],
      ['checkpoint', note.text],
      ...verified.map(({ key, time }): [string, string] => [
        this.#nameOf(key),
        idOf(key) + (time === undefined ? '' : ` at ${moment(time)}`),
      ]),
      ['quorum', this.#quorum],
    ];
  }

  async #checkSignatures(origin: string, checkpoint: string, note: Note, steps: Step[]) {
    let verified: readonly Verified[] = [];
    try {
      // The same characters under the same policy: the signatures were checked already.
      if (this.#last?.checkpoint !== checkpoint) {
        this.#last = { checkpoint, verified: await this.#signers(origin, note, this.#witnesses.keys()) };
      }
      verified = this.#last.verified;
      const witnesses = verified.filter(({ key }) => this.#witnesses.has(key));
      const names = witnesses.map(({ key }) => this.#nameOf(key));
      if (!quorumMet(this.policy, new Set(names))) {
        // Signatures of a type that cannot be checked here may be all that is missing: that says nothing against the receipt.
        const lines = note.signatures.map(idOf);
        const unchecked = this.policy.witnesses.flatMap(({ name, key }) =>
          key.type === 6 && lines.includes(idOf(key)) ? name : [],
        );
        refuse(
          quorumMet(this.policy, new Set([...names, ...unchecked])) ? 'unsupported-signature' : 'quorum-missing',
          `${this.#quorum} (at least ${this.#required} witness${this.#required === 1 ? '' : 'es'})`,
          names.join(', ') || 'none of them',
        );
      }
      steps.push(new LazyStep('signatures', true, () => this.#signed(origin, note, verified)));
      return witnesses;
    } catch (error) {
      steps.push(new LazyStep('signatures', false, () => this.#signed(origin, note, verified)));
      throw error;
    }
  }
}

const described = ({ name, sha256 }: GivenDocument): string => `${quote(name, 60)} with SHA-256 ${sha256}`;

/** What each given document is in the entry. Throws `document-mismatch` for one that the entry does not name. */
function match(named: readonly DocumentRef[], given: readonly GivenDocument[], steps: Step[]) {
  const matched = given.flatMap((one) =>
    named
      .filter(({ sha256, bytes }) => sha256 === one.sha256 && bytes === one.bytes)
      .slice(0, 1)
      .map((document) => ({ given: one, document })),
  );
  const missing = given.find((one, i) => matched[i]?.given !== one);
  steps.push(new LazyStep('documents', !missing, () => [...listed('named', named), ...listed('given', given)]));
  return missing
    ? refuse('document-mismatch', cut(named.map(described).join(', '), 600) || 'no document', described(missing))
    : matched;
}

/** Checks one receipt under one policy. A policy that cannot be read is a verdict too (`bad-policy`). */
export async function verifyReceipt(input: {
  receipt: Uint8Array | string;
  /** The text of a tlog-policy file. */
  policy: string;
  documents?: readonly GivenDocument[];
  /** As for `Verifier`. */
  read?: ReadFile;
}): Promise<Verdict> {
  try {
    return await new Verifier(input.policy, input.read).verify(input.receipt, input.documents);
  } catch (error) {
    return refused(error, []);
  }
}
