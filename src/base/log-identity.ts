/** What strangers need to know of this server's log to verify its receipts (FORMATS.md, "Log"). Public by nature; wired in main.ts. */
export interface LogIdentity {
  readonly origin: string;
  /** the log's verifier key, as a C2SP vkey */
  readonly logKey: string;
  /** vkeys of the witnesses that this server asks */
  readonly witnesses: readonly string[];
  /** tlog-policy text that this server proposes; a verifier may choose another */
  readonly policy: string;
}
