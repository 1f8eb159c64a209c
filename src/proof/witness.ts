/**
 * C2SP tlog-witness, both sides of one call: the request that a log sends with a new checkpoint, the cosignature lines
 * that a witness answers with, and the size it names in a conflict. Pure: never sends, stores or decides anything, holds no private key,
 * and leaves to the witness which logs it knows and which size it saw last.
 *
 * Byte format of a request: `old N`, at most 63 lines of a base64 hash (the consistency proof), an empty line, the signed
 * checkpoint. Of an answer: signature lines of signed-note, or the size and a newline. Example of a request (cut):
 *   old 1
 *   gCx2ahejHACaK57KLAwGLQiEqRplz6aVpLy4HLH7hzE=
 *
 *   records.example.gov/log
 *   2
 *   …
 */
import { base64, decimal } from './bytes.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { badEncoding, quote, refuse } from './failure.ts';
import { type Note, type NoteSignature, parseNote, type Verified, type VerifierKey, verifySignature } from './note.ts';
import { hashLines, lineValue } from './tlogproof.ts';
import { formatNote, formatSignature, type Signer, signText } from './write.ts';

/** What a log asks of a witness. */
export interface AddCheckpoint {
  /** Size of the checkpoint that the witness signed last, as the log believes; 0 for none. */
  readonly oldSize: number;
  /** Consistency proof from `oldSize` to the checkpoint's size. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, all lines as they stand. */
  readonly checkpoint: string;
}

/** A request that was read: the checkpoint's parts besides. Nothing in it has been verified. */
export interface AddCheckpointRequest extends AddCheckpoint {
  readonly note: Note;
  readonly tree: Checkpoint;
}

/** Longest request in bytes: room for 63 hashes and dozens of signatures, also of post-quantum keys. */
export const ADD_CHECKPOINT_BYTES = 262_144;

/**
 * Reads the body of `add-checkpoint`. Throws `too-large` or `bad-encoding`, also for an old size above the checkpoint's (all of them
 * mean status 400). Signatures (403), the size last seen (409) and the proof (422, `verifyConsistency`) are for the caller.
 */
export function parseAddCheckpoint(text: string): AddCheckpointRequest {
  if (text.length > ADD_CHECKPOINT_BYTES) {
    refuse('too-large', `at most ${ADD_CHECKPOINT_BYTES} characters`, `${text.length}`);
  }
  const at = text.indexOf('\n\n');
  if (at < 0) badEncoding('an empty line before the checkpoint', 'none');
  const [old, ...lines] = text.slice(0, at).split('\n');
  const oldSize = decimal(lineValue('old', old));
  const proof = hashLines(lines);
  const checkpoint = text.slice(at + 2);
  const note = parseNote(checkpoint);
  const tree = parseCheckpoint(note.text);
  if (oldSize > tree.size) badEncoding(`an old size of at most ${tree.size}`, String(oldSize));
  return { oldSize, proof, checkpoint, note, tree };
}

/** The body of `add-checkpoint`. `checkpoint` is the signed checkpoint's text; throws for what `parseAddCheckpoint` would refuse. */
export function formatAddCheckpoint(request: AddCheckpoint): string {
  const hashes = request.proof.map((hash) => `${base64(hash)}\n`).join('');
  const text = `old ${request.oldSize}\n${hashes}\n${request.checkpoint}`;
  parseAddCheckpoint(text);
  return text;
}

/**
 * A witness's cosignature line, with its newline: what it answers with. Throws `bad-encoding` if the note is not a checkpoint, `bad-key`
 * unless the signer's key is of type 4 and the time (seconds since the epoch) is above 0. Whether to sign is the caller's to know.
 */
export async function cosign(checkpoint: string | Note, witness: Signer, time: number): Promise<string> {
  const { text } = typeof checkpoint === 'string' ? parseNote(checkpoint) : checkpoint;
  parseCheckpoint(text);
  if (witness.key.type !== 4 || !(time > 0)) {
    refuse('bad-key', 'a cosigner of type 4 and a time above 0', `type ${witness.key.type}, time ${time}`);
  }
  return formatSignature(await signText(text, { ...witness, time: () => time }));
}

/** Reads what a witness answers with: at least one signature line, each with its newline. Verifies nothing. */
export function parseCosignatures(body: string): readonly NoteSignature[] {
  // With any text before them they are a note, so its rules for lines (and their number) hold here too.
  if (!body.startsWith('—') || body.includes('\n\n')) badEncoding('signature lines', quote(body));
  return parseNote(`answer\n\n${body}`).signatures;
}

/**
 * Checks that `line` is this witness's cosignature of the checkpoint, with a time. Throws `bad-signature` if it is by another key,
 * does not hold, or has the time 0 (which the protocol forbids for whole checkpoints).
 */
export async function verifyCosignature(
  checkpoint: string | Note,
  key: VerifierKey,
  line: NoteSignature,
): Promise<Verified & { readonly time: number }> {
  const { text } = typeof checkpoint === 'string' ? parseNote(checkpoint) : checkpoint;
  const wanted = `a cosignature by ${key.name}+${key.keyId}`;
  if (line.name !== key.name || line.keyId !== key.keyId) {
    refuse('bad-signature', wanted, `one by ${quote(`${line.name}+${line.keyId}`)}`);
  }
  const { time } = await verifySignature(text, key, line);
  if (time === undefined || time === 0) refuse('bad-signature', wanted, 'one without a time');
  return { key, time };
}

/**
 * The checkpoint with a witness's answer added: the lines by the known keys, each once and each verified; lines by unknown keys and keys
 * that have signed already are left out. Throws `bad-signature` if a known key's line does not hold, or if none is there.
 */
export async function addCosignatures(checkpoint: string, body: string, keys: readonly VerifierKey[]): Promise<string> {
  const note = parseNote(checkpoint);
  const lines = parseCosignatures(body);
  const signatures = [...note.signatures];
  let known = 0;
  for (const key of keys) {
    const mine = (one: NoteSignature) => one.name === key.name && one.keyId === key.keyId;
    const line = lines.find(mine);
    if (line === undefined) continue;
    await verifyCosignature(note, key, line);
    known++;
    if (!signatures.some(mine)) signatures.push(line);
  }
  if (known === 0) refuse('bad-signature', 'a cosignature by a known key', 'none');
  return formatNote({ text: note.text, signatures });
}

/** The media type of the answer to a conflict (status 409): the size that the witness signed last. */
export const SIZE_TYPE = 'text/x.tlog.size';

/** The body of a conflict: a size and a newline. */
export function formatSize(size: number): string {
  return `${decimal(String(size))}\n`;
}

/** Reads the body of a conflict; `bad-encoding` for anything but a decimal and a newline. */
export function parseSize(body: string): number {
  if (!body.endsWith('\n')) badEncoding('a size and a newline', quote(body));
  return decimal(body.slice(0, -1));
}
