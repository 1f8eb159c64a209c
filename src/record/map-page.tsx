/**
 * The map of a record: the same recipients as the board's, with the same filters and as of the same time, by state, and the table that says it
 * in words; CSV and JSON of the same. Shows only what is public, and nowhere that is not known.
 */
import type { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Empty } from '../ui/empty.tsx';
import { page } from '../ui/page.tsx';
import { type Column, Links, Table } from '../ui/table.tsx';
import { clockState, count } from '../ui/words.ts';
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

const NEAR: Readonly<Record<Placed['near'], string>> = {
  county: 'at its own place',
  'in county': 'at the middle of its county',
  state: 'in its state’s number; where in the state is not known here',
  nowhere: 'not on the map',
};

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
          <h2>{request.title}, by state</h2>
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
              label="Download"
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
          what={moment.asOf === null ? 'No request yet' : 'No request had been issued by then'}
          how="States, counties and places that were asked stand here on a map, once a request has been issued."
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
      <Empty what="No recipient fits this filter" how={<a href={`${recordPath(matter)}/map`}>Show all recipients</a>} />
    );
  }
  const find = finder(geometry);
  const placed = (spots ?? []).map((spot) => ({ ...spot, ...find(spot) }));
  const states = areas.filter(({ state }) => state !== null).length;
  return (
    <>
      <p>
        {count(total, 'recipient')} {states > 0 ? `in ${count(states, 'state')}` : ''}
        {Object.values(model.filter).some(Boolean) ? ', as the filter asks' : ''}. Each number leads to these recipients
        on the board.
      </p>
      <div class="map-beside">
        <RecordMap areas={areas} spots={placed} geometry={geometry} href={(area) => boardHref(model, ofArea(area))} />
        <AreaTable model={model} areas={areas} />
      </div>
      {spots === null ? (
        <p class="soft">
          Counties and places are drawn by themselves where no more than {MOST_SPOTS} recipients are shown. Narrow the
          filter to see them.
        </p>
      ) : (
        <details class="map-spots">
          <summary>Where each recipient stands on the map</summary>
          <p class="soft">
            A county stands at its middle. A city stands on the map by itself only where it is one with a county; of
            others the state alone is known here, and they are in its number.
          </p>
          <Table
            caption="Where each recipient stands on the map"
            quietCaption
            rows={placed}
            empty={{ what: 'No recipient' }}
            columns={[
              {
                head: 'Recipient',
                names: true,
                cell: (one) => <a href={href(servicePath(matter, one.service), momentParams(moment))}>{one.name}</a>,
              },
              { head: 'Kind', cell: (one) => one.kind },
              { head: 'State', cell: (one) => one.state ?? '–' },
              { head: 'On the map', cell: (one) => (one.kind === 'state' ? 'as its state' : NEAR[one.near]) },
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
    head: CLOCK_HEADS[one],
    numeric: true,
    cell: (area) => {
      const n = area.clocks?.[one] ?? 0;
      return n === 0 ? (
        '0'
      ) : (
        <a href={boardHref(model, { ...ofArea(area), clock: one })}>{n.toLocaleString('en-US')}</a>
      );
    },
  });
  return (
    <div id="areas">
      <Table
        caption="Recipients by state"
        quietCaption
        rows={areas}
        empty={{ what: 'No recipient' }}
        columns={[
          {
            head: 'State',
            names: true,
            cell: (area) => (
              <>
                {area.state ?? 'No state named'}
                {stateNamed(area.state) ? null : <span class="soft"> · not on the map</span>}
              </>
            ),
          },
          {
            head: 'Recipients',
            numeric: true,
            cell: (area) => <a href={boardHref(model, ofArea(area))}>{area.total.toLocaleString('en-US')}</a>,
          },
          ...used.map(clock),
        ]}
      />
    </div>
  );
}

const CLOCK_HEADS: Readonly<Record<Standing, string>> = {
  overdue: 'overdue',
  unknown: 'not known',
  running: clockState('running').word,
  paused: clockState('paused').word,
  revoked: clockState('revoked').word,
  stopped: clockState('stopped').word,
};

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
