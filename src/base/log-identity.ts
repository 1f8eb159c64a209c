/** What strangers need to know of this server's log to verify its receipts (FORMATS.md, "Log"). Public by nature; wired in main.ts. */
export interface LogIdentity {
  readonly origin: string;
  /** the log's verifier key, as a C2SP vkey */
  readonly logKey: string;
  /** vkeys of the witnesses that this server asks */
  readonly witnesses: readonly string[];
  /** tlog-policy text that this server proposes; a verifier may choose another */
  readonly policy: string;
  /** keys and names that the log had before, oldest first; left out where there are none */
  readonly past?: readonly PastName[];
}

/** A name that the log had before, and how it was handed over (src/proof/handover.ts). */
export interface PastName {
  readonly origin: string;
  readonly logKey: string;
  /** entries under its last checkpoint */
  readonly size: number;
  /** the old key is lost and did not sign the hand-over: the reader decides */
  readonly lost: boolean;
  readonly statement: string;
  /** its last checkpoint */
  readonly checkpoint: string;
}
