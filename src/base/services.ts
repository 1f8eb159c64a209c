/** What handlers may use: wired once in `src/main.ts` (or by a test), passed down, never imported. */
import type { Kysely } from 'kysely';
import type { Entry } from '../proof/index.ts';
import type { Append, Appended, ReceiptFile } from './append.ts';
import type { Clock, Random } from './clock.ts';
import type { Database } from './database.ts';
import type { Mailer } from './mailer.ts';

export interface Config {
  /** where people reach this server, without trailing slash: `http://localhost:8080` */
  readonly baseUrl: string;
  /** C2SP origin of the log: host and path without scheme, `localhost:8080/log` */
  readonly logOrigin: string;
  /** minutes between serving and the first letter, in which a request can be revoked */
  readonly revokeMinutes: number;
  /** largest file a recipient may upload, in bytes */
  readonly maxFileBytes: number;
  /** a reverse proxy that writes X-Forwarded-For stands in front: take the client's address from there */
  readonly proxied?: boolean;
}

/** The ledger as rooms see it; implemented by `src/ledger`. */
export interface LedgerPort {
  /** Writes entries, views, and rows of other work in one transaction; repeated keys write nothing again. */
  append(command: Append): Promise<Appended>;
  /** The receipt of an entry, as the exact bytes to hand out; null while no checkpoint covers it yet. */
  receipt(entryId: string): Promise<ReceiptFile | null>;
  /** Waits until a signed checkpoint covers this position, at most `ms` milliseconds; false if not yet. */
  published(position: number, ms: number): Promise<boolean>;
}

/** Bytes of documents, kept by their SHA-256. */
export interface Blobs {
  /** Streams to disk and hashes on the way; the blob is durable when this resolves. Cut-off streams leave nothing behind. */
  put(source: AsyncIterable<Uint8Array>, limits: { maxBytes: number }): Promise<{ sha256: string; bytes: number }>;
  /** null when there is no such blob. */
  get(sha256: string): Promise<{ bytes: number; stream(): ReadableStream<Uint8Array> } | null>;
  /** Bytes that still fit, to refuse an upload before it is read; left out where nobody knows (object stores). */
  room?(): Promise<number>;
}

/** What a receipt as a page for people is made of; the words in `labels` are not in the entry itself. */
export interface ReceiptPdfInput {
  readonly receiptJson: string;
  readonly entry: Entry;
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly labels: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  /** SVG */
  readonly rosette?: string;
}
export type ReceiptPdf = (input: ReceiptPdfInput) => Promise<Uint8Array>;

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
}
