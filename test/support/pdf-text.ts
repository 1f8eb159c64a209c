/**
 * The text of a PDF that was written without compression, by its own operators: fonts' tables from glyph to letter, and the strings that
 * are shown. For the PDFs of this project alone; no layout, no encryption, nothing but what pdfkit writes.
 */

const part = (raw: string, pattern: RegExp): string => pattern.exec(raw)?.[1] ?? '';

/** Objects by number, as they stand between `obj` and `endobj`. */
function objectsOf(raw: string): ReadonlyMap<string, string> {
  return new Map(
    [...raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => [id, body]),
  );
}

/** `0053` or `00660069`: UTF-16 in hexadecimal digits. */
const lettersOf = (hex: string): string =>
  (hex.match(/[0-9a-f]{4}/gi) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');

/** A font's table from glyph to letters: spans `<0000> <0002> [<0053> <0065> …]`. */
function tableOf(cmap: string): ReadonlyMap<number, string> {
  const table = new Map<number, string>();
  for (const [, from = '', list = ''] of cmap.matchAll(/<([0-9a-f]{4})>\s*<[0-9a-f]{4}>\s*\[([^\]]*)\]/gi)) {
    for (const [i, [, letters = '']] of [...list.matchAll(/<([0-9a-f ]*)>/gi)].entries())
      table.set(Number.parseInt(from, 16) + i, lettersOf(letters));
  }
  return table;
}

/**
 * What the pages say, in the order in which it was drawn, one space for any white space.
 * @throws Error where the file is compressed, or shows a glyph that its fonts do not name: text that is not read must not pass as none
 */
export function pdfText(pdf: Uint8Array): string {
  const raw = Buffer.from(pdf).toString('latin1');
  const objects = objectsOf(raw);
  const tables = new Map<string, ReadonlyMap<number, string>>();
  for (const [, name = '', id = ''] of raw.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const cmap = part(objects.get(id) ?? '', /\/ToUnicode (\d+) 0 R/);
    tables.set(name, tableOf(objects.get(cmap) ?? ''));
  }
  const said: string[] = [];
  for (const [, block = ''] of raw.matchAll(/\nBT\n([\s\S]*?)\nET\n/g)) {
    let table = tables.get('');
    for (const [, font, shown] of block.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font !== undefined) table = tables.get(font);
      for (const [, hex = ''] of (shown ?? '').matchAll(/<([0-9a-f]*)>/gi)) {
        for (const glyph of hex.match(/.{4}/g) ?? []) {
          const letters = table?.get(Number.parseInt(glyph, 16));
          if (letters === undefined) throw new Error(`the PDF shows a glyph ${glyph} that has no letter`);
          said.push(letters);
        }
      }
    }
    said.push(' ');
  }
  const text = said.join('').replaceAll(/\s+/g, ' ').trim();
  if (text === '') throw new Error('the PDF shows no text that can be read; was it compressed?');
  return text;
}
