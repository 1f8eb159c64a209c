/**
 * Follows a log to its next key and name: reads the hand-overs that the log serves, from a key that is trusted to the one that signs now.
 * Believes what both keys signed; where the old key is lost, it is the reader who decides, and nothing goes on without their word.
 */
import { equal } from '../proof/bytes.ts';
import { type Handover, readHandover } from '../proof/handover.ts';
import { hex, ProofFailure, parseCheckpoint, parseNote, type TileReader, verifyNote } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { AuditFailure } from './outcome.ts';
import { prefixOf } from './prefix.ts';
import type { RemoteLog, Served } from './remote.ts';
import { type Head, keysOf, type Trust, trustAlso } from './trust.ts';

function refused(expected: string, found: string, statement: string): AuditFailure {
  return new AuditFailure('hand-over-refused', expected, found, { notes: [], tiles: new Map(), statement });
}

async function read({ statement }: Served): Promise<Handover> {
  try {
    return await readHandover(statement);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw refused(`a hand-over that both keys signed (${error.failure}: ${error.expected})`, error.found, statement);
  }
}

/** How many witnesses of the policy had signed the old name's last checkpoint: all that speaks for a hand-over of a lost key. */
async function witnesses(served: Served, { from, size, root }: Handover, { policy }: Trust): Promise<number> {
  try {
    const note = parseNote(served.checkpoint);
    const checkpoint = parseCheckpoint(note.text);
    if (checkpoint.size !== size || !equal(checkpoint.root, root)) return 0;
    const held = await verifyNote(note, [from, ...policy.witnesses.map(({ key }) => key)]);
    return held.filter(({ key }) => key !== from).length;
  } catch (error) {
    if (error instanceof ProofFailure) return 0;
    throw error;
  }
}

/**
 * The trust under which a checkpoint can be opened: as it was, or with the keys that the log was handed over to.
 * @param accepted verifier keys that the reader takes although the key before them was lost
 * @throws AuditFailure `hand-over-refused`, `key-lost`
 */
export async function heirsOf(
  remote: RemoteLog,
  trust: Trust,
  signed: string,
  accepted: readonly string[],
): Promise<Trust> {
  let origin: string;
  try {
    origin = parseCheckpoint(parseNote(signed).text).origin;
  } catch (error) {
    if (error instanceof ProofFailure) return trust;
    throw error;
  }
  let now = trust;
  // A policy with several keys of this log names them, and does not say where one ends and the next begins.
  const followed = now.heirs.at(-1)?.to.name;
  const several = followed === undefined && now.policy.logs.length > 1;
  if (keysOf(now, origin).length > 0 && (followed === origin || !several)) return now;
  for (const served of await remote.handovers()) {
    const handover = await read(served);
    const { from, to, lost, size } = handover;
    if (!keysOf(now, from.name).some((key) => formatVkey(key) === formatVkey(from))) continue;
    if (now.heirs.some((one) => one.statement === served.statement)) continue;
    const named = keysOf(trust, to.name).some((key) => formatVkey(key) === formatVkey(to));
    if (lost && !named && !accepted.includes(formatVkey(to))) {
      const signers = await witnesses(served, handover, trust);
      throw new AuditFailure(
        'key-lost',
        `the signature of ${from.name}+${from.keyId} under the hand-over to ${formatVkey(to)}`,
        `none: the old key is said to be lost. ${signers} of your ${trust.policy.witnesses.length} witnesses signed its last checkpoint, of ${size} entries`,
      );
    }
    now = trustAlso(now, { ...handover, statement: served.statement });
  }
  return now;
}

/**
 * Whether the tree was what the hand-overs say when each was made. @param since checked by an earlier run
 * @throws AuditFailure `hand-over-mismatch`
 */
export async function checkHeirs(
  reader: TileReader,
  trust: Trust,
  head: Head,
  previous: Head | null,
  since: number,
): Promise<void> {
  for (const { from, to, size, root, statement } of trust.heirs.slice(since)) {
    const mismatch = (expected: string, found: string) =>
      new AuditFailure('hand-over-mismatch', expected, found, {
        notes: previous ? [previous.note, head.note] : [head.note],
        tiles: new Map(),
        statement,
      });
    if (previous?.origin === from.name && previous.size > size)
      throw mismatch(
        `no checkpoint of ${from.name} after ${size} entries, where it was handed over to ${to.name}`,
        `one of ${previous.size}, seen before`,
      );
    if (head.size < size) throw mismatch(`at least the ${size} entries that were handed over`, `${head.size}`);
    const prefix = await prefixOf(reader, size, head.size, head.root);
    if (prefix === null) throw new AuditFailure('inconsistent-tile', `tiles that lead to ${hex(head.root)}`, 'others');
    if (!equal(prefix.root, root))
      throw mismatch(
        `root ${hex(prefix.root)} of size ${size}, as in the tree that is served`,
        `root ${hex(root)} in the hand-over`,
      );
  }
}
