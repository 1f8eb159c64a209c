/** What is asked of one mailbox, by whom, due when, and what stops the clock: what stands in the list, and what never does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, CLERK, wordsOf } from '../../../test/support/answering.ts';
import { testMatter } from '../../../test/support/matter.ts';
import { moveClock } from '../clock/commands.ts';

let a: Answering;
beforeAll(async () => {
  a = await answering({ recipients: 4, items: 2 });
});
afterAll(() => a.close());

async function letter(service: string, state: 'queued' | 'sent', address = CLERK) {
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
      state,
      error: null,
      message_id: null,
    })
    .execute();
}

test('every request that this mailbox was sent, first due on top, with what stops the clock', async () => {
  const other = await testMatter(a.t, {
    recipients: 1,
    due: { type: 'fixed', on: '2026-03-20', zone: 'America/New_York' },
  });
  const [theirs = ''] = other.services;
  await a.t.db.insertInto('work.contact').values({ service: theirs, address: CLERK }).execute();
  await letter(theirs, 'sent');
  const [one = ''] = a.m.services;
  await letter(one, 'sent');
  await a.m.answer(0, 1, 'produced');
  const me = a.recipient(0);
  expect((await me.get('/answer')).html).toContain('href="/answer/requests"');
  const { html } = await me.get('/answer/requests');
  const words = wordsOf(html);
  expect(words.indexOf('Fri 20 Mar 2026')).toBeLessThan(words.indexOf('Wed 1 Apr 2026'));
  expect(words).toContain('Place 001 1 of 2');
  expect(words).toContain('Asked by');
  // The link is for one request: only that one leads to its page.
  expect(html.match(/href="\/answer"[^>]*>Documents on examples/g)).toHaveLength(1);
  expect(html).toContain('href="/answer/calendar"');

  const reason = 'The fee is awaited.';
  const toll = { do: 'toll', items: null, cause: 'fee awaited', from: a.t.clock.now(), until: null, reason } as const;
  await moveClock(a.services, theirs, toll, { seen: '', once: a.t.newId() });
  expect(wordsOf((await me.get('/answer/requests')).html)).toContain('paused by the issuer since');
  await other.revoke('A mistake.');
  expect(wordsOf((await me.get('/answer/requests')).html)).toContain('the request was revoked');
});

test('never another mailbox’s, nor a letter that has not left, nor one that is sent elsewhere now', async () => {
  const [, two = '', three = '', four = ''] = a.m.services;
  await letter(two, 'sent', 'other1@place.example.gov');
  for (const service of [three, four])
    await a.t.db.updateTable('work.contact').set({ address: CLERK }).where('service', '=', service).execute();
  await letter(three, 'queued');
  await letter(four, 'sent', 'before@place.example.gov');
  const words = wordsOf((await a.recipient(0).get('/answer/requests')).html);
  for (const name of ['Place 002', 'Place 003', 'Place 004']) expect(words).not.toContain(name);
  expect(words).toContain('Place 001');
});
