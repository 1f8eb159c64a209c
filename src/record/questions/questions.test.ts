/** Questions across requests and meetings: who fits, as of both axes, page by page, in every form it leaves in, and what is wrong named. */
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wordsOf } from '../../../test/support/answering.ts';
import { type TestMatter, testMatter } from '../../../test/support/matter.ts';
import { type TestPublic, testPublic } from '../../../test/support/public.ts';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { questionBody } from '../api-questions-schemas.ts';
import { problem } from '../api-schemas.ts';
import { momentOf } from '../matter.ts';
import { rowsOf } from './cells.ts';
import { countOf, fitPage } from './fitting.ts';
import { knownOf } from './known.ts';
import { columnsOf, questionHref, readQuestion } from './question.ts';

const HOUR = 3_600_000;
let p: TestPublic;
let m: TestMatter;
let other: TestMatter;
let secret: TestMatter;
let start: number;
const meeting = '0198c000-0000-7000-8000-00000000000a';
const parties: { id: string; name: string; kind: string; state: string | null }[] = [];
const participants: string[] = [];

async function write(
  kind: string,
  body: NewEntry['body'],
  audience: NewEntry['audience'] = 'public',
  at = p.t.clock.now(),
) {
  const entry = {
    kind,
    id: p.t.newId(),
    matter: other.matter,
    by: other.issuer,
    occurredAt: instant(at),
    audience,
    body,
  };
  await p.t.ledger.append({ key: p.t.newId(), entries: [entry] });
}

const invite = async (n: number, name: string) => {
  const party = parties[n];
  if (!party) throw new Error('no party');
  const participant = p.t.newId();
  participants.push(participant);
  await write('meeting.invited', {
    ...{ meeting, participant, name, office: 'Mayor', holding: null },
    ...{ party: party.id, partyName: party.name, kind: party.kind, state: party.state },
  });
};
const say = (n: number, partstat: string, reason: string | null = null, at?: number) =>
  write(
    'participation.stated',
    {
      ...{
        meeting,
        participant: participants[n] ?? '',
        partstat,
        delegate: null,
        reason,
        by: 'the party itself',
        sayer: null,
      },
      ...{ dayOnly: false, source: null, anchor: null },
    },
    'public',
    at,
  );

beforeAll(async () => {
  p = await testPublic();
  start = p.t.clock.now();
  m = await testMatter(p.t, { slug: 'sample-letters', recipients: 30, items: 2 });
  other = await testMatter(p.t, { slug: 'sample-meeting', recipients: 2 });
  secret = await testMatter(p.t, { slug: 'secret-letters', recipients: 2, audience: 'parties' });
  const served = await p.t.db
    .selectFrom('view.service')
    .selectAll()
    .where('request', '=', m.request)
    .orderBy('name')
    .execute();
  parties.push(...served.map(({ recipient, name, kind, state }) => ({ id: recipient, name, kind, state })));
  p.t.clock.tick(HOUR);
  const startsAt = instant(start + 48 * HOUR);
  await write('meeting.called', {
    ...{ meeting, convener: 'Office of Examples', subject: 'Roads and bridges', place: null, startsAt, endsAt: null },
    ...{ dayOnly: false, capacity: null, agenda: '' },
  });
  await invite(1, 'Pat Sample');
  await invite(4, '=HYPERLINK("https://example.gov")');
  await invite(7, 'Sam Example');
  p.t.clock.tick(HOUR);
  await say(0, 'accepted');
  await say(2, 'accepted');
  p.t.clock.tick(HOUR);
  // Said an hour and a half earlier, written down now.
  await say(0, 'declined', 'Because of the letters.', start + 1.5 * HOUR + HOUR);
  await m.answer(4, 1, 'produced');
  await m.answer(4, 2, 'objected');
  p.t.clock.tick(HOUR);
});
afterAll(() => p.close());

const text = async (path: string, status = 200) => {
  const response = await p.get(path);
  const body = await response.text();
  expect(`${path} ${response.status}`).toBe(`${path} ${status}`);
  return body;
};
const ask = async (query: string) => questionBody.parse(JSON.parse(await text(`/api/v1/questions?${query}`)));
const names = async (query: string) => (await ask(query)).rows.map(({ name }) => name);
const both = () => `r1=${m.request}&m1=${meeting}`;

test('recipients of a letter who were invited to a meeting, with participation', async () => {
  const page = wordsOf(await text(`/questions?${both()}`));
  for (const words of [
    '3 parties',
    'asked by “Documents on examples”; and invited to “Roads and bridges”',
    'Pat Sample, Mayor',
    'withdrew',
    'no word yet',
  ])
    expect(page).toContain(words);
  const { rows, total, next } = await ask(both());
  expect([total, next, rows.map(({ name }) => name)]).toEqual([3, null, ['Place 002', 'Place 005', 'Place 008']]);
  expect(rows[0]?.meetings.m1).toMatchObject([
    { name: 'Pat Sample', status: 'withdrew', reason: 'Because of the letters.', came: null },
  ]);
  expect(rows[1]?.requests.r1?.items).toEqual([
    { item: 1, answer: 'produced', determination: null },
    { item: 2, answer: 'objected', determination: null },
  ]);
  expect(rows[1]?.cells).toMatchObject({ 'r1.says': 'produced (1), objected (1)' });
});

test('narrows by what each said, and by what is not so', async () => {
  expect(await names(`${both()}&m1.participation=withdrew`)).toEqual(['Place 002']);
  expect(await names(`${both()}&m1.participation=needs-action`)).toEqual(['Place 005']);
  expect(await names(`${both()}&r1.answer=produced`)).toEqual(['Place 005']);
  expect(await names(`${both()}&r1.answer=unanswered`)).toEqual(['Place 002', 'Place 008']);
  expect(await names(`${both()}&kind=county`)).toEqual(['Place 002', 'Place 005', 'Place 008']);
  expect(await names(`${both()}&state=example%20state`)).toEqual(['Place 005']);
  expect((await ask(`r1=${m.request}&m1=${meeting}&m1.not=yes`)).total).toBe(27);
  expect(await names(`m1=${meeting}&r1=${m.request}&r1.not=yes`)).toEqual([]);
  expect(await names(`m1=${meeting}&r1=${m.request}&r1.not=yes&r1.answer=objected`)).toEqual([
    'Place 002',
    'Place 008',
  ]);
  expect(await names(`r1=${m.request}&r2=${other.request}`)).toEqual([]);
  expect((await ask(`r1=${m.request}&r1.order=none&r1.clock=running`)).total).toBe(29);
  expect(await names(`m1=${meeting}&text=008`)).toEqual(['Place 008']);
});

test('as of both axes of time', async () => {
  const at = (hours: number, axis: string) => `asOf=${new Date(start + hours * HOUR).toISOString()}&axis=${axis}`;
  expect(await names(`${both()}&m1.participation=accepted&${at(2.7, 'known')}`)).toEqual(['Place 002', 'Place 008']);
  expect(await names(`${both()}&m1.participation=accepted&${at(2.7, 'happened')}`)).toEqual(['Place 008']);
  expect(await names(`${both()}&m1.participation=accepted`)).toEqual(['Place 008']);
  // The meeting had not been called yet.
  const early = await p.get(`/questions?${both()}&${at(0.5, 'known')}`);
  expect([early.status, wordsOf(await early.text())]).toEqual([
    422,
    expect.stringContaining('No public meeting has the id that m1 names by then'),
  ]);
});

test('goes through its pages by key, forwards and back, in every order', async () => {
  for (const sort of ['', '&dir=down', '&sort=state', '&sort=kind&dir=down']) {
    const whole = await names(`r1=${m.request}${sort}`);
    expect(whole).toHaveLength(30);
    const walked: string[] = [];
    let path: string | null = `/api/v1/questions?r1=${m.request}${sort}&size=7`;
    while (path !== null) {
      const page: ReturnType<typeof questionBody.parse> = questionBody.parse(JSON.parse(await text(path)));
      walked.push(...page.rows.map(({ name }) => name));
      path = page.next === null ? null : page.next.replace(/^https?:\/\/[^/]+/, '');
    }
    expect(walked).toEqual(whole);
    const tenth = (await ask(`r1=${m.request}${sort}`)).rows[9]?.party;
    expect(await names(`r1=${m.request}${sort}&before=${tenth}&size=4`)).toEqual(whole.slice(5, 9));
  }
});

test('leaves as CSV, JSON and a workbook; a cell that would be a formula is none', async () => {
  const csv = await text(`/questions.csv?${both()}`);
  expect(csv.split('\r\n')).toHaveLength(5);
  expect(csv).toContain('party,name,kind,state,r1_says,r1_clock,r1_orders,m1_who,m1_participation\r\n');
  expect(csv).toContain(`"'=HYPERLINK(""https://example.gov""), Mayor"`);
  const all: unknown = JSON.parse(await text(`/questions.json?${both()}&col=m1.reason`));
  expect(questionBody.parse(all).rows.map(({ cells }) => cells)).toEqual([
    { 'm1.reason': 'Because of the letters.' },
    { 'm1.reason': '' },
    { 'm1.reason': '' },
  ]);
  const workbook = await p.get(`/questions.xlsx?${both()}`);
  expect(workbook.headers.get('cache-control')).toContain('public');
  const sheet = strFromU8(
    unzipSync(new Uint8Array(await workbook.arrayBuffer()))['xl/worksheets/sheet1.xml'] ?? new Uint8Array(),
  );
  expect(sheet.match(/<row\b/g)).toHaveLength(4);
  expect(sheet).toContain('<is><t xml:space="preserve">=HYPERLINK');
});

test('each parameter that does not fit is named; nothing that is not public is', async () => {
  const bad = await p.get(`/questions?r1=nonsense&r1.clock=late-ish&m1=${meeting}&m1.shoe=1&sort=shoe&col=shoe`);
  const words = wordsOf(await bad.text());
  expect(bad.status).toBe(422);
  for (const said of [
    'r1 cannot be “nonsense”',
    'r1.clock cannot be “late-ish”; it can be running',
    'There is no parameter m1.shoe',
    'sort cannot be “shoe”',
    'There is no column shoe',
  ])
    expect(words).toContain(said);
  const refused = problem.parse(JSON.parse(await text(`/api/v1/questions?r1=${secret.request}`, 422)));
  expect(JSON.stringify(refused)).toContain('No public request has the id that r1 names.');
  expect(await text(`/questions?r1=${m.request}`)).not.toContain(secret.request);
  await text('/questions.csv', 422);
  await text(`/questions.csv?r1=${m.request}&r1.order=${p.t.newId()}`, 422);
  await text(`/questions?r1=${m.request}&asOf=yesterday`, 422);
  expect(wordsOf(await text('/questions?utm_source=letter'))).toContain('Nothing asked yet');
  expect(wordsOf(await text(`/questions?${both()}&state=Nowhere`))).toContain('Nobody fits');
  expect(wordsOf(await text(`/questions?${both()}&after=${p.t.newId()}`))).toContain('This page is empty');
});

test('one question has one address', () => {
  const { question } = readQuestion(
    new URLSearchParams(`${both()}&m1.not=&r1.clock=running&kind=&sort=name&col=state&col=kind&dir=up`),
  );
  expect(questionHref('/questions', question)).toBe(
    `/questions?r1=${m.request}&r1.clock=running&m1=${meeting}&col=kind&col=state`,
  );
  expect(columnsOf(question)).toContain('m1.participation');
});

test('costs a pinned number of queries, however many fit', async () => {
  let queries = 0;
  const db = p.t.db.withPlugin({
    transformQuery: (args) => {
      queries++;
      return args.node;
    },
    transformResult: async (args) => args.result,
  });
  const now = new Date(p.t.clock.now());
  const answer = async (query: string) => {
    queries = 0;
    const { known } = await knownOf(db, readQuestion(new URLSearchParams(query)).question, momentOf({}, 'UTC', now));
    const [fits] = await Promise.all([fitPage(db, known, 100, {}), countOf(db, known)]);
    await rowsOf(db, known, fits.rows);
    return queries;
  };
  // The end of the log, public requests, the request, its version, orders, consequences; who fits, how many; services and answers.
  expect(await answer(`r1=${m.request}`)).toBe(10);
  // Public meetings, who was invited.
  expect(await answer(both())).toBe(12);
  expect(await answer(`r1=${m.request}&col=state&r1.answer=unanswered`)).toBe(6);
  // How many fit is remembered: the columns do not change it.
  expect(await answer(`${both()}&col=kind&col=ocd&col=affiliation&col=m1.who`)).toBe(9);
});
