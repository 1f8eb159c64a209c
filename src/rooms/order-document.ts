/**
 * The document of an order to download: always as a file to keep, never shown by the browser. Who may have it is decided before. Of all
 * documents it is the only one that strangers can have, so that the public export asks here which those are.
 */
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import type { DocumentRef, Entry } from '../proof/index.ts';
import { attachmentHeaders } from '../ui/attachment.ts';
import { dateText } from '../ui/time.tsx';
import { erasedDocuments } from './erasure/view.ts';
import { orderEntered } from './orders/entries.ts';
import type { Order } from './orders/view.ts';

/** @throws NotFound `no-such-document`, `document-erased` */
export async function orderDocument(c: Ctx, { document, matter }: Order): Promise<Response> {
  const { db, blobs } = c.get('services');
  const blob = document && (await blobs.get(document.sha256));
  if (document && blob) return c.body(blob.stream(), 200, attachmentHeaders(document.name, blob.bytes));
  const erased = document ? (await erasedDocuments(db, matter)).get(document.sha256) : undefined;
  if (erased) {
    throw new NotFound('document-erased', {
      what: t('answers.shared.document.erased', {
        on: dateText(erased.recordedAt.toISOString().slice(0, 10)),
        authority: erased.authority,
      }),
      next: t('answers.shared.order-document.stays'),
    });
  }
  throw new NotFound('no-such-document', {
    what: t('answers.shared.order-document.none'),
    next: t('answers.shared.order-document.source'),
  });
}

/**
 * Documents that anybody may fetch because of this entry, which everyone may see in a record that everyone may see. Documents of answers
 * and kept copies of sources are not among them: those are for the parties, and for the office.
 */
export function openDocumentsOf({ kind, body, audience }: Entry): readonly DocumentRef[] {
  if (kind !== 'order.entered' || audience !== 'public') return [];
  const { document } = orderEntered.parse(body);
  return document === null ? [] : [document];
}
