/**
 * A certification for a set of receipts, filled in as far as a program can know it, in the form of Federal Rules of Evidence 902(11),
 * 902(13) and 902(14). Pure: it says what was checked and how; what only a person can know stays blank. It is no legal advice and says so.
 */
import { type Accepted, commitment, hex, parseReceipt, type Refused, sha256, utf8, Verifier } from '../proof/index.ts';

export interface CertifiedFile {
  readonly name: string;
  readonly json: string;
}

export interface Block {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** label and value, in the order in which they are read */
  readonly rows: readonly (readonly [string, string])[];
  /** lines that the person who certifies fills in */
  readonly blanks: readonly string[];
}

export interface Certification {
  readonly title: string;
  readonly lead: string;
  readonly blocks: readonly Block[];
}

export type Certified =
  | { readonly ok: true; readonly certification: Certification }
  | { readonly ok: false; readonly file: string; readonly verdict: Refused };

interface Checked {
  readonly file: CertifiedFile;
  readonly verdict: Accepted;
}

/**
 * Checks all receipts and fills in the form. The first receipt that does not hold ends it: nothing is certified beside it.
 * @param policy tlog-policy text: the logs and witnesses that are trusted
 * @param program name and version of this program
 * @param at when it was checked, RFC 3339
 */
export async function certify(
  files: readonly CertifiedFile[],
  { policy, program, at }: { readonly policy: string; readonly program: string; readonly at: string },
): Promise<Certified> {
  const verifier = new Verifier(policy);
  const checked: Checked[] = [];
  for (const file of files) {
    const verdict = await verifier.verify(utf8(file.json), []);
    if (!verdict.ok) return { ok: false, file: file.name, verdict };
    checked.push({ file, verdict });
  }
  const count = checked.length === 1 ? 'one receipt' : `${checked.length} receipts`;
  return {
    ok: true,
    certification: {
      title: 'Certification of electronic records',
      lead: `In the form of Federal Rules of Evidence 902(11), 902(13) and 902(14), for ${count}. Filled in by a program as far as a program can know it; it means nothing until a qualified person has read it, struck what does not apply, completed and signed it. It is not legal advice.`,
      blocks: [
        person,
        ...checked.map(record),
        process,
        copies,
        regular,
        verification(checked, policy, program, at),
        declaration,
        limits,
      ],
    },
  };
}

const none = { paragraphs: [], rows: [], blanks: [] };

const person: Block = {
  ...none,
  heading: 'The person who certifies',
  paragraphs: ['I, the undersigned, say that the following is true to the best of my knowledge.'],
  blanks: ['Name', 'Title', 'Employer', 'What makes me qualified to speak about these records or this process'],
};

function record({ file, verdict }: Checked, i: number): Block {
  const { entry, origin, index, size, documents } = verdict;
  const receipt = parseReceipt(file.json);
  const named = documents.named.flatMap((one, n): [string, string][] => [
    [`Document ${n + 1}`, `${one.name}, ${one.bytes.toLocaleString('en-US')} bytes, ${one.type}`],
    ['', `SHA-256 ${one.sha256}`],
  ]);
  return {
    ...none,
    heading: `Record ${i + 1}: ${entry.kind.replace('.', ' ')}`,
    rows: [
      ['File', file.name],
      ['SHA-256 of the file', hex(sha256(utf8(file.json)))],
      ['Entry', entry.id],
      ['Stated time', entry.occurredAt],
      ['Recorded', entry.recordedAt],
      ['Commitment', hex(commitment(receipt.opening, receipt.canonical))],
      ['Log', origin],
      ['Position', `${index} of ${size}, counted from 0`],
      ...named,
    ],
  };
}

const process: Block = {
  ...none,
  heading: 'The process, 902(13)',
  paragraphs: [
    'Each record is an entry: a text of facts in one fixed spelling (RFC 8785). When it is written, the system draws 32 random bytes and computes a commitment from them and the text with HMAC-SHA-256. The commitment is put into a log that only grows: a Merkle tree (RFC 6962), whose root is published and signed with the log’s Ed25519 key as a checkpoint (C2SP tlog-checkpoint).',
    'A receipt holds the entry, the random bytes, and the hashes that lead from the commitment to the signed root. To check it, a program computes the commitment anew from the text, follows the hashes to the root, and checks the signature. If one character of the entry, or its place in the log, were another, the computed root would differ from the signed one and the check would fail. The check needs the receipt and the log’s public key; it needs neither the system that made it nor a network.',
    'This process produces an accurate result: for a text to pass with another one’s commitment, somebody would have to break SHA-256.',
  ],
};

const copies: Block = {
  ...none,
  heading: 'The copies, 902(14)',
  paragraphs: [
    'The files named above are identified by their SHA-256 hash values. A file with the same value is the same, byte for byte. Documents are identified by the value that stands in the entry: whoever has the document computes its SHA-256 and compares.',
  ],
  blanks: ['I computed the hash values of these documents and found them equal (list, or “none”)'],
};

const regular: Block = {
  ...none,
  heading: 'Records of a regularly conducted activity, 902(11) with 803(6)(A)–(C)',
  paragraphs: [
    'A program cannot know the following. Strike what does not apply.',
    '(A) The records were made at or near the time by, or from information transmitted by, someone with knowledge.',
    '(B) The records were kept in the course of a regularly conducted activity of a business, organization, occupation, or calling.',
    '(C) Making the records was a regular practice of that activity.',
  ],
  blanks: ['The activity, and how I know'],
};

function verification(checked: readonly Checked[], policy: string, program: string, at: string): Block {
  // Receipts written one after the other often carry the same checkpoint: each is shown once.
  const notes = new Set(checked.map(({ file }) => parseReceipt(file.json).proof.checkpoint));
  const signed = checked.map(({ verdict }) => verdict.witnesses);
  const witnesses = signed.some((one) => one.known.length > 0)
    ? `yes; signed by ${[...new Set(signed.flatMap((one) => one.signed.map((w) => w.name)))].join(', ') || 'none'}`
    : 'the policy asks for none';
  return {
    heading: 'How the receipts were verified',
    paragraphs: [
      `Result: each of the ${checked.length} receipts above holds. Its entry was in the log at the position stated, under the signed checkpoint below.`,
      ...[...notes].map((note) => `Signed checkpoint:\n${note.trimEnd()}`),
      `Policy (whose signatures were asked for):\n${policy.trim()}`,
    ],
    rows: [
      ['Program', program],
      ['Verified at', at],
      ['Witnesses', witnesses],
      ['To repeat it', 'counterfoil verify FILE… --policy POLICY'],
    ],
    blanks: ['I repeated the verification on (date), with this result'],
  };
}

const declaration: Block = {
  ...none,
  heading: 'Declaration',
  paragraphs: ['I declare under penalty of perjury that the foregoing is true and correct (28 U.S.C. § 1746).'],
  blanks: ['Signature', 'Name', 'Title', 'Date', 'Place'],
};

const limits: Block = {
  ...none,
  heading: 'What this does not say',
  paragraphs: [
    'A receipt shows that a text stood in a log and has not changed since. It does not show that what the text says is true, nor who typed it. Whether a record is admitted is for the court. A party that relies on a certification gives the others reasonable written notice before the trial or hearing, and makes record and certification available to them: rule 902(11). Ask a lawyer.',
  ],
};

/** The certification as plain text, lines of at most 80 characters but where a hash or a checkpoint is longer. */
export function certificationText({ title, lead, blocks }: Certification): string {
  const out: string[] = [title.toUpperCase(), '', ...wrap(lead), ''];
  for (const { heading, paragraphs, rows, blanks } of blocks) {
    out.push(heading, '-'.repeat(Math.min(80, heading.length)));
    for (const text of paragraphs) {
      const [first = '', ...more] = text.split('\n');
      out.push(...wrap(first), ...more.map((line) => `    ${line}`), '');
    }
    for (const [label, value] of rows) out.push(...`${label.padEnd(20)} ${visible(value)}`.trimEnd().split('\n'));
    if (rows.length > 0) out.push('');
    for (const blank of blanks) out.push(...wrap(`${blank}:`), '', `    ${'_'.repeat(60)}`, '');
  }
  return `${out.join('\n').trimEnd()}\n`;
}

/** Names of files may hold anything: what could move a cursor or turn a line around is written as its number. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `[U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > 80) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
