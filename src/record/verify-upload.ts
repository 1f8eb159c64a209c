/**
 * What somebody without JavaScript sends to the verify page: read as it arrives, within limits that keep the work of one request small.
 * Documents are hashed while they come and never held; nothing of it is kept.
 */
import { createHash } from 'node:crypto';
import { InvalidInput, TooLarge } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { readForm } from '../base/multipart.ts';
import type { Ctx } from '../base/route.ts';
import type { ReceiptBytes } from '../base/verdict.ts';
import type { GivenDocument } from '../proof/index.ts';

/** Bytes of a whole request. */
export const MAX_UPLOAD = 5_000_000;
/** Files in one request: each receipt is checked in a few milliseconds, with a breath after it. */
export const MOST_RECEIPTS = 20;
export const MOST_DOCUMENTS = 40;
/** Bytes of one receipt, JSON or PDF: an entry has 60,000 at most, and the worst that fits is read within 50 ms. */
export const RECEIPT_LIMIT = 200_000;
/** Bytes of a policy: hundreds of witnesses. */
export const POLICY_LIMIT = 65_536;

const tooMany = (what: string, most: number) =>
  new InvalidInput('too-many-files', {
    what: t('record.upload.many', { most, what }),
    lost: t('record.upload.lost'),
    next: t('record.upload.many.next', { most }),
  });

const tooLarge = (what: string, limit: number) =>
  new TooLarge('file-too-large', {
    what: t('record.upload.large', { what, limit }),
    lost: t('record.upload.lost'),
    next: t('record.upload.alone'),
  });

async function held(bytes: AsyncIterable<Uint8Array>, what: string, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > limit) throw tooLarge(what, limit);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}

async function hashed(name: string, bytes: AsyncIterable<Uint8Array>): Promise<GivenDocument> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    length += chunk.length;
  }
  return { name, sha256: hash.digest('hex'), bytes: length };
}

export interface ToVerify {
  /** from the file where one was given, else as typed; '' where there is neither */
  readonly policy: string;
  readonly receipts: readonly ReceiptBytes[];
  readonly documents: readonly GivenDocument[];
}

/**
 * Reads the form; inputs that were left empty do not count.
 * @throws InvalidInput `too-many-files`, `not-a-form`, `form-too-large`; TooLarge `file-too-large`; UploadCutOff
 */
export async function readUpload(c: Ctx): Promise<ToVerify> {
  const receipts: ReceiptBytes[] = [];
  const documents: GivenDocument[] = [];
  let own: Uint8Array | null = null;
  const { fields, tooManyFiles } = await readForm(c.req.raw, {
    // One more of each than may be, so that it is told; and the file of the policy.
    maxFiles: MOST_RECEIPTS + MOST_DOCUMENTS + 3,
    maxFields: 20,
    maxFieldBytes: POLICY_LIMIT,
    strict: true,
    onFile: async ({ field, name, bytes }) => {
      if (field === 'receipts') {
        const read = await held(bytes, 'receipt', RECEIPT_LIMIT);
        if (read.length > 0) receipts.push({ name, bytes: read });
        if (receipts.length > MOST_RECEIPTS) throw tooMany('receipts', MOST_RECEIPTS);
      } else if (field === 'documents') {
        const one = await hashed(name, bytes);
        if (one.bytes > 0) documents.push(one);
        if (documents.length > MOST_DOCUMENTS) throw tooMany('documents', MOST_DOCUMENTS);
      } else if (field === 'policyFile') {
        const read = await held(bytes, 'policy', POLICY_LIMIT);
        if (read.length > 0) own ??= read;
      }
    },
  });
  if (tooManyFiles) throw tooMany('files', MOST_RECEIPTS + MOST_DOCUMENTS);
  const typed = (fields.get('policy') ?? '').replaceAll('\r\n', '\n');
  return { policy: own === null ? typed : new TextDecoder().decode(own), receipts, documents };
}
