/** How a record leaves the house: the frame for other sites, oEmbed, citations, data blocks, the moments of a slider. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { testMatter } from '../../test/support/matter.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { BASE } from '../../test/support/services.ts';
import { bibtex } from './cite.tsx';
import { escaped } from './json-ld.tsx';
import { MOST_MOMENTS, momentsOf } from './moments.ts';
import { lastNoon } from './noon.ts';

let p: TestPublic;
let start: number;
let matter: string;
const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

beforeAll(async () => {
  p = await testPublic();
  start = p.t.clock.now();
  const m = await testMatter(p.t, { slug: 'sample-inquiry', recipients: 40, items: 1 });
  ({ matter } = m);
  await testMatter(p.t, { slug: 'secret-inquiry', audience: 'parties', recipients: 1 });
  p.t.clock.tick(HOUR);
  await m.answer(0, 1, 'objected');
  p.t.clock.tick(HOUR);
  await m.note('</script><script>alert(1)</script>', start - 24 * HOUR);
  p.t.clock.tick(HOUR);
  await p.t.ledger.publish();
});
afterAll(() => p.close());

const text = async (path: string, status = 200) => {
  const response = await p.get(path);
  expect(`${path} ${response.status}`).toBe(`${path} ${status}`);
  return response.text();
};

it('is framed by others in one page alone, which holds nothing that could act', async () => {
  const bare = await p.get('/embed/record/sample-inquiry?kind=place');
  const pinned = bare.headers.get('location') ?? '';
  expect([bare.status, pinned]).toEqual([302, expect.stringMatching(/^\/embed\/.*kind=place&asOf=20\d\d-[^&]+Z$/)]);
  const page = await p.get(`/embed/record/sample-inquiry?asOf=${iso(start + HOUR)}`, {
    cookie: 'tz=Asia%2FTokyo; notice=Saved.',
  });
  const body = await page.text();
  const csp = page.headers.get('content-security-policy') ?? '';
  expect([page.status, page.headers.get('set-cookie'), page.headers.get('x-frame-options')]).toEqual([200, null, null]);
  expect(csp).toMatch(/^default-src 'none'; .*form-action 'none'; frame-ancestors \*$/);
  expect(body).not.toMatch(
    /<(form|button|input|script|iframe|object|embed)\b|\son\w+=|javascript:|Saved\.|Tokyo|sign-in|\/desk/,
  );
  const links = [...body.matchAll(/<a [^>]*>/g)].map(([tag]) => tag);
  expect(links.length).toBeGreaterThan(20);
  for (const tag of links) {
    expect(tag).toContain('target="_blank"');
    expect(tag).toContain('rel="noopener noreferrer"');
    expect(tag).toContain('href="/record/sample-inquiry');
  }
  expect(body).toContain('objected');
  expect(body).toContain('15 more recipients');
  expect(await text(`/embed/record/sample-inquiry?asOf=${iso(start)}`)).not.toContain('objected');
  await text('/embed/record/secret-inquiry?asOf=2026-03-02', 404);
  await text('/embed/record/sample-inquiry?asOf=soon', 422);
  for (const path of ['/record/sample-inquiry', '/record/sample-inquiry/map', '/oembed', '/embed/record/none']) {
    const { headers } = await p.get(path);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
  }
});

const answer = z.looseObject({
  type: z.literal('rich'),
  version: z.literal('1.0'),
  html: z.string(),
  width: z.number(),
});

it('is found by oEmbed, pinned to the time of the address, in JSON and XML', async () => {
  const page = await text(`/record/sample-inquiry?asOf=${iso(start + HOUR)}`);
  const [, found = ''] = /application\/json\+oembed" href="([^"]+)"/.exec(page) ?? [];
  const path = found.replaceAll('&amp;', '&');
  const json = answer.parse(JSON.parse(await text(path)));
  expect(json.html).toContain(`src="${BASE}/embed/record/sample-inquiry?asOf=2026`);
  expect(json.html).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(json.html).not.toContain('allow-scripts');
  const small = answer.parse(JSON.parse(await text(`${path}&maxwidth=300`)));
  expect([json.width, small.width]).toEqual([640, 300]);
  const xml = await text(path.replace('format=json', 'format=xml'));
  expect(xml).toContain('<type>rich</type>');
  expect(xml).toContain('&lt;iframe src=&quot;');
  const of = (url: string, status: number) => text(`/oembed?url=${encodeURIComponent(url)}`, status);
  await of(`${BASE}/record/sample-inquiry/figures`, 200);
  await of(`${BASE}/record/secret-inquiry`, 404);
  await of(`${BASE}/desk`, 404);
  await of('https://elsewhere.example.org/record/sample-inquiry', 404);
  await of('javascript:alert(1)', 404);
  await of(`${BASE}/record/sample-inquiry?asOf=soon`, 422);
  await text('/oembed', 422);
  await text(`${path.replace('format=json', 'format=yaml')}`, 501);
});

it('is cited by an address that stays, with its receipt', async () => {
  const at = `?asOf=${iso(start + HOUR)}`;
  const page = await text(`/record/sample-inquiry${at}`);
  expect(page).toContain('Office of Examples, “Example inquiry”, public record as of');
  const bib = await text(`/record/sample-inquiry/cite.bib${at}`);
  expect(bib).toMatch(/^@misc\{sample-inquiry-2026-\d\d-\d\d,\n {2}author = \{\{Office of Examples\}\},/);
  expect(bib).toMatch(/url = \{http[^}]*asOf=2026[^}]*\}/);
  const csl: unknown = JSON.parse(await text(`/record/sample-inquiry/cite.json${at}`));
  expect(csl).toMatchObject([
    { type: 'webpage', title: 'Example inquiry', author: [{ literal: 'Office of Examples' }] },
  ]);
  // Of the present: pinned, and no earlier than the last entry that it shows.
  const [, url = ''] = /url = \{([^}]*)\}/.exec(await text('/record/sample-inquiry/cite.bib')) ?? [];
  const shown = await text(url.slice(BASE.length));
  expect(shown).toContain('alert(1)');
  await text(`/record/sample-inquiry/cite.bib?asOf=soon`, 422);
  await text('/record/secret-inquiry/cite.json', 404);
  const odd = {
    title: 'A {B} & 100% \\x_y',
    keeper: 'K',
    axis: 'x',
    url: 'u',
    receipt: null,
    position: null,
    log: 'l',
    text: '',
  };
  expect(bibtex('s', { ...odd, asOf: new Date(0) })).toContain('A \\{B\\} \\& 100\\% \\textbackslash{}x\\_y');
});

it('says what it is in a block that no text can end', async () => {
  const block = (page: string) => /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  const page = await text('/record/sample-inquiry');
  const graph = z.strictObject({ '@context': z.literal('https://schema.org'), '@graph': z.array(z.looseObject({})) });
  const [record, ...recipients] = graph.parse(JSON.parse(block(page)))['@graph'];
  expect(record).toMatchObject({
    '@type': 'Dataset',
    name: 'Example inquiry',
    creator: { '@type': 'GovernmentOrganization' },
  });
  expect(recipients).toHaveLength(40);
  expect(recipients[0]).toMatchObject({ '@type': 'GovernmentOrganization', name: 'Place 001' });
  const bad = escaped({ a: '</script><!--\u2028&' });
  expect(bad).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(bad)).toEqual({ a: '</script><!--\u2028&' });
});

it('gives a slider its moments, thinned out where they are many, never what is to come', async () => {
  const moments = z.strictObject({ moments: z.array(z.string()) });
  const of = async (query: string) =>
    moments.parse(JSON.parse(await text(`/api/v1/records/sample-inquiry/moments${query}`))).moments;
  expect(await of('')).toEqual([start, start + HOUR, start + 2 * HOUR].map(iso));
  expect(await of('?axis=happened')).toEqual([start - 24 * HOUR, start, start + HOUR].map(iso));
  await text('/api/v1/records/secret-inquiry/moments', 404);
  await p.t.ledger.append({
    key: p.t.newId(),
    entries: Array.from({ length: 450 }, (_, i) => ({
      kind: 'matter.noted',
      id: p.t.newId(),
      matter,
      by: matter,
      occurredAt: iso(start - i * 1000),
      audience: 'public' as const,
      body: { text: `Note ${i}`, source: { publisher: 'Example Gazette', title: 'T', date: '2018-01-24' } },
    })),
  });
  const many = await momentsOf(
    p.t.db,
    matter,
    'happened',
    { last: 100_000, until: null, shownAt: new Date(p.t.clock.now()) },
    0,
  );
  expect(many.length).toBeLessThanOrEqual(MOST_MOMENTS);
  expect(many.length).toBeGreaterThan(MOST_MOMENTS / 2);
  expect(many.at(-1)).toBe(start + HOUR);
});

it('counts what changed since a noon that its readers know', () => {
  const noon = (at: string) => lastNoon(new Date(at), 'America/New_York').toISOString();
  expect(noon('2018-01-25T11:53:00Z')).toBe('2018-01-24T17:00:00.000Z');
  expect(noon('2018-01-25T22:59:00Z')).toBe('2018-01-24T17:00:00.000Z');
  expect(noon('2018-01-25T23:00:00Z')).toBe('2018-01-25T17:00:00.000Z');
  // The day on which clocks go forward: noon comes an hour sooner.
  expect(noon('2018-03-11T23:30:00Z')).toBe('2018-03-11T16:00:00.000Z');
});
