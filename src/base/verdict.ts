/**
 * Receipts and documents that somebody holds, checked together, and each result in plain words. The same in the browser and on the
 * server; uses nothing but src/proof, asks no network and keeps nothing.
 */
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

const PLAIN: Readonly<Record<FailureName, string>> = {
  'bad-encoding': 'This file is not written the way a receipt is.',
  'unknown-version': 'This is a receipt of a version that this page does not know.',
  'unknown-field': 'This file holds something that a receipt does not have.',
  'bad-entry': 'The entry in this receipt is not written the way entries are.',
  'not-canonicalisable': 'The entry in this receipt is not written the way entries are.',
  'too-large': 'This file is larger than a receipt can be.',
  'not-included': 'The way from the entry to the log’s checkpoint does not fit.',
  'commitment-mismatch': 'The entry in this receipt is not the one that the log holds: something in it was changed.',
  'unknown-log': 'This receipt is from a log that your policy does not name.',
  'bad-signature': 'The log’s signature does not hold.',
  'quorum-missing': 'Too few of the witnesses that your policy asks for have signed.',
  'unsupported-signature':
    'Your policy asks for a signature of a kind that this program cannot check. That says nothing against the receipt.',
  'document-mismatch': 'The receipt holds, but a document you gave is not one that it names.',
  'bad-policy': 'The policy is not written the way policies are.',
  'bad-key': 'A key in the policy is not written the way keys are.',
  'no-receipt': 'There is no receipt in this file.',
  'ambiguous-pdf': 'This PDF holds more than one file, so nobody can say which one counts.',
  'bad-tile': 'A part of the log is missing.',
  inconsistent: 'Two states of the log do not fit together.',
  'crypto-unavailable': 'This browser offers no signature check here; it needs a newer one, or the page by https.',
};

const refused = (
  file: string,
  name: FailureName,
  expected: string,
  found: string,
  steps: readonly Step[] = [],
): Spoken => ({
  file,
  ok: false,
  sentence: PLAIN[name],
  failure: { name, expected, found },
  facts: [],
  steps,
});

const n = (value: number) => value.toLocaleString('en-US');

/** "This was in the log … at position 17 of 184, signed by the log and 2 of 3 witnesses you trust …" */
function sentenceOf(verdict: Accepted): string {
  const { witnesses, documents } = verdict;
  const seen =
    witnesses.known.length === 0
      ? 'signed by the log (your policy asks for no witness)'
      : `signed by the log and ${witnesses.signed.length} of ${witnesses.known.length} witnesses you trust`;
  const given = documents.matched.length;
  const named = documents.named.length;
  const docs =
    given === 1
      ? ', and the document you gave is one that it names'
      : given > 1
        ? `, and the ${n(given)} documents you gave are ones that it names`
        : named > 0
          ? `. It names ${named === 1 ? '1 document' : `${n(named)} documents`}; add them here to check them too`
          : '';
  return `This was in the log ${verdict.origin} at position ${n(verdict.index)} of ${n(verdict.size)}, ${seen}${docs}.`;
}

function spoken(file: string, verdict: Verdict): Spoken {
  if (!verdict.ok) return refused(file, verdict.failure, verdict.expected, verdict.found, verdict.steps);
  const { entry } = verdict;
  return {
    file,
    ok: true,
    sentence: sentenceOf(verdict),
    failure: null,
    facts: [
      ['What', entry.kind.replaceAll('.', ' ')],
      ['Happened', entry.occurredAt],
      ['Recorded', entry.recordedAt],
      ...(verdict.signedAt ? [['Witnessed', verdict.signedAt] as const] : []),
      ['Written by party', entry.by],
      ['Content', JSON.stringify(entry.body, null, 2)],
    ],
    steps: verdict.steps,
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
 * @param breath asked after each receipt: waited for where others should have a turn (base/breath.ts)
 */
export async function checkFiles(
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
    return [refused('Policy', error.failure, error.expected, error.found)];
  }
  const results: Spoken[] = [];
  const named = new Set<GivenDocument>();
  const [only] = receipts;
  if (only && receipts.length === 1) return [spoken(only.name, await verifier.verify(only.bytes, documents))];
  for (const { name, bytes } of receipts) {
    await breath();
    const alone = await verifier.verify(bytes);
    if (!alone.ok) {
      results.push(spoken(name, alone));
      continue;
    }
    const own = documents.filter((d) =>
      alone.documents.named.some((one) => one.sha256 === d.sha256 && one.bytes === d.bytes),
    );
    for (const one of own) named.add(one);
    results.push(spoken(name, own.length === 0 ? alone : await verifier.verify(bytes, own)));
  }
  for (const one of documents) {
    if (named.has(one)) continue;
    const expected =
      receipts.length === 0 ? 'a receipt beside the document' : 'a document that one of the receipts names';
    results.push({
      ...refused(one.name, 'document-mismatch', expected, `SHA-256 ${one.sha256}, ${n(one.bytes)} bytes`),
      sentence:
        receipts.length === 0
          ? 'A document alone cannot be verified. Add the receipt that names it.'
          : 'No receipt you gave that holds names this document.',
    });
  }
  return results;
}
