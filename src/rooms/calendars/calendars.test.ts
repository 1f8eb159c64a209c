/** Calendar feeds end to end: made, read back with another program's parser (ical.js), followed through moves and answers, turned off, and what they never show. */
import ICAL from 'ical.js';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { type Answering, answering, CLERK, formOf, wordsOf } from '../../../test/support/answering.ts';
import { moveClock, standingClock } from '../clock/commands.ts';
import type { Moving } from '../clock/moving.ts';
import { MOST_FEEDS } from './feeds.ts';
import { type CalendarLine, icsOf } from './ics.ts';
import { ONE_BY_ONE } from './lines.ts';
import { calendarFeedRoutes } from './pages.tsx';

let a: Answering;
afterEach(() => a.close());

async function start(options: Parameters<typeof answering>[0] = {}) {
  a = await answering({ routes: calendarFeedRoutes, ...options });
}

/** The letters of these services have left. */
async function left(services: readonly string[]) {
  for (const service of services) {
    const { address } = await a.t.db
      .selectFrom('work.contact')
      .select('address')
      .where('service', '=', service)
      .executeTakeFirstOrThrow();
    await a.t.db
      .insertInto('work.outbox')
      .values({
        kind: 'letter',
        key: `letter:${service}`,
        service,
        request: a.m.request,
        entry: service,
        address,
        not_before: new Date(0),
        state: 'sent',
        error: null,
        message_id: null,
      })
      .execute();
  }
}

/** What stands in a calendar, as another program reads it, by UID. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      on: event.startDate.toString(),
      day: event.startDate.isDate,
      sequence: event.sequence,
      status: component.getFirstPropertyValue('status'),
      summary: event.summary,
      description: event.description,
    };
  });
  return { name: String(calendar.getFirstPropertyValue('x-wr-calname')), events };
}

const addressIn = (html: string) => /\/calendar\/[A-Za-z0-9_-]{43}/.exec(html)?.[0] ?? '';

async function made(base = '/answer/calendar', me = a.recipient(0)): Promise<string> {
  const page = await me.get(base);
  return addressIn((await me.submit(page, {}, [], base)).html);
}

/** Read by a program: no session, no cookie. */
const feed = (path: string) => fetch(a.origin + path);
const feedEvents = async (path: string) => read(await (await feed(path)).text()).events;

async function move(command: Moving) {
  const service = a.m.services[0] ?? '';
  const { moves } = await standingClock(a.services, service);
  await moveClock(a.services, service, command, { seen: moves.at(-1)?.entry ?? '', once: a.t.newId() });
}

test('a date stays one event through moves, a pause, answers and revocation; its sequence only rises', async () => {
  await start({ items: 1 });
  const [one = ''] = a.m.services;
  await left([one]);
  const path = await made();
  const seen: { on: string; sequence: number; status: unknown }[] = [];
  const look = async () => {
    const events = await feedEvents(path);
    expect(events).toHaveLength(1);
    const [event] = events;
    if (!event) throw new Error('no event');
    expect(event).toMatchObject({ uid: `due-${one}`, day: true });
    const last = seen.at(-1);
    if (last) expect(event.sequence).toBeGreaterThan(last.sequence);
    seen.push(event);
    return event;
  };
  const first = await look();
  expect(first).toMatchObject({ on: '2026-04-01', sequence: 0, status: 'CONFIRMED' });
  expect(first.summary).toBe('Due: Documents on examples (Office of Examples)');
  expect(first.description).toContain('3. Due by the end of Wed 1 Apr 2026');

  const reason = 'For a test.';
  await move({ do: 'extend', items: null, to: '2026-04-20', by: null, asked: true, reason });
  expect(await look()).toMatchObject({ on: '2026-04-20', status: 'CONFIRMED' });
  const from = a.t.clock.now();
  await move({ do: 'toll', items: null, cause: 'fee awaited', from, until: null, reason });
  const paused = await look();
  expect(paused.status).toBe('CANCELLED');
  expect(paused.description).toContain('The clock is paused: fee awaited');
  a.t.clock.tick(2 * 86_400_000);
  const { moves } = await standingClock(a.services, one);
  await move({ do: 'resume', tolled: moves.at(-1)?.entry ?? '', from: a.t.clock.now(), reason });
  expect(await look()).toMatchObject({ on: '2026-04-22', status: 'CONFIRMED' });
  await a.m.answer(0, 1, 'produced');
  const answered = await look();
  expect(answered).toMatchObject({ on: '2026-04-22', status: 'CANCELLED' });
  expect(answered.description).toContain('Answered.');
  await a.m.revoke('A mistake.');
  expect(await look()).toMatchObject({ status: 'CANCELLED' });
});

test('it shows what went to that mailbox: not another one’s, not a letter that has not left, not what goes elsewhere now', async () => {
  await start({ recipients: 4 });
  const [one = '', two = '', three = '', four = ''] = a.m.services;
  for (const service of [three, four]) {
    await a.t.db.updateTable('work.contact').set({ address: CLERK }).where('service', '=', service).execute();
  }
  await left([one, two, four]);
  const path = await made();
  expect((await feedEvents(path)).map(({ uid }) => uid)).toEqual([`due-${one}`, `due-${four}`]);
  expect(wordsOf((await a.recipient(0).get('/answer/requests')).html)).not.toContain('Place 002');
  await a.t.db
    .updateTable('work.contact')
    .set({ address: 'new@place.example.gov' })
    .where('service', '=', four)
    .execute();
  expect((await feedEvents(path)).map(({ uid }) => uid)).toEqual([`due-${one}`]);
});

test('an address is shown once, kept as a hash, at most five; turned off it is gone, and nobody else can turn it off', async () => {
  await start();
  await left(a.m.services);
  const me = a.recipient(0);
  const page = await me.get('/answer/calendar');
  const form = formOf(page.html, '/answer/calendar');
  const first = await me.post(form.action, form.values);
  const path = addressIn(first.html);
  expect(wordsOf(first.html)).toContain('shown this once');
  const again = await me.post(form.action, form.values);
  expect(again.status).toBe(422);
  expect(wordsOf(again.html)).toContain('This form has made its address already');
  expect(addressIn((await me.get('/answer/calendar')).html)).toBe('');
  const token = path.slice('/calendar/'.length);
  const rows = JSON.stringify(await a.t.db.selectFrom('work.calendar_feed').selectAll().execute());
  expect(rows).not.toContain(token);

  const got = await feed(`${path}.ics`);
  expect(got.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(got.headers.get('cache-control')).toBe('no-store');
  expect((await feed(`/calendar/${token.slice(0, -1)}`)).status).toBe(404);

  for (let i = 1; i < MOST_FEEDS; i++) expect(await made()).not.toBe('');
  const full = await me.submit(await me.get('/answer/calendar'), {}, [], '/answer/calendar');
  expect(full.status).toBe(422);
  expect(wordsOf(full.html)).toContain('You have 5 addresses already');

  const off = formOf(first.html, '/answer/calendar/off');
  const stranger = await a.staff().post('/account/calendar/off', off.values);
  expect(wordsOf(stranger.html)).toContain('There is no such address that is on.');
  expect((await feed(path)).status).toBe(200);
  expect(wordsOf((await me.post(off.action, off.values)).html)).toContain('That address is off.');
  const gone = await feed(path);
  expect(gone.status).toBe(410);
  expect(await gone.text()).toContain('This calendar was turned off.');
  for (const bad of ['/answer/calendar', '/answer/calendar/off']) {
    const refused = await me.post(bad, { id: 'x' });
    expect(refused.status).toBe(422);
    expect(wordsOf(refused.html)).toContain('This form is too old. Load the page again.');
  }
});

test('staff see their organisation’s requests, many recipients as one date a day; who left the team sees nothing', async () => {
  await start({ items: 1 });
  const db = a.t.db;
  await sql`insert into auth."user" ("id", "name", "email", "emailVerified", "updatedAt")
    values ('u1', 'Sample Person', 'sample@example.gov', true, now())`.execute(db);
  await sql`insert into auth.organization ("id", "name", "slug", "createdAt") values ('o1', 'Office', 'office', now())`.execute(
    db,
  );
  await sql`insert into auth.member ("id", "organizationId", "userId", "role", "createdAt")
    values ('m1', 'o1', 'u1', 'viewer', now())`.execute(db);
  await db.insertInto('work.organisation').values({ auth_id: 'o1', party: a.m.issuer }).execute();
  const staff = a.staff('viewer');
  const path = await made('/account/calendar', staff);
  const few = await feed(path);
  const text = await few.text();
  expect(read(text).name).toBe('Due dates, Office of Examples');
  expect(read(text).events.map(({ summary }) => summary)).toEqual([
    'Due: Documents on examples (Place 001)',
    'Due: Documents on examples (Place 002)',
  ]);
  expect(text.replaceAll(/\r\n /g, '')).toContain(`/desk/services/${a.m.services[0]}`);

  for (let i = a.m.services.length; i <= ONE_BY_ONE; i++) await a.m.serve(`Harbor ${i}`, 'Example State');
  const [day, ...more] = await feedEvents(path);
  expect(more).toEqual([]);
  expect(day).toMatchObject({ uid: `due-${a.m.request}-2026-04-01`, sequence: 0, status: 'CONFIRMED' });
  expect(day?.summary).toBe('Due: Documents on examples (41 recipients of 41 open)');
  await move({ do: 'extend', items: null, to: '2026-04-20', by: null, asked: false, reason: 'For a test.' });
  await a.m.answer(1, 1, 'produced');
  expect((await feedEvents(path)).map(({ on, sequence, summary }) => [on, sequence, summary])).toEqual([
    ['2026-04-01', 2, 'Due: Documents on examples (39 recipients of 40 open)'],
    ['2026-04-20', 2, 'Due: Documents on examples (1 recipient of 1 open)'],
  ]);
  await a.m.revoke('A mistake.');
  expect((await feedEvents(path)).map(({ status, sequence }) => [status, sequence])).toEqual([
    ['CANCELLED', 3],
    ['CANCELLED', 3],
  ]);

  await sql`delete from auth.member`.execute(db);
  expect((await feed(path)).status).toBe(410);
});

test('names and texts of any kind come out of another parser as one line, in one event', async () => {
  await start();
  const line = (over: Partial<CalendarLine>): CalendarLine => ({
    uid: 'due-1',
    sequence: 3,
    on: '2028-02-29',
    summary: 'Due',
    description: 'One\nTwo',
    url: 'https://records.example.gov/desk/services/1',
    cancelled: false,
    changedAt: new Date('2026-03-02T15:00:00Z'),
    ...over,
  });
  const wild = 'Due: "A; B, C"\r\nBEGIN:VEVENT\u0000\u0007\u2028\\n 🏛️';
  const text = icsOf('Office "A"\r\nX-EVIL:1', [
    line({ summary: wild, description: `${'é🏛️'.repeat(60)}\nEND:VCALENDAR` }),
    line({ uid: 'due-2', cancelled: true }),
  ]);
  expect(text.split('\r\n').every((one) => Buffer.byteLength(one) <= 75)).toBe(true);
  expect(text).not.toMatch(/[^\r]\n/);
  const { name, events } = read(text);
  expect(name).toBe('Office A X-EVIL:1');
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ on: '2028-02-29', sequence: 3, summary: 'Due: A; B, C BEGIN:VEVENT \\n 🏛️' });
  expect(events[0]?.description).toBe(`${'é🏛️'.repeat(60)}\nEND:VCALENDAR`);
  expect(events[1]?.status).toBe('CANCELLED');
  expect(icsOf('A', [line({})])).toBe(icsOf('A', [line({})]));
});
