/**
 * The map of a record: the same recipients as the board's, with the same filters and as of the same time, by state, and the table that says it
 * in words; CSV and JSON of the same. Shows only what is public, and nowhere that is not known.
 */
import type { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { num, t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Empty } from '../ui/empty.tsx';
import { page } from '../ui/page.tsx';
import { type Column, Links, Table } from '../ui/table.tsx';
import { clockState, partyKind } from '../ui/words.ts';
import type { mapBody } from './api-map-schemas.ts';
import { type Area, type Areas, areasOf, MOST_SPOTS, type Spot, STANDINGS, type Standing } from './areas.ts';
import { type BoardFilter, boardParams, NO_STATE } from './board-filter.ts';
import { cacheRecord } from './caching.ts';
import { FilterForm } from './filter-form.tsx';
import { RecordEnd, recordOptions } from './frame.tsx';
import { type MapGeometry, mapGeometry } from './map-geometry.ts';
import { finder, type Placed, stateNamed } from './map-places.ts';
import { RecordMap } from './map-view.tsx';
import { momentParams } from './matter.ts';
import { type RecordModel, recordModel } from './model.ts';
import { href, RecordHead, recordPath, servicePath, tabWord } from './parts.tsx';
import { opened, queryOf, refuseBadTime, wrongTime } from './record-page.tsx';

const SORT = { by: 'recipient', down: false } as const;

interface MapModel {
  readonly model: RecordModel;
  readonly found: Areas;
  readonly geometry: MapGeometry;
}

async function read(c: Ctx): Promise<MapModel & { readonly now: Date }> {
  const { db } = c.get('services');
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const model = await recordModel(db, matter, moment, queryOf(c), 1);
  const { request, cut, filter } = model;
  const found = request
    ? await areasOf(db, { request, asOf: moment.point, cut, filter, now: moment.at })
    : { areas: [], total: 0, spots: [] };
  cacheRecord(c, moment, model.last, now);
  return { model, found, geometry: await mapGeometry(), now };
}

/** What keeps the moment and the request in links. */
const keepOf = ({ moment, requests, request }: RecordModel): Record<string, string> => ({
  ...momentParams(moment),
  request: requests.length > 1 ? (request?.id ?? '') : '',
});

/** The board of what the map counts, narrowed further. */
const boardHref = (model: RecordModel, more: BoardFilter): string =>
  href(recordPath(model.matter), { ...keepOf(model), ...boardParams({ ...model.filter, ...more }, SORT) });

const ofArea = ({ state }: Area): BoardFilter => ({ state: state ?? NO_STATE });

const NEAR = {
  county: 'record.map.near.county',
  'in county': 'record.map.near.in-county',
  state: 'record.map.near.state',
  nowhere: 'record.map.near.nowhere',
} as const satisfies Readonly<Record<Placed['near'], string>>;

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'map');
  if (wrong) return wrong;
  const all = await read(c);
  const { model, now } = all;
  const { matter, moment, request, board } = model;
  const base = `${recordPath(matter)}/map`;
  const keep = keepOf(model);
  const shown = { matter, moment, last: model.last, path: base };
  const narrow = boardParams(model.filter, SORT);
  const query = { ...keep, ...narrow };
  const form = keep.request ? { ...narrow, request: keep.request } : narrow;
  return page(
    c,
    recordOptions(c, shown, tabWord('map')),
    <>
      <RecordHead matter={matter} moment={moment} now={now} tab="map" action={base} keep={form} recent={model.recent} />
      {request && board ? (
        <>
          <h2>{t('record.map.title', { title: request.title })}</h2>
          <div class="record-tools">
            <FilterForm
              action={base}
              filter={model.filter}
              sort={SORT}
              board={board}
              keep={keep}
              reach={model.reach}
              request={request.id}
            />
            <Links
              label={t('record.download')}
              links={[
                { text: 'CSV', href: href(`${base}.csv`, query), download: true },
                { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/map`, query) },
              ]}
            />
          </div>
          <Found {...all} />
        </>
      ) : (
        <Empty
          what={t(moment.asOf === null ? 'record.none-yet' : 'record.no-request-then')}
          how={t('record.map.none.how')}
        />
      )}
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

function Found({ model, found, geometry }: MapModel) {
  const { matter, moment } = model;
  const { areas, spots, total } = found;
  if (total === 0) {
    return (
      <Empty
        what={t('record.board.none-fits')}
        how={<a href={`${recordPath(matter)}/map`}>{t('record.board.all')}</a>}
      />
    );
  }
  const find = finder(geometry);
  const placed = (spots ?? []).map((spot) => ({ ...spot, ...find(spot) }));
  const states = areas.filter(({ state }) => state !== null).length;
  return (
    <>
      <p>
        {t('record.map.found', {
          n: total,
          states,
          filtered: Object.values(model.filter).some(Boolean) ? 'yes' : 'no',
        })}
      </p>
      <div class="map-beside">
        <RecordMap areas={areas} spots={placed} geometry={geometry} href={(area) => boardHref(model, ofArea(area))} />
        <AreaTable model={model} areas={areas} />
      </div>
      {spots === null ? (
        <p class="soft">{t('record.map.too-many', { most: MOST_SPOTS })}</p>
      ) : (
        <details class="map-spots">
          <summary>{t('record.map.spots')}</summary>
          <p class="soft">{t('record.map.spots.how')}</p>
          <Table
            caption={t('record.map.spots')}
            quietCaption
            rows={placed}
            empty={{ what: t('record.map.none') }}
            columns={[
              {
                head: t('record.recipient'),
                names: true,
                cell: (one) => <a href={href(servicePath(matter, one.service), momentParams(moment))}>{one.name}</a>,
              },
              { head: t('record.kind'), cell: (one) => partyKind(one.kind) },
              { head: t('record.state'), cell: (one) => one.state ?? '–' },
              {
                head: t('record.map.on'),
                cell: (one) => t(one.kind === 'state' ? 'record.map.as-state' : NEAR[one.near]),
              },
            ]}
          />
        </details>
      )}
    </>
  );
}

function AreaTable({ model, areas }: { readonly model: RecordModel; readonly areas: readonly Area[] }) {
  const used = STANDINGS.filter((one) => areas.some(({ clocks }) => (clocks?.[one] ?? 0) > 0));
  const clock = (one: Standing): Column<Area> => ({
    head: clockHead(one),
    numeric: true,
    cell: (area) => {
      const n = area.clocks?.[one] ?? 0;
      return n === 0 ? '0' : <a href={boardHref(model, { ...ofArea(area), clock: one })}>{num(n)}</a>;
    },
  });
  return (
    <div id="areas">
      <Table
        caption={t('record.map.by-state')}
        quietCaption
        rows={areas}
        empty={{ what: t('record.map.none') }}
        columns={[
          {
            head: t('record.state'),
            names: true,
            cell: (area) => (
              <>
                {area.state ?? t('record.map.no-state')}
                {stateNamed(area.state) ? null : <span class="soft"> · {t('record.map.near.nowhere')}</span>}
              </>
            ),
          },
          {
            head: t('record.recipients'),
            numeric: true,
            cell: (area) => <a href={boardHref(model, ofArea(area))}>{num(area.total)}</a>,
          },
          ...used.map(clock),
        ]}
      />
    </div>
  );
}

function clockHead(one: Standing): string {
  if (one === 'overdue') return t('record.filter.clock.overdue');
  return clockState(one).word;
}

async function getCsv(c: Ctx): Promise<Response> {
  const { model, found } = await read(c);
  const rows = found.areas.map(({ state, total, clocks }) => {
    const us = stateNamed(state);
    return [state, us?.usps ?? null, us?.fips ?? null, total, ...STANDINGS.map((one) => clocks?.[one] ?? null)];
  });
  const head = ['state', 'usps', 'fips', 'recipients', ...STANDINGS];
  return c.body(`\ufeff${[head, ...rows].map(csvLine).join('')}`, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${model.matter.slug}-map.csv"`,
  });
}

async function getJson(c: Ctx): Promise<Response> {
  const { model, found, geometry } = await read(c);
  const find = finder(geometry);
  const body: z.infer<typeof mapBody> = {
    request: model.request?.id ?? null,
    total: found.total,
    areas: found.areas.map((area) => {
      const us = stateNamed(area.state);
      const { total, clocks, state } = area;
      return {
        ...{ state, usps: us?.usps ?? null, fips: us?.fips ?? null, total },
        clocks: clocks && { ...clocks },
        page: boardHref(model, ofArea(area)),
      };
    }),
    places: found.spots?.map((spot: Spot) => ({ ...spot, near: find(spot).near })) ?? null,
  };
  c.header('Access-Control-Allow-Origin', '*');
  return c.json(body);
}

export const mapPages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/map', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/map.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/map', access: ANYONE, handler: getJson },
];
