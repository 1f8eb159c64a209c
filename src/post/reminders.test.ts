/**
 * Courtesy reminders with a moved clock: real database, ledger, mails as files. Each test ends with what was written and how many mails left;
 * a restart, a second process and a crash between the two never make one of them twice.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Answering, answering, CLERK, wordsOf } from '../../test/support/answering.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { moveClock, standingClock } from '../rooms/clock/commands.ts';
import { project } from '../rooms/project.ts';
import { setReminders } from '../rooms/reminders/commands.ts';
import { reminderRoutes } from '../rooms/reminders/pages.tsx';
import { type Plan, type Reminded, reminderDue } from '../rooms/reminders/rules.ts';
import { remindAll } from './reminders.ts';
import { createPost } from './worker.ts';

const DAY = 86_400_000;
let a: Answering;
const troubles: unknown[] = [];
beforeEach(async () => {
  troubles.length = 0;
  a = await answering({ items: 2, recipients: 3, routes: reminderRoutes });
  for (const [i, service] of a.m.services.entries()) {
    await a.t.db
      .insertInto('work.outbox')
      .values({
        kind: 'letter',
        key: `letter:${service}`,
        service,
        request: a.m.request,
        entry: service,
        address: i === 0 ? CLERK : `other${i}@place.example.gov`,
        not_before: new Date(0),
        state: 'sent',
        error: null,
        message_id: null,
      })
      .execute();
  }
});
afterEach(async () => {
  await a.close();
  expect(troubles).toEqual([]);
});

const plan = (days: readonly number[], most = 5) => setReminders(a.services, a.m.request, { days, most }, a.t.newId());
/** Noon in New York, so many days before 1 April 2026. */
const until = (days: number) => a.t.clock.set(Date.parse('2026-04-01T16:00:00Z') - days * DAY);
const written = async () => {
  const rows = await a.t.db.selectFrom('view.reminder').select(['service', 'days', 'due_on']).orderBy('seq').execute();
  return rows.map((row) => `${a.m.services.indexOf(row.service)}:${row.days}`).sort();
};

/** Everything due leaves, as after a start of the server. */
async function send(): Promise<void> {
  await a.t.ledger.publish();
  await a.t.ledger.publish();
  const post = createPost({ services: a.services, onError: (error) => troubles.push(error) });
  await post.round();
}
const mails = async () => {
  const rows = await a.t.db
    .selectFrom('work.outbox')
    .select(['address', 'state'])
    .where('kind', '=', 'reminder')
    .orderBy('id')
    .execute();
  return rows.map((row) => `${row.address} ${row.state}`).sort();
};

test('each goes out once on its day, whoever looks and however often the server starts; then evidence, and never more than the cap', async () => {
  await plan([7, 2, 1], 2);
  until(8);
  expect(await remindAll(a.services)).toBe(0);
  until(6);
  // Two processes at once, then another start.
  const both = await Promise.all([remindAll(a.services), remindAll(a.services)]);
  expect(both[0] + both[1]).toBe(3);
  expect(await remindAll(a.services)).toBe(0);
  expect(await written()).toEqual(['0:7', '1:7', '2:7']);
  await send();
  await send();
  expect(await mails()).toEqual([`${CLERK} sent`, 'other1@place.example.gov sent', 'other2@place.example.gov sent']);
  const evidence = await a.t.db
    .selectFrom('ledger.entry')
    .select('kind')
    .where('kind', '=', 'notice.evidenced')
    .execute();
  expect(evidence).toHaveLength(3);
  until(1.5);
  expect(await remindAll(a.services)).toBe(3);
  until(0.5);
  // The cap of two is reached.
  expect(await remindAll(a.services)).toBe(0);
  a.t.clock.tick(3 * DAY);
  expect(await remindAll(a.services)).toBe(0);

  const owner = openPool(a.t.database.ownerConfig);
  const before = await written();
  await rebuild(owner, project);
  await owner.end();
  expect(await written()).toEqual(before);
});

test('none after an answer, while the clock stands, after revocation, without a letter, or where none are wanted', async () => {
  await plan([7]);
  const [one = '', two = '', three = ''] = a.m.services;
  for (const item of [1, 2]) await a.m.answer(0, item, 'produced');
  const toll = { do: 'toll', items: null, cause: 'fee awaited', from: a.t.clock.now(), until: null } as const;
  await moveClock(a.services, two, { ...toll, reason: 'The fee.' }, { seen: '', once: a.t.newId() });
  const state = (value: string) =>
    a.t.db
      .updateTable('work.outbox')
      .set({ state: value })
      .where('service', '=', three)
      .where('kind', '=', 'letter')
      .execute();
  await state('queued');
  until(5);
  expect(await remindAll(a.services)).toBe(0);
  await state('sent');
  const page = await a.recipient(2).get('/answer/reminders');
  expect(wordsOf(page.html)).toContain('You get at most 5 reminders, the first 7 days before the due date');
  const off = await a.recipient(2).submit(page, {}, [], '/answer/reminders');
  expect(wordsOf(off.html)).toContain('You get no more reminders about this request.');
  expect(await remindAll(a.services)).toBe(0);
  await a.recipient(2).submit(off, {}, [], '/answer/reminders');
  expect(await remindAll(a.services)).toBe(1);
  // The answer comes after it was written and before it leaves: it never leaves.
  for (const item of [1, 2]) await a.m.answer(2, item, 'produced');
  await send();
  expect(await mails()).toEqual(['other2@place.example.gov revoked']);

  const { moves } = await standingClock(a.services, two);
  const again = { do: 'resume', tolled: moves[0]?.entry ?? '', from: a.t.clock.now(), reason: 'It came.' } as const;
  await moveClock(a.services, two, again, { seen: moves[0]?.entry ?? '', once: a.t.newId() });
  a.t.clock.tick(23 * DAY);
  await a.m.revoke('A mistake.');
  expect(await remindAll(a.services)).toBe(0);
  expect(await written()).toEqual(['2:7']);
  expect(one).not.toBe('');
});

test('a reminder whose date moved before it left stays; the new date has its own, within the cap', async () => {
  await plan([7], 2);
  until(6);
  expect(await remindAll(a.services)).toBe(3);
  const [one = ''] = a.m.services;
  const extend = { do: 'extend', items: null, to: '2026-04-20', by: null, asked: false, reason: 'A test.' } as const;
  await moveClock(a.services, one, extend, { seen: '', once: a.t.newId() });
  await send();
  expect((await mails()).filter((mail) => mail.startsWith(CLERK))).toEqual([`${CLERK} revoked`]);
  a.t.clock.set(Date.parse('2026-04-15T16:00:00Z'));
  expect(await remindAll(a.services)).toBe(1);
  await send();
  expect((await mails()).filter((mail) => mail.startsWith(CLERK))).toEqual([`${CLERK} revoked`, `${CLERK} sent`]);
});

test('a reminder is no step of a ladder, and names only what is open', async () => {
  await plan([7]);
  await a.m.answer(0, 1, 'produced');
  until(6);
  await remindAll(a.services);
  expect(await a.t.db.selectFrom('view.step').selectAll().execute()).toEqual([]);
  const entry = await a.t.db
    .selectFrom('ledger.entry')
    .select('canonical')
    .where('kind', '=', 'reminder.written')
    .where('stream', '=', a.m.services[0] ?? '')
    .executeTakeFirstOrThrow();
  expect(JSON.parse(entry.canonical ?? '{}')).toMatchObject({ audience: 'parties', body: { items: [2], days: 7 } });
});

test('staff set them, or none; what cannot be is refused by name', async () => {
  const path = `/desk/requests/${a.m.request}/reminders`;
  const staff = a.staff();
  const page = await staff.get(path);
  expect(wordsOf(page.html)).toContain('No reminders are sent.');
  const set = await staff.submit(page, { send: 'some', days: '2, 7', most: '2' }, [], path);
  expect(wordsOf(set.html)).toContain('A reminder 7 and 2 days before the due date, at most 2 to each recipient.');
  const refused = async (fields: Readonly<Record<string, string>>) =>
    wordsOf((await staff.submit(await staff.get(path), fields, [], path)).html);
  expect(await refused({ send: 'some', days: '7, 7' })).toContain('One day is named twice.');
  expect(await refused({ send: 'some', days: '0' })).toContain('Each from 1 to 90 days before the due date.');
  expect(await refused({ send: 'some', days: '91' })).toContain('Each from 1 to 90 days before the due date.');
  expect(await refused({ send: 'some', days: 'soon' })).toContain('Write numbers of days like 7, 2.');
  expect(await refused({ send: 'some', days: '1 2 3 4 5 6' })).toContain('At most 5 days.');
  expect(await refused({ send: 'some', days: '7', most: '9' })).toContain('At most 5.');
  expect(await refused({ send: 'some', days: '7, 2', most: '2' })).toContain('It is set so already.');
  expect(await refused({ send: 'none' })).toContain('No reminders are sent.');
  expect(wordsOf((await a.staff('viewer').get(path)).html)).toContain('Only editors and owners set reminders.');
  await a.m.revoke('A mistake.');
  await expect(plan([3])).rejects.toMatchObject({ code: 'request-revoked' });
});

test('of several days that have come, the last alone counts; who was served late is not flooded', () => {
  const at = Date.parse('2026-04-02T04:00:00Z');
  const three: Plan = { days: [14, 7, 2], most: 3 };
  const who = (over: Partial<Reminded> = {}): Reminded => ({
    ...{ matter: '', issuer: '', service: '', request: '', clock: 'running', dueOn: '2026-04-01', dueAt: at },
    ...{ openItems: [1], servedAt: at - 30 * DAY, address: CLERK, letterLeft: true, wanted: true, before: [] },
    ...over,
  });
  const due = (days: number, over: Partial<Reminded> = {}) => reminderDue(three, who(over), at - days * DAY);
  expect([15, 14, 8, 7, 3, 2, 1, 0, -1].map((days) => due(days))).toEqual([null, 14, 14, 7, 7, 2, 2, null, null]);
  const before = [{ dueOn: '2026-04-01', days: 7 }];
  expect([8, 6, 2].map((days) => due(days, { before }))).toEqual([null, null, 2]);
  expect(due(6, { before: [{ dueOn: '2026-03-01', days: 7 }] })).toBe(7);
  expect(due(5, { servedAt: at - 6 * DAY })).toBe(null);
  expect(due(2, { servedAt: at - 6 * DAY })).toBe(2);
  for (const over of [
    { clock: 'paused' },
    { clock: 'stopped' },
    { clock: 'overdue' },
    { clock: 'revoked' },
    { openItems: [] },
    { address: null },
    { letterLeft: false },
    { wanted: false },
    { dueAt: null },
    { before: [14, 7, 2].map((days) => ({ dueOn: '2026-01-01', days })) },
  ])
    expect(due(5, over)).toBe(null);
});
