/** What a check of a log comes to: how much fitted, or the first thing that did not, by its name. Names are stable: scripts may rely on them. */

export type Finding =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly checkpoints: number;
      readonly unpublished: number;
      /** entries of which only the commitment is left */
      readonly erased: number;
      /** entries that a public export leaves out */
      readonly withheld: number;
      /** how often the log went on under a new key */
      readonly handovers: number;
      /** of these, how often the old key was lost and did not sign */
      readonly lost: number;
    }
  | {
      readonly ok: false;
      /** name of the failure, for programs */
      readonly failure: FailureName;
      /** where: position of an entry, size of a checkpoint, name of a tile or file */
      readonly at: string;
      readonly expected: string;
      readonly found: string;
    };

export type FailureName =
  | 'gap'
  | 'entry-refused'
  | 'not-canonical'
  | 'column-differs'
  | 'time-went-back'
  | 'commitment-mismatch'
  | 'tile-mismatch'
  | 'root-mismatch'
  | 'bad-signature'
  | 'wrong-origin'
  | 'head-mismatch'
  /** an entry is gone and no `entry.erased` says why */
  | 'erased-without-entry'
  /** a hand-over to a new key that is not signed, or does not fit what it ends */
  | 'bad-handover'
  /** an `entry.erased` names an entry that is still there, or another one than stands at that position */
  | 'not-erased'
  // of an export's files
  | 'not-an-export'
  | 'bad-manifest'
  | 'bad-path'
  | 'missing-file'
  | 'unlisted-file'
  | 'hash-mismatch'
  | 'bad-line'
  /** a timestamp that is not of its checkpoint */
  | 'bad-timestamp'
  | 'line-too-long';

/** Thrown inside a check; `checkLog` and its callers turn it into the finding. */
export class Found extends Error {
  readonly finding: Extract<Finding, { ok: false }>;
  constructor(failure: FailureName, at: string, expected: string, found: string) {
    super(`${failure} at ${at}: expected ${expected}, found ${found}`);
    this.finding = { ok: false, failure, at, expected, found };
  }
}
