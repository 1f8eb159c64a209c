/** The list of public records, with a search over their titles and summaries. */
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { zoneOf } from '../ui/context.ts';
import { Heading } from '../ui/heading.tsx';
import { Tag } from '../ui/mark.tsx';
import { page } from '../ui/page.tsx';
import { Pages, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { cachePublic } from './caching.ts';
import { href } from './parts.tsx';
import { queryOf } from './record-page.tsx';
import { listRecords, RECORDS_SIZE } from './records.ts';

async function records(c: Ctx): Promise<Response> {
  const query = queryOf(c);
  const q = (query.q ?? '').trim().slice(0, 200);
  const at = Math.max(1, Math.trunc(Number(query.page)) || 1);
  const zone = zoneOf(c);
  const { rows, total } = await listRecords(c.get('services').db, q, at);
  cachePublic(c, 10);
  return page(
    c,
    { title: t('record.public-records'), area: 'public' },
    <>
      <Heading title={t('record.public-records')} lead={t('record.records.lead')} />
      <form class="records-search" method="get" action="/records">
        <label>
          <span>{t('record.records.search')}</span>
          <input class="usa-input" type="search" name="q" value={q} />
        </label>
        <button class="usa-button usa-button--outline" type="submit">
          {t('record.search')}
        </button>
      </form>
      <Table
        caption={t('record.public-records')}
        quietCaption
        columns={[
          {
            head: t('record.record'),
            names: true,
            cell: (r) => (
              <>
                <a href={`/record/${r.slug}`}>{r.title}</a> {r.example ? <Tag>{t('record.example')}</Tag> : null}
              </>
            ),
          },
          { head: t('record.issuer'), cell: (r) => r.issuerName },
          { head: t('record.records.opened'), cell: (r) => <Time at={r.recordedAt} zone={zone} /> },
        ]}
        rows={rows}
        empty={
          q === ''
            ? {
                what: t('record.records.none'),
                how: t('record.records.none.how'),
              }
            : { what: t('record.records.none-fits', { q }), how: <a href="/records">{t('record.records.all')}</a> }
        }
      />
      <Pages page={at} pages={Math.ceil(total / RECORDS_SIZE)} href={(p) => href('/records', { q, page: String(p) })} />
    </>,
  );
}

export const recordsRoutes: readonly Route[] = [{ method: 'GET', path: '/records', access: ANYONE, handler: records }];
