import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { Cell } from './csv.ts';
import { xlsx } from './xlsx.ts';

async function bytesOf(head: readonly string[], rows: AsyncIterable<readonly (readonly Cell[])[]>) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of xlsx(head, rows)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sheetOf = (bytes: Uint8Array) => strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());

test('text stays text, numbers are numbers, what XML cannot hold is left out', async () => {
  async function* rows() {
    yield [['=1+1', 7, null]];
    yield [['a & b <c> \u0007 d\ud800', 'Pe\u00f1a', '']];
  }
  const sheet = sheetOf(await bytesOf(['name', 'count', 'note'], rows()));
  expect(sheet).toContain('<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>7</v></c><c/>');
  expect(sheet).toContain('>a &amp; b &lt;c&gt;  d</t>');
  expect(sheet).toContain('>Pe\u00f1a</t>');
  expect(sheet).not.toContain('<f>');
  expect(sheet.match(/<row\b/g)).toHaveLength(3);
  expect(sheet.endsWith('</sheetData></worksheet>')).toBe(true);
});

test('a long one comes in pieces while its rows are made', async () => {
  let made = 0;
  async function* rows() {
    for (; made < 40; made++) yield Array.from({ length: 500 }, (_, i) => [`${Math.sin(made * 500 + i)}`]);
  }
  const pieces = xlsx(['x'], rows());
  await pieces.next();
  expect(made).toBeLessThan(40);
  let bytes = 0;
  for await (const piece of pieces) bytes += piece.length;
  expect([made, bytes > 100_000]).toEqual([40, true]);
});
