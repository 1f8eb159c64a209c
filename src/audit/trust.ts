/**
 * Whom an audit believes: the log's key and, where a policy names them, witnesses. Opens checkpoints under it. Takes keys from whoever
 * runs the audit and from the folder of an earlier run, never from the log.
 */

import { type Handover, readHandover } from '../proof/handover.ts';
import {
  type Checkpoint,
  type Policy,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  quorumMet,
  verifyNote,
} from '../proof/index.ts';
import { quorumText } from '../proof/policy.ts';
import { formatVkey } from '../proof/write.ts';
import type { State } from './folder.ts';
import { AuditFailure } from './outcome.ts';

export interface Heir extends Handover {
  readonly statement: string;
}

export interface Trust {
  /** text of the tlog-policy */
  readonly text: string;
  readonly policy: Policy;
  /** hand-overs that were followed from the keys that were given, oldest first */
  readonly heirs: readonly Heir[];
}

/** A checkpoint that holds. */
export interface Head extends Pick<Checkpoint, 'origin' | 'size' | 'root'> {
  /** the signed note */
  readonly note: string;
}

/**
 * The policy that counts: what was given, or what the first run saved. @param given a policy's text, or a verifier key
 * @throws AuditFailure `no-key`, `bad-input`, `state-of-another-log`
 */
export async function trustOf(given: { policy?: string; vkey?: string }, state: State | null): Promise<Trust> {
  const text = given.policy ?? (given.vkey === undefined ? state?.policy : `log ${given.vkey}\nquorum none\n`);
  const heirs = await savedHeirs(state?.heirs ?? []);
  if (text === undefined) throw new AuditFailure('no-key', '--vkey or --policy in the first run', 'neither');
  let policy: Policy;
  try {
    policy = parsePolicy(text);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    const what = given.vkey === undefined ? error.expected : 'a verifier key, NAME+KEYID+BASE64';
    throw new AuditFailure('bad-input', what, error.found);
  }
  if (policy.logs.length === 0) throw new AuditFailure('bad-input', 'a policy with a log line', 'none');
  const listed = policy.logs.map(({ key }) => formatVkey(key));
  const missing = state?.vkeys.find((vkey) => !listed.includes(vkey));
  // A key that the log was handed over to is as good as the one that was trusted first.
  if (missing !== undefined && !heirs.some(({ to }) => listed.includes(formatVkey(to))))
    throw new AuditFailure('state-of-another-log', missing, listed.join(', '));
  // All keys of the log, whichever of them was given: the checkpoint that was saved may be by any.
  let trust: Trust = { text, policy, heirs: [] };
  for (const vkey of state?.vkeys ?? []) trust = withKey(trust, vkey);
  for (const heir of heirs) trust = trustAlso(trust, heir);
  return trust;
}

function withKey(trust: Trust, vkey: string): Trust {
  if (trust.policy.logs.some(({ key }) => formatVkey(key) === vkey)) return trust;
  const text = `log ${vkey}\n${trust.text}`;
  return { ...trust, text, policy: parsePolicy(text) };
}

/** The same trust, and the key that a hand-over leads to. */
export const trustAlso = (trust: Trust, heir: Heir): Trust => ({
  ...withKey(trust, formatVkey(heir.to)),
  heirs: [...trust.heirs, heir],
});

/** Whether two names are names of the log that is followed: the same one, or one before and one after a hand-over. */
export function sameLog({ heirs }: Trust, a: string, b: string): boolean {
  const names = heirs.flatMap(({ from, to }) => [from.name, to.name]);
  return a === b || (names.includes(a) && names.includes(b));
}

async function savedHeirs(statements: readonly string[]): Promise<Heir[]> {
  try {
    return await Promise.all(statements.map(async (statement) => ({ ...(await readHandover(statement)), statement })));
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new AuditFailure('damaged-state', 'hand-overs that an audit saved in audit.json', error.found);
  }
}

/** The keys under which a log of this name is known. */
export function keysOf({ policy }: Trust, origin: string) {
  return policy.logs.map(({ key }) => key).filter((key) => key.name === origin);
}

/**
 * Opens a signed note as a checkpoint of a known log. @param quorum false: the log's own signature is enough
 * @throws AuditFailure `not-a-checkpoint`, `unknown-log`, `bad-signature`, `quorum-missing`
 */
export async function openCheckpoint(signed: string, trust: Trust, quorum = true): Promise<Head> {
  const { policy } = trust;
  try {
    const note = parseNote(signed);
    const { origin, size, root } = parseCheckpoint(note.text);
    const logs = keysOf(trust, origin);
    if (logs.length === 0) {
      const known = policy.logs.map(({ key }) => key.name).join(', ');
      throw new AuditFailure(
        'unknown-log',
        `a checkpoint of ${known}`,
        `one of ${JSON.stringify(origin.slice(0, 200))}`,
      );
    }
    const held = await verifyNote(note, [...logs, ...policy.witnesses.map(({ key }) => key)]);
    if (!held.some(({ key }) => logs.includes(key))) {
      const by = note.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ');
      const wanted = logs.map(({ name, keyId }) => `${name}+${keyId}`).join(' or ');
      throw new AuditFailure('bad-signature', `a signature by ${wanted}`, `signatures by ${by.slice(0, 300)}`);
    }
    const signers = policy.witnesses.filter(({ key }) => held.some((one) => one.key === key)).map(({ name }) => name);
    if (quorum && !quorumMet(policy, new Set(signers))) {
      throw new AuditFailure('quorum-missing', quorumText(policy), signers.join(', ') || 'no witness of the policy');
    }
    return { note: signed, origin, size, root };
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    if (error.failure === 'bad-signature') throw new AuditFailure('bad-signature', error.expected, error.found);
    throw new AuditFailure('not-a-checkpoint', error.expected, error.found);
  }
}
