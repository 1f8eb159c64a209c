/**
 * The newest public entries of a record as feeds: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org). What a feed shows, the timeline shows; it
 * names no recipient served one by one. Kept in memory until the log grows, so that an eager reader costs little.
 */
import { html } from 'hono/html';
import { language, t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { cachePublic } from './caching.ts';
import { cutAt } from './cut.ts';
import { growing } from './growing.ts';
import { lastEntry, type PublicMatter, publicMatter } from './matter.ts';
import { entryPath, recordPath } from './parts.tsx';
import { feedPath } from './paths.ts';
import { newest, type Told } from './timeline.ts';

const SIZE = 50;
const SECONDS = 60;

interface Feed {
  readonly matter: PublicMatter;
  readonly base: string;
  /** newest first */
  readonly entries: readonly Told[];
  readonly updated: Date;
}

const kept = growing<readonly Told[]>(200);

async function feedOf(c: Ctx): Promise<Feed> {
  const { db, config, clock } = c.get('services');
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  const cut = await cutAt(db, new Date(clock.now()));
  const last = await lastEntry(db, matter.id, cut);
  const entries = await kept.upTo(`${matter.id} ${last?.lifted ?? 0} ${language()}`, cut.last, () =>
    newest(db, matter.id, cut, SIZE),
  );
  cachePublic(c, SECONDS, last?.updatedAt);
  c.header('Access-Control-Allow-Origin', '*');
  return { matter, base: config.baseUrl, entries, updated: last?.updatedAt ?? matter.recordedAt };
}

/** An entry that was under an embargo is news when that ends. */
const updatedOf = ({ entry, publicSince }: Told): string => publicSince?.toISOString() ?? entry.recordedAt;

const titleOf = ({ title, recipient }: Told): string => (recipient ? `${title} · ${recipient.name}` : title);

async function atom(c: Ctx): Promise<Response> {
  const { matter, base, entries, updated } = await feedOf(c);
  const record = `${base}${recordPath(matter)}`;
  const items = entries.map(
    (told) => html`<entry>
<id>urn:uuid:${told.entry.id}</id>
<title>${titleOf(told)}</title>
<link rel="alternate" type="text/html" href="${base}${entryPath(matter, told.entry.id)}"/>
<link rel="related" type="application/json" title="${t('record.receipt-word')}" href="${base}/receipts/${told.entry.id}.receipt.json"/>
<published>${told.entry.occurredAt}</published>
<updated>${updatedOf(told)}</updated>
<summary>${told.text ?? titleOf(told)}</summary>
</entry>
`,
  );
  const feed = await html`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language()}">
<id>urn:uuid:${matter.id}</id>
<title>${matter.title}</title>
<subtitle>${matter.summary}</subtitle>
<link rel="alternate" type="text/html" href="${record}"/>
<link rel="self" type="application/atom+xml" href="${base}${feedPath(matter, 'atom')}"/>
<updated>${updated.toISOString()}</updated>
<author><name>${matter.issuerName}</name></author>
<generator uri="${base}/source">Counterfoil</generator>
${items}</feed>
`;
  return c.body(`<?xml version="1.0" encoding="utf-8"?>\n${feed}`, 200, {
    'Content-Type': 'application/atom+xml; charset=utf-8',
  });
}

async function jsonFeed(c: Ctx): Promise<Response> {
  const { matter, base, entries } = await feedOf(c);
  const record = `${base}${recordPath(matter)}`;
  const body = {
    version: 'https://jsonfeed.org/version/1.1',
    title: matter.title,
    description: matter.summary,
    home_page_url: record,
    feed_url: `${base}${feedPath(matter, 'json')}`,
    language: language(),
    authors: [{ name: matter.issuerName }],
    items: entries.map((told) => ({
      id: `urn:uuid:${told.entry.id}`,
      url: `${base}${entryPath(matter, told.entry.id)}`,
      title: titleOf(told),
      content_text: told.text ?? titleOf(told),
      date_published: told.entry.occurredAt,
      date_modified: updatedOf(told),
      attachments: [
        {
          url: `${base}/receipts/${told.entry.id}.receipt.json`,
          mime_type: 'application/json',
          title: t('record.receipt-word'),
        },
      ],
    })),
  };
  return c.body(JSON.stringify(body), 200, { 'Content-Type': 'application/feed+json; charset=utf-8' });
}

export const feedRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/feed.atom', access: ANYONE, handler: atom },
  { method: 'GET', path: '/record/:slug/feed.json', access: ANYONE, handler: jsonFeed },
];
