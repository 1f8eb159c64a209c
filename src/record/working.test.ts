/** The working of a due date reads the same wherever it is shown: on the public page, in the API, in the PDF receipt, on the desk and to the recipient. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answering, answering, formOf, wordsOf } from '../../test/support/answering.ts';
import { pdfText } from '../../test/support/pdf-text.ts';
import { pdfService } from '../adapters/pdf/service.ts';
import { presetById } from '../rooms/clock/rules.ts';
import { serviceBody } from './api-schemas.ts';
import { apiServiceRoutes } from './api-service.ts';
import { receiptRoutes } from './receipts.ts';
import { serviceRoutes } from './service-page.tsx';

let a: Answering;
beforeAll(async () => {
  const due = presetById('foia')?.rule;
  if (!due) throw new Error('no rule');
  a = await answering({
    routes: [...serviceRoutes, ...apiServiceRoutes, ...receiptRoutes],
    items: 2,
    due,
    receiptPdf: pdfService({ compress: false }),
  });
});
afterAll(() => a.close());

const base = () => `/desk/services/${a.m.services[0] ?? ''}`;
const onRecord = () => `/record/${a.m.slug}/services/${a.m.services[0] ?? ''}`;

async function move(doing: string, fields: Readonly<Record<string, string>>) {
  const staff = a.staff();
  const form = formOf((await staff.get(`${base()}/clock`)).html, `${base()}/clock/${doing}`);
  const named = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${doing}-${name}`, value]));
  const done = await staff.post(form.action, { ...form.values, 'extend-unit': 'days', ...named });
  expect([done.status, wordsOf(done.html).slice(0, done.status === 200 ? 0 : 900)]).toEqual([200, '']);
}

/** The steps of each working on a page, as its reader sees them: the numbered lists under “how this is counted”. */
const listed = (html: string): string[][] =>
  [...html.matchAll(/<details class="working"[^>]*>[\s\S]*?<ol[^>]*>([\s\S]*?)<\/ol>/g)].map(([, list = '']) =>
    [...list.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, step = '']) => wordsOf(step).trim()),
  );

/** What the API gives, and that every other place says it in the same words. */
async function told() {
  const api = await a.staff().get(`/api/v1${onRecord().replace('/record/', '/records/')}`);
  const { due, moves } = serviceBody.parse(JSON.parse(api.html));
  const workings = due.map((one) => one.working);
  for (const working of workings) {
    expect(working.length).toBeGreaterThan(3);
    for (const page of [
      await a.staff().get(onRecord()),
      await a.staff().get(base()),
      await a.recipient(0).get('/answer'),
    ])
      expect([page.path, listed(page.html)]).toEqual([page.path, expect.arrayContaining([working])]);
  }
  const last = moves.at(-1);
  if (!last) throw new Error('nothing moved');
  const file = await a.staff().raw(`/receipts/${last.entry}.pdf`);
  expect(file.headers.get('content-type')).toBe('application/pdf');
  return { due, last, pdf: pdfText(new Uint8Array(await file.arrayBuffer())) };
}
/** A working as the PDF prints it: its heading, then each step with its number, and nothing in between. */
const printed = (heading: string, steps: readonly string[]) =>
  [heading, ...steps.map((step, i) => `${i + 1}. ${step}`)].join(' ');

test('of a date that moved for all items', async () => {
  await move('extend', { to: '2026-04-15', reason: 'They asked for two weeks.' });
  const { due, last, pdf } = await told();
  expect(due).toMatchObject([{ items: null, on: '2026-04-15' }]);
  expect(last).toMatchObject({ kind: 'due.extended', items: null, after: '2026-04-15' });
  expect(pdf).toContain(printed('How the due date is counted', due[0]?.working ?? []));
  expect(pdf).toContain('the issuer extends to Wed 15 Apr 2026');
});

test('of a date that moved for item 2 alone', async () => {
  await move('extend', { to: '2026-05-01', items: '2', reason: 'Item 2 takes longer.' });
  const { due, last, pdf } = await told();
  expect(due).toMatchObject([
    { items: [1], on: '2026-04-15' },
    { items: [2], on: '2026-05-01' },
  ]);
  expect(last).toMatchObject({ items: [2], after: '2026-05-01' });
  const [first, second] = due.map((one) => one.working);
  expect(pdf).toContain(printed('Item 2: how the due date is counted', second ?? []));
  // The receipt of what moved item 2 does not tell the working of item 1.
  expect(pdf).not.toContain(first?.at(-1) ?? 'no working');
  expect(second?.join()).toContain('extends to Fri 1 May 2026');
});
