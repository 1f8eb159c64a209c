/**
 * The issuer's side in a real browser: a request composed and served without JavaScript, and every page at phone and desk width without
 * axe violations and without scrolling sideways. Set LOOK_PICTURES to a folder to keep pictures.
 */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAssets } from '../../src/adapters/assets.ts';
import { addToCalendar } from '../../src/rooms/clock/calendar-commands.ts';
import { setLadderOf } from '../../src/rooms/escalation/commands.ts';
import { addFigure } from '../../src/rooms/figures/commands.ts';
import { addMeeting, inviteTo } from '../../src/rooms/meetings/commands.ts';
import { holdOffice } from '../../src/rooms/people/commands.ts';
import { loadDraft } from '../../src/rooms/requests/drafts.ts';
import { SERVING_LOCK, serveDraft } from '../../src/rooms/requests/serve.ts';
import { keepSource } from '../../src/rooms/sources/commands.ts';
import { addStatement } from '../../src/rooms/statements/commands.ts';
import { raise } from '../../src/witness/alarms.ts';
import { look, withPage } from '../support/browser.ts';
import { type Desk, placesCsv, testDesk } from '../support/desk.ts';
import { deskApp } from '../support/desk-app.ts';
import { testLedger } from '../support/ledger.ts';

let desk: Desk;
let base: string;
let server: ReturnType<typeof createAdaptorServer>;
/** paths of pages to look at, made once there is something to see */
const paths: Record<string, string> = {};

beforeAll(async () => {
  const assets = await buildAssets({ cacheDir: 'build/assets' });
  // The port is known only once the server listens, and forms are taken from this address alone.
  const listening = createAdaptorServer({ fetch: (request) => app.fetch(request) });
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  server = listening;
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://127.0.0.1:${address.port}`;
  desk = await testDesk(await testLedger());
  const app = deskApp(
    { ...desk, services: { ...desk.services, config: { ...desk.services.config, baseUrl: base } } },
    assets,
    'owner',
  );
  const matter = await desk.openMatter('sample-letters');
  const bad = `${placesCsv(23, (i) => i > 2)}Washington,place,,,\r\n=SUM(A1),place,Example State,,\r\n`;
  const own = { type: 'days' as const, days: 10, business: false, zone: 'America/New_York' };
  const draft = await desk.draft(matter, bad, { itemDues: { '2': own } });
  const good = await desk.draft(
    matter,
    placesCsv(23, (i) => i > 2),
  );
  const request = await serveDraft(
    desk.services,
    await desk.draft(
      matter,
      placesCsv(130, (i) => i > 2),
    ),
  );
  const services = await desk.t.db
    .selectFrom('view.service')
    .select('id')
    .where('request', '=', request)
    .orderBy('name')
    .execute();
  const service = services[5]?.id ?? '';
  // A reminder long before the due date, so that the page of a step has somebody to list.
  const rungs = [
    { step: 1, kind: 'reminder', who: 'editor', after: -365 },
    { step: 2, kind: 'subpoena', who: 'owner', after: 15 },
  ] as const;
  await setLadderOf(desk.services, request, rungs, desk.t.newId());
  await desk.t.db
    .updateTable('work.outbox')
    .set({ state: 'failed', error: '550 5.1.1 no such mailbox here', attempts: 8 })
    .where('service', '=', service)
    .execute();
  Object.assign(paths, {
    desk: '/desk',
    new: '/desk/matters/new',
    matter: `/desk/matters/${matter}`,
    what: `/desk/drafts/${draft}/what`,
    whom: `/desk/drafts/${draft}/whom`,
    when: `/desk/drafts/${draft}/when`,
    letter: `/desk/drafts/${draft}/letter?n=2`,
    wrong: `/desk/drafts/${draft}/check`,
    check: `/desk/drafts/${good}/check`,
    board: `/desk/requests/${request}`,
    filtered: `/desk/requests/${request}?clock=running&text=0001`,
    revoke: `/desk/requests/${request}/revoke`,
    letters: '/desk/letters',
    one: `/desk/services/${service}/letter`,
    contact: `/desk/services/${service}/contact`,
    steps: `/desk/requests/${request}/steps`,
    step: `/desk/requests/${request}/steps/1`,
    ladder: `/desk/requests/${request}/ladder`,
    'draft-ladder': `/desk/drafts/${good}/ladder`,
    orders: `/desk/matters/${matter}/orders`,
    order: `/desk/matters/${matter}/orders/new`,
    consequences: `/desk/matters/${matter}/consequences`,
    consequence: `/desk/matters/${matter}/consequences/new`,
    log: '/desk/log',
    calendar: '/desk/calendar',
    people: '/desk/people',
    sources: `/desk/matters/${matter}/sources`,
    statements: `/desk/matters/${matter}/statements`,
    figures: `/desk/matters/${matter}/figures`,
    meeting: `/desk/matters/${matter}/meetings/${await around(matter)}`,
  });
  // Two alarms, so that the desk and the log's page show what they show on their worst day.
  const { db, clock, random } = desk.services;
  const note = (await db.selectFrom('log.checkpoint').select('note').executeTakeFirst())?.note ?? 'no checkpoint yet';
  for (const at of [90, 91])
    await raise(
      { db, clock, random },
      {
        kind: 'ahead',
        who: 'north.example.gov/w+01234567',
        at,
        ours: 5,
        evidence: { checkpoint: note, answer: `409: ${at}` },
      },
    );
});

/** Something of each kind that stands around requests. @returns id of a meeting */
async function around(matter: string): Promise<string> {
  const { services, office, t } = desk;
  const from = { publisher: 'Example Courier', title: 'Letters arrive', date: '2026-02-27' };
  const person = {
    name: 'Pat Sample',
    who: '',
    note: '',
    party: office.partyName,
    title: 'Director',
    from: '',
    until: '',
  };
  await holdOffice(services, office.party, { ...person, source: from }, t.newId());
  const text = '“Perhaps the mailbox should be checked.” About $200 billion, or $1 trillion.';
  const kept = { publisher: from.publisher, title: from.title, published: from.date, url: null, text };
  const source = await keepSource(services, matter, kept, t.newId());
  const at = t.clock.now() - 86_400_000;
  const said = { holding: '', name: 'A clerk', words: 'Perhaps the mailbox should be checked', outlet: '', source };
  const when = { saidAt: at, saidOn: '2026-03-01', dayOnly: true };
  await addStatement(services, matter, { ...said, ...when, form: 'quotation', medium: 'statement' }, t.newId());
  const figure = {
    measure: 'Money on offer',
    unit: 'US dollars',
    high: '',
    asOf: '',
    holding: '',
    claimedAt: at,
    source,
  };
  for (const [low, originalValue, qualifier] of [
    ['200000000000', 'About $200 billion', 'about'],
    ['1000000000000', '$1 trillion', 'exactly'],
  ] as const)
    await addFigure(services, matter, { ...figure, low, originalValue, qualifier, claimant: 'somebody' }, t.newId());
  const call = {
    convener: office.partyName,
    subject: 'Roads and bridges',
    place: 'Town hall',
    startsAt: at,
    endsAt: null,
  };
  const meeting = await addMeeting(
    services,
    matter,
    { ...call, dayOnly: false, capacity: '40', agenda: '' },
    t.newId(),
    at,
  );
  await inviteTo(services, matter, meeting, `Pat Sample; ${office.partyName}`, t.newId());
  const event = { type: 'holiday', on: '2026-03-12', name: 'Founders’ Day' } as const;
  const by = { issuer: office.party, zone: 'America/New_York' };
  await addToCalendar(services, by, { party: office.party, event, reason: 'By the council.', source: null }, t.newId());
  return meeting;
}

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await desk.t.close();
});

const PAGES = [
  'desk',
  'new',
  'matter',
  'what',
  'whom',
  'when',
  'letter',
  'wrong',
  'check',
  'board',
  'filtered',
  'revoke',
  'letters',
  'one',
  'contact',
  'steps',
  'step',
  'ladder',
  'draft-ladder',
  'orders',
  'order',
  'consequences',
  'consequence',
  'log',
  'calendar',
  'people',
  'sources',
  'statements',
  'figures',
  'meeting',
] as const;

it.each(PAGES)('%s has no axe violation and does not scroll sideways', async (name) => {
  await withPage({ baseURL: base }, async (tab, seen) => {
    const answer = await tab.goto(paths[name] ?? '/nowhere');
    expect(answer?.status()).toBe(200);
    await look(tab, `desk-${name}`, { dark: true });
    expect(seen.problems).toEqual([]);
  });
});

it('composes and serves a request without JavaScript', async () => {
  await withPage({ javaScript: false, baseURL: base }, async (tab) => {
    await tab.goto('/desk/matters/new');
    await tab.getByLabel('Title').fill('Survey of sample records');
    await tab.getByRole('button', { name: 'Open the matter' }).click();
    await tab.getByRole('button', { name: 'New request' }).click();
    await tab.getByLabel('Title of the request').fill('Orders to employees');
    await tab.getByLabel('Authority you ask under').fill('Example Code § 12');
    await tab.getByLabel('Item 1', { exact: true }).fill('Orders since 2024.');
    await tab.getByRole('button', { name: 'Add an item' }).click();
    await tab.getByLabel('Item 2', { exact: true }).fill('Guidance since 2024.');
    await tab.getByRole('button', { name: 'Move item 2 up' }).click();
    expect(await tab.getByLabel('Item 1', { exact: true }).inputValue()).toBe('Guidance since 2024.');
    await tab.getByRole('button', { name: 'Save and go on to whom' }).click();
    await tab.getByLabel('CSV file').setInputFiles({
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(placesCsv(23, (i) => i > 2)),
    });
    await tab.getByRole('button', { name: 'Read this file' }).click();
    expect(await tab.getByRole('status').first().textContent()).toBe('23 recipients read from the file.');
    await tab.getByRole('link', { name: 'Go on to when' }).click();
    await tab.getByRole('button', { name: 'Save and show the working' }).click();
    expect(await tab.getByText('Day 30 is').count()).toBe(1);
    await tab.getByRole('button', { name: 'Save and go on to the letter' }).click();
    await tab.getByRole('button', { name: 'Save and go on to check' }).click();
    expect(await tab.getByText('Serves 23 parties, 21 by mail, 2 have no address').count()).toBe(1);
    await tab.getByRole('button', { name: 'Serve', exact: true }).click();
    expect(new URL(tab.url()).pathname).toMatch(/^\/desk\/requests\//);
    expect(await tab.getByRole('status').first().textContent()).toBe('23 parties are served.');
    await tab.getByRole('link', { name: 'Revoke the request' }).click();
    await tab.getByLabel('Why').fill('Wrong items');
    await tab.getByRole('button', { name: 'Revoke the request' }).click();
    expect(await tab.getByText('This request was revoked').count()).toBe(1);
  });
});

it('shows the progress of a large list and of a large request, and leads to the board at the end', async () => {
  const matter = await desk.openMatter();
  const draft = await desk.draft(matter, placesCsv(1));
  const n = 6_000;
  await withPage({ javaScript: false, baseURL: base }, async (tab) => {
    const bar = tab.locator('progress');
    // Whoever reads it looks again; where the page does that by itself, the two may cross.
    const looked = async () => {
      if ((await bar.count()) > 0) await tab.reload().catch(() => {});
      return new URL(tab.url()).pathname;
    };
    const heading = async () => {
      await looked();
      return (await tab.locator('h1').textContent()) ?? '';
    };
    const percent = async () => {
      const words = await tab.locator('.progress__count').textContent();
      expect(words).toMatch(/^[\d,]+ of [\d,]+ (lines|rows|recipients) \(\d+%\)$/);
      expect(Number(await bar.getAttribute('value'))).toBeLessThanOrEqual(Number(await bar.getAttribute('max')));
      return words ?? '';
    };
    await tab.goto(`/desk/drafts/${draft}/whom`);
    await tab.getByLabel('Another CSV file').setInputFiles({
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(placesCsv(n)),
    });
    // While somebody holds the recipients there were, they are not replaced, so that the page can be looked at.
    await held(sql`select from work.draft_recipient where draft = ${draft} for share`, async () => {
      await tab.getByRole('button', { name: 'Read this file' }).click();
      expect(new URL(tab.url()).pathname).toBe(`/desk/drafts/${draft}/whom/reading`);
      await percent();
    });
    await expect.poll(looked, { timeout: 25_000 }).toBe(`/desk/drafts/${draft}/whom`);
    expect(await tab.getByRole('status').first().textContent()).toBe(
      `${n.toLocaleString('en-US')} recipients read from the file.`,
    );

    await tab.goto(`/desk/drafts/${draft}/check`);
    // Another serving is under way: this one is checked meanwhile, and waits for its turn.
    await held(sql`select pg_advisory_xact_lock(${SERVING_LOCK})`, async () => {
      await tab.getByRole('button', { name: 'Serve', exact: true }).click();
      expect(new URL(tab.url()).pathname).toBe(`/desk/drafts/${draft}/serving`);
      expect(await percent()).toContain('of 6,000 recipients');
      await expect.poll(heading, { timeout: 25_000 }).toMatch(/^Serving “/);
      expect(await percent()).toBe('0 of 6,000 recipients (0%)');
    });
    await expect.poll(looked, { timeout: 40_000 }).toMatch(/^\/desk\/requests\//);
    await tab.getByText('1–100 of 6,000 recipients').waitFor();
  });
  expect((await loadDraft(desk.t.db, draft)).serving?.ended).toBe('served');
});

/** Runs `work` while something is held in the database that the work in the background needs. */
async function held(what: RawBuilder<unknown>, work: () => Promise<void>): Promise<void> {
  await desk.t.db.transaction().execute(async (trx) => {
    await what.execute(trx);
    await work();
  });
}
