/** How the pages look that help people to be in time, at both widths, by day and night: no axe violation, nothing that scrolls sideways. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, CLERK } from '../../test/support/answering.ts';
import { look, withPage } from '../../test/support/browser.ts';
import { command, reach } from '../../test/support/orders.ts';
import { buildAssets } from '../adapters/assets.ts';
import { deskPages } from '../record/desk-pages.ts';
import { calendarFeedRoutes } from './calendars/pages.tsx';
import { moveClock } from './clock/commands.ts';
import { announceConsequence } from './consequences/commands.ts';
import { movedRoutes } from './moved/pages.tsx';
import { enterCourtOrder } from './orders/commands.ts';
import { setReminders } from './reminders/commands.ts';
import { reminderRoutes } from './reminders/pages.tsx';
import { askForTime } from './time-asked.ts';

let a: Answering;
beforeAll(async () => {
  a = await answering({
    audience: 'parties',
    assets: await buildAssets({ cacheDir: 'build/assets' }),
    routes: [...deskPages, ...calendarFeedRoutes, ...movedRoutes, ...reminderRoutes],
  });
  const [one = ''] = a.m.services;
  const announced = { request: a.m.request, kind: 'grant', programme: 'Example Aid', fiscalYear: 2026 } as const;
  const at = a.t.clock.now();
  const { id: grant } = await announceConsequence(
    a.services,
    a.m.matter,
    { ...announced, amount: null, words: 'Aid may be held.', at, recipients: null, source: null },
    a.t.newId(),
  );
  const scope = reach({ items: [3], consequences: [grant] });
  await enterCourtOrder(a.services, a.m.matter, command('stay', '2026-03-02', { scope }), a.t.newId());
  await a.t.db
    .insertInto('work.outbox')
    .values({
      ...{ kind: 'letter', key: 'letter', service: one, request: a.m.request, entry: one, address: CLERK },
      ...{ not_before: new Date(0), state: 'sent', error: null, message_id: null },
    })
    .execute();
  const extend = { do: 'extend', items: null, to: '2026-04-20', by: null, asked: false } as const;
  const why = 'The archive is larger than either side thought.';
  await moveClock(a.services, one, { ...extend, reason: why }, { seen: '', once: a.t.newId() });
  const ask = { until: '2026-05-04', items: [2], reason: 'Item 2 is in two archives.', askedBy: 'Sample Clerk' };
  await askForTime(a.services, one, ask, a.t.newId());
  await setReminders(a.services, a.m.request, { days: [7, 2], most: 2 }, a.t.newId());
});
afterAll(() => a.close());

const made = async (base: string, actor: 'staff' | 'recipient') => {
  const who = actor === 'staff' ? a.staff() : a.recipient(0);
  await who.submit(await who.get(base), {}, [], base);
};

test('the recipient’s pages are sound', async () => {
  await made('/answer/calendar', 'recipient');
  await withPage({ baseURL: a.origin }, async (page, seen) => {
    await page.context().setExtraHTTPHeaders({ 'x-test-actor': `recipient/${a.m.services[0]}` });
    for (const path of ['/answer', '/answer/requests', '/answer/extension', '/answer/calendar', '/answer/reminders']) {
      await page.goto(path);
      await look(page, `in-time-${path.slice(1).replace('/', '-')}`, { dark: true });
    }
    expect(seen.problems).toEqual([]);
  });
});

test('the staff’s pages are sound', async () => {
  await made('/account/calendar', 'staff');
  const service = `/desk/services/${a.m.services[0]}`;
  await withPage({ baseURL: a.origin }, async (page, seen) => {
    await page.context().setExtraHTTPHeaders({ 'x-test-actor': `staff/${a.m.issuer}/editor` });
    for (const [name, path] of [
      ['desk', '/desk'],
      ['moved', '/desk/moved'],
      ['clock', `${service}/clock`],
      ['reminders', `/desk/requests/${a.m.request}/reminders`],
      ['calendar', '/account/calendar'],
    ] as const) {
      await page.goto(path);
      await look(page, `in-time-staff-${name}`, { dark: true });
    }
    expect(seen.problems).toEqual([]);
  });
});
