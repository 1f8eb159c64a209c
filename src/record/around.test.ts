/** People and documents of a record: who is named with which office and what they did, which files are public, as of any time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
