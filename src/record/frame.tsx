/** What the pages of a record have in common besides their head: scripts, what programs find in `<head>`, and the end with its citation. */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import type { PageOptions } from '../ui/page.tsx';
import { CiteBox, citationOf } from './cite.tsx';
import { JsonLd, recordThing, type Thing } from './json-ld.tsx';
import { type LastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { FeedLinks, href, LastUpdated, recordPath } from './parts.tsx';

export interface Shown {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly last: LastEntry | null;
  /** of the page, without query */
  readonly path: string;
}

/** Options of a record's page. @param title without the record's own @param things what it says in schema.org's words */
export function recordOptions(c: Ctx, shown: Shown, title: string | null, things: readonly Thing[] = []): PageOptions {
  const { matter, moment, last, path } = shown;
  const { baseUrl } = c.get('services').config;
  const url = `${baseUrl}${href(path, momentParams(moment))}`;
  const oembed = (format: string) => href('/oembed', { url, format });
  return {
    title: title === null ? matter.title : `${title} · ${matter.title}`,
    area: 'public',
    wide: true,
    islands: ['asof'],
    head: (
      <>
        <FeedLinks matter={matter} />
        <link rel="alternate" type="application/json+oembed" href={oembed('json')} title={matter.title} />
        <link rel="alternate" type="text/xml+oembed" href={oembed('xml')} title={matter.title} />
        <JsonLd things={[recordThing(matter, last, baseUrl, recordPath(matter)), ...things]} />
      </>
    ),
  };
}

/** "Last updated …", and how to cite what is shown. */
export function RecordEnd({
  c,
  shown,
  children,
}: {
  readonly c: Ctx;
  readonly shown: Shown;
  readonly children?: Child;
}) {
  const { matter, moment, last, path } = shown;
  const { baseUrl, logOrigin } = c.get('services').config;
  const citation = citationOf({ base: baseUrl, log: logOrigin }, matter, moment, last, path);
  return (
    <>
      <LastUpdated matter={matter} last={last} zone={moment.zone}>
        {children}
      </LastUpdated>
      <p class="links record-keep">
        <span class="links__label">{t('record.keep')}</span>
        <a href={href(`${recordPath(matter)}/record.pdf`, { ...momentParams(moment), tz: moment.zone })}>
          {t('record.keep.pdf')}
        </a>
      </p>
      <CiteBox citation={citation} matter={matter} moment={moment} last={last} />
    </>
  );
}
