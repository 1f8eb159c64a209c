/**
 * Documents to download, for the two sides of a service alone: always as a file to keep, never shown by the browser, and only documents
 * that belong to that service. A hash that somebody knows from elsewhere opens nothing.
 */
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient, VIEWER } from '../../base/route.ts';
import { attachmentHeaders } from '../../ui/attachment.ts';
import { dateText } from '../../ui/time.tsx';
import { erasedDocuments } from '../erasure/view.ts';
import { serviceById } from '../requests/view.ts';
import { documentOf } from './view.ts';

const SHA256 = /^[0-9a-f]{64}$/;

const missing = () =>
  new NotFound('no-such-document', {
    what: t('answers.refused.document'),
    next: t('answers.refused.choose'),
  });

async function download(c: Ctx, service: string, unsent: boolean): Promise<Response> {
  const sha256 = c.req.param('sha256') ?? '';
  if (!SHA256.test(sha256)) throw missing();
  const { db, blobs } = c.get('services');
  const document = await documentOf(db, service, sha256, { unsent });
  const blob = document && (await blobs.get(sha256));
  if (!document) throw missing();
  if (!blob) {
    const matter = (await serviceById(db, service))?.matter;
    const erased = matter === undefined ? undefined : (await erasedDocuments(db, matter)).get(sha256);
    if (!erased) throw missing();
    throw new NotFound('document-erased', {
      what: t('answers.shared.document.erased', {
        on: dateText(erased.recordedAt.toISOString().slice(0, 10)),
        authority: erased.authority,
      }),
      next: t('answers.refused.document.stays'),
    });
  }
  return c.body(blob.stream(), 200, attachmentHeaders(document.name, blob.bytes));
}

export const documentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/answer/documents/:sha256',
    access: RECIPIENT,
    handler: (c) => download(c, recipient(c).service, true),
  },
  {
    method: 'GET',
    path: '/desk/services/:service/documents/:sha256',
    access: VIEWER,
    handler: (c) => download(c, c.req.param('service') ?? '', false),
  },
];
