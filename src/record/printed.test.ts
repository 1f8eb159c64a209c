/** The record on paper: as of both axes, receipts inside that verify by themselves, and what is too much said to be left out. */
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestMatter, testMatter } from '../../test/support/matter.ts';
import { pdfText } from '../../test/support/pdf-text.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { recordPdf } from '../adapters/pdf/record-pdf.ts';
import { verifyReceipt } from '../proof/index.ts';
import { momentOf, publicMatter } from './matter.ts';
import { MOST_RECEIPTS, MOST_ROWS, recordPaper } from './printed.ts';

const HOUR = 3_600_000;
let p: TestPublic;
let m: TestMatter;
let start: number;
beforeAll(async () => {
  p = await testPublic();
  start = p.t.clock.now();
  m = await testMatter(p.t, { slug: 'sample-letters', recipients: 4, items: 2 });
  p.t.clock.tick(HOUR);
  await m.answer(0, 1, 'produced');
  p.t.clock.tick(HOUR);
  // Happened before the answer, written down after it.
  await m.note('Reported around it: naïve & “quoted” 中.', start + HOUR / 2);
  p.t.clock.tick(HOUR);
  await p.t.ledger.publish();
});
afterAll(() => p.close());

async function paper(query: Record<string, string> = {}, slug = 'sample-letters') {
  const now = new Date(p.t.clock.now());
  return await recordPaper(
    p.services,
    await publicMatter(p.t.db, slug),
    momentOf(query, 'America/New_York', now),
    {},
    now,
  );
}
const wordsOf = async (query: Record<string, string> = {}) =>
  pdfText(await recordPdf(await paper(query), { compress: false }));

/** Files that lie in a PDF, as they were put in. */
function attached(pdf: Uint8Array): readonly string[] {
  const bytes = Buffer.from(pdf);
  const raw = bytes.toString('latin1');
  return [...raw.matchAll(/\/Type \/EmbeddedFile[\s\S]*?\/Length (\d+)[\s\S]*?>>\nstream\n/g)].map((match) => {
    const from = match.index + match[0].length;
    const stream = bytes.subarray(from, from + Number(match[1]));
    return (match[0].includes('/FlateDecode') ? inflateSync(stream) : stream).toString('utf8');
  });
}

test('says as of when on both axes, and what is known then', async () => {
  const now = await wordsOf();
  for (const words of [
    'Public record',
    'Example inquiry',
    'what the record showed then',
    'Place 001',
    'produced (items 1)',
    'not answered',
    'Position',
    '1 of ',
  ])
    expect(now).toContain(words);
  const asOf = new Date(start + 1.5 * HOUR).toISOString();
  const known = await wordsOf({ asOf });
  expect(known).not.toContain('Reported around it');
  const happened = await wordsOf({ asOf, axis: 'happened' });
  expect(happened).toContain('what had happened by then, as known when this was made');
  expect(happened).toContain('Reported around it: naïve & “quoted” [U+4E2D].');
});

test('holds the receipts of what it shows, and each verifies by itself', async () => {
  const response = await p.get('/record/sample-letters/record.pdf');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const pdf = new Uint8Array(await response.arrayBuffer());
  const files = attached(pdf);
  // The request, its services, the answer, the note, and that the matter was opened.
  expect(files.length).toBe(1 + 4 + 1 + 1 + 1);
  for (const receipt of files) expect(await verifyReceipt({ receipt, policy: p.t.policy })).toMatchObject({ ok: true });
  const again = await p.get('/record/sample-letters/record.pdf');
  expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(pdf))).toBe(true);
  expect((await p.get('/record/sample-letters/record.pdf?asOf=nonsense')).status).toBe(422);
  expect((await p.get('/record/no-such-record/record.pdf')).status).toBe(404);
});

test('of a large record, what is too much is left out and said so', async () => {
  await testMatter(p.t, { slug: 'large-letters', recipients: MOST_ROWS + 60, items: 2 });
  await p.t.ledger.publish();
  const made = await paper({}, 'large-letters');
  expect(made.receipts.length).toBe(MOST_RECEIPTS);
  const pdf = await recordPdf(made, { compress: false });
  const words = pdfText(pdf);
  expect(words).toContain('60 more are not printed here');
  expect(words).toContain(`The receipts of ${MOST_ROWS + 2 - MOST_RECEIPTS} further entries`);
  expect(attached(pdf)).toHaveLength(MOST_RECEIPTS);
  expect((await recordPdf(made)).length).toBeLessThan(4_000_000);
}, 60_000);
