/**
 * The PDF of a record as of a time, receipts inside. Made one after the other, so that no reader takes the processor from the others, and
 * kept in memory while nothing was written; of the present, a copy is at most a minute old. Shows only what is public.
 */

import { fileName } from '../base/csv.ts';
import { NotFound } from '../base/errors.ts';
import { language, t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { turns } from '../base/turns.ts';
import { contentDisposition } from '../ui/attachment.ts';
import { boardParams, readBoardQuery } from './board-filter.ts';
import { cacheRecord } from './caching.ts';
import { cutAt } from './cut.ts';
import { memory } from './lru.ts';
import { lastEntry } from './matter.ts';
import { recordPaper } from './printed.ts';
import { opened, queryOf, refuseBadTime } from './record-page.tsx';

const MINUTE = 60_000;
/** So long a file waits for the checkpoint that is on its way, in ms. */
const PATIENCE = 2000;
const made = memory<Uint8Array<ArrayBuffer>>(64 * 2 ** 20, ({ length }) => length);
const one = turns({ places: 1, waiting: 10 });

async function getPdf(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { db, ledger, recordPdf } = services;
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  if (!recordPdf)
    throw new NotFound('no-pdf', {
      what: t('record.print.no-pdf'),
      next: t('record.print.no-pdf.next'),
    });
  const cut = await cutAt(db, moment.now, moment.point);
  const last = await lastEntry(db, matter.id, cut);
  const { filter, sort } = readBoardQuery(queryOf(c));
  const query = { ...boardParams(filter, sort), request: queryOf(c).request ?? '' };
  const at = moment.asOf?.getTime() ?? Math.floor(now.getTime() / MINUTE) * MINUTE;
  const key = JSON.stringify([
    matter.id,
    last?.position ?? -1,
    at,
    moment.axis,
    moment.asOf === null,
    moment.zone,
    language(),
    query,
  ]);
  const known = made.get(key);
  const pdf =
    known ??
    (await one.run(async () => {
      const there = made.get(key);
      if (there) return there;
      if (last) await ledger.published(last.position, PATIENCE);
      const paper = await recordPaper(services, matter, moment, query, now);
      const file = new Uint8Array(await recordPdf(paper));
      made.set(key, file);
      return file;
    }));
  cacheRecord(c, moment, last, now);
  const day = moment.at.toISOString().slice(0, 16).replace(':', '');
  return c.body(pdf, 200, {
    'Content-Type': 'application/pdf',
    'Content-Disposition': contentDisposition(fileName(t('record.print.file', { slug: matter.slug, day }), 'pdf')),
  });
}

export const printedRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/record.pdf', access: ANYONE, handler: getPdf },
];
