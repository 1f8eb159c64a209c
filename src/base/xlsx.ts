/**
 * Workbooks (Office Open XML, ECMA-376) that are made while they are read: the parts and the head come from write-excel-file, rows are put
 * into its sheet as they arrive, so that 90,000 of them take no memory. Text is stored as text (`inlineStr`), so nothing in it is a formula.
 */
import { strFromU8, strToU8, unzipSync, Zip, ZipDeflate } from 'fflate';
import { type Cell, download } from './csv.ts';

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Rows that a sheet can hold, its head among them. */
export const SHEET_ROWS = 1_048_576;
/** Characters that one cell can hold. */
const CELL_LENGTH = 32_767;
const SHEET = 'xl/worksheets/sheet1.xml';
const END = '</sheetData>';

// What XML 1.0 cannot hold, and halves of characters.
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const escaped = (text: string) =>
  text
    .slice(0, CELL_LENGTH)
    .replace(NOT_XML, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const cellXml = (cell: Cell): string => {
  if (cell === null || cell === '') return '<c/>';
  if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
};

const rowsXml = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `<row>${row.map(cellXml).join('')}</row>`).join('');

/** Bytes of a workbook with one sheet. Rows beyond what a sheet can hold are left out; whoever calls says so before. */
export async function* xlsx(
  head: readonly string[],
  rows: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<Uint8Array> {
  // Loaded when the first workbook is asked for: a server starts quicker without it.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const first = head.map((value) => ({ value, fontWeight: 'bold' as const }));
  const made = await writeXlsxFile([first], { columns: head.map(() => ({ width: 24 })) }).toBuffer();
  const parts = unzipSync(new Uint8Array(made));
  const sheet = strFromU8(parts[SHEET] ?? new Uint8Array());
  const cut = sheet.lastIndexOf(END);
  if (cut < 0) throw new Error('the workbook has no sheet');
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  const add = (name: string) => {
    const file = new ZipDeflate(name, { level: 3 });
    // No time of its own, the first that the format has instead: the same rows are the same bytes, whoever makes the workbook and when.
    file.mtime = new Date(1980, 0, 1);
    zip.add(file);
    return file;
  };
  for (const [name, bytes] of Object.entries(parts)) if (name !== SHEET) add(name).push(bytes, true);
  const file = add(SHEET);
  file.push(strToU8(sheet.slice(0, cut)));
  let left = SHEET_ROWS - 1;
  for await (const some of rows) {
    file.push(strToU8(rowsXml(some.slice(0, left))));
    left -= Math.min(left, some.length);
    yield* ready.splice(0);
    if (left === 0) break;
  }
  file.push(strToU8(sheet.slice(cut)), true);
  zip.end();
  yield* ready.splice(0);
}

/** A download of a workbook. */
export function xlsxDownload(
  name: string,
  head: readonly string[],
  rows: AsyncIterable<readonly (readonly Cell[])[]>,
): Response {
  return download(xlsx(head, rows), XLSX, name);
}
