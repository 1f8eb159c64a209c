/** The map of a record: the same numbers as the board’s, filter by filter; where places stand; its bytes; what it says without a state. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestMatter, testMatter } from '../../test/support/matter.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { mapBody } from './api-map-schemas.ts';
import { recordBody } from './api-schemas.ts';
import { STANDINGS } from './areas.ts';
import { loadExample } from './example.ts';
import { mapGeometry, simplified } from './map-geometry.ts';
import { finder, stateNamed, US_STATES } from './map-places.ts';

let p: TestPublic;
let m: TestMatter;
let start: number;
const iso = (ms: number) => new Date(ms).toISOString();

beforeAll(async () => {
  p = await testPublic();
  start = p.t.clock.now();
  m = await testMatter(p.t, { slug: 'sample-inquiry', recipients: 7, items: 1 });
  for (const state of ['Oregon', 'oregon', 'Oregon', 'Puerto Rico']) await m.serve(`Town of ${state}`, state);
  p.t.clock.tick(3_600_000);
  const a = await m.answer(0, 1, 'objected');
  await m.determine(0, 1, a.answer, 'deficient');
  await m.answer(3, 1, 'produced');
  await loadExample(p.services);
  await p.t.ledger.publish();
});
afterAll(() => p.close());

const text = async (path: string, status = 200) => {
  const response = await p.get(path);
  expect(`${path} ${response.status}`).toBe(`${path} ${status}`);
  return response.text();
};
const map = async (slug: string, query: string) =>
  mapBody.parse(JSON.parse(await text(`/api/v1/records/${slug}/map?${query}`)));
const board = async (page: string) => {
  const { pathname, search } = new URL(page, 'http://localhost');
  const slug = pathname.split('/').at(-1);
  return recordBody.parse(JSON.parse(await text(`/api/v1/records/${slug}${search}`))).board?.total;
};

describe('numbers', () => {
  it.each([
    '',
    'kind=place',
    'state=Oregon',
    'answer=objected',
    'answer=unanswered',
    'determination=deficient',
    'determination=not+reviewed',
    'clock=running',
    'clock=stopped',
    'text=town',
    'kind=place&answer=unanswered',
    'asOf=START',
    'asOf=START&axis=happened',
    'asOf=2026-03-02T11:00&tz=America/New_York&kind=county',
  ])('of a state are those of the board that it leads to: %s', async (words) => {
    const query = words.replace('START', iso(start));
    const { areas, total } = await map('sample-inquiry', query);
    expect((await board(`/record/sample-inquiry?${query}`)) ?? 0).toBe(total);
    expect(areas.reduce((n, area) => n + area.total, 0)).toBe(total);
    for (const area of areas) {
      expect(`${area.state} ${await board(area.page)}`).toBe(`${area.state} ${area.total}`);
      if (area.clocks === null) {
        expect(query).toContain('clock=');
        continue;
      }
      let each = 0;
      for (const clock of STANDINGS) {
        const here = await board(`${area.page}&clock=${clock}`);
        expect(`${area.state} ${clock} ${here}`).toBe(`${area.state} ${clock} ${area.clocks[clock]}`);
        each += area.clocks[clock];
      }
      expect(each).toBe(area.total);
    }
  });

  it('change with the moment, and with what is written since', async () => {
    expect((await map('sample-inquiry', `asOf=${iso(start - 1)}`)).total).toBe(0);
    const oregon = async (query = '') =>
      (await map('sample-inquiry', query)).areas.filter(({ usps }) => usps === 'OR').map(({ total }) => total);
    const before = await oregon();
    await m.serve('Village of Oregon', 'Oregon');
    expect(before).toEqual([1, 2]);
    expect(await oregon()).toEqual([1, 3]);
  });

  it('of recipients without a state stand by themselves, and lead somewhere', async () => {
    await m.serve('Water district', null);
    const { areas } = await map('sample-inquiry', '');
    const none = areas.at(-1);
    expect(none).toMatchObject({ state: null, total: 1, page: '/record/sample-inquiry?state=none' });
    expect(await board(none?.page ?? '')).toBe(1);
    expect(await text('/record/sample-inquiry?state=none')).toContain('no state named');
    const page = await text('/record/2018-letters/map');
    expect(page).toContain('California: 9 recipients, not known what followed');
    expect(await text('/record/sample-inquiry/map')).toContain('Example State<span class="soft"> · not on the map');
    expect(await text('/record/sample-inquiry/map.csv')).toMatch(/Puerto Rico,PR,72,1,0,0,1,0,0,0\r\n/);
  });
});

describe('places', () => {
  it('stand at their county where their id says so, and nowhere by their name', async () => {
    const find = finder(await mapGeometry());
    const at = (id: string, state: string | null = null) =>
      find({ ocdId: `ocd-division/country:us/${id}`, state }).near;
    expect(at('state:il/county:cook')).toBe('county');
    expect(at('state:la/parish:orleans')).toBe('county');
    expect(at('state:md/county:prince_george~s')).toBe('county');
    expect(at('state:md/place:baltimore')).toBe('county');
    expect(at('state:ca/place:san_francisco')).toBe('county');
    expect(at('state:il/county:st_clair/place:belleville')).toBe('in county');
    expect(at('state:ms/place:jackson', 'Mississippi')).toBe('state');
    expect(at('state:ca/place:los_angeles', 'California')).toBe('state');
    expect(at('state:ca/county:no_such', 'california')).toBe('state');
    expect(at('territory:pr/municipio:ponce')).toBe('nowhere');
    expect(find({ ocdId: null, state: null })).toEqual({ near: 'nowhere', at: null });
    const md = find({ ocdId: 'ocd-division/country:us/state:md/county:baltimore', state: null }).at;
    expect(md).not.toEqual(find({ ocdId: 'ocd-division/country:us/state:md/place:baltimore', state: null }).at);
  });

  it('are drawn for every state, on tiles of their own', async () => {
    const { states } = await mapGeometry();
    const without = US_STATES.filter(({ fips }) => !states.has(fips)).map(({ usps }) => usps);
    expect([states.size, US_STATES.length, without]).toEqual([51, 56, ['GU', 'MP', 'AS', 'VI', 'PR']]);
    expect(new Set(US_STATES.map(({ tile }) => tile.join())).size).toBe(56);
    for (const { path } of states.values()) expect(path).toMatch(/^M-?\d+ -?\d+l[-\d mlz]+z$/);
    expect([stateNamed(' california ')?.usps, stateNamed('wa')?.name, stateNamed('Washingtonia')]).toEqual([
      'CA',
      'Washington',
      null,
    ]);
    expect(
      simplified([
        [0, 0],
        [1, 0.0001],
        [2, 0],
      ]),
    ).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(
      simplified([
        [0, 0],
        [1, 1],
        [2, 0],
      ]),
    ).toHaveLength(3);
  });
});

it('weighs little, works without script, keeps filter and time in its form, and refuses a time that is none', async () => {
  const page = await text(`/record/2018-letters/map?kind=county&asOf=2018-01-25T11:53:00Z&axis=happened`);
  expect(gzipSync(page).length).toBeLessThan(30_000);
  expect(page).toContain('<input type="hidden" name="kind" value="county"');
  expect(page.match(/name="asOf"/g)?.length).toBe(2);
  expect(page).toMatch(/href="\/record\/2018-letters\?asOf=[^"]*kind=county&amp;state=California"/);
  expect(page).toContain('Cook County');
  expect(await text('/record/2018-letters/map?asOf=yesterday', 422)).toContain('is not a date and time');
  expect(await text('/record/2018-letters/map?text=nobody+of+this+name')).toContain('No recipient fits this filter');
  await text('/record/no-such/map', 404);
});
