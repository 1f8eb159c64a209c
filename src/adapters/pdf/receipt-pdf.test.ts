/** The PDF receipt: what our extractor, poppler's tools and a reader of the page get back out of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkEntry, fromUtf8, parseReceipt, verifyReceipt } from '../../proof/index.ts';
import { readReceiptFile, receiptFromPdf } from '../../proof/pdf.ts';
import { drawable, receiptPdf } from './receipt-pdf.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures');
const receiptJson = readFileSync(join(FIXTURES, 'valid/kind.item.answered.receipt.json'), 'utf8');
const { entry, proof } = parseReceipt(receiptJson);
const base = { receiptJson, entry, origin: 'records.example.gov/log', index: proof.index, size: 184 };
const labels = {
  title: 'City of Exampleton answers',
  rows: [['Asked by', 'Office of the Inspector']] as [string, string][],
};
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-pdf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const poppler = spawnSync('pdftotext', ['-v']).error === undefined;

/** Text of the page by pdftotext, one space for any white space. */
function pageText(pdf: Uint8Array): string {
  const file = join(folder, 'page.pdf');
  writeFileSync(file, pdf);
  return spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).stdout.replaceAll(/\s+/g, ' ');
}

describe('PDF receipt', () => {
  it('holds the receipt as it is, and that verifies', async () => {
    const pdf = await receiptPdf({ ...base, labels });
    expect(fromUtf8(await receiptFromPdf(pdf))).toBe(receiptJson);
    const policy = readFileSync(join(FIXTURES, 'policies/two-of-three.policy'), 'utf8');
    expect(await verifyReceipt({ receipt: pdf, policy, read: readReceiptFile })).toMatchObject({
      ok: true,
      index: proof.index,
    });
    const raw = Buffer.from(pdf).toString('latin1');
    expect(raw).toContain('/AFRelationship /Data');
    expect(raw).toContain(receiptJson.slice(0, 30));
    expect(pdf.length).toBeLessThan(60_000);
  });

  it('is the same for the same input', async () => {
    expect(await receiptPdf({ ...base, labels })).toEqual(await receiptPdf({ ...base, labels }));
  });

  it('says who has signed by then, and nothing of it where no witness is asked', async () => {
    const signed = await receiptPdf({ ...base, labels, signedBy: 'the log and 1 of 2 witnesses' });
    expect(signed).not.toEqual(await receiptPdf({ ...base, labels }));
    if (!poppler) return;
    expect(pageText(signed)).toContain('Signed by the log and 1 of 2 witnesses');
    expect(pageText(await receiptPdf({ ...base, labels }))).not.toContain('Signed by');
  });

  it('prints the day alone of what is known to the day', async () => {
    const at = (occurredAt: string, dayOnly: boolean) =>
      receiptPdf({ ...base, labels, entry: checkEntry({ ...entry, occurredAt }), dayOnly });
    const [noon, night] = ['2018-01-24T17:00:00.000Z', '2018-01-24T03:21:09.000Z'];
    expect(await at(noon, true)).toEqual(await at(night, true));
    expect(await at(noon, false)).not.toEqual(await at(night, false));
    expect(await at(noon, true)).not.toEqual(await at('2018-01-25T17:00:00.000Z', true));
    if (poppler) expect(pageText(await at(noon, true))).toContain('Happened January 24, 2018 Recorded');
  });

  it('draws any text without failing, and loses nothing', async () => {
    const odd = `\ud800 \u0000 \u202e‮evil.pdf 中文 😀 مرحبا e\u0301 ﷽ \u2028 ${'long'.repeat(400)}`;
    expect(drawable('中 a\u202eb\nc')).toBe('[U+4E2D] a[U+202E]b c');
    const rows = Array.from({ length: 40 }, (_, i): [string, string] => [`${odd.slice(0, 40)} ${i}`, odd]);
    const pdf = await receiptPdf({
      ...base,
      labels: { title: odd, rows },
      rosette: '<svg viewBox="x"><path d="M0 0Q"/></svg>',
    });
    expect(fromUtf8(await receiptFromPdf(pdf))).toBe(receiptJson);
    expect(await receiptPdf({ ...base, labels: { title: '', rows: [] } })).toBeInstanceOf(Uint8Array);
  });

  it('draws the rosette it is given', async () => {
    const svg =
      '<svg viewBox="0 0 1000 1000"><path d="M0 0c10-10 20 30 40 40s5 5 9 9z"/><path class="a" d="M5 5L99 99"/></svg>';
    const pdf = await receiptPdf({ ...base, labels, rosette: svg, compress: false });
    expect(Buffer.from(pdf).toString('latin1')).toContain('99 99 l');
  });

  it('is extracted even where the entry talks like a PDF', async () => {
    const sly = checkEntry({ ...entry, body: { title: '/Type /EmbeddedFile endstream endobj' } });
    const pdf = await receiptPdf({ ...base, receiptJson: JSON.stringify(sly), entry: sly, labels });
    expect(fromUtf8(await receiptFromPdf(pdf))).toBe(JSON.stringify(sly));
  });

  it.runIf(poppler)('reads well by poppler: page and attachment', async () => {
    const steps = ['Served Mon 2 Mar 2026 (America/New_York).', 'Due by the end of Wed 1 Apr 2026.'];
    const pdf = await receiptPdf({
      ...base,
      labels,
      workings: [{ title: 'Item 2: how the due date is counted', steps }],
    });
    const text = pageText(pdf);
    for (const words of [
      'Item 2: how the due date is counted',
      'Due by the end of Wed 1 Apr 2026.',
      'City of Exampleton answers',
      'Office of the Inspector',
      'directive-3.txt',
      'records.example.gov/log',
      entry.id,
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain('March 2, 2026, 15:04:05 UTC');
    const out = join(folder, 'out.json');
    const detached = spawnSync('pdfdetach', ['-save', '1', '-o', out, join(folder, 'page.pdf')], { encoding: 'utf8' });
    expect(detached.stderr).toBe('');
    expect(readFileSync(out, 'utf8')).toBe(receiptJson);
  });
});
