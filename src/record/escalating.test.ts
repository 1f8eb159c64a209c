/**
 * Escalation from the desk's pages to every place that shows it: a ladder, reminders to those who are due and to nobody else, taken back
 * before they leave, and a subpoena that asks only for what is open. One exchange of three recipients, as time goes by.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, formOf, wordsOf } from '../../test/support/answering.ts';
import { requestOf } from '../../test/support/matter.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { compose } from '../post/letters.ts';
import { claim } from '../post/outbox.ts';
import { takeInBackground } from '../rooms/escalation/taking.ts';
import { project } from '../rooms/project.ts';
import { loadDraft, saveDraft } from '../rooms/requests/drafts.ts';
import { serveInBackground } from '../rooms/requests/serve.ts';
import { serviceById } from '../rooms/requests/view.ts';
import { boardPage } from './board.ts';
import type { BoardFilter } from './board-filter.ts';
import { todayOf } from './desk-facts.ts';
import { deskPages } from './desk-pages.ts';
import { serviceRoutes } from './service-page.tsx';

let a: Answering;
beforeAll(async () => {
  a = await answering({ routes: [...serviceRoutes, ...deskPages], items: 2, recipients: 3 });
});
afterAll(() => a.close());

const at = (text: string) => Date.parse(text);
const service = (n: number) => a.m.services[n] ?? '';
const base = () => `/desk/requests/${a.m.request}`;
const STEPS = {
  ...{ 'kind-1': 'reminder', 'who-1': 'editor', 'days-1': '1', 'when-1': 'after' },
  ...{ 'kind-2': 'final notice', 'who-2': 'editor', 'days-2': '8', 'when-2': 'after' },
  ...{ 'kind-3': 'subpoena', 'who-3': 'owner', 'days-3': '15', 'when-3': 'after' },
};
const steps = async () => wordsOf((await a.staff().get(`${base()}/steps`)).html);
const mails = (state = 'queued') =>
  a.t.db.selectFrom('work.outbox').selectAll().where('kind', '=', 'step').where('state', '=', state).execute();

/** Names on the board that fit a filter. */
async function fit(filter: BoardFilter): Promise<readonly string[]> {
  const request = await requestOf(a.t, a.m);
  const now = new Date(a.t.clock.now());
  const query = { request, filter, sort: { by: 'recipient', down: false }, page: 1, size: 9, now } as const;
  return (await boardPage(a.t.db, query)).rows.map((row) => row.name.slice(-1));
}

/** Sends the form of a step and waits until all of it is written. */
async function take(step: number, fields: Readonly<Record<string, string>>, role: 'editor' | 'owner' = 'editor') {
  const staff = a.staff(role);
  const form = formOf((await staff.get(`${base()}/steps/${step}`)).html, `${base()}/steps/${step}`);
  const once = form.values['once'] ?? '';
  const sent = { ...form.values, scope: 'chosen', ...fields };
  const [page] = await Promise.all([staff.post(form.action, sent), staff.post(form.action, sent)]);
  await takeInBackground(a.services, once);
  return { page, run: once };
}

test('a ladder is set by an entry, and nobody is due before the due date', async () => {
  const staff = a.staff();
  expect(await steps()).toContain('No steps are set');
  const form = formOf((await staff.get(`${base()}/ladder`)).html, `${base()}/ladder`);
  const wrong = await staff.post(form.action, { ...form.values, ...STEPS, 'kind-1': 'subpoena' });
  expect(wrong.status).toBe(422);
  expect(wordsOf(wrong.html)).toContain('Steps go from reminder to final notice to subpoena.');
  const set = await staff.post(form.action, { ...form.values, ...STEPS });
  expect(wordsOf(set.html)).toContain('An editor sends a reminder, from 1 day after the due date on.');
  await staff.post(form.action, { ...form.values, ...STEPS });
  const written = await a.t.db.selectFrom('view.ladder').selectAll().where('request', '=', a.m.request).execute();
  expect(written).toHaveLength(1);
  expect(wordsOf(set.html).match(/nobody is due/g)).toHaveLength(3);
  // Asked too early, by address: the rule says so.
  const early = await staff.post(`${base()}/steps/1`, { once: a.t.newId(), scope: 'chosen', service: service(0) });
  expect([early.status, wordsOf(early.html)]).toEqual([
    422,
    expect.stringContaining('may be taken from Thu 2 Apr 2026 on'),
  ]);
});

test('reminders go to those who are due, once, and can be taken back until they leave', async () => {
  await a.m.answer(1, 1, 'produced');
  a.t.clock.set(at('2026-03-26T12:00:00Z'));
  expect([await fit({ clock: 'due soon' }), await fit({ step: 1 })]).toEqual([['1', '2', '3'], []]);
  a.t.clock.set(at('2026-04-02T12:00:00Z'));
  expect([await fit({ clock: 'due soon' }), await fit({ step: 1 })]).toEqual([[], ['1', '2', '3']]);
  expect(await steps()).toContain('3 recipients are due for it');
  const narrowed = (await a.staff('viewer').get(`${base()}?step=2`)).html;
  expect(narrowed).toMatch(/<select[^>]*name="step"[\s\S]*<option value="2" selected[^>]*>2, final notice</);
  expect(narrowed).not.toContain('type="hidden" name="step"');
  expect((await a.staff('viewer').get(`${base()}?step=9`)).html).toMatch(/type="hidden" name="step" value="9"/);
  const waiting = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect(waiting.nextSteps).toMatchObject([{ request: a.m.request, step: 1, kind: 'reminder', n: 3 }]);
  const first = await take(1, { scope: 'all', words: 'Please answer by Friday.' });
  expect(wordsOf(first.page.html)).toContain('The notices are being written.');
  expect(await mails()).toHaveLength(3);
  expect(await steps()).toContain('Reminder: 3 of 3 recipients');
  expect(await steps()).not.toContain('recipients are due for it');

  const staff = a.staff();
  const page = await staff.get(`${base()}/steps`);
  const back = formOf(page.html, `${base()}/steps/take-back`);
  expect(wordsOf((await staff.post(back.action, back.values)).html)).toContain('say why');
  const gone = await staff.post(back.action, { ...back.values, reason: 'Sent too soon.' });
  expect(wordsOf(gone.html)).toContain('taken back: Sent too soon.');
  expect(await mails()).toEqual([]);
  expect(await claim(a.t.db, a.t.clock.now() + 3_600_000, 9)).toEqual([]);
  expect(await steps()).toContain('3 recipients are due for it');

  const { run } = await take(1, { service: service(0) });
  expect(await mails()).toMatchObject([{ service: service(0) }]);
  expect(await steps()).toContain('2 recipients are due for it');
  // The rest, while a pause begins for one of them: it is left out by name.
  const held = formOf(
    (await staff.get(`/desk/services/${service(2)}/clock`)).html,
    `/desk/services/${service(2)}/clock/pause`,
  );
  const pause = { 'pause-cause': 'fee awaited', 'pause-from': '2026-03-30T10:00', 'pause-reason': 'A fee is open.' };
  await staff.post(held.action, { ...held.values, ...pause });
  const many = a.t.newId();
  await a.services.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('work.step_run')
      .values({
        ...{ id: many, request: a.m.request, step: 1, kind: 'reminder', words: '', role: 'editor', total: 2 },
        ...{ started_at: new Date(a.t.clock.now()), leaves_at: new Date(a.t.clock.now()), ended: null, trouble: null },
      })
      .execute();
    const rows = [service(1), service(2)].map((one, n) => ({ run: many, n, service: one, outcome: null }));
    await trx.insertInto('work.step_recipient').values(rows).execute();
  });
  await takeInBackground(a.services, many);
  expect([await fit({ clock: 'tolled' }), await fit({ clock: 'stayed' }), await fit({ step: 1 })]).toEqual([
    ['3'],
    [],
    [],
  ]);
  const today = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect(today.paused).toMatchObject([{ request: a.m.request, by: 'tolling', cause: 'fee awaited', n: 1 }]);
  expect(await steps()).toContain('1 of 2 recipients; 1 left out: the clock is paused');
  // Interrupted after it was written and before that was marked: nothing is written twice.
  await a.t.db.updateTable('work.step_run').set({ ended: null }).where('id', '=', run).execute();
  await a.t.db.updateTable('work.step_recipient').set({ outcome: null }).where('run', '=', run).execute();
  await takeInBackground(a.services, run);
  const taken = await a.t.db.selectFrom('view.step').selectAll().where('service', '=', service(0)).execute();
  expect(taken).toHaveLength(2);
});

test('the mail names what is still open; who answered meanwhile gets none', async () => {
  a.t.clock.set(at('2026-04-02T13:00:00Z'));
  const { rows } = await a.t.pool.query<{ last: number }>('select max(seq) as last from ledger.entry');
  expect(await a.services.ledger.published(Number(rows[0]?.last), 10_000)).toBe(true);
  const jobs = (await claim(a.t.db, a.t.clock.now(), 9)).filter((one) => one.kind === 'step');
  const to = (n: number) => jobs.find((one) => one.service === service(n));
  const [zero, one] = [to(0), to(1)];
  if (!zero || !one) throw new Error('mails are missing');
  const mail = await compose(a.services, one);
  if (!mail.ready) throw new Error('the mail is not ready');
  expect(mail.mail.subject).toBe('Reminder: “Documents on examples”');
  expect(mail.mail.text).toContain('2. Documents of sort 2');
  expect(mail.mail.text).not.toContain('1. Documents of sort 1');
  expect(mail.mail.text).toContain('Due date: Wed 1 Apr 2026');
  expect(mail.mail.text).toContain('/r/');
  await a.m.answer(0, 1, 'produced');
  await a.m.answer(0, 2, 'produced');
  expect([await fit({ clock: 'late' }), await fit({ clock: 'stopped' })]).toEqual([['1'], ['1']]);
  expect(await compose(a.services, zero)).toEqual({ ready: false, never: true });
  const desk = wordsOf((await a.staff().get(`/desk/services/${service(1)}`)).html);
  expect(desk).toContain('Reminder on item 2');
});

test('a subpoena asks those who owe something, and only for that', async () => {
  a.t.clock.set(at('2026-04-20T12:00:00Z'));
  await take(2, { service: service(1) });
  const { page: refused } = await take(3, { service: service(1) });
  expect(wordsOf(refused.html)).toContain('Only an owner takes this step');
  const owner = a.staff('owner');
  const form = formOf((await owner.get(`${base()}/steps/3`)).html, `${base()}/steps/3`);
  const once = form.values['once'] ?? '';
  const sent = { ...form.values, scope: 'all' };
  const composed = await owner.post(form.action, sent);
  expect([composed.status, composed.path]).toEqual([200, `/desk/drafts/${once}/when`]);
  await owner.post(form.action, sent);
  const draft = await loadDraft(a.t.db, once);
  const due = { type: 'fixed', on: '2026-05-15', zone: 'America/New_York' } as const;
  await saveDraft(a.services, once, draft.version, { ...draft.body, due });
  const check = wordsOf((await owner.get(`/desk/drafts/${once}/check`)).html);
  expect(check).toContain('It is compulsory');
  expect(check).toContain('Serves 1 party, 1 by mail');
  expect(wordsOf((await a.staff().post(`/desk/drafts/${once}/serve`, {})).html)).toContain('Only an owner serves');
  await owner.post(`/desk/drafts/${once}/serve`, {});
  await serveInBackground(a.services, once);

  const request = (await loadDraft(a.t.db, once)).request ?? '';
  const made = await a.t.db.selectFrom('view.service').select('id').where('request', '=', request).execute();
  expect(made).toHaveLength(1);
  const next = await serviceById(a.t.db, made[0]?.id ?? '');
  expect(next).toMatchObject({
    predecessor: service(1),
    carried: [{ item: 1, disposition: 'produced', documents: 1 }],
  });
  const issued = await requestOf(a.t, { request });
  expect(issued).toMatchObject({ compulsory: true, predecessor: a.m.request });
  const board = await boardPage(a.t.db, {
    ...{ request: issued, filter: {}, sort: { by: 'recipient', down: false }, page: 1, size: 9 },
    now: new Date(a.t.clock.now()),
  });
  expect(board.rows[0]?.cells.map((cell) => [cell.answer?.carriedFrom ?? null, cell.clock.state])).toEqual([
    [service(1), 'stopped'],
    [null, 'running'],
  ]);
  expect(board.counts).toMatchObject({ asked: 1, partly: 1, running: 1 });
  const page = (await owner.get(`/desk/requests/${request}`)).html;
  expect(page).toContain(`href="/desk/services/${service(1)}#item-1"`);

  // The letter lists what is open, and what is not asked again with its receipt; so does the recipient's page.
  const letter = wordsOf((await owner.get(`/desk/services/${next?.id}/letter`)).html);
  expect(letter).toContain('2. Documents of sort 2');
  expect(letter).not.toContain('1. Documents of sort 1');
  expect(letter).toMatch(/Item 1: produced, 1 file\. Receipt: [0-9a-f-]{36}\.receipt\.json/);
  expect(await steps()).toContain('nobody is due for it now');
});

test('the recipient sees what is carried over, with its receipt; others do not get at it', async () => {
  const next = await a.t.db
    .selectFrom('view.service')
    .selectAll()
    .where('predecessor', '=', service(1))
    .executeTakeFirst();
  const entry = /"entry":\s*"([0-9a-f-]{36})"/.exec(JSON.stringify(next?.carried))?.[1] ?? '';
  const { origin } = a;
  const as = (id: string, path: string) =>
    fetch(`${origin}${path}`, { headers: { 'x-test-actor': `recipient/${id}`, origin } });
  const page = wordsOf(await (await as(next?.id ?? '', '/answer')).text());
  expect(page).toContain('requires Place 002 to produce 1 item');
  expect(page).toContain('You answered this before, so it is not asked again.');
  expect((await as(next?.id ?? '', `/answer/receipts/${entry}.json`)).status).toBe(200);
  expect((await as(service(2), `/answer/receipts/${entry}.json`)).status).toBe(404);
});

test('a rebuild makes the same views', async () => {
  const owner = openPool(a.t.database.ownerConfig);
  const { equal, tables } = await rebuild(owner, project);
  await owner.end();
  expect(tables.filter((one) => one.onlyBefore + one.onlyRebuilt > 0)).toEqual([]);
  expect(equal).toBe(true);
});
