/** Staff are told too: what moved since a person looked, on the desk, and a mail at most once an hour or a day to whoever wants one. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type ParsedMail, simpleParser } from 'mailparser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Answering, answering, wordsOf } from '../../../test/support/answering.ts';
import { queueDigests } from '../../post/digest.ts';
import { createPost } from '../../post/worker.ts';
import { deskPages } from '../../record/desk-pages.ts';
import { moveClock, standingClock } from '../clock/commands.ts';
import { movedRoutes } from './pages.tsx';

const HOUR = 3_600_000;
let a: Answering;
beforeEach(async () => {
  a = await answering({ routes: [...deskPages, ...movedRoutes] });
  const db = a.t.db;
  await sql`insert into auth."user" ("id", "name", "email", "emailVerified", "updatedAt")
    values ('u1', 'Sample Person', 'sample@example.gov', true, now())`.execute(db);
  await sql`insert into auth.organization ("id", "name", "slug", "createdAt") values ('o1', 'Office', 'office', now())`.execute(
    db,
  );
  await sql`insert into auth.member ("id", "organizationId", "userId", "role", "createdAt")
    values ('m1', 'o1', 'u1', 'viewer', now())`.execute(db);
  await db.insertInto('work.organisation').values({ auth_id: 'o1', party: a.m.issuer }).execute();
});
afterEach(() => a.close());

async function extend(to: string, service = 0, reason = 'For a test.') {
  const id = a.m.services[service] ?? '';
  const { moves } = await standingClock(a.services, id);
  const command = { do: 'extend', items: null, to, by: null, asked: false, reason } as const;
  await moveClock(a.services, id, command, { seen: moves.at(-1)?.entry ?? '', once: a.t.newId() });
}

/** Digests that are due are queued and everything queued leaves. @returns the mails to the person so far */
async function told(): Promise<readonly ParsedMail[]> {
  await Promise.all([queueDigests(a.services), queueDigests(a.services)]);
  await a.t.ledger.publish();
  await a.t.ledger.publish();
  const troubles: unknown[] = [];
  await createPost({ services: a.services, onError: (error) => troubles.push(error) }).round();
  expect(troubles).toEqual([]);
  const folder = join(a.blobsDir, '..', 'mail');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
  const all = await Promise.all(names.map(async (name) => await simpleParser(await readFile(join(folder, name)))));
  return all.filter((mail) => JSON.stringify(mail.to).includes('sample@example.gov'));
}

test('what moved stands on the desk with both dates, reason and receipt until this person has seen it', async () => {
  const staff = a.staff('viewer');
  expect(wordsOf((await staff.get('/desk')).html)).not.toContain('Moved since you looked');
  await extend('2026-04-20');
  const desk = await staff.get('/desk');
  expect(wordsOf(desk.html)).toContain('Moved since you looked Place 001 : 1 Apr 2026 → 20 Apr 2026 For a test.');
  expect(desk.html).toMatch(/\/desk\/services\/[0-9a-f-]{36}\/receipts\/[0-9a-f-]{36}\.pdf/);
  const page = await staff.get('/desk/moved');
  expect(wordsOf(page.html)).toContain('due date extended: For a test.');
  // What moves while the page is open is not counted as seen.
  await extend('2026-04-22', 1);
  await staff.submit(page, {}, [], '/desk/moved');
  const after = wordsOf((await staff.get('/desk')).html);
  expect(after).toContain('Place 002 : 1 Apr 2026 → 22 Apr 2026');
  expect(after).not.toContain('Place 001 : 1 Apr');
  // Of another organisation nothing is shown.
  const other = a.staff('viewer', a.t.newId());
  expect(wordsOf((await other.get('/desk/moved')).html)).toContain('Nothing moved since you looked');
  expect((await staff.post('/desk/moved', { upTo: 'x' })).status).toBe(422);
  expect((await staff.post('/desk/moved/mail', { every: 'minute' })).status).toBe(422);
});

test('a mail goes to whoever wants one, at most one an hour, never twice, and none while nothing moves', async () => {
  const staff = a.staff('viewer');
  await extend('2026-04-10');
  expect(await told()).toEqual([]);
  const page = await staff.get('/desk/moved');
  await staff.submit(page, { every: 'hour' }, [], '/desk/moved/mail');
  // What moved before is on the desk; the mail begins now.
  expect(await told()).toEqual([]);
  await extend('2026-04-20', 0, 'The archive is large.');
  const [first, ...none] = await told();
  expect(none).toEqual([]);
  expect(first?.subject).toBe('1 due date moved');
  expect(first?.text).toContain('Fri 10 Apr 2026 → Mon 20 Apr 2026');
  expect(first?.text).toContain('due date extended: The archive is large.');
  expect(first?.attachments.map((one) => one.filename)).toEqual([expect.stringMatching(/\.receipt\.json$/)]);
  await extend('2026-04-21');
  await extend('2026-04-22', 1);
  a.t.clock.tick(HOUR - 60_000);
  expect(await told()).toHaveLength(1);
  a.t.clock.tick(120_000);
  const [, second] = await told();
  expect(second?.subject).toBe('2 due dates moved');
  expect(second?.text).not.toContain('Fri 10 Apr');
  a.t.clock.tick(5 * HOUR);
  expect(await told()).toHaveLength(2);

  await staff.submit(page, { every: 'day' }, [], '/desk/moved/mail');
  await extend('2026-04-23');
  a.t.clock.tick(20 * HOUR);
  expect(await told()).toHaveLength(3);
  await extend('2026-04-24');
  a.t.clock.tick(20 * HOUR);
  expect(await told()).toHaveLength(3);
  await staff.submit(page, { every: 'off' }, [], '/desk/moved/mail');
  a.t.clock.tick(30 * HOUR);
  expect(await told()).toHaveLength(3);

  await staff.submit(page, { every: 'hour' }, [], '/desk/moved/mail');
  await extend('2026-04-25');
  await sql`delete from auth.member`.execute(a.t.db);
  expect(await told()).toHaveLength(3);
});
