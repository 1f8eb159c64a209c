/**
 * oEmbed 1.0 (oembed.com): another site hands in the address of a record and gets the frame to show it in, pinned to the time of that address,
 * or to now. It knows addresses of public records alone.
 */
import { html, raw } from 'hono/html';
import { z } from 'zod';
import { InvalidInput, NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { DEFAULT_ZONE } from '../ui/context.ts';
import { cachePublic } from './caching.ts';
import { citationOf, embedUrl, iframe } from './cite.tsx';
import { cutAt } from './cut.ts';
import { lastEntry, momentOf, publicMatter } from './matter.ts';
import { queryOf, refuseBadTime } from './record-page.tsx';

const size = (most: number) => z.coerce.number().int().min(200).max(most).optional().catch(undefined);
const sizes = z.object({ maxwidth: size(4000), maxheight: size(4000) });

const HERE = /^\/record\/([^/]+)(\/[a-z]+)?$/;

const unknown = () =>
  new NotFound('no-embed', {
    what: t('record.oembed.unknown'),
    next: t('record.oembed.unknown.next'),
  });

async function getOembed(c: Ctx): Promise<Response> {
  const { db, clock, config } = c.get('services');
  const query = queryOf(c);
  const { maxwidth, maxheight } = sizes.parse(query);
  const format = query['format'] ?? 'json';
  if (!query['url']) {
    throw new InvalidInput('no-url', { what: t('record.oembed.no-url'), next: t('record.oembed.no-url.next') });
  }
  c.header('Access-Control-Allow-Origin', '*');
  // The specification has this status for a format that is not spoken.
  if (format !== 'json' && format !== 'xml') return c.text(t('record.oembed.formats'), 501);
  const base = new URL(config.baseUrl);
  const url = URL.canParse(query['url']) ? new URL(query['url']) : null;
  const slug = url?.origin === base.origin ? HERE.exec(url.pathname)?.[1] : undefined;
  if (!url || slug === undefined) throw unknown();
  const matter = await publicMatter(db, slug);
  const moment = momentOf(Object.fromEntries(url.searchParams), DEFAULT_ZONE, new Date(clock.now()));
  refuseBadTime(moment);
  const last = await lastEntry(db, matter.id, await cutAt(db, moment.now, moment.point));
  const citation = citationOf({ base: config.baseUrl, log: config.logOrigin }, matter, moment, last);
  const width = Math.min(640, maxwidth ?? 640);
  const height = Math.min(480, maxheight ?? 480);
  cachePublic(c, 60, last?.updatedAt);
  const answer = {
    version: '1.0',
    type: 'rich',
    title: matter.title,
    author_name: matter.issuerName,
    provider_name: 'Counterfoil',
    provider_url: config.baseUrl,
    cache_age: 60,
    html: iframe(embedUrl(citation.url), matter.title, width, height),
    width,
    height,
  };
  if (format === 'json')
    return c.body(JSON.stringify(answer), 200, { 'Content-Type': 'application/json; charset=utf-8' });
  const fields = Object.entries(answer).map(([name, value]) => {
    return html`${raw(`<${name}>`)}${String(value)}${raw(`</${name}>`)}`;
  });
  return c.body(
    `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n${await html`<oembed>${fields}</oembed>`}`,
    200,
    {
      'Content-Type': 'text/xml; charset=utf-8',
    },
  );
}

export const oembedRoutes: readonly Route[] = [{ method: 'GET', path: '/oembed', access: ANYONE, handler: getOembed }];
