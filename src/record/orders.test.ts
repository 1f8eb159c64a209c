/**
 * Orders and consequences, from the desk's forms to every place that shows them: the check before it is written, clocks that stop, boards
 * and filters, totals, the public record as of any time on both axes, the API, downloads. One matter, ordered about again and again.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, formOf, type Page, wordsOf } from '../../test/support/answering.ts';

import { requestOf } from '../../test/support/matter.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import type { NewEntry } from '../base/append.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { createRecounter } from '../rooms/clock/recount.ts';
import { CONSEQUENCE_KINDS } from '../rooms/consequences/entries.ts';
import { project } from '../rooms/project.ts';
import { consequenceList, order, orderList } from './api-orders-schemas.ts';
import { recordBody } from './api-schemas.ts';
import { boardPage } from './board.ts';
import { type BoardFilter, CONSEQUENCE_FILTERS } from './board-filter.ts';
import { amountsWords, grandTotal } from './consequence-view.tsx';
import { type AsOfPoint, cutAt } from './cut.ts';
import { todayOf } from './desk-facts.ts';
import { deskPages } from './desk-pages.ts';
import { concerning, groupsOf, reachAt, type Standing, totalsOf, touchesOf } from './reach.ts';
import { publicRoutes } from './routes.ts';

let a: Answering;
/** Place 001 (Example State), Place 002 (Sample State), Harbor (Pennsylvania) */
let harbor: string;
beforeAll(async () => {
  const log = { origin: 'localhost:8080/log', logKey: '', witnesses: [], policy: '' };
  a = await answering({
    routes: [...deskPages, ...publicRoutes(log)],
    items: 2,
  });
  harbor = await a.m.serve('Harbor', 'Pennsylvania');
});
afterAll(() => a.close());

const at = (text: string) => Date.parse(text);
const desk = () => `/desk/matters/${a.m.matter}`;
const record = () => `/record/${a.m.slug}`;
const source = { publisher: 'D. Example', sourceTitle: 'Order', sourceDate: '2026-03-02' };
const idIn = (page: Page) => /[0-9a-f-]{36}$/.exec(page.path.split('?')[0] ?? '')?.[0] ?? '';

/** Fills in the form of an order, looks at what it would touch, and enters it. */
async function enter(fields: Readonly<Record<string, string>>, file?: string) {
  const staff = a.staff();
  const form = await staff.get(`${desk()}/orders/new`);
  const base = { court: 'D. Example', docket: '26-1', words: 'It is so ordered.', ...source };
  const files = file === undefined ? [] : [{ field: 'document', name: 'C:\\order.pdf', bytes: file }];
  const checked = await staff.submit(form, { ...base, ...fields }, files, `${desk()}/orders/check`);
  const said = wordsOf(checked.html);
  if (!said.includes('What this order touches')) return { said, checked, entered: null, id: '' };
  const entered = await staff.submit(checked, {}, [], `${desk()}/orders`);
  return { said, checked, entered, id: idIn(entered) };
}

async function announce(fields: Readonly<Record<string, string>>) {
  const staff = a.staff();
  const form = await staff.get(`${desk()}/consequences/new`);
  const values = formOf(form.html, `${desk()}/consequences/new`).values;
  const base = { request: a.m.request, kind: 'grant', programme: 'Example Aid', fiscalYear: '2026', on: '2026-03-02' };
  return await staff.post(`${desk()}/consequences/new`, { ...values, ...base, words: 'Aid may be held.', ...fields });
}

async function reach(asOf?: AsOfPoint) {
  const cut = await cutAt(a.t.db, new Date(a.t.clock.now()), asOf);
  return { cut, reach: await reachAt(a.t.db, a.m.matter, cut, asOf?.at ?? new Date(a.t.clock.now())) };
}

/** Names on the board for each filter; what SQL finds is what the rules say of each recipient. */
async function agreed(asOf?: AsOfPoint) {
  const request = await requestOf(a.t, a.m);
  const now = new Date(asOf?.at ?? a.t.clock.now());
  const board = async (filter: Parameters<typeof boardPage>[1]['filter']) => {
    const sort = { by: 'recipient', down: false } as const;
    const query = { request, filter, sort, page: 1, size: 9, now, ...(asOf ? { asOf } : {}) };
    return (await boardPage(a.t.db, query)).rows;
  };
  const { cut, reach: known } = await reach(asOf);
  const all = (await board({})).map((row) => {
    const who = { ...row, request: request.id };
    const touches = touchesOf(known, who, [1, 2]).map((touch) => touch.order.id);
    return { name: row.name, touches, standings: concerning(known, who) };
  });
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);
  expect(names(await board({ order: 'any' }))).toEqual(names(all.filter((one) => one.touches.length > 0)));
  expect(names(await board({ order: 'none' }))).toEqual(names(all.filter((one) => one.touches.length === 0)));
  for (const { order } of known.forces)
    expect(names(await board({ order: order.id }))).toEqual(names(all.filter((one) => one.touches.includes(order.id))));
  for (const consequence of CONSEQUENCE_FILTERS) {
    const mine = all.filter((one) => one.standings.some(({ status }) => status === consequence));
    expect([consequence, names(await board({ consequence }))]).toEqual([consequence, names(mine)]);
  }
  // One consequence has to be all of what is asked for, not several together.
  for (const { programme, kind } of known.consequences) {
    const others = CONSEQUENCE_KINDS.filter((other) => other !== kind).slice(0, 1);
    const [last] = CONSEQUENCE_FILTERS.filter((status) =>
      all.some((one) => one.standings.some((s) => s.status === status)),
    );
    for (const [consequenceKind, consequence] of [
      ...others.map((other) => [other, undefined] as const),
      [kind, last],
    ] as const) {
      const fits = ({ consequence: of, status }: Standing) =>
        of.programme === programme && of.kind === consequenceKind && (consequence ?? status) === status;
      const asked = { programme, consequenceKind, consequence };
      const mine = all.filter((one) => one.standings.some(fits));
      expect([asked, names(await board(asked))]).toEqual([asked, names(mine)]);
    }
  }
  const groups = await groupsOf(a.t.db, known, cut);
  for (const one of known.consequences) {
    const said = all.flatMap(({ standings }) => standings.filter(({ consequence }) => consequence.id === one.id));
    const key = (status: string, cents: number | undefined) => `${status} ${cents ?? 'unknown'}`;
    const counted = groups
      .filter(({ consequence }) => consequence === one.id)
      .flatMap(({ status, amount, n }) => Array<string>(n).fill(key(status, amount?.cents)));
    expect(counted.sort()).toEqual(said.map(({ status, written }) => key(status, written.amount?.cents)).sort());
  }
  return Object.fromEntries(
    all.map(({ name, touches, standings }) => [name, [touches.length, ...standings.map((s) => s.status)]]),
  );
}

const happened = (text: string): AsOfPoint => ({ axis: 'occurred', at: new Date(text) });
const known = (text: string): AsOfPoint => ({ axis: 'recorded', at: new Date(text) });
let grant: string;
let fine: string;

test('consequences are announced, with amounts or without, and totals say what is not known', async () => {
  const none = await announce({ words: '', on: '', recipients: 'Nobody of this name' });
  expect(none.status).toBe(422);
  expect(wordsOf(none.html)).toContain('Say what was announced.');
  const strange = await announce({ recipients: 'Nobody of this name' });
  expect(wordsOf(strange.html)).toContain('“Nobody of this name” is no recipient here.');
  expect((await announce({})).path).toBe(`${desk()}/consequences`);
  const some = { kind: 'penalty', programme: 'Example Fine', amount: '1,250.5', words: 'A fine may be asked.' };
  const page = await announce({ ...some, recipients: 'Place 001\r\nharbor, pennsylvania' });
  const words = wordsOf(page.html);
  expect(words).toContain('Amounts: 2 known, together $2,501.00; 3 unknown.');
  const { reach: now, cut } = await reach();
  grant = now.consequences[0]?.id ?? '';
  fine = now.consequences[1]?.id ?? '';
  const totals = totalsOf(now.consequences, await groupsOf(a.t.db, now, cut));
  expect(totals.map((one) => [one.programme, one.status, one.recipients, amountsWords(one)])).toEqual([
    ['Example Aid', 'announced', 3, '3 unknown'],
    ['Example Fine', 'announced', 2, '2 known, together $2,501.00; none unknown'],
  ]);
  expect(grandTotal(totals)).toMatchObject({ known: 2, unknown: 3 });
  expect(await agreed()).toEqual({
    Harbor: [0, 'announced', 'announced'],
    'Place 001': [0, 'announced', 'announced'],
    'Place 002': [0, 'announced'],
  });
});

test('both boards offer programme and kind of consequence, and keep what was chosen', async () => {
  const asked = '?programme=Example+Fine&consequenceKind=penalty&consequence=announced';
  for (const path of [`/desk/requests/${a.m.request}`, record()]) {
    const all = (await a.staff('viewer').get(path)).html;
    for (const option of ['Example Aid', 'Example Fine', 'grant', 'penalty'])
      expect(all).toContain(`value="${option}"`);
    const { html } = await a.staff('viewer').get(path + asked);
    const chosen = [...html.matchAll(/<option value="([^"]+)" selected/g)].map((found) => found[1]);
    expect(chosen).toEqual(expect.arrayContaining(['Example Fine', 'penalty', 'announced']));
    expect([html.includes('>Harbor<'), html.includes('>Place 002<')]).toEqual([true, false]);
    const none = (await a.staff('viewer').get(`${path}?programme=Example+Fine&consequenceKind=grant`)).html;
    expect(none).not.toContain('>Harbor<');
  }
});

let stay: string;

test('an order says what it touches before it is written, is written once, and stops the clocks it reaches', async () => {
  a.t.clock.set(at('2026-03-10T15:00:00Z'));
  const bad = await enter({ effect: 'stay', date: '2026-03-11', where: 'places', places: 'Nowhere at all' });
  expect(bad.said).toContain('“Nowhere at all” is neither a state');
  expect(formOf(bad.checked.html, `${desk()}/orders/check`).values.court).toBe('D. Example');
  const future = await enter({ effect: 'stay', date: '2026-03-11' });
  expect([future.checked.status, future.said.includes('lies in the future')]).toEqual([409, true]);

  const fields = {
    effect: 'stay',
    date: '2026-03-06',
    where: 'places',
    places: 'Pennsylvania',
    words: 'Stayed in Pennsylvania.',
  };
  const { said, checked, entered, id } = await enter(fields, '%PDF-1.7 an order');
  stay = id;
  expect(said).toContain('Touches 1 recipient, 2 items.');
  expect(said).toContain('It changes 1 clock that is kept here');
  expect(said).toContain('order.pdf');
  expect(wordsOf(entered?.html ?? '')).toContain('Judge not known');
  const again = await a.staff().submit(checked, {}, [], `${desk()}/orders`);
  expect(idIn(again)).toBe(stay);
  const { reach: now } = await reach();
  expect(now.orders.map((one) => one.id)).toEqual([stay]);

  const recount = createRecounter({ services: a.services, onError: (error) => expect.fail(String(error)) });
  expect(await recount.round()).toBe(1);
  const dues = await a.t.db.selectFrom('view.due').select(['service', 'due_on']).execute();
  expect(dues).toEqual([{ service: harbor, due_on: null }]);
  const page = wordsOf((await a.recipient(0).get(`${record()}/services/${harbor}`)).html);
  expect(page).toContain('paused');
  expect(page).toContain('D. Example, No. 26-1 stays all items, since 6 Mar 2026');
  expect(page).toContain('“Stayed in Pennsylvania.”');
  expect(await agreed()).toMatchObject({
    Harbor: [1, 'announced', 'announced'],
    'Place 001': [0, 'announced', 'announced'],
  });
});

test('the document is kept as a file, never shown, and reached through its order alone', async () => {
  const anyone = a.recipient(0);
  for (const path of [`${record()}/orders/${stay}/document`, `${desk()}/orders/${stay}/document`]) {
    const file = await (path.startsWith('/desk') ? a.staff('viewer') : anyone).raw(path);
    expect([file.status, await file.text()]).toEqual([200, '%PDF-1.7 an order']);
    expect(file.headers.get('content-disposition')).toContain('attachment; filename="order.pdf"');
    expect(file.headers.get('content-security-policy')).toContain('sandbox');
  }
  expect((await anyone.raw(`${record()}/orders/${grant}/document`)).status).toBe(404);
  expect((await anyone.raw(`${record()}/orders/${a.t.newId()}`)).status).toBe(404);
});

test('an injunction entered late blocks a consequence from its date, and stops no clock', async () => {
  a.t.clock.set(at('2026-03-20T15:00:00Z'));
  const fields = { effect: 'enjoin', date: '2026-03-12', touches: 'none', [`consequence-${grant}`]: 'on' };
  const { said, id } = await enter({ ...fields, docket: '26-2', words: 'Aid is not to be held.' });
  expect(said).toContain('Touches 3 recipients, 1 consequence.');
  expect(said).toContain('It moves no clock.');
  const now = {
    Harbor: [2, 'blocked', 'announced'],
    'Place 001': [1, 'blocked', 'announced'],
    'Place 002': [1, 'blocked'],
  };
  expect(await agreed()).toEqual(now);
  // As known then: nobody knew. As it happened: blocked since the twelfth.
  expect(await agreed(known('2026-03-15T15:00:00Z'))).toMatchObject({ 'Place 002': [0, 'announced'] });
  expect(await agreed(happened('2026-03-15T15:00:00Z'))).toEqual(now);
  expect(await agreed(happened('2026-03-11T15:00:00Z'))).toMatchObject({ 'Place 002': [0, 'announced'] });
  const then = `${record()}?asOf=2026-03-15T15:00:00Z`;
  const anyone = a.recipient(0);
  expect(wordsOf((await anyone.get(then)).html)).toContain('1 order in force');
  expect(wordsOf((await anyone.get(`${then}&axis=happened`)).html)).toContain('2 orders in force');
  const board = wordsOf((await anyone.get(`${record()}?order=${id}`)).html);
  expect(board).toContain('2 orders that touch Harbor');
  const page = wordsOf((await anyone.get(`${record()}/consequences`)).html);
  expect(page).toContain(
    'blocked nationwide by D. Example, No. 26-2, of 12 Mar 2026 since 12 Mar 2026 : “Aid is not to be held.”',
  );
});

test('statuses change for some; what is released is not blocked; amounts become known', async () => {
  const staff = a.staff();
  const send = async (of: string, doing: string, fields: Readonly<Record<string, string>>) => {
    const path = `${desk()}/consequences/${of}/${doing}`;
    const form = formOf((await staff.get(path)).html, path);
    return await staff.post(path, { ...form.values, reason: 'Decided.', on: '2026-03-18', ...fields });
  };
  expect((await send(fine, 'status', { status: 'imposed', recipients: 'Harbor' })).path).toBe(`${desk()}/consequences`);
  const again = await send(fine, 'status', { status: 'imposed', recipients: 'Harbor' });
  expect([again.status, wordsOf(again.html).includes('It is imposed already.')]).toEqual([422, true]);
  await send(grant, 'status', { status: 'released', recipients: 'Place 002', order: stay });
  await send(grant, 'amount', { amount: '100', recipients: 'Harbor\nPlace 001' });
  expect(await agreed()).toEqual({
    Harbor: [2, 'blocked', 'imposed'],
    'Place 001': [1, 'blocked', 'announced'],
    'Place 002': [1, 'released'],
  });
  expect(await agreed(happened('2026-03-17T15:00:00Z'))).toMatchObject({ Harbor: [2, 'blocked', 'announced'] });
  const page = wordsOf((await a.recipient(0).get(`${record()}/consequences`)).html);
  expect(page).toContain('Amounts: 4 known, together $2,701.00; 1 unknown.');
});

test('a later order narrows, another lifts: what they touch, and the clock, follow from their dates', async () => {
  a.t.clock.set(at('2026-03-25T15:00:00Z'));
  const { reach: before } = await reach();
  const injunction = before.orders.find((one) => one.effect === 'enjoin')?.id ?? '';
  const narrow = { effect: 'modify', touches: 'none', [`consequence-${grant}`]: 'on', [`of-${injunction}`]: 'on' };
  const { said } = await enter({
    ...narrow,
    date: '2026-03-22',
    where: 'parties',
    parties: 'Place 001\nA stranger',
    words: 'For Place 001 alone.',
  });
  expect(said).toContain('Touches 1 recipient, 1 consequence.');
  expect(said).toContain('for Place 001; A stranger');
  expect(await agreed()).toMatchObject({
    Harbor: [1, 'announced', 'imposed'],
    'Place 001': [1, 'blocked', 'announced'],
  });
  expect(await agreed(happened('2026-03-21T15:00:00Z'))).toMatchObject({ Harbor: [2, 'blocked', 'imposed'] });
  const { said: ends } = await enter({
    effect: 'lift',
    date: '2026-03-24',
    [`of-${stay}`]: 'on',
    words: 'The stay is lifted.',
  });
  expect(ends).toContain('It changes 1 clock that is kept here');
  const recount = createRecounter({ services: a.services, onError: (error) => expect.fail(String(error)) });
  expect(await recount.round()).toBe(1);
  const due = await a.t.db
    .selectFrom('view.due')
    .select('due_on')
    .orderBy('seq', 'desc')
    .orderBy('occurred_at', 'desc')
    .executeTakeFirst();
  // Of 1 April, 26 days were left on 6 March.
  expect(due?.due_on).toBe('2026-04-19');
  expect(await agreed()).toMatchObject({ Harbor: [0, 'announced', 'imposed'] });
  const { reach: now } = await reach();
  expect(now.forces.map(({ order, now: words }) => [order.id, words.words])).toEqual([
    [injunction, 'For Place 001 alone.'],
  ]);
  const page = wordsOf((await a.recipient(0).get(`${record()}/orders/${stay}`)).html);
  expect(page).toContain('lifted 24 Mar 2026');
});

test('API, downloads, timeline and changes say the same', async () => {
  const anyone = a.recipient(0);
  const json = async (path: string): Promise<unknown> =>
    await (await anyone.raw(`/api/v1/records/${a.m.slug}${path}`)).json();
  const orders = orderList.parse(await json('/orders'));
  expect(orders.orders.map((one) => [one.effect, one.inForce, one.now?.recipients])).toEqual([
    ['stay', false, undefined],
    ['enjoin', true, 1],
    ['modify', null, undefined],
    ['lift', null, undefined],
  ]);
  expect(order.parse(orders.orders[0]).document?.name).toBe('order.pdf');
  const then = orderList.parse(await json('/orders?asOf=2026-03-21T15:00:00Z&axis=happened'));
  expect(then.orders.map((one) => one.now?.recipients)).toEqual([1, 3]);
  const all = consequenceList.parse(await json('/consequences'));
  expect(all.together).toEqual({ known: 4, unknown: 1, sums: [{ amount: '2701.00', currency: 'USD' }] });
  const board = recordBody.parse(await json(''));
  expect(board.ordersInForce).toBe(1);
  expect(board.board?.rows.map((row) => row.orders.length)).toEqual([0, 1, 0]);
  const csv = async (path: string) => (await (await anyone.raw(`${record()}/${path}`)).text()).trim().split('\r\n');
  expect((await csv('orders.csv')).length).toBe(5);
  expect((await csv('consequences.csv')).some((line) => line.includes(',unknown,'))).toBe(true);
  expect((await anyone.raw(`${record()}/orders.csv?asOf=nonsense`)).status).toBe(422);
  expect((await anyone.get(`${record()}/orders?asOf=nonsense`)).status).toBe(422);
  const timeline = wordsOf((await anyone.get(`${record()}/timeline`)).html);
  for (const part of [
    'Order of D. Example, 26-1: stays, in Pennsylvania',
    'Order of D. Example, 26-1: lifts, an earlier order',
    'Consequence announced: Example Aid, FY2026, amount not known',
    'Consequence imposed: Example Fine, FY2026, for 1 recipient',
    'Amount of a consequence: Example Aid, FY2026, $100.00 each, for 2 recipients',
  ])
    expect(timeline).toContain(part);
  const changes = wordsOf(
    (await anyone.get(`${record()}/changes?from=2026-03-15T15:00:00Z&to=2026-03-21T15:00:00Z`)).html,
  );
  expect(changes).toMatch(/Late.*Order of D\. Example, 26-2: enjoins, nationwide/);
});

/** Due dates in the words of a page that lead to no working: neither linked, nor with the working folded beside them. */
function unexplained(html: string): readonly string[] {
  const loose = html.replaceAll(/<a\b[^>]*>.*?<\/a>/gs, '').replaceAll(/<details\b[^>]*>.*?<\/details>/gs, '<details>');
  const dates = loose.matchAll(
    /(?:\bdue|overdue|running|Was due)(?:<[^>]*>|[^<>\d]){0,60}?\d{1,2} [A-Z][a-z]{2} 20\d\d/g,
  );
  return [...dates]
    .filter((found) => !loose.slice(found.index, found.index + 700).includes('<details>'))
    .map(([words]) => words);
}

test('every due date on a page leads to its working, or has it folded beside it', async () => {
  const [place] = a.m.services;
  const pages: readonly [string, boolean][] = [
    [record(), false],
    [`${record()}/services/${harbor}`, false],
    [`/desk/requests/${a.m.request}`, true],
    [`/desk/requests/${a.m.request}/steps`, true],
    [desk(), true],
    ['/desk', true],
  ];
  expect(unexplained('<p>▸ running, due <time>Fri 3 Apr 2026</time></p><p>and more</p>')).toHaveLength(1);
  for (const [path, ours] of pages) {
    const page = await (ours ? a.staff() : a.recipient(0)).get(path);
    expect([path, page.status, unexplained(page.html)]).toEqual([path, 200, []]);
  }
  const board = await a.recipient(0).get(record());
  expect(board.html).toContain(`href="${record()}/services/${place}#clock"`);
  for (const href of board.html.matchAll(/href="([^"]*\/services\/[^"]*)#clock"/g)) {
    const page = await a.recipient(0).get(href[1] ?? '');
    expect([page.html.includes('id="clock"'), page.html.includes('class="working"')]).toEqual([true, true]);
  }
});

test('an order entered after the due date, in effect before it: nobody was overdue in truth, and everybody as it was known', async () => {
  const { request } = a.m;
  const steps = [{ step: 1, kind: 'reminder', who: 'editor', after: 1 }];
  const entry: NewEntry = {
    ...{ kind: 'ladder.set', id: a.t.newId(), matter: a.m.matter, by: a.m.issuer, audience: 'public' },
    ...{ occurredAt: new Date(a.t.clock.now()).toISOString(), body: { request, steps } },
  };
  await a.t.ledger.append({ key: `ladder:${entry.id}`, entries: [entry] });
  a.t.clock.set(at('2026-04-04T15:00:00Z'));
  const asked = await requestOf(a.t, a.m);
  const board = async (filter: BoardFilter, asOf?: AsOfPoint) => {
    const now = asOf?.at ?? new Date(a.t.clock.now());
    const query = { request: asked, filter, sort: { by: 'recipient', down: false }, page: 1, size: 9, now } as const;
    return await boardPage(a.t.db, { ...query, ...(asOf ? { asOf } : {}) });
  };
  const overdue = async (asOf?: AsOfPoint) => {
    const all = await board({}, asOf);
    const names = (await board({ clock: 'overdue' }, asOf)).rows.map((row) => row.name);
    const states = all.rows.flatMap((row) => (row.clock.state === 'overdue' ? [row.name] : []));
    expect([names, all.counts.overdue]).toEqual([states, states.length]);
    return names;
  };
  const waits = async () => {
    const { overdue: late, nextSteps, paused } = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
    return [
      late.reduce((sum, one) => sum + one.n, 0),
      nextSteps.map((one) => one.n),
      paused.reduce((sum, one) => sum + one.n, 0),
    ];
  };
  expect([await overdue(), await waits()]).toEqual([
    ['Place 001', 'Place 002'],
    [2, [2], 0],
  ]);
  // Two days before the due date the court had stayed it; that is written down three days after it.
  await enter({ effect: 'stay', date: '2026-03-30', words: 'All of it is stayed.', docket: '26-9' });
  const recount = createRecounter({ services: a.services, onError: (error) => expect.fail(String(error)) });
  await recount.round();
  expect([await overdue(), await waits()]).toEqual([[], [0, [], 3]]);
  expect(await overdue(happened('2026-04-03T15:00:00Z'))).toEqual([]);
  expect(await overdue(known('2026-04-03T15:00:00Z'))).toEqual(['Place 001', 'Place 002']);
  expect((await board({ clock: 'stayed' }, happened('2026-03-31T15:00:00Z'))).rows.map((row) => row.name)).toContain(
    'Place 001',
  );
  expect((await board({ clock: 'running' }, known('2026-03-31T15:00:00Z'))).rows.map((row) => row.name)).toContain(
    'Place 001',
  );
  expect((await board({ step: 1 })).rows).toEqual([]);
  // The desk's page of a recipient names the order, since when it touches which item, and where it is to be read.
  const page = wordsOf((await a.staff().get(`/desk/services/${a.m.services[0]}`)).html);
  expect(page).toContain('D. Example, No. 26-9 stays all items, since 30 Mar 2026');
  expect(page).toContain('D. Example, No. 26-9 stays it since 30 Mar 2026 : “All of it is stayed.”');
  expect(page).toContain('Consequences that were announced');
});

test('viewers read and write nothing; views made anew from the entries are the same', async () => {
  const viewer = a.staff('viewer');
  expect((await viewer.get(`${desk()}/orders`)).html).not.toContain('orders/new');
  for (const path of ['orders/new', 'orders/check', 'consequences/new', `consequences/${grant}/status`])
    expect((await viewer.get(`${desk()}/${path}`)).status).toBe(403);
  expect((await a.staff('owner', a.t.newId()).get(`${desk()}/orders`)).status).toBe(404);
  const owner = openPool(a.t.database.ownerConfig);
  const { equal, tables } = await rebuild(owner, project);
  await owner.end();
  expect(equal).toBe(true);
  const rows = (name: string) => tables.find((one) => one.table.endsWith(name))?.rows;
  expect([rows('court_order'), rows('consequence'), rows('consequence_change')]).toEqual([5, 2, 3]);
});
