/** Receipts of public entries as files, JSON and PDF. Receipts of other entries reach the parties by mail and on their own pages. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { NotFound } from '../base/errors.ts';
import { UUID } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { ReceiptNames } from '../base/services.ts';
import { erasureOf } from '../rooms/erasure/view.ts';
import { certificateResponse } from '../ui/certificate-response.ts';
import { receiptName, receiptResponse, WITNESSES } from '../ui/receipt-response.tsx';
import { dateText } from '../ui/time.tsx';
import { halvesOf } from './halves.ts';
import { takenDown } from './taken-down.ts';
import { publicEntry, type Told } from './timeline.ts';

/** So long a download waits for the checkpoint that is on its way, in ms, before a page says to wait. */
const PATIENCE = 2000;
/** Seconds that a copy of a receipt may be given on without asking; then its ETag is asked about. */
const KEPT = 60;

async function receipt(c: Ctx): Promise<Response> {
  const { db, ledger, clock } = c.get('services');
  const wanted = receiptName(c.req.param('file') ?? '');
  await refuseErased(db, wanted?.entry ?? '');
  await refuseTakenDown(c, wanted?.entry ?? '');
  const told = await publicEntry(db, null, wanted?.entry ?? '', new Date(clock.now()));
  const { entry, position } = told;
  if (entry.matter !== null) await matterIsPublic(c, entry.matter);
  await ledger.published(position, PATIENCE);
  const response = await receiptResponse(c, {
    entry: entry.id,
    form: wanted?.form ?? 'json',
    heading: told.title,
    names: await namesOf(c, told),
    area: 'public',
    back: { text: t('record.all-public'), href: '/records' },
  });
  // An order may take the entry away, and witnesses complete its receipt: no copy on the way may outlive that by more than a minute.
  if (response.status === 200)
    response.headers.set(
      'Cache-Control',
      response.headers.has(WITNESSES) ? 'no-cache' : `public, max-age=${KEPT}, must-revalidate`,
    );
  return response;
}

/** A receipt cannot be made again once its entry was erased. @throws NotFound `entry-erased` */
async function refuseErased(db: Kysely<Database>, entry: string): Promise<void> {
  const erasure = UUID.test(entry) ? await erasureOf(db, entry) : null;
  if (erasure?.audience !== 'public') return;
  throw new NotFound('entry-erased', {
    what: t('record.erased.entry', {
      on: dateText(erasure.recordedAt.toISOString().slice(0, 10)),
      authority: erasure.authority,
    }),
    next: t('record.receipts-go-on'),
  });
}

/** The receipt holds the words that were taken down, so it is not handed out any more. @throws NotFound `entry-taken-down` */
async function refuseTakenDown(c: Ctx, entry: string): Promise<void> {
  const { db, clock } = c.get('services');
  const down = await takenDown(db, entry, new Date(clock.now()));
  if (!down) return;
  await matterIsPublic(c, down.matter);
  throw new NotFound('entry-taken-down', {
    what: t('record.down.entry', {
      on: dateText(down.at.toISOString().slice(0, 10)),
      role: down.decidedBy,
      reason: down.reason,
    }),
    next: t('record.receipts-go-on'),
  });
}

async function matterIsPublic(c: Ctx, matter: string): Promise<void> {
  const row = await c
    .get('services')
    .db.selectFrom('view.matter')
    .select('audience')
    .where('id', '=', matter)
    .executeTakeFirst();
  if (row?.audience !== 'public') throw new NotFound('no-entry', t('record.no-entry'));
}

async function namesOf(c: Ctx, told: Told): Promise<ReceiptNames> {
  const { db } = c.get('services');
  const { issuer, recipient } = await halvesOf(db, told);
  return { title: told.title, issuer: issuer.name, recipient: told.recipient ? recipient.name : null };
}

/** A certification for one public entry. */
async function certificate(c: Ctx): Promise<Response> {
  const { db, ledger, clock } = c.get('services');
  await refuseTakenDown(c, c.req.param('entry') ?? '');
  const { entry, position } = await publicEntry(db, null, c.req.param('entry') ?? '', new Date(clock.now()));
  if (entry.matter !== null) await matterIsPublic(c, entry.matter);
  await ledger.published(position, PATIENCE);
  return await certificateResponse(c, [entry.id]);
}

export const receiptRoutes: readonly Route[] = [
  { method: 'GET', path: '/certificates/:entry', access: ANYONE, handler: certificate },
  { method: 'GET', path: '/receipts/:file', access: ANYONE, handler: receipt },
];
