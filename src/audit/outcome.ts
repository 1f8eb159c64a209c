/**
 * What an audit can come to, each by its name, with the exit code that a cron job acts on. The line between 1 and 2: 1 means that
 * what was received contradicts what was signed; 2 means that what was needed was not received, or not of a form to judge.
 */

/** Names are stable: scripts may rely on them. */
export const OUTCOMES = {
  /** the log grew from what was saved, and everything that was given stands in it */
  consistent: 0,
  /** two checkpoints, both signed by the log, that do not describe one growing log */
  'split-view': 1,
  /** the log now signs, or shows, less than it signed before */
  'shrunk-log': 1,
  /** a checkpoint or receipt of this log without a signature by its key, or with one that does not hold */
  'bad-signature': 1,
  /** tiles or entry bundles do not have the hashes that the checkpoint signs */
  'inconsistent-tile': 1,
  /** a receipt whose entry is not at its position under its root, or not in the log */
  'receipt-not-included': 1,
  /** a hand-over to a new key that is not signed as it must be */
  'hand-over-refused': 1,
  /** a hand-over that does not fit what was signed before or what is served now */
  'hand-over-mismatch': 1,
  /** the log goes on under a new key and the old one did not sign: its key is said to be lost, and the reader decides */
  'key-lost': 2,
  /** the log does not answer */
  unreachable: 2,
  /** the log answers too slowly */
  timeout: 2,
  /** an HTTP status other than success */
  'http-error': 2,
  /** more bytes than there can be; the rest was not read */
  'response-too-large': 2,
  /** a tile that the checkpoint covers is not served */
  'missing-tile': 2,
  /** something other than a checkpoint where the checkpoint should be */
  'not-a-checkpoint': 2,
  /** a checkpoint or receipt of a log whose key was not given */
  'unknown-log': 2,
  /** too few of the policy's witnesses have signed yet */
  'quorum-missing': 2,
  /** a file named as a receipt that cannot be read as one */
  'unreadable-receipt': 2,
  /** the first run needs a key that somebody trusts */
  'no-key': 2,
  /** the folder follows another log */
  'state-of-another-log': 2,
  /** the folder does not hold what an audit left there */
  'damaged-state': 2,
  /** another audit is at work in this folder */
  busy: 2,
  /** an argument, policy or key that cannot be used */
  'bad-input': 2,
  /** files cannot be read or written */
  'file-error': 2,
} as const satisfies Readonly<Record<string, 0 | 1 | 2>>;

export type Outcome = keyof typeof OUTCOMES;

/** What convinces others: signed notes, the tiles that show how they contradict each other, and a receipt where one is part of it. */
export interface Evidence {
  /** in the order in which they were seen */
  readonly notes: readonly string[];
  /** tiles of the larger tree, as they were served, by path */
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  /** a hand-over that is part of it */
  readonly statement?: string;
  readonly receipt?: { readonly name: string; readonly bytes: Uint8Array };
}

/** The one way in which a part of an audit ends early. Carries values to show, never whole files. */
export class AuditFailure extends Error {
  readonly outcome: Outcome;
  readonly expected: string;
  readonly found: string;
  readonly evidence: Evidence | undefined;
  constructor(outcome: Outcome, expected: string, found: string, evidence?: Evidence) {
    super(`${outcome}: expected ${expected}, found ${found}`);
    this.name = 'AuditFailure';
    this.outcome = outcome;
    this.expected = expected;
    this.found = found;
    this.evidence = evidence;
  }
}

/** Turns trouble with files into an outcome; passes on what already is one, and faults of ours. */
export function asFailure(error: unknown): AuditFailure {
  if (error instanceof AuditFailure) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const path = 'path' in error ? String(error.path) : 'a file';
    return new AuditFailure('file-error', `to use ${path}`, error.code);
  }
  throw error;
}
