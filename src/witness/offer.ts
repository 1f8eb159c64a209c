/**
 * One new checkpoint offered to one witness (C2SP tlog-witness, the log's side): with the proof that it grew out of what the witness
 * signed last, adopting the size that the witness names. Gives what came of it; keeps nothing and raises nothing itself. A witness that
 * answers with what must not be (more than we hold, or that our proof does not fit) is never asked to forget it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  fromUtf8,
  type HashReader,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  rootOf,
  verifyConsistency,
} from '../proof/index.ts';

import { consistencyProof } from '../proof/prove.ts';
import { formatAddCheckpoint, parseCosignatures, parseSize, verifyCosignature } from '../proof/witness.ts';
import { formatSignature } from '../proof/write.ts';
import type { Asked } from './config.ts';

export interface OfferDeps {
  readonly fetch: typeof fetch;
  /** nodes of our own tree at a size */
  readonly at: (size: number) => HashReader;
  /** entries under our newest checkpoint at this moment */
  readonly ourSize: () => Promise<number>;
  readonly signal: AbortSignal;
  /** milliseconds for one call, headers and body */
  readonly timeout?: number;
}

export type Offered =
  | { readonly was: 'signed'; readonly line: string; readonly time: number }
  /** the witness has signed more than we hold */
  | { readonly was: 'ahead'; readonly theirs: number; readonly ours: number }
  /** our tree does not grow out of what the witness signed at this size */
  | { readonly was: 'fork'; readonly at: number; readonly answer: string }
  /** it has signed a newer one of ours meanwhile: nothing to do here */
  | { readonly was: 'overtaken'; readonly theirs: number }
  | { readonly was: 'trouble'; readonly words: string };

const TRIES = 3;
const PAUSES = [10, 250] as const;
const TIMEOUT = 5_000;
/** Longest answer that is read: some signature lines, also of post-quantum keys. */
const ANSWER_BYTES = 65_536;

const trouble = (words: string): Offered => ({ was: 'trouble', words });

/** Reads a body up to a limit, as strict UTF-8. */
async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (!read || read.done) break;
    length += read.value.length;
    if (length > ANSWER_BYTES) {
      await reader?.cancel();
      throw new ProofFailure('too-large', `an answer of at most ${ANSWER_BYTES} bytes`, 'more');
    }
    parts.push(read.value);
  }
  return fromUtf8(Buffer.concat(parts));
}

/** The proof from `old` to the checkpoint, checked before it leaves: what we send is true of our own tree. */
async function proofFrom(old: number, note: string, at: OfferDeps['at']): Promise<readonly Uint8Array[]> {
  const { size, root } = parseCheckpoint(parseNote(note).text);
  if (old === 0) return [];
  const [proof, oldRoot] = await Promise.all([consistencyProof(at(size), old, size), rootOf(at(old), old)]);
  verifyConsistency(old, size, oldRoot, root, proof);
  return proof;
}

/** Why a call did not come to an answer, in words for the staff; addresses and codes of the network stand in the cause. */
function why(error: unknown): string {
  if (error instanceof ProofFailure) return `its answer was not understood: ${error.message}`;
  if (!(error instanceof Error)) return 'it could not be asked';
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const cause = error.cause instanceof Error && 'code' in error.cause ? ` (${String(error.cause.code)})` : '';
  return `it could not be reached${cause}`;
}

/**
 * Offers a checkpoint. Never rejects for anything that the witness or the network did.
 * @param old size that the witness signed last, as far as we know
 * @throws ProofFailure where our own tree does not prove its own growth; errors of the database
 */
export async function offer(
  deps: OfferDeps,
  witness: Asked,
  { size, note }: { readonly size: number; readonly note: string },
  old: number,
): Promise<Offered> {
  for (let tried = 0; tried < TRIES; tried++) {
    const body = formatAddCheckpoint({ oldSize: old, proof: await proofFrom(old, note, deps.at), checkpoint: note });
    let status: number;
    let answer: string;
    try {
      const response = await deps.fetch(`${witness.url}/add-checkpoint`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'text/plain; charset=utf-8' },
        redirect: 'error',
        signal: AbortSignal.any([deps.signal, AbortSignal.timeout(deps.timeout ?? TIMEOUT)]),
      });
      status = response.status;
      answer = await limited(response);
      if (status === 200) {
        const line = parseCosignatures(answer).find(
          (one) => one.name === witness.key.name && one.keyId === witness.key.keyId,
        );
        if (!line) return trouble('it answered without its own cosignature');
        const { time } = await verifyCosignature(note, witness.key, line);
        return { was: 'signed', line: formatSignature(line), time };
      }
      if (status !== 409) {
        // 422: what it signed and what we hold are two histories. Nothing was signed before size 0, so there it says nothing.
        if (status === 422 && old > 0) return { was: 'fork', at: old, answer: answer.slice(0, 500) };
        return trouble(`it answered ${status}: ${answer.replace(/\s+/g, ' ').slice(0, 200)}`);
      }
      parseSize(answer);
    } catch (error) {
      return trouble(why(error));
    }
    const theirs = parseSize(answer);
    if (theirs > size) {
      const ours = await deps.ourSize();
      return theirs > ours ? { was: 'ahead', theirs, ours } : { was: 'overtaken', theirs };
    }
    // The old size was right and it still says conflict: version 1.0.0 of the protocol says so of two roots for one size.
    if (theirs === old)
      return old === size ? { was: 'fork', at: old, answer } : trouble('it named the size that we sent');
    old = theirs;
    await sleep(PAUSES[tried] ?? 0);
  }
  return trouble(`it named another size ${TRIES} times`);
}
