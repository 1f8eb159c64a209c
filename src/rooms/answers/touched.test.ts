/** Orders and consequences at the recipient, also where nothing of the matter is public: what touches it, the document, and nobody else's. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, wordsOf } from '../../../test/support/answering.ts';
import { command, reach } from '../../../test/support/orders.ts';
import { announceConsequence } from '../consequences/commands.ts';
import { enterCourtOrder } from '../orders/commands.ts';

let a: Answering;
let stay: string;
let lifted: string;
let grant: string;
beforeAll(async () => {
  a = await answering({ audience: 'parties' });
  const [one = '', two = ''] = a.m.services;
  const announced = { request: a.m.request, kind: 'grant', programme: 'Example Aid', fiscalYear: 2026 } as const;
  const at = a.t.clock.now();
  grant = (
    await announceConsequence(
      a.services,
      a.m.matter,
      { ...announced, amount: null, words: 'Aid may be held.', at, recipients: [one], source: null },
      a.t.newId(),
    )
  ).id;
  const text = new TextEncoder().encode('It is so ordered.');
  const { sha256, bytes } = await a.services.blobs.put(
    (async function* () {
      yield text;
    })(),
    { maxBytes: 100 },
  );
  const document = { sha256, bytes, name: 'stay order.pdf', type: 'application/pdf' };
  const enter = async (of: Parameters<typeof command>, over: Parameters<typeof command>[2] = {}) =>
    (await enterCourtOrder(a.services, a.m.matter, command(of[0], of[1], { ...of[2], ...over }), a.t.newId())).id;
  stay = await enter(['stay', '2026-03-02'], {
    docket: '26-100',
    words: 'Item 2 is stayed.',
    scope: reach({ recipients: [one], items: [2], consequences: [grant] }),
    document,
  });
  lifted = await enter(['stay', '2026-03-02'], {
    docket: '26-200',
    words: 'Item 1 is stayed for the other one.',
    scope: reach({ recipients: [two], items: [1] }),
    document,
  });
});
afterAll(() => a.close());

test('a recipient sees the orders that touch it, since when and by which words, and what was announced to it', async () => {
  const { html } = await a.recipient(0).get('/answer');
  const words = wordsOf(html);
  expect(words).toContain('D. Example, No. 26-100 stays item 2; Example Aid, FY2026, since 2 Mar 2026');
  expect(words).toContain('“Item 2 is stayed.”');
  expect(words).toContain('Example Aid, FY2026: Grant');
  expect(words).toContain('blocked by an order');
  // Nothing of the matter is public: no address of a public record, and no word of the order that touches somebody else.
  expect(html).not.toContain('/record/');
  expect(words).not.toContain('26-200');
});

test('it can keep the document of its order, and of no other', async () => {
  const me = a.recipient(0);
  const { html } = await me.get('/answer');
  const [link = ''] = /\/answer\/orders\/[0-9a-f-]{36}\/document/.exec(html) ?? [];
  expect(link).toBe(`/answer/orders/${stay}/document`);
  const file = await me.raw(link);
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect(await file.text()).toBe('It is so ordered.');
  const other = await me.get(`/answer/orders/${lifted}/document`);
  expect(other.status).toBe(404);
  expect(wordsOf(other.html)).toContain('There is no such order that touches what was asked of you.');
  expect((await me.get(`/answer/orders/${a.t.newId()}/document`)).status).toBe(404);
  expect((await a.recipient(1).get(link)).status).toBe(404);
});

test('an order that was lifted stands under those that touch it no more, with the words that ended it', async () => {
  a.t.clock.tick(86_400_000);
  await enterCourtOrder(
    a.services,
    a.m.matter,
    command('lift', '2026-03-03', { docket: '26-200', words: 'The stay is lifted.', of: [lifted] }),
    a.t.newId(),
  );
  const me = a.recipient(1);
  const { html } = await me.get('/answer');
  const words = wordsOf(html);
  expect(words).toContain('No order in force touches it.');
  expect(words).toContain('Orders that touch it no more');
  expect(words).toContain('“The stay is lifted.”');
  expect(words).not.toContain('26-100');
  expect(words).not.toContain('Example Aid');
  expect((await me.raw(`/answer/orders/${lifted}/document`)).status).toBe(200);
});
