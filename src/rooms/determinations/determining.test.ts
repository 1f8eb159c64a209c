/** The issuer's reading of an answer and its determinations, over HTTP, with the real ledger behind it. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  type Answering,
  type AnsweringOptions,
  answering,
  CLERK,
  formOf,
  wordsOf,
} from '../../../test/support/answering.ts';
import { exchangeOf } from '../answers/view.ts';

let a: Answering;
afterEach(async () => a.close());
const service = () => a.m.services[0] ?? '';
const base = () => `/desk/services/${service()}`;
const determined = async () =>
  await a.t.db.selectFrom('view.item_determination').select(['item', 'finding', 'reasons']).orderBy('seq').execute();
const mails = async () =>
  await a.t.db.selectFrom('work.outbox').selectAll().where('kind', '=', 'determination').orderBy('id').execute();

/** Opens the exchange and sends an answer to items 1 and 2. */
async function answered(options: AnsweringOptions = {}) {
  a = await answering(options);
  await send({ 'disposition-1': 'produced', 'disposition-2': 'withheld', 'note-2': 'Under § 5.' }, 'orders');
}

async function send(fields: Readonly<Record<string, string>>, file?: string) {
  const me = a.recipient(0);
  const files = file ? [{ field: 'files-1', name: `${file}.pdf`, bytes: file }] : [];
  const review = await me.submit(await me.get('/answer'), { ...fields, action: 'review' }, files);
  return await me.submit(review, { name: 'Sample Clerk' });
}
const formFor = (item: number) => `${base()}/items/${item}/determination`;

test('one recipient on one page: contact, evidence, answers, documents, clock, receipts', async () => {
  await answered();
  const page = await a.staff().get(base());
  const words = wordsOf(page.html);
  for (const part of [
    CLERK,
    'acknowledged',
    '● answered',
    'Under § 5.',
    'orders.pdf',
    'not reviewed',
    'Sample Clerk',
    'answered by the due date',
    'running, due Wed 1 Apr 2026',
    '2 answered items wait for you',
  ]) {
    expect(words).toContain(part);
  }
  expect(page.html).toContain('id="item-3"');
  const link = /\/desk\/services\/[^"]*\/documents\/[0-9a-f]{64}/.exec(page.html)?.[0] ?? '';
  const file = await a.staff('viewer').raw(link);
  expect(
    createHash('sha256')
      .update(await file.text())
      .digest('hex'),
  ).toBe(link.slice(-64));
  const receipt = /\/desk\/services\/[^"]*\/receipts\/[^"]*\.json/.exec(page.html)?.[0] ?? '';
  expect((await a.staff('viewer').raw(receipt)).status).toBe(200);
});

test('a determination is written once with its reasons, the recipient is told and sees it', async () => {
  await answered();
  const staff = a.staff();
  const page = await staff.get(base());
  const filled = { 'finding-2': 'deficient', 'reasons-2': 'Section 5 does not cover orders.' };
  const form = formOf(page.html, formFor(2));
  const twice = await Promise.all([
    staff.post(form.action, { ...form.values, ...filled }),
    staff.post(form.action, { ...form.values, ...filled }),
  ]);
  expect(twice.map((one) => one.status)).toEqual([200, 200]);
  expect(await determined()).toEqual([{ item: 2, finding: 'deficient', reasons: 'Section 5 does not cover orders.' }]);
  expect(await mails()).toMatchObject([{ address: CLERK, service: service(), state: 'queued' }]);
  const history = wordsOf((await a.recipient(0).get('/answer/history')).html);
  expect(history).toContain('Office of Examples says: ! deficient');
  expect(history).toContain('Section 5 does not cover orders.');
});

test('nothing chosen, or deficient without reasons: nothing written, what was typed stays', async () => {
  await answered();
  const staff = a.staff();
  const form = formOf((await staff.get(base())).html, formFor(1));
  const none = await staff.post(form.action, { ...form.values, 'reasons-1': 'typed text' });
  expect(none.status).toBe(422);
  expect(wordsOf(none.html)).toContain('Choose accepted or deficient.');
  expect(formOf(none.html, formFor(1)).values['reasons-1']).toBe('typed text');
  const empty = await staff.post(form.action, { ...form.values, 'finding-1': 'deficient', 'reasons-1': ' ' });
  expect(empty.status).toBe(409);
  expect(wordsOf(empty.html)).toContain('Say what is missing or wrong.');
  expect(formOf(empty.html, formFor(1)).values['finding-1']).toBe('deficient');
  expect(await determined()).toEqual([]);
});

test('a determination on an answer that was replaced meanwhile is refused; the reasons stay on the page', async () => {
  await answered();
  const staff = a.staff();
  const old = formOf((await staff.get(base())).html, formFor(2));
  await send({ 'disposition-2': 'certified', 'note-2': 'We state it.' });
  const refused = await staff.post(old.action, {
    ...old.values,
    'finding-2': 'deficient',
    'reasons-2': 'my long reasons',
  });
  expect(refused.status).toBe(409);
  expect(wordsOf(refused.html)).toContain('The recipient has sent a newer answer to this item');
  expect(wordsOf(refused.html)).toContain('We state it.');
  expect(wordsOf(refused.html)).toContain('1 earlier answer');
  const again = formOf(refused.html, formFor(2));
  expect(again.values).toMatchObject({ 'reasons-2': 'my long reasons', 'finding-2': 'deficient' });
  expect(await determined()).toEqual([]);
  // Having read the newer one, it can be sent as it stands.
  expect((await staff.post(again.action, again.values)).status).toBe(200);
  expect(await determined()).toHaveLength(1);
});

test('a newer answer puts an item back to not reviewed; the old finding stays in the history', async () => {
  await answered();
  const staff = a.staff();
  const form = formOf((await staff.get(base())).html, formFor(2));
  await staff.post(form.action, { ...form.values, 'finding-2': 'accepted' });
  await send({ 'disposition-2': 'certified', 'note-2': 'We state it.' });
  const page = wordsOf((await staff.get(base())).html);
  expect(page).toContain('Item 2 determined: accepted');
  expect(page).toContain('2 answered items wait for you');
});

test('accepting all answered items: one step with a page before it, one mail, only what was seen', async () => {
  await answered();
  const staff = a.staff();
  const sure = await staff.get(`${base()}/accept-all`);
  expect(wordsOf(sure.html)).toContain('This records “accepted” for 2 items.');
  const form = formOf(sure.html, `${base()}/accept-all`);
  const done = await staff.post(form.action, form.values);
  expect(wordsOf(done.html)).toContain('2 items accepted.');
  expect((await determined()).map((one) => one.item)).toEqual([1, 2]);
  expect(await mails()).toHaveLength(1);
  await staff.post(form.action, form.values);
  expect(await determined()).toHaveLength(2);
  expect(wordsOf((await staff.get(`${base()}/accept-all`)).html)).toContain('Nothing waits');
});

test('unanswered items, unknown items, other organisations, viewers: refused; other services’ documents and receipts are not found', async () => {
  await answered();
  const staff = a.staff();
  const page = await staff.get(base());
  const exchange = await exchangeOf(a.t.db, service());
  const body = {
    once: a.t.newId(),
    seen: exchange?.answers[0]?.answer ?? '',
    'finding-3': 'accepted',
    'finding-9': 'accepted',
  };
  expect((await staff.post(formFor(3), body)).status).toBe(409);
  expect((await staff.post(formFor(9), body)).status).toBe(404);
  expect((await a.staff('viewer').post(formFor(1), { ...body, 'finding-1': 'accepted' })).status).toBe(403);
  expect((await a.staff('viewer').get(base())).html).not.toContain('/determination"');
  const stranger = a.staff('owner', a.t.newId());
  const document = /\/documents\/[0-9a-f]{64}/.exec(page.html)?.[0] ?? '';
  const receipt = /\/receipts\/[0-9a-f-]{36}\.json/.exec(page.html)?.[0] ?? '';
  for (const path of ['', document, receipt, '/accept-all'])
    expect((await stranger.raw(base() + path)).status).toBe(404);
  const other = `/desk/services/${a.m.services[1]}`;
  expect((await staff.raw(other)).status).toBe(200);
  for (const path of [document, receipt]) expect((await staff.raw(other + path)).status).toBe(404);
  expect(await determined()).toEqual([]);
});

test('files that were not sent yet are not the issuer’s to see', async () => {
  a = await answering();
  const me = a.recipient(0);
  await me.submit(await me.get('/answer'), { action: 'add-1' }, [
    { field: 'files-1', name: 'draft.pdf', bytes: 'draft' },
  ]);
  const sha256 = createHash('sha256').update('draft').digest('hex');
  expect((await me.raw(`/answer/documents/${sha256}`)).status).toBe(200);
  expect((await a.staff().raw(`${base()}/documents/${sha256}`)).status).toBe(404);
  expect((await a.staff().get(base())).html).not.toContain('draft.pdf');
});

test('a recorded request says what is not known instead of guessing', async () => {
  a = await answering({ conduct: 'recorded', servedAt: Date.parse('2018-01-24T17:00:00.000Z') });
  const words = wordsOf((await a.staff().get(base())).html);
  expect(words).toContain('What was answered is not known');
  expect(words).toContain('what followed is not known here');
  expect(words).not.toMatch(/overdue|not answered/);
});
