/** Receipts of public entries as files, JSON and PDF. Receipts of other entries reach the parties by mail and on their own pages. */
import type { ReceiptFile } from '../base/append.ts';
import { NotFound, Unavailable } from '../base/errors.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { publicEntry } from './timeline.ts';

/** Draws a receipt as a PDF with the JSON inside; wired in main.ts. */
export type DrawReceipt = (receipt: ReceiptFile) => Promise<Uint8Array>;

const FILE = /^([0-9a-f-]{36})(\.receipt\.json|\.pdf)$/;

export function receiptRoutes(draw: DrawReceipt): readonly Route[] {
  async function receipt(c: Ctx): Promise<Response> {
    const { db, ledger } = c.get('services');
    const [, id = '', form = ''] = FILE.exec(c.req.param('file') ?? '') ?? [];
    const { entry, position } = await publicEntry(db, null, id);
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
      c.header(
        'Content-Disposition',
        `attachment; filename="${file.name.replace(/\.receipt\.json$/, '.receipt.pdf')}"`,
      );
      return c.body(new Uint8Array(await draw(file)), 200, { 'Content-Type': 'application/pdf' });
    }
    c.header('Content-Disposition', `attachment; filename="${file.name}"`);
    return c.body(file.json, 200, { 'Content-Type': 'application/json' });
  }
  return [{ method: 'GET', path: '/receipts/:file', access: ANYONE, handler: receipt }];
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
