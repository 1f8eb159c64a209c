/** Citations of a record as files, for programs that keep literature. Shows only what is public. */
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { cacheRecord } from './caching.ts';
import { bibtex, type Citation, citationOf, cslJson } from './cite.tsx';
import { cutAt } from './cut.ts';
import { lastEntry } from './matter.ts';
import { opened, refuseBadTime } from './record-page.tsx';

async function cited(c: Ctx): Promise<{ readonly slug: string; readonly citation: Citation }> {
  const { db, config } = c.get('services');
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const last = await lastEntry(db, matter.id, await cutAt(db, moment.now, moment.point));
  cacheRecord(c, moment, last, now);
  // A citation is for people, whichever program keeps it.
  c.header('Vary', 'Accept-Language', { append: true });
  const citation = citationOf({ base: config.baseUrl, log: config.logOrigin }, matter, moment, last);
  return { slug: matter.slug, citation };
}

async function getBib(c: Ctx): Promise<Response> {
  const { slug, citation } = await cited(c);
  return c.body(bibtex(slug, citation), 200, {
    'Content-Type': 'application/x-bibtex; charset=utf-8',
    'Content-Disposition': `attachment; filename="${slug}.bib"`,
  });
}

async function getCsl(c: Ctx): Promise<Response> {
  const { slug, citation } = await cited(c);
  return c.body(JSON.stringify(cslJson(slug, citation), null, 2), 200, {
    'Content-Type': 'application/vnd.citationstyles.csl+json; charset=utf-8',
    'Content-Disposition': `attachment; filename="${slug}.csl.json"`,
  });
}

export const citeRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/cite.bib', access: ANYONE, handler: getBib },
  { method: 'GET', path: '/record/:slug/cite.json', access: ANYONE, handler: getCsl },
];
