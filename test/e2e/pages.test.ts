/**
 * Every page of the program in a real browser, as `allRoutes` lists them, with real data, for those whom it is for: no axe violation and
 * nothing that scrolls sideways, on a phone by day and on a laptop by night, and no error of a script. A route that answers with a page and is
 * not looked at makes this fail. Set LOOK_PICTURES to a folder to keep pictures.
 */
import type { APIRequestContext } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAssets } from '../../src/adapters/assets.ts';
import type { Route } from '../../src/base/route.ts';
import { newToken } from '../../src/base/secrets.ts';
import { readRaw } from '../../src/post/in/read.ts';
import { formatVkey } from '../../src/proof/write.ts';
import { loadExample } from '../../src/record/example.ts';
import { mintLink } from '../../src/rooms/answers/links.ts';
import { addMeeting, inviteTo, meetingIn } from '../../src/rooms/meetings/commands.ts';
import { takeMail } from '../../src/rooms/meetings/mail.ts';
import { serveTo } from '../../src/rooms/meetings/serving.ts';
import { formOf } from '../support/answering.ts';
import { look, withPage } from '../support/browser.ts';
import { calendarMail } from '../support/calendar-mail.ts';
import { type Exchange, exchange, type Place } from '../support/exchange.ts';
import { fullDesk } from '../support/full-desk.ts';
import { addMarked, MARKED, saidPast } from '../support/marked.ts';
import { testMatter } from '../support/matter.ts';
import { filling } from '../support/paths.ts';
import { type Browser, enter, firstOwner, joined } from '../support/people.ts';
import { becomes, onPort, type Served } from '../support/serve.ts';
import { freshMemory, TestLog, testSigner } from '../support/witness.ts';
import { BASE, browser, linkIn, random, type World, world } from '../support/world.ts';

const OWNER = 'owner@office.example.gov';
const cosigned = new TestLog('log.example.gov/log');
let w: World;
let a: Exchange;
let owner: Browser;
let served: Served;
/** pages beside the one that each route has by itself, by the pattern of the route */
const further: Record<string, State[]> = {};

interface State {
  readonly path: string;
  /** default: whom the route is for */
  readonly who?: Browser | null;
  /** status that it answers with on purpose; default 200 */
  readonly status?: number;
}

/** Looked at before there is an owner: afterwards this page is gone. */
let setUp = '';

beforeAll(async () => {
  const assets = await buildAssets({ cacheDir: 'build/assets' });
  const own = testSigner('records.example.gov/witness', 4);
  const logs = new Map([[cosigned.origin, [cosigned.signer.key]]]);
  const witnessing = {
    own: { signer: own, vkey: formatVkey(own.key), logs, memory: freshMemory() },
    asked: null,
    metricsToken: null,
  };
  w = await world({ whole: true, assets, witnessing });
  served = await onPort(w);
  await w.app.request(`${BASE}/witness/add-checkpoint`, { method: 'POST', body: await cosigned.request(0, 3) });
  setUp = (await w.ownerPath()) ?? '';
  await withPage({ baseURL: served.origin }, async (page) => {
    await page.goto(setUp);
    await look(page, 'setup', { dark: true });
  });
  owner = await firstOwner(w, OWNER, 'Office alpha');
  a = await exchange(w, OWNER, 'alpha');
  await loadExample(w.services);
  const desk = await fullDesk({
    services: w.services,
    office: { party: a.party, partyName: 'Office alpha' },
    clock: w.clock,
    newId: w.t.newId,
  });
  for (const [route, paths] of Object.entries(desk)) further[route] = paths.map((path) => ({ path }));
  await publicStates();
  await orderToCheck();
  await invited();
  await doors();
  await w.publish();
  addMarked();
  written = await allWritten();
  // A timestamp of the newest checkpoint, as far as routes look into it.
  await w.t.pool.query(
    `insert into log.timestamp select size, 'https://tsa.example.gov', 'asked', 'answered', now(), now()
     from log.checkpoint order by size desc limit 1`,
  );
}, 240_000);
afterAll(async () => {
  await served.close();
  await w.close();
});

/** All text of entries, and of what is not in the ledger: names of people and organisations, mails, files, drafts. */
async function allWritten(): Promise<string> {
  const { rows } = await w.t.pool.query<{ text: string }>(
    `select canonical as text from ledger.entry where canonical is not null
     union all select name || ' ' || email from auth."user" union all select name from auth.organization
     union all select to_jsonb(m)::text from work.outbox m union all select to_jsonb(d)::text from work.request_draft d
     union all select to_jsonb(o)::text from work.order_draft o union all select to_jsonb(r)::text from work.writing r
     union all select to_jsonb(f)::text from work.directory_import_row f union all select to_jsonb(r)::text from work.draft_recipient r
     union all select to_jsonb(i)::text from work.mail_in i union all select to_jsonb(d)::text from view.due d
     union all select to_jsonb(r)::text from work.recount r union all select to_jsonb(l)::text from work.directory_import l
     union all select encode(f.data, 'escape') from work.directory_import_file f`,
  );
  // And what the tests ask for, and the text of a kept source.
  return `${rows.map(({ text }) => text).join('\n')} zzzz Of alpha.`;
}

function also(route: string, ...states: readonly State[]): void {
  further[route] = [...(further[route] ?? []), ...states];
}

/** The example's record, and a board of 23 × 10 with answers of every kind. */
async function publicStates(): Promise<void> {
  const servedAt = Date.parse('2026-03-02T15:00:00.000Z');
  const wide = await testMatter(w.t, { slug: 'wide-letters', recipients: 23, items: 10, servedAt });
  const said = ['produced', 'produced in part', 'withheld', 'objected', 'no such records', 'referred'];
  for (let i = 0; i < 60; i++) {
    const [service, item] = [i % 20, 1 + Math.floor(i / 8)];
    const given = await wide.answer(service, item, said[i % said.length] ?? '').catch(() => null);
    if (given && i % 3 === 0) await wide.determine(service, item, given.answer, i % 2 ? 'deficient' : 'accepted');
  }
  const { id } = await w.db
    .selectFrom('view.service')
    .select('id')
    .where('name', '=', 'Louisville Metro')
    .executeTakeFirstOrThrow();
  const order = await w.db
    .selectFrom('view.court_order as o')
    .innerJoin('view.matter as m', 'm.id', 'o.matter')
    .select('o.id')
    .where('m.slug', '=', '2018-letters')
    .executeTakeFirstOrThrow();
  const example = '/record/2018-letters';
  const asOf = 'asOf=2018-01-25T11:53:00Z';
  also(
    '/record/:slug',
    { path: example },
    { path: `${example}?${asOf}&axis=happened` },
    { path: `${example}?${asOf}` },
  );
  also('/record/:slug', { path: '/record/wide-letters' }, { path: '/record/wide-letters?answer=produced' });
  for (const one of [
    'map',
    'timeline',
    'people',
    'documents',
    'changes',
    'statements',
    'figures',
    'meetings',
    'orders',
    'consequences',
  ])
    also(`/record/:slug/${one}`, { path: `${example}/${one}` });
  also('/record/:slug/map', { path: `${example}/map?${asOf}&axis=happened` }, { path: '/record/wide-letters/map' });
  also('/record/:slug/figures', { path: `${example}/figures?${asOf}&axis=happened` });
  also('/embed/record/:slug', { path: `/embed${example}?${asOf}&axis=happened` });
  also('/record/:slug/changes', { path: '/record/wide-letters/changes' });
  also('/record/:slug/map', { path: `${example}/map?clock=unknown` });
  also('/record/:slug/services/:service', { path: `${example}/services/${id}` });
  also('/record/:slug/services/:service', { path: `/record/wide-letters/services/${wide.services[3]}` });
  also('/record/:slug/entries/:entry', { path: `${example}/entries/${id}` });
  also('/record/:slug/orders/:order', { path: `${example}/orders/${order.id}` });
  also('/search', { path: '/search?q=letters' }, { path: '/search?q=zzzz' });
  also('/records', { path: '/records?q=letters' });
  const { request } = await w.db
    .selectFrom('view.service')
    .select('request')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const meeting = await w.db
    .selectFrom('view.meeting as t')
    .innerJoin('view.matter as m', 'm.id', 't.matter')
    .select('t.id')
    .where('m.slug', '=', '2018-letters')
    .executeTakeFirstOrThrow();
  const both = `/questions?r1=${request}&m1=${meeting.id}`;
  also(
    '/questions',
    { path: both },
    { path: `${both}&${asOf}&axis=happened` },
    { path: `${both}&r2=${wide.request}&r2.not=yes&col=r1.orders&col=m1.reason` },
    { path: `${both}&r1.clock=never&m1.shoe=1`, status: 422 },
  );
}

/** An order as its form sends it to be looked at before it is entered. */
async function orderToCheck(): Promise<void> {
  const to = `/desk/matters/${a.matter}/orders`;
  const { values } = formOf((await owner.get(`${to}/new`)).text, `${to}/check`);
  const today = new Date(w.clock.now()).toISOString().slice(0, 10);
  const source = { publisher: 'D. Example', sourceTitle: 'Order', sourceDate: '2026-03-02' };
  const order = {
    court: 'D. Example',
    docket: '26-1',
    words: 'It is so ordered.',
    effect: 'stay',
    date: today,
    touches: 'all',
  };
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...values, ...source, ...order })) form.set(name, value);
  const checked = await owner.form(`${to}/check`, form);
  also('/desk/matters/:matter/orders/check', { path: checked.to ?? '' });
}

/** A meeting whose invitation left and was answered, changed, and asked about by mail; the door while it is on. */
async function invited(): Promise<void> {
  const now = w.clock.now();
  const call = {
    convener: 'Office alpha',
    subject: 'Roads and bridges',
    place: 'Exampleton, town hall',
    capacity: '40',
  };
  const when = { startsAt: now + 1_800_000, endsAt: now + 7_200_000, dayOnly: false, zone: 'America/New_York' };
  const agenda = 'What each place needs, and by when.';
  const meeting = await addMeeting(w.services, a.matter, { ...call, ...when, agenda }, w.t.newId());
  const [one, two] = a.places;
  await inviteTo(w.services, a.matter, meeting, `${one.name}\n${two.name}\nOffice alpha`, w.t.newId());
  const { participants } = await meetingIn(w.services, a.matter, meeting);
  const ids = [one, two].map(({ name }) => participants.find((p) => p.name === name)?.id ?? '');
  const mailbox = 'mayor@invited.example.gov';
  await serveTo(w.services, a.matter, meeting, new Map([[ids[0] ?? '', mailbox]]), w.t.newId());
  await w.publish();
  await w.post.round();
  const { b } = await enter(w, mailbox);
  const base = '/answer/invitation';
  also(base, { path: base, who: b });
  const answer = async (fields: Readonly<Record<string, string>>) =>
    await b.post(base, { ...formOf((await b.get(base)).text, base).values, name: 'Sample Clerk', ...fields });
  await answer({ partstat: 'accepted', reason: 'Gladly.' });
  const sent = await answer({ partstat: 'delegated', delegate: 'Sam Example', reason: 'On leave.', openly: 'on' });
  await w.publish();
  also(`${base}/sent/:said`, { path: sent.to ?? '', who: b });
  const desk = `/desk/matters/${a.matter}/meetings/${meeting}`;
  const pattern = '/desk/matters/:matter/meetings/:meeting';
  also(pattern, { path: desk });
  also(`${pattern}/serve`, { path: `${desk}/serve` });
  also(`${pattern}/door`, { path: `${desk}/door` }, { path: `${desk}/door?name=zzzz` });
  const uid = `${ids[0]}@localhost`;
  const raw = calendarMail('outlook-counter', { uid, organizer: 'x@example.gov', attendee: mailbox });
  await takeMail(w.services, raw, await readRaw(raw));
  const mail = await w.db
    .selectFrom('work.mail_in')
    .select('id')
    .where('why', '=', 'no-token')
    .executeTakeFirstOrThrow();
  also('/desk/mail', { path: '/desk/mail' });
  also('/desk/mail/:mail', { path: `/desk/mail/${mail.id}` });
}

/** Everything that stands before a door: codes, invitations, links of letters in each state. */
async function doors(): Promise<void> {
  const asking = browser(w.app, '192.0.2.40');
  await asking.post('/sign-in', { email: OWNER });
  also('/sign-in/code', { path: '/sign-in/code', who: asking });
  also('/sign-in', { path: '/sign-in?next=%2Fdesk' });
  await joined(w, owner, 'editor@office.example.gov', 'editor');
  await owner.post('/desk/team/invite', { email: 'viewer@office.example.gov', role: 'viewer' });
  const invitation = linkIn(await w.mailTo('viewer@office.example.gov'));
  also('/invitation/:token', { path: invitation }, { path: invitation, who: owner });
  also('/invitation/:token', { path: `/invitation/${newToken(random)}`, status: 410 });
  // Looked at as a page before anybody was there; now it is used up.
  also('/setup/:token', { path: setUp, status: 410 });
  const [one, two] = a.places;
  const link = async (days: number, { service, address }: Pick<Place, 'service' | 'address'> = two) =>
    `/r/${await mintLink(w.services, { service, address, expiresAt: new Date(w.clock.now() + days * 86_400_000) })}`;
  const earlier = await link(1);
  const expired = await link(-1, one);
  const other = await w.db
    .selectFrom('view.service')
    .select('id')
    .where('name', '=', 'Place 000007')
    .executeTakeFirstOrThrow();
  const locked = await link(1, { service: other.id, address: two.address });
  const lockedUntil = new Date(w.clock.now() + 1_800_000);
  await w.db.updateTable('work.link').set({ locked_until: lockedUntil }).where('service', '=', other.id).execute();
  // An earlier letter goes on working (decision 22).
  also('/r/:token', { path: earlier }, { path: expired, status: 410 });
  also('/r/:token', { path: locked, status: 429 });
  also('/r/:token', { path: `/r/${newToken(random)}`, status: 404 });
}

/** What everything that people wrote or entered says: text outside of messages that stands here is data. */
let written = '';

/** What a page says that stands neither in a message file nor in what people wrote (test/support/marked.ts). */
async function past(request: APIRequestContext, path: string): Promise<string[]> {
  const html = await request.get(`${path}${path.includes('?') ? '&' : '?'}lang=${MARKED}`, { maxRedirects: 0 });
  const text = await html.text();
  if (saidPast(text, written).length === 0) return [];
  // What was written meanwhile, as a route needed it.
  written = await allWritten();
  return saidPast(text, written);
}

/** No page to look at now: one leads on to a step, one answers a page's script, one was looked at before there was an owner. */
const NO_PAGES = ['/desk/drafts/:draft', '/auth/passkey/generate-register-options', '/setup/:token'];

/** The page's own answer: what the route gives to whom it is for. */
const forWhom = (route: Route): Browser | null =>
  ({ anyone: null, staff: owner, recipient: a.places[0].b })[route.access.who];

it('every page is sound on a phone by day and on a laptop by night', async () => {
  const fill = filling(w, a, cosigned.origin);
  const wrong: string[] = [];
  let looked = 0;
  await withPage({ baseURL: served.origin }, async (page, seen) => {
    for (const route of w.routes.filter((one) => one.method === 'GET')) {
      const states: State[] = [{ path: await fill(route), status: 0 }, ...(further[route.path] ?? [])];
      const statuses: number[] = [];
      let [pages, others] = [0, 0];
      for (const [i, { path, who = forWhom(route), status = 200 }] of states.entries()) {
        const name = `${route.path.slice(1).replaceAll(/\W+/g, '-') || 'home'}${i === 0 ? '' : `-${i}`}`;
        await becomes(page.context(), served.origin, who);
        const answer = await page.request.get(path, { maxRedirects: 0 });
        statuses.push(answer.status());
        if (status !== 0 && answer.status() !== status) wrong.push(`${name}: ${answer.status()}, not ${status}`);
        if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) {
          others += 1;
          continue;
        }
        if (answer.status() === 200) pages += 1;
        // What a route says of nothing in particular is looked at where that is a page; refusals are states named above.
        else if (status === 0) continue;
        await page.goto(path);
        try {
          await look(page, name, { dark: true });
        } catch (error) {
          // The whole of what was found, where it is that.
          const found = error instanceof Error && 'actual' in error ? error.actual : error;
          wrong.push(String(found));
        }
        looked += 1;
        const unsaid = await past(page.request, path);
        if (unsaid.length > 0) wrong.push(`${name} says past the message files: ${unsaid.join(' | ')}`);
        const problems = seen.problems.filter((problem) => !problem.includes('status of 4'));
        if (problems.length > 0) wrong.push(`${name}: ${problems.join('; ')}`);
      }
      if (pages === 0 && others === 0 && !NO_PAGES.includes(route.path))
        wrong.push(`${route.path} answers ${statuses}: say in this test how to see it as a page`);
    }
  });
  console.log(`${looked} pages looked at`);
  expect(wrong).toEqual([]);
  expect(w.log).toEqual([]);
}, 900_000);

it('a receipt that is being made: the page says so, and its script brings the receipt without moving the reader', async () => {
  // From now on nothing is signed until the test says so.
  await w.t.ledger.stop();
  const { address, service } = a.places[0];
  const day = new Date(w.clock.now() + 86_400_000);
  const { b } = await enter(w, address, `/r/${await mintLink(w.services, { service, address, expiresAt: day })}`);
  const { values } = formOf((await b.get('/answer')).text, '/answer');
  const typed = { ...values, 'disposition-2': 'objected', 'note-2': 'Section 5 protects these.' };
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...typed, action: 'review' })) form.set(name, value);
  const saved = await b.form('/answer', form);
  const review = formOf((await b.get(saved.to ?? '/answer/review')).text, '/answer/send');
  const sent = await b.post('/answer/send', { ...review.values, name: 'Sample Clerk', title: 'Clerk' });
  const entry = await w.db
    .selectFrom('ledger.entry')
    .select('id')
    .where('kind', '=', 'answer.sent')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await withPage({ baseURL: served.origin }, async (page, seen) => {
    await becomes(page.context(), served.origin, b);
    const waiting = await page.goto(`/answer/receipts/${entry.id}.json`);
    expect(waiting?.status()).toBe(202);
    await look(page, 'receipt-waiting', { dark: true });
    await page.goto(sent.to ?? '');
    expect(await page.locator('main').textContent()).toContain('Your receipt is being made');
    await look(page, 'sent-waiting', { dark: true });
    await page.getByRole('main').locator('a[href="/answer/history"]').focus();
    expect(await page.getByRole('link', { name: 'receipt as JSON' }).count()).toBe(0);
    await w.t.ledger.publish();
    await page.getByRole('link', { name: 'receipt as JSON' }).waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator('body > [role=status]').textContent()).toBe('Your receipt is here.');
    expect(await page.locator('a[href="/answer/history"]:focus').count()).toBe(1);
    expect(await page.locator('[data-again]').count()).toBe(0);
    expect(seen.problems).toEqual([]);
  });
}, 120_000);
