/**
 * Following a record by mail, from the form to the last press: real database, ledger, mail files and app. Nobody is told before they
 * confirmed, nor after nothing changed, nor more often than they asked; whoever leaves is gone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import { type TestMatter, testMatter } from '../../test/support/matter.ts';
import { addressOf, BASE, browser, type World, world } from '../../test/support/world.ts';
import { compose } from '../adapters/mail/compose.ts';
import { queueFollowerMails } from './followers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const READER = 'reader@example.gov';
const FOLLOW = '/record/sample-letters/follow';
let w: World;
let m: TestMatter;
beforeAll(async () => {
  w = await world({ whole: true, now: Date.parse('2026-03-02T15:00:00Z') });
  m = await testMatter(w.t, { slug: 'sample-letters', recipients: 3 });
  await testMatter(w.t, { slug: 'secret-letters', audience: 'parties' });
});
afterAll(() => w.close());

let ip = 1;
const stranger = () => browser(w.app, `192.0.2.${ip++}`);
async function ask(address: string, every = 'day', slug = 'sample-letters') {
  const form = formOf((await stranger().get(FOLLOW)).text, FOLLOW);
  return await stranger().post(`/record/${slug}/follow`, { ...form.values, address, every });
}
const to = async (address: string) => (await w.mails()).filter((mail) => addressOf(mail) === address);
async function round() {
  const queued = await queueFollowerMails(w.services);
  await w.post.round();
  return queued;
}
const linkIn = (text: string | undefined, does: string) =>
  new RegExp(`${BASE}(/follow/${does}/[A-Za-z0-9_-]{43})`).exec(text ?? '')?.[1] ?? '';
async function pressed(path: string) {
  const form = formOf((await stranger().get(path)).text, path);
  return await stranger().post(form.action, form.values);
}

test('nothing is told before the link of the first mail was opened and pressed', async () => {
  const asked = await ask(READER);
  expect([asked.status, wordsOf(asked.text)]).toEqual([200, expect.stringContaining('r•••r@example.gov')]);
  await round();
  const [first, ...more] = await to(READER);
  expect(more).toEqual([]);
  expect(first?.subject).toBe('Follow “Example inquiry” by mail?');
  w.pass(2 * DAY);
  await m.note('Not told: nobody confirmed.');
  await w.publish();
  expect(await round()).toBe(0);
  const confirm = linkIn(first?.text, 'confirm');
  // Opening is not pressing: programs that look into mails open every link.
  expect(wordsOf((await stranger().get(confirm)).text)).toContain('is told what changes');
  expect((await w.db.selectFrom('work.follower').select('follows').execute()).map(({ follows }) => follows)).toEqual([
    false,
  ]);
  expect(wordsOf((await pressed(confirm)).text)).toContain('You follow this record');
  expect(wordsOf((await stranger().post(confirm, {})).text)).toContain('You follow this record');
});

test('a day after, what changed since comes once; after nothing changed, nothing does', async () => {
  await m.answer(0, 1, 'produced');
  await w.publish();
  expect(await round()).toBe(0);
  w.pass(DAY);
  expect(await round()).toBe(1);
  // Two processes that look at once.
  expect(await Promise.all([queueFollowerMails(w.services), queueFollowerMails(w.services)])).toEqual([0, 0]);
  const mails = await to(READER);
  expect(mails).toHaveLength(2);
  const told = mails[1];
  expect(told?.subject).toBe('“Example inquiry”: 1 new entry');
  expect(told?.text).toContain('Place 001');
  expect(told?.text).toContain(`${BASE}/record/sample-letters/entries/`);
  expect(told?.text).not.toContain('Not told');
  expect(told?.headers.get('list')).toMatchObject({ unsubscribe: { url: `${BASE}${linkIn(told?.text, 'leave')}` } });
  w.pass(9 * DAY);
  expect(await round()).toBe(0);
  await m.note('Once more.');
  await w.publish();
  expect(await round()).toBe(1);
  expect(await to(READER)).toHaveLength(3);
});

test('the header is that of one click where the address is https, and cannot be broken out of', async () => {
  const mail = { to: READER, subject: 'x', text: 'y' };
  const from = { name: 'Records', address: 'records@example.gov' };
  const made = async (unsubscribe: string) =>
    (await compose({ ...mail, unsubscribe }, from, new Date())).raw.toString();
  const raw = await made(`https://records.example.gov/follow/leave/${'A'.repeat(43)}`);
  expect(raw).toContain(`List-Unsubscribe: <https://records.example.gov/follow/leave/${'A'.repeat(43)}>\r\n`);
  expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
  expect(await made('http://localhost:8080/follow/leave/x')).not.toContain('List-Unsubscribe-Post');
  expect(await made('https://example.gov/\r\nBcc: other@example.gov')).not.toMatch(/^Bcc:/m);
  expect(await made('javascript:alert(1)')).not.toContain('List-Unsubscribe');
});

test('one click of a mail program ends it, and the address is nowhere any more', async () => {
  const leave = linkIn((await to(READER)).at(-1)?.text, 'leave');
  const earlier = linkIn((await to(READER)).at(-2)?.text, 'leave');
  expect(wordsOf((await stranger().get(leave)).text)).toContain('gets no more mails');
  expect(await w.db.selectFrom('work.follower').select('id').execute()).toHaveLength(1);
  // From the program's own server: no origin, no cookie.
  const press = (path: string) =>
    w.app.request(`${BASE}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
  expect((await press(leave)).status).toBe(200);
  expect(await w.db.selectFrom('work.follower').selectAll().execute()).toEqual([]);
  const { rows } = await w.owner.query('select count(*)::int as n from work.outbox where address = $1', [READER]);
  expect(rows).toEqual([{ n: 0 }]);
  expect((await press(leave)).status).toBe(200);
  expect(wordsOf((await stranger().get(earlier)).text)).toContain('You do not follow this record');
  expect((await press(`/follow/leave/${'x'.repeat(43)}`)).status).toBe(404);
  expect((await press(FOLLOW)).status).toBe(403);
  await m.note('After they left.');
  await w.publish();
  w.pass(8 * DAY);
  expect(await round()).toBe(0);
});

test('nobody’s mailbox is filled, and nobody learns who follows', async () => {
  const other = 'other@example.gov';
  const same = wordsOf((await ask(other)).text);
  for (let i = 0; i < 3; i++)
    expect(wordsOf((await ask(other.toUpperCase(), 'week')).text)).toContain('a mail with a link is on its way');
  expect(same).toContain('a mail with a link is on its way');
  await round();
  expect(await to(other)).toHaveLength(1);
  for (let i = 0; i < 9; i++) {
    w.pass(HOUR + 1);
    await ask(other);
    await round();
  }
  expect((await to(other)).length).toBeLessThanOrEqual(5);
  const one = browser(w.app, '192.0.2.250');
  const statuses: number[] = [];
  for (let i = 0; i < 9; i++)
    statuses.push((await one.post(FOLLOW, { address: `n${i}@example.gov`, every: 'day' })).status);
  expect(statuses.filter((status) => status === 429).length).toBe(3);
  for (const bad of ['', 'nobody', 'a@example.gov, b@example.gov', 'a@example.gov\r\nBcc: b@example.gov'])
    expect((await ask(bad)).status).toBe(422);
  expect((await ask('x@example.gov', 'hour')).status).toBe(422);
  expect((await ask('x@example.gov', 'day', 'secret-letters')).status).toBe(404);
});

test('whoever never confirmed is forgotten after three days, and the link says so', async () => {
  const late = 'late@example.gov';
  await ask(late, 'week');
  await round();
  const confirm = linkIn((await to(late))[0]?.text, 'confirm');
  w.pass(3 * DAY + 1);
  expect(wordsOf((await pressed(confirm).catch(() => stranger().post(confirm, {}))).text)).toContain(
    'You do not follow this record',
  );
  await round();
  const { rows } = await w.owner.query('select count(*)::int as n from work.follower where not follows');
  expect(rows).toEqual([{ n: 0 }]);
  const left = await w.owner.query('select count(*)::int as n from work.outbox where address = $1', [late]);
  expect(left.rows).toEqual([{ n: 0 }]);
  expect(w.log).toEqual([]);
});
