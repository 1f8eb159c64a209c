/**
 * The directory from the desk's forms to its public pages: parties described over time, addresses that follow open requests, roles in an
 * association, lists brought through the browser's forms, and nothing for everyone that is an office's own.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import { PLAIN_ASSETS } from '../../test/support/assets.ts';
import { type Desk, testDesk } from '../../test/support/desk.ts';
import { type Browser, browserOf } from '../../test/support/desk-app.ts';
import { TEST_ORIGIN } from '../../test/support/ledger.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { importInBackground } from '../rooms/directory/import/run.ts';
import { partiesLike } from '../rooms/directory/view.ts';
import { project } from '../rooms/project.ts';
import { serveDraft } from '../rooms/requests/serve.ts';
import { buildApp } from '../web/app.tsx';
import { partyBody, partyList, personBody } from './api-parties-schemas.ts';
import { outdatedContacts } from './contacts.ts';
import { publicRoutes } from './routes.ts';

let desk: Desk;
let b: Browser;
let strangers: ReturnType<typeof buildApp>;
const DIR = '/desk/directory';

beforeAll(async () => {
  desk = await testDesk();
  b = browserOf(desk);
  const log = { origin: TEST_ORIGIN, logKey: desk.t.vkey, witnesses: [], policy: desk.t.policy };
  strangers = buildApp({
    services: desk.services,
    assets: PLAIN_ASSETS,
    routes: publicRoutes(log),
    whoIs: async () => ({ who: 'anyone' }),
  });
});
afterAll(() => desk.close());

async function see(path: string, status = 200): Promise<string> {
  const answer = await strangers.request(`${desk.services.config.baseUrl}${path}`);
  expect(`${path} ${answer.status}`).toBe(`${path} ${status}`);
  return await answer.text();
}
async function get(path: string): Promise<string> {
  const answer = await b.get(path);
  expect(`${path} ${answer.status}`).toBe(`${path} 200`);
  return answer.text;
}
/** Fills in the form of a page that is sent to `action`, its choices included, and sends it. */
async function send(page: string, action: string, fields: Readonly<Record<string, string>>) {
  const html = await get(page);
  const form = formOf(html, action);
  const from = html.indexOf(`action="${action}"`);
  const choices = [
    ...html.slice(from, html.indexOf('</form>', from)).matchAll(/<select\b[^>]*\bname="(\w+)"[^>]*>(.*?)<\/select>/gs),
  ].map(([, name = '', options = '']) => [name, /value="([^"]*)" selected/.exec(options)?.[1] ?? ''] as const);
  return await b.post(action, { ...form.values, ...Object.fromEntries(choices), ...fields });
}
const idOf = async (name: string): Promise<string> => {
  const [one] = await partiesLike(desk.t.db, [], [name]);
  if (!one) throw new Error(`no ${name}`);
  return one.id;
};
const add = async (fields: Readonly<Record<string, string>>) => {
  const sent = await send(DIR, DIR, fields);
  expect([sent.status, sent.status === 303 ? '' : wordsOf(sent.text)]).toEqual([303, '']);
  return sent.to?.split('/').at(-1) ?? '';
};
const SOURCE = { publisher: 'Example Courier', sourceTitle: 'Elections', sourceDate: '2024-01-02' };

test('a party is added by hand; one that is there already is not added twice without a word', async () => {
  const id = await add({ name: 'Millbrook', kind: 'place', state: 'Example State', timeZone: 'America/Chicago' });
  const again = await send(DIR, DIR, { name: 'City of Millbrook', kind: 'place', state: 'Example State' });
  expect([again.status, wordsOf(again.text)]).toEqual([
    422,
    expect.stringContaining('has Millbrook (place, Example State) already'),
  ]);
  expect(again.text).toContain('value="City of Millbrook"');
  expect((await send(DIR, DIR, { name: 'X', kind: 'place', timeZone: 'Mars/Crater' })).status).toBe(422);
  expect(wordsOf(await see(`/party/${id}`))).toContain('America/Chicago');
  await see(`/party/${desk.t.newId()}`, 404);
  await see('/party/nobody', 404);
  await see('/person/nobody', 404);
});

test('a change stands from its day on, a correction from the beginning, and the past stays readable', async () => {
  const id = await idOf('Millbrook');
  desk.t.clock.tick(86_400_000);
  const before = new Date(desk.t.clock.now()).toISOString();
  desk.t.clock.tick(86_400_000);
  const page = `${DIR}/${id}`;
  const change = { name: 'Millbrook Metro', seat: 'Town Hall', reason: 'It merged with its county.' };
  expect(wordsOf((await send(page, `${page}/describe`, { reason: 'No reason' })).text)).toContain(
    'what the directory says already',
  );
  expect(wordsOf((await send(page, `${page}/describe`, { ...change, reason: '' })).text)).toContain(
    'Reason is missing',
  );
  expect(wordsOf((await send(page, `${page}/describe`, { ...change, since: '2999-01-01' })).text)).toContain(
    'lies in the future',
  );
  expect((await send(page, `${page}/describe`, change)).status).toBe(303);
  expect(wordsOf(await see(`/party/${id}`))).toContain('Millbrook Metro');
  expect(wordsOf(await see(`/party/${id}?asOf=${before}`))).not.toContain('Millbrook Metro');
  desk.t.clock.tick(60_000);
  const right = { name: 'Millbrook Metropolis', reason: 'Misspelt.', wasWrong: 'on' };
  expect((await send(page, `${page}/describe`, right)).status).toBe(303);
  expect(wordsOf(await see(`/party/${id}`))).toContain('Millbrook Metropolis');
  // As known today, it was called so when it changed; as known then, it was not.
  const between = new Date(desk.t.clock.now() - 30_000).toISOString();
  expect(await see(`/party/${id}?asOf=${between}&axis=happened`)).toContain('<h1>Millbrook Metropolis');
  expect(await see(`/party/${id}?asOf=${between}`)).toContain('<h1>Millbrook Metro<');
  await see(`/party/${id}?asOf=2020-01-01T00:00:00Z`, 404);
  await see(`/party/${id}?asOf=nonsense`, 422);
  const correction = await desk.t.db
    .selectFrom('ledger.entry')
    .select('corrects')
    .where('kind', '=', 'party.corrected')
    .executeTakeFirst();
  expect(correction?.corrects).toMatch(/^[0-9a-f-]{36}$/);
});

test('a further name finds it, and one id stands for one party', async () => {
  const id = await idOf('Millbrook');
  const page = `${DIR}/${id}`;
  const ocd = 'ocd-division/country:us/state:zz/county:millbrook';
  expect((await send(page, `${page}/aliases`, { of: 'ocd-id', value: ocd })).status).toBe(303);
  expect(wordsOf((await send(page, `${page}/aliases`, { of: 'ocd-id', value: 'millbrook' })).text)).toContain(
    'not an Open Civic Data',
  );
  const other = await add({ name: 'Elm', kind: 'place', state: 'Example State' });
  const taken = await send(`${DIR}/${other}`, `${DIR}/${other}/aliases`, { of: 'ocd-id', value: ocd });
  expect(wordsOf(taken.text)).toContain('This id stands for Millbrook Metropolis');
  expect(await partiesLike(desk.t.db, [ocd], [])).toMatchObject([{ id }]);
  const form = formOf(await get(page), `${page}/aliases/withdraw`);
  expect((await b.post(form.action, form.values)).status).toBe(303);
  expect(await partiesLike(desk.t.db, [ocd], [])).toEqual([]);
});

const CSV = [
  'name,kind,state,email',
  'Cedar County,county,Example State,old@cedar.example.gov',
  'Elm,place,Example State,',
  'Oak,place,Example State,clerk@oak.example.gov',
].join('\n');

test('a changed address reaches open requests: what waits goes there, what left is sent again with one press', async () => {
  const matter = await desk.openMatter('sample-letters');
  const request = await serveDraft(desk.services, await desk.draft(matter, CSV));
  const address = async (name: string) => {
    const row = await desk.t.db
      .selectFrom('work.outbox')
      .innerJoin('view.service', 'view.service.id', 'work.outbox.service')
      .select(['work.outbox.address', 'work.outbox.state'])
      .where('view.service.name', '=', name)
      .where('work.outbox.kind', '=', 'letter')
      .orderBy('work.outbox.id', 'desc')
      .executeTakeFirst();
    return [row?.address, row?.state];
  };
  const [county, elm, oak] = [await idOf('Cedar County'), await idOf('Elm'), await idOf('Oak')];
  const note = async (id: string, fields: Readonly<Record<string, string>>) => {
    const sent = await send(`${DIR}/${id}`, `${DIR}/${id}/channels`, { type: 'mail', ...fields });
    return [sent.status, sent.status === 303 ? (sent.notice ?? '') : wordsOf(sent.text)] as const;
  };
  expect((await note(county, { address: 'nobody' }))[1]).toContain('not an address that mail can be sent to');
  expect((await note(county, { address: 'call me', type: 'phone' }))[1]).toContain('not a telephone number');
  // The letter waits: it goes to the new address without a further word.
  expect(await address('Cedar County')).toEqual(['old@cedar.example.gov', 'queued']);
  expect(await note(county, { address: 'new@cedar.example.gov' })).toEqual([
    303,
    'It is noted. 1 letter that waits goes there.',
  ]);
  expect(await address('Cedar County')).toEqual(['new@cedar.example.gov', 'queued']);
  // The letter has left: the desk says so, and one press sends it again.
  await desk.t.db
    .updateTable('work.outbox')
    .set({ state: 'sent', attempts: 1 })
    .where('request', '=', request)
    .execute();
  expect((await note(oak, { address: 'records@oak.example.gov', label: 'records officer' }))[0]).toBe(303);
  // Nobody had an address: now there is one.
  expect((await note(elm, { address: 'clerk@elm.example.gov' }))[0]).toBe(303);
  const list = await get(DIR);
  expect(wordsOf(list)).toContain('2 open requests at an address that changed');
  expect(wordsOf(list)).toContain('clerk@oak.example.gov → records@oak.example.gov');
  const [one] = (await outdatedContacts(desk.t.db, desk.office.party)).filter((each) => each.party === oak);
  expect((await b.post(`${DIR}/resend`, { service: one?.service ?? '' })).notice).toBe(
    '1 letter will leave for the new address.',
  );
  expect(await address('Oak')).toEqual(['records@oak.example.gov', 'queued']);
  expect((await b.post(`${DIR}/resend`)).notice).toBe('1 letter will leave for the new address.');
  expect(await address('Elm')).toEqual(['clerk@elm.example.gov', 'queued']);
  expect(await outdatedContacts(desk.t.db, desk.office.party)).toEqual([]);
  expect((await b.post(`${DIR}/resend`)).notice).toBe('Nothing was left to send.');
  // Another office sees neither addresses nor what became of them.
  const other = browserOf(desk, 'editor', desk.t.newId());
  for (const path of [DIR, `${DIR}/${oak}`, `${DIR}.csv`])
    expect((await other.get(path)).text).not.toContain('oak.example.gov');
  for (const path of [`/party/${oak}`, `/api/v1/parties/${oak}`, '/parties.csv', '/parties'])
    expect(await see(path)).not.toContain('oak.example.gov');
  const end = formOf(await get(`${DIR}/${oak}`), `${DIR}/${oak}/channels/end`);
  expect((await b.post(end.action, end.values)).status).toBe(303);
  expect((await b.post(end.action, end.values)).status).toBe(422);
});

test('who is what in an association, from when to when, with its source; days are said anew', async () => {
  const association = await add({ name: 'Conference of Examples', kind: 'association' });
  const [elm, page] = [await idOf('Elm'), `${DIR}/${association}`];
  const office = { ...SOURCE, name: 'Pat Sample', title: 'Mayor', party: 'Elm', from: '2020-01-01' };
  expect((await send('/desk/people', '/desk/people', office)).status).toBe(303);
  expect(
    (await send('/desk/people', '/desk/people', { ...office, party: 'Oak', who: 'new', note: 'of Oak' })).status,
  ).toBe(303);
  const role = { ...SOURCE, sort: 'person', member: 'Pat Sample', role: 'president', from: '2024-01-01' };
  const twice = await send(page, `${page}/members`, role);
  expect([twice.status, wordsOf(twice.text)]).toEqual([
    422,
    expect.stringContaining('There are 2 people called Pat Sample'),
  ]);
  const people = await desk.t.db.selectFrom('view.person').select(['id', 'note']).execute();
  const mayor = people.find((each) => each.note === null)?.id ?? '';
  expect((await send(page, `${page}/members`, { ...role, member: mayor, publisher: '' })).status).toBe(422);
  expect((await send(page, `${page}/members`, { ...role, member: mayor })).status).toBe(303);
  expect(wordsOf((await send(page, `${page}/members`, { ...role, member: mayor })).text)).toContain(
    'stands there already',
  );
  expect((await send(page, `${page}/members`, { ...role, sort: 'party', member: 'Elm', role: 'member' })).status).toBe(
    303,
  );
  const own = await send(`${DIR}/${elm}`, `${DIR}/${elm}/describe`, { kind: 'place', reason: 'x', name: 'Elm' });
  expect(own.status).toBe(422);
  // The filter finds the member, and the party whose mayor has a role.
  const members = partyList.parse(JSON.parse(await see(`/api/v1/parties?association=${association}`)));
  expect(members.parties.map(({ name }) => name)).toEqual(['Elm']);
  const person = `/desk/people/${mayor}`;
  expect((await send(person, `${person}/affiliation`, { with: 'Example Party' })).status).toBe(422);
  expect((await send(person, `${person}/affiliation`, { ...SOURCE, with: 'Example Party' })).status).toBe(303);
  const read = personBody.parse(JSON.parse(await see(`/api/v1/people/${mayor}`)));
  expect(read).toMatchObject({
    memberships: [{ role: 'president', from: '2024-01-01', until: null }],
    affiliations: [{ with: 'Example Party', source: { publisher: 'Example Courier' } }],
    holdings: [{ title: 'Mayor', partyName: 'Elm' }],
  });
  const days = `/desk/people/days?of=membership&term=${read.memberships[0]?.id}&what=x&from=2024-01-01&until=`;
  const until = await send(days, '/desk/people/days', { until: '2023-01-01', reason: 'Stepped down.' });
  expect(wordsOf(until.text)).toContain('This day lies before the first one');
  const noted = desk.t.clock.now();
  desk.t.clock.tick(60_000);
  expect((await send(days, '/desk/people/days', { until: '2025-06-30', reason: 'Stepped down.' })).status).toBe(303);
  expect(wordsOf(await see(`/party/${association}`))).toContain('1 Jan 2024 – 30 Jun 2025 former');
  expect(wordsOf(await see(`/party/${association}?asOf=${new Date(noted).toISOString()}`))).toContain(
    'since 1 Jan 2024',
  );
  const never = `/desk/people/days?of=affiliation&term=${read.affiliations[0]?.id}&what=x`;
  expect((await send(never, '/desk/people/days', { never: 'on', reason: 'Another Pat Sample.' })).status).toBe(303);
  expect(await see(`/person/${mayor}`)).not.toContain('Example Party');
  expect(wordsOf((await send(never, '/desk/people/days', { never: 'on', reason: 'Again.' })).text)).toContain(
    'taken back already',
  );
  expect((await send(person, `${person}/names`, { name: 'Patricia Sample', reason: 'As she signs.' })).status).toBe(
    303,
  );
  expect(await see(`/person/${mayor}`)).toContain('Patricia Sample');
});

test('what is public of a party: requests of public matters alone, with links that lead there', async () => {
  const oak = await idOf('Oak');
  const hidden = await desk.openMatter('hidden-letters', 'parties');
  await serveDraft(desk.services, await desk.draft(hidden, CSV, { title: 'Hidden request' }));
  const body = partyBody.parse(JSON.parse(await see(`/api/v1/parties/${oak}`)));
  expect(body.served).toMatchObject([{ record: 'sample-letters', title: 'Orders and guidance to employees' }]);
  const page = await see(`/party/${oak}`);
  expect(page).not.toContain('Hidden request');
  for (const [, href = ''] of page.matchAll(/href="(\/(?:record|person|party|parties|api)[^"#]*)"/g))
    await see(href.replaceAll('&amp;', '&'));
  expect(await get(`${DIR}/${oak}`)).toContain('Hidden request');
  const service = await see(`/record/sample-letters/services/${body.served[0]?.service}`);
  expect(service).toContain(`href="/party/${oak}"`);
  const docs = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(JSON.parse(await see('/api/openapi.json')));
  expect(Object.keys(docs.paths)).toEqual(
    expect.arrayContaining(['/api/v1/parties', '/api/v1/parties/{party}', '/api/v1/people/{person}']),
  );
});

test('the list is searched, filtered, sorted and downloaded', async () => {
  expect(wordsOf(await get(`${DIR}?kind=county`))).toContain('1 party');
  expect(wordsOf(await get(`${DIR}?q=oa%25`))).toContain('No party fits');
  const names = (html: string) =>
    [...html.matchAll(/\/desk\/directory\/[0-9a-f-]{36}">([^<]+)</g)].map(([, name]) => name);
  expect(names(await get(`${DIR}?state=Example+State&sort=name&dir=down`))).toEqual([
    'Office of Records',
    'Oak',
    'Millbrook Metropolis',
    'Elm',
    'Cedar County',
  ]);
  expect(
    (await see('/parties.csv?state=Example+State&kind=place')).split('\r\n').map((line) => line.split(',')[1]),
  ).toEqual(['name', 'Elm', 'Millbrook Metropolis', 'Oak', 'Office of Records', undefined]);
});

test('a list comes through the desk: columns named, differences shown, rows chosen, then written', async () => {
  const page = `${DIR}/imports`;
  const text =
    'Jurisdiction,Type,State,Mail\nElm,place,Example State,desk@elm.example.gov\nAsh,hamlet,Example State,\nBeech,place,Example State,\n';
  const none = await b.post(page, { file: new File([], '') });
  expect([none.status, wordsOf(none.text)]).toEqual([422, expect.stringContaining('No file came')]);
  const sent = await b.post(page, { file: new File([text], 'clerks.csv') });
  expect(sent.status).toBe(303);
  const list = sent.to ?? '';
  expect(wordsOf(await get(list))).toContain('The kind “hamlet” is none of');
  const wrong = await send(list, `${list}/mapping`, { name: '', next: 'compare' });
  expect([wrong.status, wordsOf(wrong.text)]).toEqual([
    422,
    expect.stringContaining('Say which column holds the names'),
  ]);
  expect((await send(list, `${list}/mapping`, { mail: '3', next: 'look' })).to).toBe(`${list}#preview`);
  expect((await send(list, `${list}/mapping`, { next: 'compare' })).to).toBe(list);
  const id = list.split('/').at(-1) ?? '';
  await importInBackground(desk.services, id);
  const seen = await desk.t.db.selectFrom('log.head').select('size').executeTakeFirstOrThrow();
  expect(wordsOf(await get(list))).toContain('Chosen: 1 new, 1 changed, 0 gone. 1 row cannot be used');
  expect(wordsOf(await get(`${list}?what=changed`))).toContain(
    'e-mail address: clerk@elm.example.gov → desk@elm.example.gov',
  );
  expect(await get(`${list}/problems.csv`)).toContain('clerks.csv,3,Ash');
  expect((await send(`${list}?what=new`, `${list}/choose`, { take: 'none' })).status).toBe(303);
  expect(await desk.t.db.selectFrom('log.head').select('size').executeTakeFirstOrThrow()).toEqual(seen);
  expect((await send(list, `${list}/write`, {})).status).toBe(303);
  await importInBackground(desk.services, id);
  expect(wordsOf(await get(list))).toContain('0 new, 1 changed, 0 gone');
  expect(await desk.t.db.selectFrom('log.head').select('size').executeTakeFirstOrThrow()).toEqual({
    size: seen.size + 1,
  });
  expect(await partiesLike(desk.t.db, [], ['Beech'])).toEqual([]);
  const viewer = browserOf(desk, 'viewer');
  expect((await viewer.get(page)).status).toBe(403);
  expect((await browserOf(desk, 'editor', desk.t.newId()).get(list)).status).toBe(404);
});

test('views made anew are the same', async () => {
  const owner = openPool(desk.t.database.ownerConfig, 2);
  expect((await rebuild(owner, project)).tables.filter((t) => t.onlyBefore + t.onlyRebuilt > 0)).toEqual([]);
  await owner.end();
});
