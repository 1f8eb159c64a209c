/**
 * The hand-over of a log to a new key and a new name (docs/keys.md): who signs from now on, and where the old name ends. The tree goes on
 * as it is. Reads, writes and checks the statement; never decides whether a reader should believe one that the old key did not sign.
 *
 * Byte format: a signed note (C2SP signed-note) by the old key and the new one. Its second line is no size, so nobody can take it for a
 * checkpoint. Example:
 *   counterfoil/hand-over/v1
 *   from records.example.gov/log+9c3b498d+AXLK…
 *   size 184
 *   root q1ZkOgvT…
 *   to records.example.gov/log/2+5d4f0f43+AcOc…
 *
 *   — records.example.gov/log yR9mnXk…
 *   — records.example.gov/log/2 XU8PQ4j…
 * Where the old key is lost, a line `without the old key` follows, and the new key signs alone.
 */
import { base64, decimal, fromBase64 } from './bytes.ts';
import { atMost, badEncoding, quote, refuse } from './failure.ts';
import { parseNote, parseVkey, type VerifierKey, verifyNote } from './note.ts';
import { lineValue } from './tlogproof.ts';
import { HASH_BYTES } from './tree.ts';
import { formatVkey, type Signer, signNote } from './write.ts';

const TITLE = 'counterfoil/hand-over/v1';
const LOST = 'without the old key';
/** Longest statement in characters. */
export const HANDOVER_CHARS = 8_000;

export interface Handover {
  readonly from: VerifierKey;
  /** of the last checkpoint under the old name */
  readonly size: number;
  readonly root: Uint8Array;
  readonly to: VerifierKey;
  /** the old key is lost: its signature is not there, and whoever reads this decides */
  readonly lost: boolean;
}

/** A hand-over must lead to another key under another name: one name with two histories would be a forgery's form. */
function checkKeys({ from, to }: Pick<Handover, 'from' | 'to'>): void {
  if (from.type !== 1 || to.type !== 1) refuse('bad-key', 'keys of logs (type 1)', `types ${from.type}, ${to.type}`);
  if (from.name === to.name) refuse('bad-key', `another name than ${from.name}`, to.name);
  if (base64(from.publicKey) === base64(to.publicKey)) refuse('bad-key', 'another key', 'the same one');
}

/** The note's text, without signatures. */
export function formatHandover(handover: Handover): string {
  checkKeys(handover);
  const { from, size, root, to, lost } = handover;
  const lines = [TITLE, `from ${formatVkey(from)}`, `size ${size}`, `root ${base64(root)}`, `to ${formatVkey(to)}`];
  return `${[...lines, ...(lost ? [LOST] : [])].join('\n')}\n`;
}

/** Signs it. @param signers the old key's and the new one's; where the old one is lost, the new one's alone */
export async function signHandover(handover: Omit<Handover, 'from' | 'to' | 'lost'>, signers: HandoverSigners) {
  const { from, to } = signers;
  const lost = !('sign' in from);
  const text = formatHandover({ ...handover, from: 'sign' in from ? from.key : from, to: to.key, lost });
  return await signNote(text, 'sign' in from ? [from, to] : [to]);
}
export interface HandoverSigners {
  /** the key alone where nobody can sign with it any more */
  readonly from: Signer | VerifierKey;
  readonly to: Signer;
}

/**
 * Reads a signed statement and checks its signatures against the keys that it names itself: whether those are to be trusted is for the
 * caller. @throws ProofFailure `too-large`, `bad-encoding`, `bad-key`, and `bad-signature` unless both keys signed (the new one where
 * the statement says that the old one is lost)
 */
export async function readHandover(statement: string): Promise<Handover> {
  atMost(HANDOVER_CHARS, statement.length, 'characters');
  const note = parseNote(statement);
  const [title, from, size, root, to, ...rest] = note.text.split('\n');
  if (title !== TITLE) badEncoding(TITLE, quote(title));
  const lost = rest.length === 2 && rest[0] === LOST;
  if (rest.at(-1) !== '' || rest.length > 2 || (rest.length === 2 && !lost)) {
    badEncoding(`five lines, or a sixth ${quote(LOST)}`, quote(rest.join('\n')));
  }
  const handover = {
    from: parseVkey(lineValue('from', from)),
    size: decimal(lineValue('size', size)),
    root: fromBase64(lineValue('root', root), HASH_BYTES),
    to: parseVkey(lineValue('to', to)),
    lost,
  };
  checkKeys(handover);
  const wanted = lost ? [handover.to] : [handover.from, handover.to];
  const held = await verifyNote(note, wanted);
  const missing = wanted.find((key) => !held.some((one) => one.key === key));
  if (missing) refuse('bad-signature', `a signature by ${missing.name}+${missing.keyId}`, 'none');
  return handover;
}
