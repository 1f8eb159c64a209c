/**
 * What moves many clocks at once, from the calendar's form to every place that shows the date: closings added and taken back, and an order as
 * other rooms write it. The worker is killed in between, and runs twice at once.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, formOf, wordsOf } from '../../test/support/answering.ts';
import { requestOf } from '../../test/support/matter.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import type { Services } from '../base/services.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { compose } from '../post/letters.ts';
import { claim } from '../post/outbox.ts';
import { calendarRoutes } from '../rooms/clock/calendar-pages.tsx';
import { createRecounter } from '../rooms/clock/recount.ts';
import { presetById } from '../rooms/clock/rules.ts';
import { project } from '../rooms/project.ts';
import { serviceBody } from './api-schemas.ts';
import { apiServiceRoutes } from './api-service.ts';
import { boardPage } from './board.ts';
import { changesBetween } from './changes.ts';
import { type AsOfPoint, cutAt } from './cut.ts';
import { todayOf } from './desk-facts.ts';
import { serviceRoutes } from './service-page.tsx';
import { timeline } from './timeline.ts';

let a: Answering;
const at = (text: string) => Date.parse(text);
const PLACES = 5;
beforeAll(async () => {
  const due = presetById('foia')?.rule;
  if (!due) throw new Error('no rule');
  // Served on Mon 2 Mar 2026: 20 business days end on Mon 30 Mar.
  a = await answering({
    routes: [...calendarRoutes, ...serviceRoutes, ...apiServiceRoutes],
    items: 2,
    recipients: PLACES,
    due,
  });
});
afterAll(() => a.close());

const recounter = (services: Services = a.services) =>
  createRecounter({
    services,
    chunk: 2,
    onError(error) {
      if (!(error instanceof Error) || error.message !== 'the machine went down') throw error;
    },
  });
async function add(fields: Readonly<Record<string, string>>) {
  const staff = a.staff();
  const form = formOf((await staff.get('/desk/calendar')).html, '/desk/calendar');
  return await staff.post(form.action, { ...form.values, kind: 'closed', name: 'Snow', reason: 'Closed.', ...fields });
}
async function dates(asOf?: AsOfPoint) {
  const request = await requestOf(a.t, a.m);
  const now = new Date(asOf?.at ?? a.t.clock.now());
  const sort = { by: 'recipient', down: false } as const;
  const board = await boardPage(a.t.db, {
    request,
    filter: {},
    sort,
    page: 1,
    size: 9,
    now,
    ...(asOf ? { asOf } : {}),
  });
  return board.rows.map((row) => `${row.clock.state} ${'dueOn' in row.clock ? row.clock.dueOn : ''}`);
}
const all = (text: string, n = PLACES) => Array.from({ length: n }, () => text);
const recounted = async () => await a.t.db.selectFrom('view.recount').selectAll().orderBy('seq').execute();
/** Services whose ledger fails at the n-th append, as stored or not. */
function failing(nth: number, stored: boolean): Services {
  let n = 0;
  const { ledger } = a.services;
  return {
    ...a.services,
    ledger: {
      ...ledger,
      receipt: (id) => ledger.receipt(id),
      published: (position, ms) => ledger.published(position, ms),
      append: async (command) => {
        const mine = ++n;
        if (mine === nth && !stored) throw new Error('the machine went down');
        const done = await ledger.append(command);
        if (mine === nth) throw new Error('the machine went down');
        return done;
      },
    },
  };
}

test('the form says what it will touch, then writes one entry and a row for each request', async () => {
  await a.m.answer(4, 1, 'produced');
  await a.m.answer(4, 2, 'produced');
  const looked = await add({ from: '2026-03-12', until: '2026-03-13', look: 'yes' });
  expect(looked.status).toBe(200);
  expect(wordsOf(looked.html)).toContain('It will probably touch 4 open clocks of 1 request.');
  expect(formOf(looked.html, '/desk/calendar').values['from']).toBe('2026-03-12');
  expect(await a.t.db.selectFrom('view.closing').selectAll().execute()).toEqual([]);

  const form = formOf(looked.html, '/desk/calendar');
  const twice = await Promise.all([a.staff().post(form.action, form.values), a.staff().post(form.action, form.values)]);
  expect(twice.map((one) => one.status)).toEqual([200, 200]);
  expect(await a.t.db.selectFrom('work.recount').selectAll().execute()).toMatchObject([
    { request: a.m.request, services: null, event: null, total: PLACES, done: 0, finished_at: null },
  ]);
  const { recounting } = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect(recounting).toMatchObject([{ done: 0, total: PLACES, finished: false }]);
  expect(wordsOf((await a.staff().get('/desk/calendar')).html)).toContain('0 of 5 clocks looked at');
});

test('the worker reaches every open clock once, killed in between, and two of it at once', async () => {
  expect(await dates()).toEqual([...all('running 2026-03-30', 4), 'stopped 2026-03-30']);
  await recounter(failing(2, true)).round();
  a.t.clock.tick(6_000);
  await recounter(failing(1, false)).round();
  a.t.clock.tick(6_000);
  const taken = await Promise.all([recounter().round(), recounter().round()]);
  expect(taken.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await dates()).toEqual([...all('running 2026-04-01', 4), 'stopped 2026-03-30']);
  expect((await recounted()).map((row) => row.service).sort()).toEqual(a.m.services.slice(0, 4).sort());
  expect(await a.t.db.selectFrom('work.recount').selectAll().execute()).toMatchObject([
    { done: PLACES, moved: 4, total: PLACES, trouble: null, finished_at: new Date(a.t.clock.now()) },
  ]);
  const mails = await a.t.db.selectFrom('work.outbox').select('address').where('kind', '=', 'clock').execute();
  expect(mails).toHaveLength(4);
  expect(wordsOf((await a.staff().get('/desk/calendar')).html)).toContain('4 dates moved, of 5 clocks');
  const { recounting } = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect(recounting).toEqual([]);
});

test('both sides read old date, new date and reason; the record shows one line for all', async () => {
  const recipient = wordsOf((await a.recipient(0).get('/answer')).html);
  expect(recipient).toContain('Due Wed 1 Apr 2026');
  expect(recipient).toContain('Counted anew: the calendar changed');
  expect(recipient).toContain('Thu 12 Mar 2026 (Snow)');
  const desk = wordsOf((await a.staff().get(`/desk/services/${a.m.services[0]}`)).html);
  expect(desk).toMatch(/Counted anew: the calendar changed\s*: Mon 30 Mar 2026 → Wed 1 Apr 2026/);
  const page = wordsOf((await a.staff().get(`/record/${a.m.slug}/services/${a.m.services[0]}`)).html);
  expect(page).toContain('Mon 30 Mar 2026 → Wed 1 Apr 2026');
  expect(page).toContain('Closed from Thu 12 Mar 2026 to Fri 13 Mar 2026: Snow. Closed.');
  const json = await a.staff().get(`/api/v1/records/${a.m.slug}/services/${a.m.services[0]}`);
  expect(serviceBody.parse(JSON.parse(json.html))).toMatchObject({
    row: { clock: { dueOn: '2026-04-01' } },
    due: [{ items: null, on: '2026-04-01', working: expect.arrayContaining([expect.stringContaining('(Snow)')]) }],
    moves: [{ kind: 'due.recounted', before: '2026-03-30', after: '2026-04-01' }],
  });
  const told = await timeline(a.t.db, a.m.matter, await cutAt(a.t.db, new Date(a.t.clock.now())), 0, 50);
  expect(told.rows.filter((row) => row.entry.kind === 'due.recounted')).toMatchObject([
    { others: 3, title: expect.stringMatching(/^Clocks of Place 00\d and 3 others: Counted anew/) },
  ]);
  const changes = await changesBetween(
    a.t.db,
    a.m.matter,
    new Date(a.t.clock.now() - 12_500),
    new Date(a.t.clock.now()),
    1,
    new Date(a.t.clock.now()),
  );
  expect(changes.rows.filter((row) => row.entry.kind === 'due.recounted')).toHaveLength(1);
});

test('the mail names the cause and both dates', async () => {
  const { rows } = await a.t.pool.query<{ last: number }>('select max(seq) as last from ledger.entry');
  expect(await a.services.ledger.published(Number(rows[0]?.last), 10_000)).toBe(true);
  const job = (await claim(a.t.db, a.t.clock.now(), 9)).find((one) => one.kind === 'clock');
  const composed = job ? await compose(a.services, job) : null;
  if (!composed?.ready) throw new Error('the mail is not ready');
  for (const part of ['the calendar changed', 'before: Mon 30 Mar', 'now: Wed 1 Apr', 'Snow', 'Closed.'])
    expect(composed.mail.text).toContain(part);
});

test('a day that is told late: known then, overdue; as it happened, nobody was', async () => {
  a.t.clock.set(at('2026-04-02T15:00:00Z'));
  expect(await dates()).toEqual([...all('overdue 2026-04-01', 4), 'stopped 2026-03-30']);
  expect((await add({ from: '2026-04-01', name: 'Flood', reason: 'The archive was under water.' })).status).toBe(200);
  await recounter().round();
  expect(await dates()).toEqual([...all('running 2026-04-02', 4), 'stopped 2026-03-30']);
  const then = new Date('2026-04-02T04:30:00Z');
  expect(await dates({ axis: 'recorded', at: then })).toEqual([...all('overdue 2026-04-01', 4), 'stopped 2026-03-30']);
  expect(await dates({ axis: 'occurred', at: then })).toEqual([...all('running 2026-04-02', 4), 'stopped 2026-03-30']);
  const path = `/record/${a.m.slug}/services/${a.m.services[0]}?asOf=${then.toISOString()}`;
  const known = wordsOf((await a.staff().get(path)).html);
  expect(known).toContain('overdue since');
  expect(known).not.toContain('Flood');
  expect(wordsOf((await a.staff().get(`${path}&axis=happened`)).html)).toContain('Flood');
});

test('taken back by a later entry, and counted back', async () => {
  const flood = (await a.t.db.selectFrom('view.closing').selectAll().orderBy('seq', 'desc').executeTakeFirst())?.entry;
  const page = await a.staff().get(`/desk/calendar?withdraw=${flood}`);
  const form = formOf(page.html, '/desk/calendar/withdraw');
  expect((await a.staff().post(form.action, form.values)).status).toBe(422);
  expect((await a.staff().post(form.action, { ...form.values, why: 'The archive was open.' })).status).toBe(200);
  await recounter().round();
  expect(await dates()).toEqual([...all('overdue 2026-04-01', 4), 'stopped 2026-03-30']);
  const after = wordsOf((await a.staff().get('/desk/calendar')).html);
  expect(after).toContain('Taken back: The archive was open.');
  const again = await a.staff().post(form.action, { once: a.t.newId(), closing: flood ?? '', why: 'x' });
  expect([again.status, wordsOf(again.html).includes('It was taken back already.')]).toEqual([409, true]);
});

test('refused by name, with what was typed; nothing is written', async () => {
  const count = async () => (await a.t.pool.query('select count(*)::int as n from ledger.entry')).rows[0];
  const before = await count();
  const says = async (fields: Readonly<Record<string, string>>, words: string) => {
    const page = await add({ from: '2026-05-04', ...fields });
    expect([page.status >= 400, wordsOf(page.html).includes(words) ? words : wordsOf(page.html).slice(0, 900)]).toEqual(
      [true, words],
    );
    expect(formOf(page.html, '/desk/calendar').values['reason']).toBe(fields['reason'] ?? 'Closed.');
  };
  await says({ from: '2026-03-13', until: '2026-03-12' }, 'ends before it begins');
  await says({ from: '2026-01-01', until: '2099-01-01' }, 'takes more than 3660 days');
  await says({ from: '2150-03-13' }, 'Calendars have the years 2000 to 2100');
  await says({ from: '2028-02-29', kind: 'yearly' }, '29 February is a day that most years do not have');
  await says({ from: '2026-02-30' }, 'is not a date of the calendar');
  await says({ from: '' }, 'is not a date like');
  await says({ from: '2026-03-12', until: '2026-03-13', name: 'Ice' }, 'The calendar has it already');
  await says({ kind: 'holiday', until: '2026-05-06' }, 'Only where it is closed for several days');
  await says({ whose: 'recipient', recipient: 'Nowhere' }, 'Nobody whom you served has this name.');
  await says({ whose: 'recipient', recipient: 'place 001' }, 'Say where it is known from');
  await says({ reason: '' }, 'Say why.');
  expect((await a.staff('viewer').post('/desk/calendar', {})).status).toBe(403);
  expect(await count()).toEqual(before);
});

test('days of another office, or of a recipient whose calendar counts for nothing, move no clock', async () => {
  const other = a.staff('editor', a.t.newId());
  const form = formOf((await other.get('/desk/calendar')).html, '/desk/calendar');
  const fields = { kind: 'holiday', from: '2026-03-18', name: 'Their day', reason: 'Theirs.' };
  const theirs = await other.post(form.action, { ...form.values, ...fields });
  expect(wordsOf(theirs.html)).toContain('No open clock counts by it.');
  const recipient = { whose: 'recipient', recipient: 'Place 001', source: 'Its notice of 1 April' };
  expect(wordsOf((await add({ from: '2026-03-18', ...recipient })).html)).toContain('No open clock counts by it.');
  expect(await recounter().round()).toBe(0);
  expect(wordsOf((await a.staff().get('/desk/calendar')).html)).not.toContain('Their day');
});

test('an order, as its room writes it: some recipients, some items, and its end', async () => {
  const [order, lift] = [a.t.newId(), a.t.newId()];
  const ordered = 'D. Example, No. 1:26-cv-1';
  const stay = { type: 'stayed', id: order, at: '2026-03-25T15:00:00.000Z', order: ordered, items: [2] };
  const lifted = { type: 'lifted', of: order, at: '2026-04-02T14:00:00.000Z', order: ordered };
  const reach = async (cause: string, event: object, reason: string) => {
    const services = a.m.services.slice(0, 2);
    const row = { id: a.t.newId(), cause, request: a.m.request, services, event: JSON.stringify(event), reason };
    await a.t.db.insertInto('work.recount').values(row).execute();
    await recounter().round();
  };
  await reach(order, stay, 'The court stayed item 2.');
  const state = async () => {
    const request = await requestOf(a.t, a.m);
    const sort = { by: 'recipient', down: false } as const;
    const now = new Date(a.t.clock.now());
    const board = await boardPage(a.t.db, { request, filter: {}, sort, page: 1, size: 9, now });
    return board.rows.slice(0, 3).map((row) => row.cells.map((cell) => cell.clock.state).join(' '));
  };
  expect(await state()).toEqual(['overdue paused', 'overdue paused', 'overdue overdue']);
  expect(wordsOf((await a.staff().get(`/desk/services/${a.m.services[1]}`)).html)).toContain('Stayed by D. Example');
  await reach(lift, lifted, 'The court lifted its stay.');
  // 5 business days were left on 25 March; they run from 2 April on.
  expect(await state()).toEqual(['overdue running', 'overdue running', 'overdue overdue']);
});

test('a closing that moves nobody is looked at for all, and writes no entry and no mail', async () => {
  const mails = async () => await a.t.db.selectFrom('work.outbox').select('id').where('kind', '=', 'clock').execute();
  const before = { recounted: await recounted(), mails: await mails() };
  await add({ from: '2026-12-01', until: '2026-12-01' });
  await recounter().round();
  const closings = await a.t.db.selectFrom('view.closing').select('entry').orderBy('seq', 'desc').limit(1).execute();
  const row = a.t.db
    .selectFrom('work.recount')
    .selectAll()
    .where('cause', '=', closings[0]?.entry ?? '');
  expect(await row.execute()).toMatchObject([
    { done: PLACES, moved: 0, total: PLACES, trouble: null, finished_at: expect.any(Date) },
  ]);
  expect({ recounted: await recounted(), mails: await mails() }).toEqual(before);
});

test('views made anew from the entries are the same', async () => {
  const owner = openPool(a.t.database.ownerConfig);
  const { equal, tables } = await rebuild(owner, project);
  await owner.end();
  expect(equal).toBe(true);
  expect(tables.find((one) => one.table.endsWith('closing'))?.rows).toBe(6);
});
