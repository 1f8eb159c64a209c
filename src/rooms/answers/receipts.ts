/** Receipts for the two sides of a service: only of entries of that service's history that both may see. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient, VIEWER } from '../../base/route.ts';
import { certificateResponse } from '../../ui/certificate-response.ts';
import { receiptName, receiptResponse } from '../../ui/receipt-response.tsx';
import { entryWords } from '../parts.tsx';
import { entriesById, entriesOf, type StreamEntry } from '../stream.ts';
import { type Exchange, exchangeOf } from './view.ts';

const missing = () =>
  new NotFound('no-such-receipt', {
    what: t('answers.refused.receipt'),
    next: t('answers.refused.choose'),
  });

/** An entry of this service's history, or one of the earlier answers that were carried over into it. */
async function entryOf(db: Kysely<Database>, { service }: Exchange, id: string): Promise<StreamEntry | undefined> {
  if (service.carried.some((one) => one.entry === id)) return (await entriesById(db, [id]))[0];
  return (await entriesOf(db, service.id)).find((one) => one.id === id);
}

async function download(c: Ctx, service: string, area: 'staff' | 'recipient'): Promise<Response> {
  const { db } = c.get('services');
  const wanted = receiptName(c.req.param('file') ?? '');
  const exchange = wanted && (await exchangeOf(db, service));
  const entry = exchange && (await entryOf(db, exchange, wanted.entry));
  if (!entry) throw missing();
  return await receiptResponse(c, {
    ...wanted,
    heading: entryWords(entry),
    names: {
      issuer: exchange.issuerName,
      recipient: exchange.service.name,
      title: exchange.request.title,
    },
    area,
    back:
      area === 'staff'
        ? { text: t('answers.receipt.back', { name: exchange.service.name }), href: `/desk/services/${service}` }
        : { text: t('ui.nav.history'), href: '/answer/history' },
  });
}

/** One certification for everything of this service that both sides have a receipt of. */
async function certificate(c: Ctx, service: string): Promise<Response> {
  return await certificateResponse(
    c,
    (await entriesOf(c.get('services').db, service)).map((one) => one.id),
  );
}

export const receiptRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/answer/certificate',
    access: RECIPIENT,
    handler: (c) => certificate(c, recipient(c).service),
  },
  {
    method: 'GET',
    path: '/desk/services/:service/certificate',
    access: VIEWER,
    handler: (c) => certificate(c, c.req.param('service') ?? ''),
  },
  {
    method: 'GET',
    path: '/answer/receipts/:file',
    access: RECIPIENT,
    handler: (c) => download(c, recipient(c).service, 'recipient'),
  },
  {
    method: 'GET',
    path: '/desk/services/:service/receipts/:file',
    access: VIEWER,
    handler: (c) => download(c, c.req.param('service') ?? '', 'staff'),
  },
];
