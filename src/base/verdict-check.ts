/**
 * Receipts and documents that somebody holds, checked together, and each result in plain words. The same in the browser and on the
 * server: uses nothing but src/proof, asks no network and keeps nothing. The words are given by whoever asks (`Say`), since a browser has
 * none but those of its page.
 */
import type { Plain } from '../messages/ids.ts';
import {
  type Accepted,
  type FailureName,
  type GivenDocument,
  ProofFailure,
  type Step,
  type Verdict,
  Verifier,
} from '../proof/index.ts';
import { readReceiptFile } from '../proof/pdf.ts';

export interface ReceiptBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One result in words; `ok: false` also for a document that no receipt names. */
export interface Spoken {
  readonly file: string;
  readonly ok: boolean;
  readonly sentence: string;
  /** the one thing that does not fit */
  readonly failure: { readonly name: string; readonly expected: string; readonly found: string } | null;
  /** what the receipt is about, as names and values */
  readonly facts: readonly (readonly [string, string])[];
  readonly steps: readonly Step[];
}

/** Messages that a verdict is put together of, and those of the page that shows it. */
export type VerdictId = Extract<keyof Plain, `letters.verdict.${string}`>;
/** Says one of them: the message with its gaps filled. */
export type Say = (id: VerdictId, given?: Readonly<Record<string, string | number>>) => string;

const refused = (
  say: Say,
  file: string,
  name: FailureName,
  expected: string,
  found: string,
  steps: readonly Step[] = [],
): Spoken => ({
  file,
  ok: false,
  sentence: say(`letters.verdict.failure.${name}`),
  failure: { name, expected, found },
  facts: [],
  steps,
});

/** "This was in the log … at position 17 of 184, signed by the log and 2 of 3 witnesses you trust …" */
function sentenceOf(say: Say, { origin, index, size, witnesses, documents }: Accepted): string {
  return say('letters.verdict.accepted', {
    origin,
    index,
    size,
    signed: witnesses.signed.length,
    known: witnesses.known.length,
    given: documents.matched.length,
    named: documents.named.length,
  });
}

/** What src/proof calls a value of a step, and the message of it. */
const VALUES: Readonly<Record<string, VerdictId>> = {
  'canonical bytes': 'letters.verdict.value.bytes',
  opening: 'letters.verdict.value.opening',
  commitment: 'letters.verdict.value.commitment',
  'leaf hash': 'letters.verdict.value.leaf',
  position: 'letters.verdict.value.position',
  size: 'letters.verdict.value.size',
  root: 'letters.verdict.value.root',
  log: 'letters.verdict.value.log',
  checkpoint: 'letters.verdict.value.checkpoint',
  quorum: 'letters.verdict.value.quorum',
};

function labelOf(say: Say, label: string): string {
  const hash = /^hash (\d+)$/.exec(label)?.[1];
  if (hash !== undefined) return say('letters.verdict.value.hash', { n: hash });
  const [, of, name] = /^(named|given): (.*)$/s.exec(label) ?? [];
  if (of !== undefined && name !== undefined)
    return say(of === 'named' ? 'letters.verdict.value.named' : 'letters.verdict.value.given', { name });
  const id = Object.hasOwn(VALUES, label) ? VALUES[label] : undefined;
  return id === undefined ? label : say(id);
}

/** A step in words; its values are still only worked out when somebody looks. */
const told = (say: Say, step: Step): Step => ({
  name: step.name,
  ok: step.ok,
  title: say(`letters.verdict.step.${step.name}`),
  get values() {
    return step.values.map(([label, value]) => [labelOf(say, label), value] as const);
  },
});

function spoken(say: Say, file: string, verdict: Verdict): Spoken {
  const steps = verdict.steps.map((step) => told(say, step));
  if (!verdict.ok) return refused(say, file, verdict.failure, verdict.expected, verdict.found, steps);
  const { entry } = verdict;
  return {
    file,
    ok: true,
    sentence: sentenceOf(say, verdict),
    failure: null,
    facts: [
      [say('letters.verdict.fact.what'), entry.kind.replaceAll('.', ' ')],
      [say('letters.verdict.fact.happened'), entry.occurredAt],
      [say('letters.verdict.fact.recorded'), entry.recordedAt],
      ...(verdict.signedAt ? [[say('letters.verdict.fact.witnessed'), verdict.signedAt] as const] : []),
      [say('letters.verdict.fact.by'), entry.by],
      [say('letters.verdict.fact.content'), JSON.stringify(entry.body, null, 2)],
    ],
    steps,
  };
}

/** true where a file is to be treated as a receipt: one inside it, or something that means to be one. */
export async function looksLikeReceipt(bytes: Uint8Array): Promise<boolean> {
  try {
    return /"counterfoil"\s*:/.test(await readReceiptFile(bytes));
  } catch (error) {
    return error instanceof ProofFailure && error.failure === 'ambiguous-pdf';
  }
}

/**
 * Checks all receipts under one policy. With one receipt, every document must be one that it names; with several, each document
 * must be named by at least one, and is matched to those.
 * @param say the words in which it is told
 * @param breath asked after each receipt: waited for where others should have a turn (base/breath.ts)
 */
export async function checkFiles(
  say: Say,
  policy: string,
  receipts: readonly ReceiptBytes[],
  documents: readonly GivenDocument[],
  breath: () => Promise<void> | null = () => null,
): Promise<readonly Spoken[]> {
  let verifier: Verifier;
  try {
    verifier = new Verifier(policy, readReceiptFile);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    return [refused(say, say('letters.verdict.policy'), error.failure, error.expected, error.found)];
  }
  const results: Spoken[] = [];
  const named = new Set<GivenDocument>();
  const [only] = receipts;
  if (only && receipts.length === 1) return [spoken(say, only.name, await verifier.verify(only.bytes, documents))];
  for (const { name, bytes } of receipts) {
    await breath();
    const alone = await verifier.verify(bytes);
    if (!alone.ok) {
      results.push(spoken(say, name, alone));
      continue;
    }
    const own = documents.filter((d) =>
      alone.documents.named.some((one) => one.sha256 === d.sha256 && one.bytes === d.bytes),
    );
    for (const one of own) named.add(one);
    results.push(spoken(say, name, own.length === 0 ? alone : await verifier.verify(bytes, own)));
  }
  for (const one of documents) {
    if (named.has(one)) continue;
    const none = receipts.length === 0;
    const expected = say(none ? 'letters.verdict.expected.receipt' : 'letters.verdict.expected.document');
    const found = say('letters.verdict.found.document', { sha256: one.sha256, bytes: one.bytes });
    results.push({
      ...refused(say, one.name, 'document-mismatch', expected, found),
      sentence: say(none ? 'letters.verdict.document-alone' : 'letters.verdict.document-unnamed'),
    });
  }
  return results;
}
