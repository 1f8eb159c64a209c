/** More time, asked for and answered: the rules, both sides' pages, the mails, and an extension that is written down days after it was given. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Answering, answering, formOf, wordsOf } from '../../../test/support/answering.ts';
import { requestOf } from '../../../test/support/matter.ts';
import { createPost } from '../../post/worker.ts';
import { boardPage } from '../../record/board.ts';
import { cutAt } from '../../record/cut.ts';
import { deskPages } from '../../record/desk-pages.ts';
import { moveClock } from './commands.ts';

let a: Answering;
beforeEach(async () => {
  a = await answering({ items: 3, routes: deskPages });
});
afterEach(() => a.close());

const PATH = '/answer/extension';
const asked = { until: '2026-04-20', reason: 'Item 2 is large.', askedBy: 'Sample Clerk' };

async function ask(fields: Readonly<Record<string, string>> = {}) {
  const me = a.recipient(0);
  return await me.submit(await me.get(PATH), { ...asked, ...fields }, [], PATH);
}
const clockPath = () => `/desk/services/${a.m.services[0]}/clock`;
/** Forms of the tests send no lists to choose from. */
const unit = { 'extend-unit': 'days' };
const kinds = async (kind: string) =>
  (await a.t.db.selectFrom('ledger.entry').selectAll().where('kind', '=', kind).execute()).length;

test('a recipient asks, the desk shows that it waits, and an extension answers it by name', async () => {
  expect((await a.recipient(0).get('/answer')).html).toContain('href="/answer/extension"');
  const sent = await ask({ items: '2' });
  expect(wordsOf(sent.html)).toContain('You have asked. The due date stands until it is answered.');
  expect(wordsOf(sent.html)).toContain('Until Mon 20 Apr 2026 , item 2: ▸ waits for an answer');
  expect(wordsOf((await a.recipient(0).get('/answer')).html)).toContain('It is not answered yet.');
  // The other recipient sees nothing of it, and no date moved.
  expect(wordsOf((await a.recipient(1).get(PATH)).html)).not.toContain('Item 2 is large.');
  expect(await a.t.db.selectFrom('view.due').selectAll().execute()).toEqual([]);

  const staff = a.staff();
  expect(wordsOf((await staff.get('/desk')).html)).toContain('More time, asked for Place 001: until Mon 20 Apr 2026');
  expect(wordsOf((await staff.get(`/desk/services/${a.m.services[0]}`)).html)).toContain('More time is asked for.');
  const page = await staff.get(clockPath());
  const form = formOf(page.html, `${clockPath()}/extend`);
  expect(form.values).toMatchObject({ 'extend-to': '2026-04-20', 'extend-items': '2', 'extend-asked': 'yes' });
  await staff.submit(page, { ...unit, 'extend-reason': 'Given as asked.' }, [], `${clockPath()}/extend`);
  const mine = wordsOf((await a.recipient(0).get(PATH)).html);
  expect(mine).toContain('✓ given, due Mon 20 Apr 2026');
  expect(wordsOf((await staff.get('/desk')).html)).not.toContain('More time, asked for');
  // It was answered once; the same page sent again names something that does not wait.
  const again = await staff.post(`${clockPath()}/extend`, {
    ...{ ...form.values, ...unit },
    once: a.t.newId(),
    seen: formOf((await staff.get(clockPath())).html, `${clockPath()}/extend`).values['seen'] ?? '',
    'extend-to': '2026-05-20',
    'extend-reason': 'Again.',
  });
  expect(again.status).toBe(409);
  expect(wordsOf(again.html)).toContain('More time was given already.');
});

test('a refusal has a reason, is told by mail with its receipt, and another time may be asked', async () => {
  await ask();
  const staff = a.staff();
  const path = `${clockPath()}/refuse`;
  const empty = await staff.submit(await staff.get(clockPath()), {}, [], path);
  expect(empty.status).toBe(422);
  expect(wordsOf(empty.html)).toContain('Say why.');
  const page = await staff.get(clockPath());
  const refusal = formOf(page.html, path);
  await staff.submit(page, { 'refuse-reason': 'The court wants it by then.' }, [], path);
  const twice = await staff.post(path, { ...refusal.values, once: a.t.newId(), 'refuse-reason': 'Again.' });
  expect(twice.status).toBe(409);
  expect(wordsOf(twice.html)).toContain('This was refused already.');
  expect(await kinds('extension.refused')).toBe(1);
  const mine = wordsOf((await a.recipient(0).get(PATH)).html);
  expect(mine).toContain('✕ refused');
  expect(mine).toContain('The court wants it by then.');

  await a.t.ledger.publish();
  await a.t.ledger.publish();
  const troubles: unknown[] = [];
  await createPost({ services: a.services, onError: (error) => troubles.push(error) }).round();
  expect(troubles).toEqual([]);
  const rows = await a.t.db.selectFrom('work.outbox').select(['kind', 'state']).execute();
  expect(rows).toEqual([{ kind: 'ask-refused', state: 'sent' }]);

  expect(wordsOf((await ask({ until: '2026-04-10' })).html)).toContain('You have asked.');
  expect(await kinds('extension.asked')).toBe(2);
});

test('what cannot be asked is refused by name, and what was typed stays', async () => {
  const refused = async (fields: Readonly<Record<string, string>>) => {
    const page = await ask(fields);
    expect(page.status).toBe(422);
    expect(formOf(page.html, PATH).values['askedBy']).toBe(fields['askedBy'] ?? asked.askedBy);
    return wordsOf(page.html);
  };
  expect(await refused({ until: '2026-04-01' })).toContain('It is due Wed 1 Apr 2026; that day is no later.');
  expect(await refused({ until: '2026-03-10' })).toContain('that day is no later');
  expect(await refused({ until: '' })).toContain('The day');
  expect(await refused({ until: '2026-02-30' })).toContain('The day');
  expect(await refused({ reason: ' ' })).toContain('Say why you need it.');
  expect(await refused({ askedBy: '' })).toContain('Your name');
  expect(await refused({ items: '4' })).toContain('There is no such item in this request.');
  expect(await refused({ items: 'two' })).toContain('Write numbers like 1, 3.');
  await a.m.answer(0, 2, 'produced');
  expect(await refused({ items: '2' })).toContain('Those items are answered already.');
  await ask({ items: '1' });
  expect(await refused({ items: '1, 3' })).toContain('You have asked for more time already');
  expect(wordsOf((await ask({ items: '3' })).html)).toContain('You have asked.');
  expect(await kinds('extension.asked')).toBe(2);
  for (const item of [1, 3]) await a.m.answer(0, item, 'produced');
  const done = await a.recipient(0).get(PATH);
  expect(wordsOf(done.html)).toContain('Everything is answered already');
  const late = await a.recipient(0).post(PATH, { ...asked, items: '', once: a.t.newId() });
  expect(wordsOf(late.html)).toContain('Everything is answered already.');
  await a.m.revoke('A mistake.');
  const gone = await a.recipient(0).post(PATH, { ...asked, items: '', once: a.t.newId() });
  expect(wordsOf(gone.html)).toContain('The request was revoked');
});

test('the same form sent twice asks once; while the clock stands there is nothing to put off', async () => {
  const me = a.recipient(0);
  const page = await me.get(PATH);
  await me.submit(page, asked, [], PATH);
  const again = await me.submit(page, asked, [], PATH);
  expect(wordsOf(again.html)).toContain('This was asked already; it was not sent twice.');
  expect(await kinds('extension.asked')).toBe(1);
  const two = a.m.services[1] ?? '';
  const toll = { do: 'toll', items: null, cause: 'fee awaited', from: a.t.clock.now(), until: null } as const;
  await moveClock(a.services, two, { ...toll, reason: 'The fee.' }, { seen: '', once: a.t.newId() });
  const stands = await a.recipient(1).post(PATH, { ...asked, items: '', once: a.t.newId() });
  expect(wordsOf(stands.html)).toContain('The clock stands, so no date runs that could be put off.');
});

test('an extension that was given last week and is written down today leaves nobody overdue in what had happened', async () => {
  const staff = a.staff();
  // Due 1 April; given by phone on 30 March, written down on 6 April.
  a.t.clock.set(Date.parse('2026-04-06T15:00:00Z'));
  const page = await staff.get(clockPath());
  const future = await staff.submit(
    page,
    { ...unit, 'extend-to': '2026-04-20', 'extend-given': '2026-04-07T12:00', 'extend-reason': 'By phone.' },
    [],
    `${clockPath()}/extend`,
  );
  expect(future.status).toBe(409);
  expect(wordsOf(future.html)).toContain('What moves the clock has to have happened.');
  await staff.submit(
    page,
    { ...unit, 'extend-to': '2026-04-20', 'extend-given': '2026-03-30T12:00', 'extend-reason': 'By phone.' },
    [],
    `${clockPath()}/extend`,
  );
  const request = await requestOf(a.t, a.m);
  const then = new Date('2026-04-03T15:00:00Z');
  const state = async (axis: 'occurred' | 'recorded') => {
    const asOf = { axis, at: then } as const;
    const cut = await cutAt(a.t.db, new Date(a.t.clock.now()), asOf);
    const sort = { by: 'recipient', down: false } as const;
    const board = await boardPage(a.t.db, { request, asOf, cut, filter: {}, sort, page: 1, size: 9, now: then });
    return board.rows.map((row) => row.clock.state);
  };
  expect(await state('occurred')).toEqual(['running', 'overdue']);
  expect(await state('recorded')).toEqual(['overdue', 'overdue']);
});
