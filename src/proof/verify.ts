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
import { type FailureName, ProofFailure, quote } from './failure.ts';
import { type Note, parseNote, type Verified, type VerifierKey, verifyNote } from './note.ts';
import { readReceiptFile } from './pdf.ts';
import { type Policy, parsePolicy, quorumMet, quorumSize, quorumText } from './policy.ts';
import { parseReceipt } from './receipt.ts';
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

export interface WitnessSignature {
  /** The witness's name in the policy. */
  readonly name: string;
  /** The name of its key. */
  readonly keyName: string;
  /** When it says it signed, RFC 3339. */
  readonly time: string;
}

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

export interface Refused {
  readonly ok: false;
  readonly failure: FailureName;
  readonly expected: string;
  readonly found: string;
  readonly steps: readonly Step[];
}

export type Verdict = Accepted | Refused;

/** Seconds since the epoch as RFC 3339; what no calendar holds stays a number. */
function moment(seconds: number): string {
  return seconds < 253_402_300_800 ? new Date(seconds * 1000).toISOString() : `${seconds} s`;
}

/** A step whose values are only worked out when somebody looks: most callers want the verdict alone. */
class LazyStep implements Step {
  readonly name: Step['name'];
  readonly title: string;
  readonly ok: boolean;
  readonly #values: () => [string, string][];
  constructor(name: Step['name'], title: string, ok: boolean, values: () => [string, string][]) {
    this.name = name;
    this.title = title;
    this.ok = ok;
    this.#values = values;
  }
  get values(): [string, string][] {
    return this.#values();
  }
  /** What `JSON.stringify` shows: all four. */
  toJSON(): Step {
    return { name: this.name, title: this.title, ok: this.ok, values: this.values };
  }
}

function way(index: number, size: number, hashes: readonly Uint8Array[]): [string, string][] {
  return [
    ['position', String(index)],
    ['size', String(size)],
    ...hashes.map((hash, i): [string, string] => [`hash ${i + 1}`, hex(hash)]),
  ];
}

function listed(named: readonly DocumentRef[], given: readonly GivenDocument[]): [string, string][] {
  return [
    ...named.map((one): [string, string] => [`named: ${one.name}`, `${one.sha256} (${one.bytes} bytes)`]),
    ...given.map((one): [string, string] => [`given: ${one.name}`, `${one.sha256} (${one.bytes} bytes)`]),
  ];
}

/** Verifies many receipts under one policy; the policy is read and its keys are imported once. */
export class Verifier {
  readonly policy: Policy;
  readonly #origins = new Map<string, VerifierKey[]>();
  readonly #witnesses: readonly VerifierKey[];
  readonly #names = new Map<VerifierKey, string>();
  readonly #required: number;
  readonly #quorum: string;

  /** The last checkpoint whose log and witnesses held: many receipts stand under the same one. */
  #last: { readonly checkpoint: string; readonly verified: readonly Verified[] } | undefined;

  /** Throws `bad-policy`. */
  constructor(policy: string | Policy) {
    this.policy = typeof policy === 'string' ? parsePolicy(policy) : policy;
    for (const { key } of this.policy.logs) {
      this.#origins.set(key.name, [...(this.#origins.get(key.name) ?? []), key]);
    }
    for (const { name, key } of this.policy.witnesses) this.#names.set(key, name);
    this.#witnesses = this.policy.witnesses.map(({ key }) => key);
    this.#required = quorumSize(this.policy);
    this.#quorum = quorumText(this.policy);
  }

  /**
   * Checks one receipt: its JSON as text or bytes, or the bytes of a PDF receipt. Never throws for what is in the file;
   * the first thing that does not fit is the verdict.
   */
  async verify(receipt: Uint8Array | string, documents: readonly GivenDocument[] = []): Promise<Verdict> {
    const steps: Step[] = [];
    try {
      return await this.#check(
        typeof receipt === 'string' ? receipt : await readReceiptFile(receipt),
        documents,
        steps,
      );
    } catch (error) {
      if (!(error instanceof ProofFailure)) throw error;
      return { ok: false, failure: error.failure, expected: error.expected, found: error.found, steps };
    }
  }

  async #check(text: string, given: readonly GivenDocument[], steps: Step[]): Promise<Verdict> {
    const { entry, canonical, documents, opening, proof } = parseReceipt(text);
    const { index, hashes } = proof;
    const note = parseNote(proof.checkpoint);
    const checkpoint = parseCheckpoint(note.text);
    const { origin, size, root } = checkpoint;

    const committed = commitment(opening, canonical);
    const leaf = leafHash(committed);
    steps.push(
      new LazyStep('entry', 'The entry and its commitment', true, () => [
        ['canonical bytes', String(canonical.length)],
        ['opening', base64(opening)],
        ['commitment', hex(committed)],
        ['leaf hash', hex(leaf)],
      ]),
    );

    let reached: Uint8Array;
    try {
      reached = rootFromInclusion(index, size, leaf, hashes);
      if (!equal(reached, root)) {
        throw new ProofFailure('commitment-mismatch', `the checkpoint's root ${base64(root)}`, base64(reached));
      }
    } catch (error) {
      steps.push(new LazyStep('inclusion', 'The way to the root', false, () => way(index, size, hashes)));
      // An altered checkpoint shows here first; the log's signature tells whether the checkpoint or the rest is wrong.
      await this.#checkLog(origin, note, []);
      throw error;
    }
    steps.push(
      new LazyStep('inclusion', 'The way to the root', true, () => [
        ...way(index, size, hashes),
        ['root', base64(reached)],
      ]),
    );

    const witnesses = await this.#checkSignatures(origin, proof.checkpoint, note, steps);
    const result = this.#matchDocuments(documents, given, steps);
    const times = witnesses.map(({ time }) => time ?? 0);
    return {
      ok: true,
      entry,
      origin,
      index,
      size,
      ...(times.length === 0 ? {} : { signedAt: moment(Math.max(...times)) }),
      witnesses: {
        signed: witnesses.map(({ key, time }) => ({
          name: this.#names.get(key) ?? key.name,
          keyName: key.name,
          time: moment(time ?? 0),
        })),
        known: [...this.#names.values()],
        required: this.#required,
        quorum: this.#quorum,
      },
      documents: result,
      steps,
    };
  }

  /** The keys that hold under the note; throws unless the log's is among them. */
  async #checkLog(origin: string, note: Note, witnesses: readonly VerifierKey[]): Promise<Verified[]> {
    const logs = this.#origins.get(origin);
    if (logs === undefined) {
      const listed = [...this.#origins.keys()].join(', ');
      throw new ProofFailure('unknown-log', listed === '' ? 'a log in the policy' : listed, quote(origin));
    }
    const verified = await verifyNote(note, [...logs, ...witnesses]);
    if (verified.some(({ key }) => logs.includes(key))) return verified;
    throw new ProofFailure(
      'bad-signature',
      `a signature by ${logs.map((key) => `${key.name}+${key.keyId}`).join(' or ')}`,
      `signatures by ${quote(note.signatures.map((line) => `${line.name}+${line.keyId}`).join(', '), 300)}`,
    );
  }

  async #checkSignatures(origin: string, checkpoint: string, note: Note, steps: Step[]): Promise<Verified[]> {
    const title = 'The signatures of the log and of witnesses';
    let verified: readonly Verified[] = [];
    try {
      // The same characters under the same policy: the signatures were checked already.
      if (this.#last?.checkpoint === checkpoint) verified = this.#last.verified;
      else {
        verified = await this.#checkLog(origin, note, this.#witnesses);
        this.#last = { checkpoint, verified };
      }
      const witnesses = verified.filter(({ key }) => this.#names.has(key));
      const names = witnesses.map(({ key }) => this.#names.get(key) ?? '');
      if (!quorumMet(this.policy, new Set(names))) {
        const missing = this.#required === 1 ? '1 witness' : `${this.#required} witnesses`;
        const found = names.length === 0 ? 'no witness of the policy' : names.join(', ');
        throw new ProofFailure('quorum-missing', `${this.#quorum} (at least ${missing})`, found);
      }
      steps.push(new LazyStep('signatures', title, true, () => this.#signed(origin, note, verified)));
      return witnesses;
    } catch (error) {
      steps.push(new LazyStep('signatures', title, false, () => this.#signed(origin, note, verified)));
      throw error;
    }
  }

  #signed(origin: string, note: Note, verified: readonly Verified[]): [string, string][] {
    return [
      ['log', origin],
      ['checkpoint', note.text],
      ...verified.map(({ key, time }): [string, string] => [
        this.#names.get(key) ?? 'log',
        `${key.name}+${key.keyId}${time === undefined ? '' : ` at ${moment(time)}`}`,
      ]),
      ['quorum', this.#quorum],
    ];
  }

  #matchDocuments(
    named: readonly DocumentRef[],
    given: readonly GivenDocument[],
    steps: Step[],
  ): Accepted['documents'] {
    const matched: { given: GivenDocument; document: DocumentRef }[] = [];
    const title = 'The documents';
    for (const one of given) {
      const document = named.find(({ sha256, bytes }) => sha256 === one.sha256 && bytes === one.bytes);
      if (document === undefined) {
        steps.push(new LazyStep('documents', title, false, () => listed(named, given)));
        const names = named.map(({ name, sha256 }) => `${quote(name, 60)} with SHA-256 ${sha256}`).join(', ');
        throw new ProofFailure(
          'document-mismatch',
          named.length === 0 ? 'no document: this entry names none' : quoteless(names),
          `${quote(one.name, 60)} with SHA-256 ${one.sha256}`,
        );
      }
      matched.push({ given: one, document });
    }
    steps.push(new LazyStep('documents', title, true, () => listed(named, given)));
    return { named, matched };
  }
}

function quoteless(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

/** Checks one receipt under one policy. A policy that cannot be read is a verdict too (`bad-policy`). */
export async function verifyReceipt(input: {
  receipt: Uint8Array | string;
  /** The text of a tlog-policy file. */
  policy: string;
  documents?: readonly GivenDocument[];
}): Promise<Verdict> {
  let verifier: Verifier;
  try {
    verifier = new Verifier(input.policy);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    return { ok: false, failure: error.failure, expected: error.expected, found: error.found, steps: [] };
  }
  return verifier.verify(input.receipt, input.documents);
}
