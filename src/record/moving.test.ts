/**
 * What moves a due date, from the desk's form to every place that shows the date: both sides' pages, the board and its counts, the desk,
 * the public record as of any time, the mail. One exchange, moved again and again.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, CLERK, formOf, wordsOf } from '../../test/support/answering.ts';
import { requestOf } from '../../test/support/matter.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { compose } from '../post/letters.ts';
import { claim } from '../post/outbox.ts';
import { project } from '../rooms/project.ts';
import { boardPage } from './board.ts';
import type { BoardFilter } from './board-filter.ts';
import type { AsOfPoint } from './cut.ts';
import { requestLines, todayOf } from './desk-facts.ts';
import { serviceRoutes } from './service-page.tsx';

let a: Answering;
beforeAll(async () => {
  a = await answering({ routes: serviceRoutes, items: 2 });
});
afterAll(() => a.close());

const at = (text: string) => Date.parse(text);
const service = (n = 0) => a.m.services[n] ?? '';
const base = (n = 0) => `/desk/services/${service(n)}`;

/** Fills in one form of the page on a clock and sends it. */
async function move(doing: string, fields: Readonly<Record<string, string>>, n = 0) {
  const staff = a.staff();
  const form = formOf((await staff.get(`${base(n)}/clock`)).html, `${base(n)}/clock/${doing}`);
  const named = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${doing}-${name}`, value]));
  return await staff.post(form.action, { ...form.values, 'extend-unit': 'days', ...named });
}

async function board(filter: BoardFilter = {}, asOf?: AsOfPoint) {
  const request = await requestOf(a.t, a.m);
  const now = new Date(asOf?.at ?? a.t.clock.now());
  const sort = { by: 'clock', down: false } as const;
  return await boardPage(a.t.db, { request, filter, sort, page: 1, size: 9, now, ...(asOf ? { asOf } : {}) });
}
const clocks = (b: Awaited<ReturnType<typeof board>>) =>
  b.rows.map((row) => `${row.name.slice(-1)} ${row.clock.state}`);
/** The counts say the same as the rows and the filters. */
async function agreed(asOf?: AsOfPoint) {
  const all = await board({}, asOf);
  for (const clock of ['running', 'paused', 'overdue', 'stopped'] as const) {
    const rows = all.rows.filter((row) => row.clock.state === clock).map((row) => row.name);
    const found = await board({ clock }, asOf);
    expect([clock, found.rows.map((row) => row.name)]).toEqual([clock, rows]);
    if (clock !== 'stopped') expect([clock, all.counts[clock]]).toEqual([clock, rows.length]);
  }
  return clocks(all);
}
const happened = (text: string): AsOfPoint => ({ axis: 'occurred', at: new Date(text) });
const known = (text: string): AsOfPoint => ({ axis: 'recorded', at: new Date(text) });

test('an extension is written once, told, and shown by every page', async () => {
  expect(await agreed()).toEqual(['1 running', '2 running']);
  const staff = a.staff();
  const page = await staff.get(`${base()}/clock`);
  const form = formOf(page.html, `${base()}/clock/extend`);
  const filled = { ...form.values, 'extend-to': '2026-04-15', 'extend-unit': 'days', 'extend-asked': 'yes' };
  const none = await staff.post(form.action, filled);
  expect(none.status).toBe(422);
  expect(wordsOf(none.html)).toContain('Say why.');
  expect(formOf(none.html, form.action).values['extend-to']).toBe('2026-04-15');
  const whole = { ...filled, 'extend-reason': 'They asked for two weeks.' };
  const twice = await Promise.all([staff.post(form.action, whole), staff.post(form.action, whole)]);
  expect(twice.map((one) => one.status)).toEqual([200, 200]);
  const mails = await a.t.db.selectFrom('work.outbox').selectAll().where('kind', '=', 'clock').execute();
  expect(mails).toMatchObject([{ address: CLERK, service: service(), state: 'queued' }]);

  const desk = wordsOf((await staff.get(base())).html);
  expect(desk).toMatch(/Extended, as asked\s*: Wed 1 Apr 2026 → Wed 15 Apr 2026/);
  expect(desk).toContain('They asked for two weeks.');
  expect(desk).toContain('the issuer extends to Wed 15 Apr 2026');
  const recipient = wordsOf((await a.recipient(0).get('/answer')).html);
  expect(recipient).toContain('Due Wed 15 Apr 2026');
  expect(recipient).toContain('What moved the due date');
  expect(wordsOf((await a.recipient(1).get('/answer')).html)).toContain('Due Wed 1 Apr 2026');
  expect((await board()).rows.map((row) => ('dueOn' in row.clock ? row.clock.dueOn : null))).toEqual([
    '2026-04-01',
    '2026-04-15',
  ]);
  const [line] = await requestLines(a.t.db, a.m.matter, '', { by: 'due', down: false });
  expect(line?.due).toBe('2026-04-15');
  const record = wordsOf((await a.recipient(1).get(`/record/${a.m.slug}/services/${service()}`)).html);
  expect(record).toContain('Wed 1 Apr 2026 → Wed 15 Apr 2026');
  expect(record).not.toContain(CLERK);
});

test('the mail says the old date, the new one, why and how it is counted, with its receipt', async () => {
  const { rows } = await a.t.pool.query<{ last: number }>('select max(seq) as last from ledger.entry');
  expect(await a.services.ledger.published(Number(rows[0]?.last), 10_000)).toBe(true);
  const job = (await claim(a.t.db, a.t.clock.now(), 9)).find((one) => one.kind === 'clock');
  const composed = job ? await compose(a.services, job) : null;
  if (!composed?.ready) throw new Error('the mail is not ready');
  expect(composed.mail.subject).toContain('due 15 Apr 2026');
  for (const part of ['before: Wed 1 Apr 2026', 'now: Wed 15 Apr 2026', 'two weeks', '1. Served', '/r/'])
    expect(composed.mail.text).toContain(part);
  expect(composed.mail.attachments?.some((file) => file.filename.endsWith('.receipt.json'))).toBe(true);
  // The link outlives the new date, not only the old one.
  const link = await a.t.db.selectFrom('work.link').select('expires_at').where('service', '=', service()).execute();
  expect(link.at(-1)?.expires_at.getTime()).toBe(at('2026-04-16T04:00:00Z') + 90 * 86_400_000);
});

test('a pause recorded late: known then, overdue; as it happened, nobody was overdue while the clock stood', async () => {
  a.t.clock.set(at('2026-04-06T15:00:00Z'));
  expect(await agreed()).toEqual(['2 overdue', '1 running']);
  const done = await move('pause', { cause: 'fee awaited', from: '2026-03-25T10:00', reason: 'Copies cost $12.' }, 1);
  expect([done.status, done.path]).toEqual([200, `${base(1)}#clock`]);
  expect(wordsOf(done.html)).toContain('Paused: fee awaited');
  expect(wordsOf(done.html)).toContain('no date, paused');
  expect(wordsOf((await a.recipient(1).get('/answer')).html)).toContain('The clock is paused since');
  expect(await agreed()).toEqual(['1 running', '2 paused']);
  expect(await agreed(known('2026-04-05T15:00:00Z'))).toEqual(['2 overdue', '1 running']);
  expect(await agreed(happened('2026-04-05T15:00:00Z'))).toEqual(['1 running', '2 paused']);
  expect(await agreed(happened('2026-03-20T15:00:00Z'))).toEqual(['2 running', '1 running']);
  const today = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect([today.overdue, today.paused.map((one) => [one.n, one.cause]), today.dueSoon]).toEqual([
    [],
    [[1, 'fee awaited']],
    [],
  ]);
  const path = `/record/${a.m.slug}/services/${service(1)}`;
  const then = '?asOf=2026-04-05T15:00:00Z';
  expect(wordsOf((await a.recipient(0).get(path + then)).html)).toContain('overdue since');
  const truly = wordsOf((await a.recipient(0).get(`${path}${then}&axis=happened`)).html);
  expect(truly).toContain('paused');
  expect(truly).not.toContain('overdue since');
});

test('it runs again from the day the fee came, not from the day that was written down', async () => {
  a.t.clock.set(at('2026-04-10T15:00:00Z'));
  await move('resume', { from: '2026-04-07T10:00', reason: 'Paid.' }, 1);
  // Of 1 April, 7 days were left on 25 March.
  expect(await agreed()).toEqual(['2 running', '1 running']);
  expect((await board()).rows[0]?.clock).toMatchObject({ state: 'running', dueOn: '2026-04-14' });
  expect(await agreed(happened('2026-04-06T15:00:00Z'))).toEqual(['1 running', '2 paused']);
  expect((await a.staff().get(`${base(1)}/clock`)).html).not.toContain('clock/resume"');
});

test('one item is extended; the recipient as a whole follows the item that is open and due first', async () => {
  await move('extend', { to: '2026-05-20', items: '2', asked: 'no', reason: 'Item 2 is large.' });
  const cells = async () =>
    (await board()).rows.find((row) => row.service === service())?.cells.map((cell) => cell.clock);
  expect(await cells()).toMatchObject([{ dueOn: '2026-04-15' }, { dueOn: '2026-05-20' }]);
  a.t.clock.set(at('2026-04-16T15:00:00Z'));
  expect(await agreed()).toEqual(['2 overdue', '1 overdue']);
  await a.m.answer(0, 1, 'produced', at('2026-04-14T15:00:00Z'));
  expect(await agreed()).toEqual(['2 overdue', '1 running']);
  await a.m.answer(0, 2, 'produced');
  expect(await agreed()).toEqual(['2 overdue', '1 stopped']);
  expect((await board()).rows[1]?.clock).toMatchObject({ state: 'stopped', late: false });
});

test('a corrected date of service was true from the start', async () => {
  await move('correct', { servedAt: '2026-03-10T09:00', reason: 'The first letter came back.' }, 1);
  const words = wordsOf((await a.staff().get(base(1))).html);
  expect(words).toContain('Date of service corrected');
  expect(words).toContain('The date of service was corrected on Thu 16 Apr 2026');
});

test('refused: what somebody else moved meanwhile, no later date, viewers, empty forms; nothing is written', async () => {
  const staff = a.staff();
  const count = async () => (await a.t.pool.query('select count(*)::int as n from view.due')).rows[0];
  const old = formOf((await staff.get(`${base(1)}/clock`)).html, `${base(1)}/clock/extend`);
  await move('extend', { count: '20', asked: 'no', reason: 'More time.' }, 1);
  const before = await count();
  const late = { ...old.values, 'extend-unit': 'days', 'extend-to': '2026-06-01', 'extend-reason': 'my long reason' };
  const refused = await staff.post(old.action, late);
  expect(refused.status).toBe(409);
  expect(wordsOf(refused.html)).toContain('Somebody else moved this clock');
  expect(formOf(refused.html, old.action).values['extend-reason']).toBe('my long reason');
  expect((await move('extend', { to: '2026-03-20', asked: 'no', reason: 'x' }, 1)).status).toBe(409);
  expect((await move('pause', { cause: 'other', from: '2026-12-01T10:00', reason: 'x' }, 1)).status).toBe(409);
  const says = async (from: string, more: Readonly<Record<string, string>> = {}) => {
    const page = await move('pause', { cause: 'other', reason: 'x', from, ...more }, 1);
    return [page.status, wordsOf(page.html)] as const;
  };
  expect(await says('2026-02-01T10:00')).toEqual([409, expect.stringContaining('lies before the day of service')]);
  const backwards = await says('2026-04-10T10:00', { until: '2026-04-09T10:00' });
  expect(backwards).toEqual([409, expect.stringContaining('The pause ends on Thu 9 Apr 2026')]);
  expect(await says('2026-03-08T02:30')).toEqual([422, expect.stringContaining('No clock showed this time')]);
  expect(await says('2026-02-30T10:00')).toEqual([422, expect.stringContaining('Give a day and a time.')]);
  expect((await move('extend', { to: '2027-02-29', asked: 'no', reason: 'x' }, 1)).status).toBe(422);
  for (const doing of ['extend', 'pause', 'resume', 'correct']) {
    expect((await staff.post(`${base(1)}/clock/${doing}`, {})).status).toBe(422);
    expect((await a.staff('viewer').post(`${base(1)}/clock/${doing}`, {})).status).toBe(403);
  }
  expect(await count()).toEqual(before);
});

test('a pause whose end is known ends by itself, also in what a board remembers', async () => {
  const until = { from: '2026-04-16T10:00', until: '2026-04-20T10:00' };
  const reason = 'Other: the archive moves, as 7% do.';
  await move('pause', { cause: 'other', ...until, reason }, 1);
  expect(await agreed()).toEqual(['1 stopped', '2 paused']);
  const { paused } = await todayOf(a.t.db, a.m.issuer, new Date(a.t.clock.now()));
  expect(paused).toMatchObject([{ by: 'tolling', cause: reason, n: 1 }]);
  a.t.clock.set(at('2026-04-21T15:00:00Z'));
  expect(await agreed()).toEqual(['1 stopped', '2 running']);
  const after = (await board()).rows[1]?.clock;
  a.t.clock.set(at(`${after && 'dueOn' in after ? after.dueOn : ''}T12:00:00Z`) + 86_400_000);
  expect(await agreed()).toEqual(['1 stopped', '2 overdue']);
});

test('views made anew from the entries are the same', async () => {
  const owner = openPool(a.t.database.ownerConfig);
  const { equal, tables } = await rebuild(owner, project);
  await owner.end();
  expect(equal).toBe(true);
  expect(tables.find((one) => one.table.endsWith('due'))?.rows).toBeGreaterThan(5);
  expect(await agreed()).toHaveLength(2);
});
