/** People and documents of a record: who is named with which office and what they did, which files are public, as of any time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { wordsOf } from '../../test/support/answering.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { documentList, peopleList } from './api-around-schemas.ts';
import { loadExample } from './example.ts';

let p: TestPublic;
beforeAll(async () => {
  p = await testPublic();
  p.t.clock.set(Date.parse('2026-03-02T15:00:00Z'));
  await loadExample(p.services);
});
afterAll(() => p.close());

async function text(path: string, status = 200): Promise<string> {
  const response = await p.get(path);
  expect(`${path} ${response.status}`).toBe(`${path} ${status}`);
  return await response.text();
}
const json = async (path: string): Promise<unknown> => JSON.parse(await text(path));
const RECORD = '/record/2018-letters';
const API = '/api/v1/records/2018-letters';

test('people stand with their office, what they said, and where they were invited', async () => {
  const { people, total } = peopleList.parse(await json(`${API}/people`));
  expect(total).toBe(people.length);
  const landrieu = people.find(({ name }) => name === 'Mitch Landrieu');
  expect(landrieu).toMatchObject({
    offices: [expect.stringContaining('Mayor')],
    parties: [{ name: 'City of New Orleans' }],
  });
  expect(landrieu?.person).not.toBeNull();
  expect(people.map(({ name }) => name)).toEqual(
    [...people.map(({ name }) => name)].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  );
  const page = await text(`${RECORD}/people?q=landrieu`);
  expect(wordsOf(page)).toContain('1 person');
  expect(page).toContain(`href="/person/${landrieu?.person}"`);
  expect(page).toContain('"@type":"Person"');
  expect(wordsOf(await text(`${RECORD}/people?q=nobody-here`))).toContain('Nobody called “nobody-here”');
  const most = peopleList
    .parse(await json(`${API}/people?sort=statements&dir=down`))
    .people.map(({ statements }) => statements);
  expect(most).toEqual([...most].sort((a, b) => b - a));
  expect((await text(`${RECORD}/people.csv`)).split('\r\n')).toHaveLength(total + 2);
  // Nobody had spoken yet.
  const early = await text(`${RECORD}/people?asOf=2018-01-23T12:00:00Z&axis=happened`);
  expect(wordsOf(early)).toContain('Nobody is named by then');
  await text(`${RECORD}/people?asOf=nonsense`, 422);
  await text('/record/no-such-record/people', 404);
});

test('documents are those that strangers can have, and sources with the hash of what was kept', async () => {
  const { documents } = documentList.parse(await json(`${API}/documents`));
  expect(documents.length).toBeGreaterThan(0);
  for (const one of documents) {
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(one.download === null).toBe(one.what === 'source');
    if (one.download !== null) await text(one.download);
  }
  const page = wordsOf(await text(`${RECORD}/documents`));
  expect(page).toContain('Documents that are public');
  expect(page).toContain(documents[0]?.title ?? 'none');
  expect((await text(`${RECORD}/documents.csv`)).split('\r\n')).toHaveLength(documents.length + 2);
  const early = wordsOf(await text(`${RECORD}/documents?asOf=2020-01-01T00:00:00Z`));
  expect(early).toContain('No public document by then');
  await text(`${RECORD}/documents?asOf=nonsense`, 422);
});

test('every tab says what came since noon, and the board names its recipients for programs', async () => {
  for (const tab of [
    '',
    '/map',
    '/timeline',
    '/people',
    '/meetings',
    '/statements',
    '/figures',
    '/orders',
    '/consequences',
    '/documents',
  ])
    expect([tab, wordsOf(await text(`${RECORD}${tab}`))]).toEqual([
      tab,
      expect.stringMatching(/\d entries since 1 Mar 2026, 12:00/),
    ]);
  expect(await text(RECORD)).toMatch(
    /"@type":"GovernmentOrganization","name":"Louisville Metro","@id":"urn:uuid:[0-9a-f-]{36}"/,
  );
});

test('the day of the letters, hour by hour: served at noon, by the next morning people had spoken and some had withdrawn', async () => {
  const asked = z.looseObject({ board: z.looseObject({ total: z.number() }).nullable() });
  const listed = z.looseObject({
    statements: z.array(z.unknown()).default([]),
    figures: z.array(z.unknown()).default([]),
  });
  const standing = async (at: string) => {
    const as = `asOf=${at}&axis=happened`;
    const record = asked.parse(await json(`${API}?${as}`));
    const meetings = wordsOf(await text(`${RECORD}/meetings?${as}`));
    return {
      letters: record.board?.total ?? 0,
      statements: listed.parse(await json(`${API}/statements?${as}`)).statements.length,
      figures: listed.parse(await json(`${API}/figures?${as}`)).figures.length,
      withdrew: /Bill de Blasio.{0,200}?(accepted|withdrew)/s.exec(meetings)?.[1] ?? null,
    };
  };
  const hours = Array.from({ length: 21 }, (_, i) =>
    new Date(Date.parse('2018-01-24T16:00:00Z') + i * 3_600_000).toISOString(),
  );
  const seen = [];
  for (const at of hours) seen.push({ at, ...(await standing(at)) });
  // Of words and visits only the day is known: they stand at its end, and nothing is guessed in between.
  for (const { at, ...one } of seen) {
    const [noon, midnight] = [at >= '2018-01-24T17:00:00.000Z', at >= '2018-01-25T04:59:00.000Z'];
    expect({ at, ...one }).toEqual({
      at,
      letters: noon ? 23 : 0,
      statements: midnight ? 7 : 0,
      figures: midnight ? 4 : 3,
      withdrew: midnight ? 'withdrew' : 'accepted',
    });
  }
  const figures = wordsOf(await text(`${RECORD}/figures?asOf=2018-01-25T11:53:00Z&axis=happened`));
  expect(figures).toContain('about $200 billion');
  expect(figures).toContain('the $1 trillion');
  const changes = await text(`${RECORD}/changes?since=2018-01-24T17:00:00Z&asOf=2018-01-25T11:53:00Z&axis=happened`);
  for (const who of ['Mitch Landrieu', 'Bill de Blasio', 'Rahm Emanuel']) expect(wordsOf(changes)).toContain(who);
});
