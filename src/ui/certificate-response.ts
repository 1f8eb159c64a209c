/** A certification as a download, PDF or text (`?form=txt`). Who may have the receipts in it has been decided before; nothing here looks. */

import { NotFound, RuleRefusal } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import { contentDisposition } from './attachment.ts';

/** Receipts in one certification at most: more pages than that are read by nobody. */
const MOST = 200;

/** @param entries ids, in the order in which they are to stand @throws NotFound, RuleRefusal `no-receipts-yet`, `too-many-receipts` */
export async function certificateResponse(c: Ctx, entries: readonly string[]): Promise<Response> {
  const { certificate, ledger } = c.get('services');
  if (!certificate)
    throw new NotFound('no-certificate', {
      what: t('ui.certificate.none'),
      next: t('ui.certificate.none.next'),
    });
  if (entries.length > MOST)
    throw new RuleRefusal('too-many-receipts', {
      what: t('ui.certificate.many', { n: entries.length, most: MOST }),
      next: t('ui.certificate.many.next'),
    });
  const receipts = await ledger.receipts(entries);
  const files = entries.flatMap((id) => receipts.get(id) ?? []);
  if (files.length === 0)
    throw new RuleRefusal('no-receipts-yet', {
      what: t('ui.certificate.waiting'),
      next: t('ui.certificate.waiting.next'),
    });
  const form = c.req.query('form') === 'txt' ? 'txt' : 'pdf';
  c.header('Cache-Control', 'no-store');
  return c.body(new Uint8Array(await certificate(files, form)), 200, {
    'Content-Type': form === 'txt' ? 'text/plain; charset=utf-8' : 'application/pdf',
    'Content-Disposition': contentDisposition(`certification.${form}`),
  });
}
