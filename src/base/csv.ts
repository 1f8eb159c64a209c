/**
 * CSV as it is written (RFC 4180): quoted where needed, CRLF, UTF-8 with a byte order mark so that spreadsheets read it right, and
 * no cell that a spreadsheet would run as a formula (OWASP, CSV injection). Reading stands in rooms/requests/recipients.ts.
 */
import { inLanguage, language } from './language.ts';

export type Cell = string | number | null;

const FORMULA = /^[=+\-@\t\r]/;

/** One line, with its line break. Text that would start a formula gets an apostrophe before it. */
export function csvLine(cells: readonly Cell[]): string {
  const quoted = cells.map((cell) => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    const safe = FORMULA.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(',')}\r\n`;
}

/** A plain name for a file of a download: letters, digits and hyphens. */
export function fileName(text: string, ending: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${plain || 'download'}.${ending}`;
}

/**
 * A download that is made while it is read: `parts` are pulled one by one, so a large one takes no memory. They are read long after the handler is
 * through, and are said in its language all the same.
 */
export function download(parts: AsyncIterable<string | Uint8Array>, type: string, name: string): Response {
  const encoder = new TextEncoder();
  const iterator = parts[Symbol.asyncIterator]();
  const tag = language();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await inLanguage(tag, () => iterator.next());
      if (next.done) controller.close();
      else controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` },
  });
}

/** A CSV download: a head and rows, made while it is read. */
export function csvDownload(
  name: string,
  head: readonly string[],
  rows: AsyncIterable<readonly (readonly Cell[])[]>,
): Response {
  async function* parts() {
    yield `\ufeff${csvLine(head)}`;
    for await (const some of rows) yield some.map(csvLine).join('');
  }
  return download(parts(), 'text/csv; charset=utf-8', name);
}
