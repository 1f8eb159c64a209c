/** What handlers may use: wired once in `src/main.ts` (or by a test), passed down, never imported. */
import type { Kysely } from 'kysely';
import type { Append, Appended, ReceiptFile, Witnessed } from './append.ts';
import type { Clock, Random } from './clock.ts';
import type { Database } from './database.ts';
import type { Mailer } from './mailer.ts';

export type { Witnessed } from './append.ts';

export interface Config {
  /** where people reach this server, without trailing slash: `http://localhost:8080` */
  readonly baseUrl: string;
  /** C2SP origin of the log: host and path without scheme, `localhost:8080/log` */
  readonly logOrigin: string;
  /** minutes between serving and the first letter, in which a request can be revoked */
  readonly revokeMinutes: number;
  /** largest file a recipient may upload, in bytes */
  readonly maxFileBytes: number;
  /** folder where mails lie as files, where no mail server is configured; the staff's pages name it */
  readonly mailFolder?: string;
  /** mailbox whose mail this server reads, with `+` and a tag for each invitation; left out where it reads none */
  readonly mailIn?: string;
  /** where the source of the program as it runs here can be had, where the operator has said so */
  readonly sourceUrl?: string;
  /** a reverse proxy that writes X-Forwarded-For stands in front: take the client's address from there */
  readonly proxied?: boolean;
}

/** The ledger as rooms see it; implemented by `src/ledger`. */
export interface LedgerPort {
  /** Writes entries, views, and rows of other work in one transaction; repeated keys write nothing again. */
  append(command: Append): Promise<Appended>;
  /** The receipt of an entry, as the exact bytes to hand out; null while no checkpoint covers it yet. */
  receipt(entryId: string): Promise<ReceiptFile | null>;
  /** Receipts of many entries in one query, by id; those that are not there yet are absent. */
  receipts(entryIds: readonly string[]): Promise<ReadonlyMap<string, ReceiptFile>>;
  /** Who has signed what a receipt of this position carries now; null while no checkpoint covers it. */
  witnessed(position: number): Promise<Witnessed | null>;
  /** Waits until a signed checkpoint covers this position, at most `ms` milliseconds; false if not yet. */
  published(position: number, ms: number): Promise<boolean>;
}

/** Bytes of documents, kept by their SHA-256. */
export interface Blobs {
  /** Streams to disk and hashes on the way; the blob is durable when this resolves. Cut-off streams leave nothing behind. */
  put(source: AsyncIterable<Uint8Array>, limits: { maxBytes: number }): Promise<{ sha256: string; bytes: number }>;
  /** null when there is no such blob. */
  get(sha256: string): Promise<{ bytes: number; stream(): ReadableStream<Uint8Array> } | null>;
  /**
   * Deletes blobs that were last put before `before` and that `named`, asked with some thousand hashes at a time, does not give back.
   * A blob that is put again meanwhile stays. @returns how many were deleted
   */
  sweep(before: Date, named: (hashes: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number>;
  /** Deletes a blob for good; with `before`, only where it was last put before then. No blob is no failure. */
  remove(sha256: string, before?: Date): Promise<void>;
  /** Bytes that still fit, to refuse an upload before it is read; null where nobody knows (object stores). */
  room(): Promise<number | null>;
}

/** Names that the entry itself does not hold, for the people who read a receipt. */
export interface ReceiptNames {
  readonly issuer: string;
  readonly recipient: string | null;
  readonly title: string;
}
export type ReceiptPdf = (receipt: ReceiptFile, names: ReceiptNames) => Promise<Uint8Array>;

/** A certification for these receipts (base/certification.ts), as PDF or as text. */
export type CertificateFile = (
  receipts: readonly { readonly name: string; readonly json: string }[],
  form: 'pdf' | 'txt',
) => Promise<Uint8Array>;

/** One table of a printed record: rows of as many cells as `columns`, and how many more there are than were printed. */
export interface PaperTable {
  readonly title: string;
  readonly note?: string;
  /** heads, with the share of the width that each takes */
  readonly columns: readonly (readonly [head: string, share: number])[];
  readonly rows: readonly (readonly string[])[];
  readonly left: number;
}

/** A record as it is printed: words alone, whatever is made of them. */
export interface RecordPaper {
  readonly title: string;
  readonly lead: string;
  /** SVG of the newest entry’s rosette (paths in a square view box) */
  readonly rosette: string | null;
  /** "As of …": labels and what they say */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly tables: readonly PaperTable[];
  readonly receipts: readonly { readonly name: string; readonly json: string }[];
  /** what is not in it, as sentences */
  readonly left: readonly string[];
  readonly madeAt: Date;
}
/** The record as a PDF with the receipts inside, each a file of its own. */
export type RecordPdf = (paper: RecordPaper) => Promise<Uint8Array>;

export interface Services {
  readonly db: Kysely<Database>;
  readonly ledger: LedgerPort;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly mailer: Mailer;
  readonly config: Config;
  /** The receipt as a page for people with the file inside (FORMATS.md, "PDF receipt"); left out where PDFs are not made. */
  readonly receiptPdf?: ReceiptPdf;
  /** a record to print; left out where PDFs are not made */
  readonly recordPdf?: RecordPdf;
  /** pre-filled certifications; left out where none are made */
  readonly certificate?: CertificateFile;
}
