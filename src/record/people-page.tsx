/** People of a record, as of any time: a page, CSV and JSON of the same. Shows only what is public. */
import type { z } from 'zod';
import { csvDownload } from '../base/csv.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Field, Submit } from '../ui/form.tsx';
import { page } from '../ui/page.tsx';
import { Links, Pages, Table } from '../ui/table.tsx';
import type { peopleList } from './api-around-schemas.ts';
import { cacheRecord, sent } from './caching.ts';
import { recentAt } from './changes.ts';
import { type Cut, cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { personThing } from './json-ld.tsx';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { partyPath, personPath } from './party-paths.ts';
import { type Named, PEOPLE_SIZE, PEOPLE_SORTS, type PeopleQuery, peopleOf } from './people.ts';
import { opened, queryOf, refuseBadTime, wrongTime } from './record-page.tsx';

interface Read {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  readonly query: PeopleQuery;
}

async function read(c: Ctx): Promise<Read> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const { q, sort, dir, page: at } = queryOf(c);
  const query: PeopleQuery = {
    q: (q ?? '').trim().slice(0, 100),
    sort: PEOPLE_SORTS.find((one) => one === sort) ?? 'name',
    down: dir === 'down',
    page: Math.max(1, Math.min(100_000, Math.trunc(Number(at)) || 1)),
  };
  return { matter, moment, now, query, cut: await cutAt(c.get('services').db, moment.now, moment.point) };
}

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'people');
  if (wrong) return wrong;
  const { matter, moment, now, cut, query } = await read(c);
  const { db } = c.get('services');
  const base = `${recordPath(matter)}/people`;
  const { rows, total } = await peopleOf(db, matter.id, cut, query);
  const last = await lastEntry(db, matter.id, cut);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  const time = momentParams(moment);
  const keep = { ...time, q: query.q };
  const sorting = { ...(query.sort === 'name' ? {} : { sort: query.sort }), ...(query.down ? { dir: 'down' } : {}) };
  return page(
    c,
    recordOptions(c, shown, tabWord('people'), rows.slice(0, 100).map(personThing)),
    <>
      <RecordHead
        {...{ matter, moment, now }}
        tab="people"
        action={base}
        recent={await recentAt(db, matter.id, cut, moment)}
      />
      <h2>{t('record.people')}</h2>
      <form class="form form--row" method="get" action={base} aria-label={t('record.people.find')}>
        {Object.entries(time).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Field name="q" type="search" label={t('record.people.q')} value={query.q} width="medium" />
        <Submit text={t('record.find')} />
      </form>
      <Links
        label={t('record.download')}
        links={[
          { text: 'CSV', href: href(`${base}.csv`, keep), download: true },
          { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/people`, keep) },
        ]}
      />
      <Table
        caption={t('record.people')}
        quietCaption
        rows={rows}
        sort={{
          by: query.sort,
          down: query.down,
          // Most first, where there is something to count.
          href: (by) =>
            href(base, {
              ...keep,
              sort: by === 'name' ? '' : by,
              dir: (by === query.sort ? !query.down : by !== 'name') ? 'down' : '',
            }),
        }}
        empty={
          query.q === ''
            ? {
                what: t('record.people.none'),
                how: t('record.people.none.how'),
              }
            : {
                what: t('record.people.none-fits', { q: query.q }),
                how: <a href={href(base, time)}>{t('record.people.all')}</a>,
              }
        }
        columns={[
          {
            head: t('record.name'),
            names: true,
            sort: 'name',
            cell: (one) =>
              one.person === null ? one.name : <a href={href(personPath(one.person), time)}>{one.name}</a>,
          },
          { head: t('record.office'), cell: ({ offices }) => offices.join('; ') || '–' },
          {
            head: t('record.party'),
            cell: ({ parties }) =>
              parties.length === 0
                ? '–'
                : parties.map(({ id, name }) => (
                    <div>
                      <a href={href(partyPath(id), time)}>{name}</a>
                    </div>
                  )),
          },
          {
            head: t('record.tab.statements'),
            numeric: true,
            sort: 'statements',
            cell: ({ statements, name }) =>
              statements === 0 ? (
                '–'
              ) : (
                <a href={href(`${recordPath(matter)}/statements`, { ...time, q: name })}>{statements}</a>
              ),
          },
          { head: t('record.tab.figures'), numeric: true, cell: ({ figures }) => figures || '–' },
          {
            head: t('record.people.invited'),
            numeric: true,
            sort: 'invitations',
            cell: ({ invitations }) =>
              invitations === 0 ? (
                '–'
              ) : (
                <a href={href(`${recordPath(matter)}/meetings`, time)}>{t('ui.count.meetings', { n: invitations })}</a>
              ),
          },
        ]}
      />
      <Pages
        page={query.page}
        pages={Math.ceil(total / PEOPLE_SIZE)}
        {...(total > 0 ? { range: t('ui.count.people', { n: total }) } : {})}
        href={(p) => href(base, { ...keep, ...sorting, page: p > 1 ? String(p) : '' })}
      />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const STEP = 2000;

async function getCsv(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, query } = await read(c);
  const { db } = c.get('services');
  cacheRecord(c, moment, await lastEntry(db, matter.id, cut), now);
  async function* rows() {
    for (let at = 1; ; at++) {
      const { rows: some } = await peopleOf(db, matter.id, cut, { ...query, page: at }, STEP);
      yield some.map((one) => [
        one.name,
        one.offices.join('; '),
        one.parties.map(({ name }) => name).join('; '),
        one.statements,
        one.figures,
        one.invitations,
        one.person,
      ]);
      if (some.length < STEP) return;
    }
  }
  const head = ['name', 'office', 'party', 'statements', 'figures', 'invitations', 'person'];
  return sent(c, csvDownload(`${matter.slug}-people.csv`, head, rows()));
}

const jsonNamed = ({ offices, parties, ...one }: Named): z.infer<typeof peopleList>['people'][number] => ({
  ...one,
  offices: [...offices],
  parties: parties.map((party) => ({ ...party })),
});

async function getJson(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, query } = await read(c);
  const { db } = c.get('services');
  cacheRecord(c, moment, await lastEntry(db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  const { rows, total } = await peopleOf(db, matter.id, cut, query);
  const body: z.infer<typeof peopleList> = { total, page: query.page, size: PEOPLE_SIZE, people: rows.map(jsonNamed) };
  return c.json(body);
}

export const peoplePages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/people', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/people.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/people', access: ANYONE, handler: getJson },
];
