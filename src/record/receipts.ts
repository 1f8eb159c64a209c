/** Receipts of public entries as files, JSON and PDF. Receipts of other entries reach the parties by mail and on their own pages. */
import { NotFound, Unavailable } from '../base/errors.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { ReceiptNames } from '../base/services.ts';
import { halvesOf } from './halves.ts';
import { publicEntry, type Told } from './timeline.ts';

const FILE = /^([0-9a-f-]{36})(\.receipt\.json|\.pdf)$/;

async function receipt(c: Ctx): Promise<Response> {
  const { db, ledger, receiptPdf } = c.get('services');
  const [, id = '', form = ''] = FILE.exec(c.req.param('file') ?? '') ?? [];
  const told = await publicEntry(db, null, id);
  const { entry, position } = told;
  if (entry.matter !== null) await matterIsPublic(c, entry.matter);
  await ledger.published(position, 2000);
  const file = await ledger.receipt(entry.id);
  if (!file) {
    throw new Unavailable('receipt-pending', {
      what: 'This entry is written, and its receipt is on its way into the log.',
      lost: 'Nothing is lost.',
      next: 'Try again in some seconds.',
    });
  }
  // A receipt is a function of what is stored for good: it never changes.
  c.header('Cache-Control', 'public, max-age=31536000, immutable');
  if (form === '.pdf') {
    if (!receiptPdf) throw new NotFound('no-pdf', 'This server makes no PDF receipts. Take the JSON.');
    c.header('Content-Disposition', `attachment; filename="${file.name.replace(/\.receipt\.json$/, '.receipt.pdf')}"`);
    return c.body(new Uint8Array(await receiptPdf(file, await namesOf(c, told))), 200, {
      'Content-Type': 'application/pdf',
    });
  }
  c.header('Content-Disposition', `attachment; filename="${file.name}"`);
  return c.body(file.json, 200, { 'Content-Type': 'application/json' });
}

async function matterIsPublic(c: Ctx, matter: string): Promise<void> {
  const row = await c
    .get('services')
    .db.selectFrom('view.matter')
    .select('audience')
    .where('id', '=', matter)
    .executeTakeFirst();
  if (row?.audience !== 'public') throw new NotFound('no-entry', 'There is no public entry at this address.');
}

async function namesOf(c: Ctx, told: Told): Promise<ReceiptNames> {
  const { db } = c.get('services');
  const { issuer, recipient } = await halvesOf(db, told);
  return { title: told.title, issuer: issuer.name, recipient: told.recipient ? recipient.name : null };
}

export const receiptRoutes: readonly Route[] = [
  { method: 'GET', path: '/receipts/:file', access: ANYONE, handler: receipt },
];
