/**
 * Documents of a record that are public: orders with their file, and the sources that statements and figures were taken from, of which
 * the hash of the kept text is public. What recipients send stays between the two sides. A page, CSV and JSON of the same.
 */

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { csvDownload } from '../base/csv.ts';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { documentRef } from '../rooms/fields.ts';
import { filesize } from '../ui/filesize.ts';
import { Hash } from '../ui/hash.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Links, Table } from '../ui/table.tsx';
import { Day, Time } from '../ui/time.tsx';
import type { documentList } from './api-around-schemas.ts';
import { cacheRecord, sent } from './caching.ts';
import { recentAt } from './changes.ts';
import { type Cut, cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { open } from './open.ts';
import { entryPath, href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { opened, refuseBadTime, wrongTime } from './record-page.tsx';

interface PublicDocument {
  readonly what: 'order' | 'source';
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly date: string | null;
  readonly file: z.infer<typeof documentRef>;
  readonly url: string | null;
  readonly entry: string;
  readonly recordedAt: Date;
}

const stored = z.object({
  what: z.enum(['order', 'source']),
  id: z.string(),
  title: z.string(),
  from: z.string(),
  date: z.string().nullable(),
  file: documentRef,
  url: z.string().nullable(),
  entry: z.string(),
  recordedAt: z.date(),
});

/** More than this are not listed; the count of all is not hidden by it, for no matter has as many. */
const MOST = 2000;

async function documentsOf(db: Kysely<Database>, matter: string, cut: Cut): Promise<readonly PublicDocument[]> {
  const seen = (alias: string) => sql`${sql.ref(`${alias}.matter`)} = ${matter} and ${open(alias, cut)}`;
  const { rows } = await sql<Record<string, unknown>>`
    select x.* from (
      select 'order' as what, o.id, o.document ->> 'name' as title, o.court || ', ' || o.docket as "from", o.on_date::text as date, o.document as file,
        null as url, o.id as entry, o.recorded_at as "recordedAt", o.seq
      from view.court_order o where o.document is not null and ${seen('o')}
      union all
      select 'source', k.id, k.title, k.publisher, k.published::text,
        jsonb_build_object('sha256', k.hash, 'bytes', k.bytes, 'name', 'source.txt', 'type', 'text/plain'), k.url, k.entry, k.recorded_at, k.seq
      from view.source k where ${seen('k')}) x order by x.what, x.date nulls last, x.seq limit ${MOST}`.execute(db);
  return rows.map((row) => stored.parse(row));
}

interface Read {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  readonly documents: readonly PublicDocument[];
}

async function read(c: Ctx): Promise<Read> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const { db } = c.get('services');
  const cut = await cutAt(db, moment.now, moment.point);
  return { matter, moment, now, cut, documents: await documentsOf(db, matter.id, cut) };
}

const fileOf = (matter: PublicMatter, { what, id }: PublicDocument): string | null =>
  what === 'order' ? `${recordPath(matter)}/orders/${id}/document` : null;

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'documents');
  if (wrong) return wrong;
  const { matter, moment, now, cut, documents } = await read(c);
  const { db } = c.get('services');
  const base = `${recordPath(matter)}/documents`;
  const last = await lastEntry(db, matter.id, cut);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  const keep = momentParams(moment);
  return page(
    c,
    recordOptions(c, shown, tabWord('documents')),
    <>
      <RecordHead
        {...{ matter, moment, now }}
        tab="documents"
        action={base}
        recent={await recentAt(db, matter.id, cut, moment)}
      />
      <h2>{t('record.documents')}</h2>
      <p class="soft">{t('record.documents.what')}</p>
      {documents.length > 0 ? (
        <Links
          label={t('record.download')}
          links={[
            { text: 'CSV', href: href(`${base}.csv`, keep), download: true },
            { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/documents`, keep) },
          ]}
        />
      ) : null}
      <Table
        caption={t('record.documents')}
        quietCaption
        rows={documents}
        empty={{
          what: t('record.documents.none'),
          how: t('record.documents.none.how'),
        }}
        columns={[
          {
            head: t('record.document'),
            names: true,
            cell: (one) => {
              const file = fileOf(matter, one);
              if (file !== null)
                return (
                  <a href={file} download>
                    <bdi>{one.title}</bdi>
                  </a>
                );
              return one.url === null ? one.title : <a href={one.url}>{one.title}</a>;
            },
          },
          {
            head: t('record.documents.kind'),
            cell: ({ what }) => t(what === 'order' ? 'record.documents.order' : 'record.documents.source'),
          },
          { head: t('record.documents.from'), cell: ({ from }) => from },
          { head: t('record.date'), cell: ({ date }) => (date === null ? '–' : <Day on={date} />) },
          { head: t('record.size'), numeric: true, cell: ({ file }) => filesize(file.bytes) },
          { head: 'SHA-256', cell: ({ file }) => <Hash hex={file.sha256} /> },
          {
            head: t('record.recorded-at'),
            cell: (one) => (
              <>
                <Time at={one.recordedAt} zone={moment.zone} /> ·{' '}
                <a href={entryPath(matter, one.entry)}>{rich('record.receipt-of', { of: one.title, more: quiet })}</a>
              </>
            ),
          },
        ]}
      />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const HEAD = ['what', 'title', 'from', 'date', 'bytes', 'sha256', 'url', 'recorded_at', 'entry'];

async function getCsv(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, documents } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  async function* rows() {
    yield documents.map((one) => [
      ...[one.what, one.title, one.from, one.date, one.file.bytes, one.file.sha256],
      ...[one.url, one.recordedAt.toISOString(), one.entry],
    ]);
  }
  return sent(c, csvDownload(`${matter.slug}-documents.csv`, HEAD, rows()));
}

async function getJson(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, documents } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof documentList> = {
    documents: documents.map((one) => ({
      ...{ what: one.what, title: one.title, from: one.from, date: one.date, url: one.url, entry: one.entry },
      bytes: one.file.bytes,
      sha256: one.file.sha256,
      download: fileOf(matter, one),
      recordedAt: one.recordedAt.toISOString(),
    })),
  };
  return c.json(body);
}

export const documentPages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/documents', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/documents.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/documents', access: ANYONE, handler: getJson },
];
