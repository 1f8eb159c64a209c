/** The list of public records, with a search over their titles and summaries. */
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
    { title: 'Public records', area: 'public' },
    <>
      <Heading
        title="Public records"
        lead="What was asked, answered and found, as of any time, with a receipt of every entry."
      />
      <form class="records-search" method="get" action="/records">
        <label>
          <span>Search titles and summaries</span>
          <input class="usa-input" type="search" name="q" value={q} />
        </label>
        <button class="usa-button usa-button--outline" type="submit">
          Search
        </button>
      </form>
      <Table
        caption="Public records"
        quietCaption
        columns={[
          {
            head: 'Record',
            names: true,
            cell: (r) => (
              <>
                <a href={`/record/${r.slug}`}>{r.title}</a> {r.example ? <Tag>example</Tag> : null}
              </>
            ),
          },
          { head: 'Issuer', cell: (r) => r.issuerName },
          { head: 'Opened here', cell: (r) => <Time at={r.recordedAt} zone={zone} /> },
        ]}
        rows={rows}
        empty={
          q === ''
            ? {
                what: 'No public record yet',
                how: 'A record stands here once somebody opens a public matter on this server.',
              }
            : { what: `No record fits “${q}”`, how: <a href="/records">Show all records</a> }
        }
      />
      <Pages page={at} pages={Math.ceil(total / RECORDS_SIZE)} href={(p) => href('/records', { q, page: String(p) })} />
    </>,
  );
}

export const recordsRoutes: readonly Route[] = [{ method: 'GET', path: '/records', access: ANYONE, handler: records }];
