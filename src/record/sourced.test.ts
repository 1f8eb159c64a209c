/**
 * Sources, statements and figures from the desk's forms to the public record: what is refused and kept, both axes of time, CSV and API, and
 * nothing of a matter that is not public. Views made anew are the same.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import type { Desk } from '../../test/support/desk.ts';
import { type Sourced, sourced } from '../../test/support/sourced.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { project } from '../rooms/project.ts';
import { serveDraft } from '../rooms/requests/serve.ts';
import { figureList, searchBody, statementList } from './api-schemas.ts';
import { ftmList } from './ftm.ts';

let s: Sourced;
let desk: Desk;
let matter: string;
const get = (path: string, status = 200) => s.get(path, status);
const send = (page: string, action: string, fields: Readonly<Record<string, string>>) => s.send(page, action, fields);

beforeAll(async () => {
  s = await sourced();
  ({ desk, matter } = s);
});
afterAll(() => s.close());

const room = (name: string) => `/desk/matters/${matter}/${name}`;
const TEXT = `The mayor said on Tuesday: “So perhaps the mailbox\nshould be checked.” About $200 billion is on offer, less than the $1 trillion once pledged.`;
const OFFICE = {
  name: 'Pat Sample',
  title: 'Director',
  party: 'Office of Records',
  from: '2016-01-04',
  publisher: 'Example Courier',
  sourceTitle: 'Appointments',
  sourceDate: '2016-01-05',
};

test('a person in an office: unknown parties and namesakes are never matched silently', async () => {
  expect(await get('/desk/people')).toContain('Nobody yet');
  const stranger = await send('/desk/people', '/desk/people', { ...OFFICE, party: 'Washington' });
  expect([stranger.status, wordsOf(stranger.text)]).toEqual([
    422,
    expect.stringContaining('The directory has no Washington'),
  ]);
  expect((await send('/desk/people', '/desk/people', OFFICE)).status).toBe(303);
  const again = await send('/desk/people', '/desk/people', { ...OFFICE, title: 'Deputy' });
  expect([again.status, wordsOf(again.text)]).toEqual([422, expect.stringContaining('Another person of this name')]);
  const other = { ...OFFICE, title: 'Deputy', who: 'new', note: 'of the archive' };
  expect((await send('/desk/people', '/desk/people', other)).status).toBe(303);
  const list = wordsOf(await get('/desk/people?q=deputy'));
  expect(list).toContain('Pat Sample (of the archive)');
  expect(list).not.toContain('Director');
});

test('a source is kept for the office; what is typed survives a refusal', async () => {
  expect(wordsOf(await get(room('statements')))).toContain('A statement needs a source');
  const kept = {
    publisher: 'Example Courier',
    title: 'Letters arrive',
    published: '2026-02-28',
    url: 'https://courier.example.org/letters',
    text: TEXT,
  };
  const bad = await send(room('sources'), room('sources'), { ...kept, url: 'javascript:alert(1)' });
  expect([bad.status, wordsOf(bad.text)]).toEqual([422, expect.stringContaining('is not a web address')]);
  expect(formOf(bad.text, room('sources')).values['title']).toBe('Letters arrive');
  expect((await send(room('sources'), room('sources'), { ...kept, published: '2999-01-01' })).status).toBe(422);
  expect((await send(room('sources'), room('sources'), kept)).status).toBe(303);
  const list = await get(room('sources'));
  const [, one = ''] = /sources\/([0-9a-f-]{36})"/.exec(list) ?? [];
  expect(wordsOf(await get(room(`sources/${one}`)))).toContain('So perhaps the mailbox');
  await get(room(`sources/${desk.t.newId()}`), 404);
});

const statement = {
  words: '“So perhaps the mailbox should be checked.”',
  form: 'quotation',
  medium: 'told an outlet',
  outlet: 'Example Courier',
  day: '2026-02-24',
  time: '',
};
const choose = (page: string, label: string) =>
  new RegExp(`<option value="([0-9a-f-]{36})"[^>]*>${label}`).exec(page)?.[1] ?? '';

test('words that do not stand in the source are no quotation; nobody speaks for an office they did not hold', async () => {
  const page = await get(room('statements'));
  const fields = {
    ...statement,
    holding: choose(page, 'Pat Sample, Director'),
    source: choose(page, 'Example Courier: Letters arrive'),
  };
  const wrong = await send(room('statements'), room('statements'), { ...fields, words: 'The mailbox is empty.' });
  expect([wrong.status, wordsOf(wrong.text)]).toEqual([422, expect.stringContaining('does not contain these words')]);
  expect(formOf(wrong.text, room('statements')).values['outlet']).toBe('Example Courier');
  const early = await send(room('statements'), room('statements'), { ...fields, day: '2015-12-31' });
  expect(wordsOf(early.text)).toContain('and not on 2015-12-31');
  const nobody = await send(room('statements'), room('statements'), { ...fields, holding: '' });
  expect(wordsOf(nobody.text)).toContain('Say who spoke');
  desk.t.clock.tick(3_600_000);
  expect((await send(room('statements'), room('statements'), fields)).status).toBe(303);
  const ours = {
    ...fields,
    holding: '',
    name: 'A clerk',
    form: 'paraphrase',
    words: 'The clerk had not been asked.',
    day: '2026-02-25',
    time: '09:30',
  };
  expect((await send(room('statements'), room('statements'), ours)).status).toBe(303);
});

const figure = {
  measure: 'Money on offer',
  unit: 'US dollars',
  low: '200,000,000,000',
  qualifier: 'about',
  originalValue: 'About $200 billion',
  claimant: 'leaked details',
  day: '2026-02-24',
};

test('figures that differ stand side by side; a rank needs a reason', async () => {
  const page = await get(room('figures'));
  const source = choose(page, 'Example Courier: Letters arrive');
  const add = (change: Readonly<Record<string, string>>) =>
    send(room('figures'), room('figures'), { ...figure, source, ...change });
  expect((await add({})).status).toBe(303);
  const mixed = await add({ measure: 'money on OFFER', unit: 'euros' });
  expect([mixed.status, wordsOf(mixed.text)]).toEqual([422, expect.stringContaining('euros cannot stand beside them')]);
  expect(wordsOf((await add({ originalValue: 'about $300 billion' })).text)).toContain(
    'does not word the figure like this',
  );
  expect((await add({ high: '100' })).status).toBe(422);
  const pledged = {
    measure: 'money on OFFER',
    low: '1000000000000',
    qualifier: 'exactly',
    originalValue: '$1 trillion',
    claimant: 'an earlier pledge',
  };
  expect((await add(pledged)).status).toBe(303);
  const rank = (fields: Readonly<Record<string, string>>) => send(room('figures'), room('figures/rank'), fields);
  expect((await rank({ rank: 'deprecated', reason: '' })).status).toBe(422);
  expect(wordsOf((await rank({ rank: 'normal', reason: 'As it was.' })).text)).toContain('ranked normal already');
  desk.t.clock.tick(3_600_000);
  expect((await rank({ rank: 'deprecated', reason: 'The plan replaced it.' })).status).toBe(303);
});

test('the public sees both, with sources and receipts, as of any time on both axes; what is not public, nobody', async () => {
  await desk.t.ledger.publish();
  const said = statementList.parse(JSON.parse(await get('/api/v1/records/sample-letters/statements')));
  expect(said.statements.map((one) => [one.speaker.name, one.speaker.office, one.form, one.dayOnly])).toEqual([
    ['Pat Sample', 'Director, Office of Records', 'quotation', true],
    ['A clerk', null, 'paraphrase', false],
  ]);
  expect(said.statements[0]?.selector?.exact).toBe('So perhaps the mailbox\nshould be checked.');
  const { figures } = figureList.parse(JSON.parse(await get('/api/v1/records/sample-letters/figures')));
  expect(figures.map((one) => [one.measure, one.low, one.rank, one.reason]).toSorted()).toEqual([
    ['Money on offer', '1000000000000', 'normal', null],
    ['Money on offer', '200000000000', 'deprecated', 'The plan replaced it.'],
  ]);
  const page = await get('/record/sample-letters/statements');
  expect(wordsOf(page)).toContain('“So perhaps the mailbox should be checked.”');
  expect(page).toContain('href="https://courier.example.org/letters"');
  // The kept copy itself is the office's alone.
  expect(page).not.toContain('once pledged');
  expect(wordsOf(await get('/record/sample-letters/figures'))).toContain('about 200 billion');
  expect(await get('/record/sample-letters/statements.csv')).toContain(
    'Pat Sample,"Director, Office of Records",quotation',
  );
  expect(await get('/record/sample-letters/figures.csv')).toContain('Money on offer,US dollars,200000000000');
  expect(wordsOf(await get('/record/sample-letters/statements?q=clerk'))).not.toContain('mailbox');

  const asOf = (path: string, at: string, axis: string) => get(`${path}?asOf=${at}&axis=${axis}`);
  expect(wordsOf(await asOf('/record/sample-letters/statements', '2026-02-25T00:00:00Z', 'happened'))).toContain(
    'mailbox',
  );
  expect(wordsOf(await asOf('/record/sample-letters/statements', '2026-02-25T00:00:00Z', 'happened'))).not.toContain(
    'A clerk',
  );
  expect(wordsOf(await asOf('/record/sample-letters/statements', '2026-03-02T15:30:00Z', 'known'))).toContain(
    'No statement is recorded',
  );
  expect(wordsOf(await asOf('/record/sample-letters/figures', '2026-03-02T16:30:00Z', 'known'))).not.toContain(
    'deprecated',
  );
  await get('/record/sample-letters/figures?asOf=tomorrow', 422);
  expect(wordsOf(await get('/record/sample-letters/timeline'))).toContain('told Example Courier');

  const secret = await desk.openMatter('secret-letters', 'parties');
  expect(
    (
      await send(`/desk/matters/${secret}/sources`, `/desk/matters/${secret}/sources`, {
        publisher: 'P',
        title: 'T',
        text: 'Words.',
      })
    ).status,
  ).toBe(303);
  for (const path of ['statements', 'figures', 'statements.csv', 'figures.csv'])
    await get(`/record/secret-letters/${path}`, 404);
  await get('/api/v1/records/secret-letters/figures', 404);
});

test('the search finds words of what is public, marks them, and finds recipients by name', async () => {
  const found = searchBody.parse(JSON.parse(await get('/api/v1/search?q=mailboxes')));
  expect(found.entries.map((one) => [one.kind, one.title])).toEqual([
    ['statement.made', 'Pat Sample · Director, Office of Records'],
  ]);
  const page = await get('/search?q=%22mailbox+should%22');
  expect(page).toContain('<mark>mailbox</mark>');
  await get('/search?q=%00', 422);
  for (const q of ['%27%3B--', '%25', '-', '%22%22', '%5C', 'a'.repeat(500)]) await get(`/search?q=${q}`);
  expect(wordsOf(await get('/search?q=unheardof'))).toContain('Nothing public holds');
  // The secret matter has a source called T by P.
  expect(searchBody.parse(JSON.parse(await get('/api/v1/search?q=secret'))).total).toBe(0);
  expect(wordsOf(await get('/search'))).toContain('a phrase stands in quotation marks');
});

test('feeds tell the newest first, and nothing of what is not public', async () => {
  const atom = await get('/record/sample-letters/feed.atom');
  expect(atom.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"')).toBe(
    true,
  );
  const open = [...atom.matchAll(/<([a-z]+)(?: [^>]*[^/])?>/g)].map(([, name]) => name).toSorted();
  expect([...atom.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name).toSorted()).toEqual(open);
  expect(atom).toContain('<title>A figure is ranked deprecated</title>');
  expect(atom).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
  const feed: unknown = JSON.parse(await get('/record/sample-letters/feed.json'));
  const { items } = z
    .object({ items: z.array(z.object({ title: z.string(), date_modified: z.string() })) })
    .parse(feed);
  expect(items.map((one) => one.date_modified)).toEqual(
    items
      .map((one) => one.date_modified)
      .toSorted()
      .toReversed(),
  );
  expect(items[0]?.title).toBe('A figure is ranked deprecated');
  expect(await get('/record/sample-letters')).toContain('type="application/atom+xml"');
  await get('/record/secret-letters/feed.atom', 404);
  await get('/record/secret-letters/feed.json', 404);
});

test('a recipient’s page shows what was said from its offices', async () => {
  const draft = await desk.draft(matter, 'name,kind,state,ocd_id,email\r\nPlace of Samples,city,Example State,,\r\n');
  const request = await serveDraft(desk.services, draft);
  const row = await desk.t.db
    .selectFrom('view.service')
    .select('id')
    .where('request', '=', request)
    .executeTakeFirstOrThrow();
  const clerk = { ...OFFICE, name: 'Sam Example', title: 'Clerk', party: 'Place of Samples' };
  expect((await send('/desk/people', '/desk/people', clerk)).status).toBe(303);
  const path = `/record/sample-letters/services/${row.id}`;
  expect(wordsOf(await get(path))).not.toContain('Statements');
  const page = await get(room('statements'));
  const fields = {
    ...statement,
    holding: choose(page, 'Sam Example, Clerk'),
    source: choose(page, 'Example Courier: Letters arrive'),
  };
  expect((await send(room('statements'), room('statements'), fields)).status).toBe(303);
  const { recipients } = searchBody.parse(JSON.parse(await get('/api/v1/search?q=of+samples')));
  expect(recipients.map((one) => [one.name, one.page])).toEqual([['Place of Samples', path]]);
  expect(wordsOf(await get(path))).toContain('Clerk, Place of Samples, told Example Courier');
});

test('figures and statements leave in the names of FollowTheMoney’s statement model, none dropped', async () => {
  const of = async (what: string) =>
    ftmList.parse(JSON.parse(await get(`/api/v1/records/sample-letters/${what}/ftm`))).statements;
  const figures = await of('figures');
  const { figures: plain } = figureList.parse(JSON.parse(await get('/api/v1/records/sample-letters/figures')));
  expect(plain.length).toBeGreaterThan(1);
  for (const { id, low, rank, originalValue } of plain) {
    const amount = figures.find((one) => one.entity_id === id && /^amount(Min)?$/.test(one.prop));
    expect(amount).toMatchObject({ value: low, rank, original_value: originalValue, dataset: 'sample-letters' });
  }
  const quoted = (await of('statements')).find(({ prop }) => prop === 'quotation');
  expect(quoted).toMatchObject({ schema: 'counterfoil:Statement', origin: 'https://courier.example.org/letters' });
  expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
  const page = await get('/record/sample-letters/statements');
  expect(page).toContain('"@type":"Quotation"');
});

test('the views made anew from the entries are the same', async () => {
  const owner = openPool(desk.t.database.ownerConfig, 2);
  expect(await rebuild(owner, project)).toMatchObject({ equal: true });
  await owner.end();
});
