/** A certification as a download, PDF or text (`?form=txt`). Who may have the receipts in it has been decided before; nothing here looks. */
import { NotFound, RuleRefusal } from '../base/errors.ts';
import type { Ctx } from '../base/route.ts';
import { contentDisposition } from './attachment.ts';

/** Receipts in one certification at most: more pages than that are read by nobody. */
const MOST = 200;

/** @param entries ids, in the order in which they are to stand @throws NotFound, RuleRefusal `no-receipts-yet`, `too-many-receipts` */
export async function certificateResponse(c: Ctx, entries: readonly string[]): Promise<Response> {
  const { certificate, ledger } = c.get('services');
  if (!certificate)
    throw new NotFound('no-certificate', {
      what: 'This server makes no certifications.',
      next: 'Use “counterfoil certificate”.',
    });
  if (entries.length > MOST)
    throw new RuleRefusal('too-many-receipts', {
      what: `There are ${entries.length} receipts; one certification holds at most ${MOST}.`,
      next: 'Download the receipts that you need and use “counterfoil certificate”.',
    });
  const receipts = await ledger.receipts(entries);
  const files = entries.flatMap((id) => receipts.get(id) ?? []);
  if (files.length === 0)
    throw new RuleRefusal('no-receipts-yet', {
      what: 'The receipts are being made.',
      next: 'Try again in a second.',
    });
  const form = c.req.query('form') === 'txt' ? 'txt' : 'pdf';
  c.header('Cache-Control', 'no-store');
  return c.body(new Uint8Array(await certificate(files, form)), 200, {
    'Content-Type': form === 'txt' ? 'text/plain; charset=utf-8' : 'application/pdf',
    'Content-Disposition': contentDisposition(`certification.${form}`),
  });
}
