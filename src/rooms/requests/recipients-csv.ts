/**
 * A list of recipients as bytes: which letters they are and what stands between its cells, as spreadsheets write it. Works in slices of some
 * milliseconds, so that a large file keeps nobody else waiting. Knows no column by name.
 */
import { type Parser, parse } from 'csv-parse';
import { z } from 'zod';
import { breather } from '../../base/breath.ts';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';

export const MAX_ROWS = 200_000;
export const MAX_CSV_BYTES = 64 * 1024 * 1024;

export const wrongFile = (what: string) =>
  new InvalidInput('csv-refused', {
    what,
    lost: t('requests.csv.lost'),
    next: t('requests.csv.next'),
  });

/** Bytes that are decoded and parsed at once: some milliseconds of work. */
const SLICE = 64 * 1024;

/** The file, in parts of any size. */
export type CsvBytes = Uint8Array | AsyncIterable<Uint8Array>;

async function* slicesOf(bytes: CsvBytes): AsyncGenerator<Uint8Array> {
  let all = 0;
  for await (const part of bytes instanceof Uint8Array ? [bytes] : bytes) {
    all += part.length;
    if (all > MAX_CSV_BYTES) throw wrongFile(t('requests.csv.too-large', { mib: MAX_CSV_BYTES / 1024 / 1024 }));
    for (let at = 0; at < part.length; at += SLICE) yield part.subarray(at, at + SLICE);
  }
}

/** Text of a file in slices: UTF-8, or UTF-16 if it says so by its byte order mark. @throws InvalidInput for anything else */
async function* textOf(bytes: CsvBytes): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  const decode = (slice?: Uint8Array): string => {
    let text: string;
    try {
      text = slice ? (decoder?.decode(slice, { stream: true }) ?? '') : (decoder?.decode() ?? '');
    } catch {
      throw wrongFile(t('requests.csv.not-utf8'));
    }
    if (text.includes('\u0000')) throw wrongFile(t('requests.csv.utf16'));
    return text;
  };
  for await (const slice of slicesOf(bytes)) {
    if (decoder === null) {
      const [a, b] = slice;
      const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    yield decode(slice);
  }
  yield decode();
}

export interface CsvLine {
  readonly record: readonly string[];
  /** line of the file on which it ends */
  readonly at: number;
}

const parsed = z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) });

/**
 * All records of the file.
 * @param onLines told now and then how many lines are read
 * @throws InvalidInput `csv-refused`
 */
export async function parseCsv(
  bytes: CsvBytes,
  onLines: (lines: number) => Promise<void> | null = () => null,
): Promise<readonly CsvLine[]> {
  const lines: CsvLine[] = [];
  const breath = breather();
  let parser: Parser | undefined;
  let failed: Error | undefined;
  try {
    for await (const text of textOf(bytes)) {
      parser ??= openParser(text, (error) => {
        failed ??= error;
      });
      parser.write(text);
      take(parser, lines);
      if (failed) break;
      if (lines.length - 1 > MAX_ROWS) throw wrongFile(t('requests.csv.too-many', { most: MAX_ROWS }));
      await onLines(lines.at(-1)?.at ?? 0);
      await breath();
    }
    if (failed) throw unreadable(failed);
    if (parser) await finish(parser, lines);
    return lines;
  } finally {
    parser?.destroy();
  }
}

const unreadable = (error: Error) => wrongFile(t('requests.csv.unreadable', { why: error.message }));

async function finish(parser: Parser, lines: CsvLine[]): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve).once('error', (error) => reject(unreadable(error)));
  });
  parser.end();
  parser.on('readable', () => take(parser, lines));
  await ended;
}

/** What stands between cells: a tab in the “Unicode Text” of a spreadsheet, a semicolon where the comma is for decimals. */
const SEPARATORS = [',', ';', '\t'] as const;

/** The separator that the first line uses most, not counting what stands in quotes. */
function separatorOf(beginning: string): string {
  const first = beginning.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)[0] ?? '';
  const uses = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[uses.indexOf(Math.max(...uses))] ?? ',';
}

/** @param beginning of the file, to see what stands between its cells */
function openParser(beginning: string, onError: (error: Error) => void): Parser {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
    delimiter: separatorOf(beginning),
  });
  return parser.on('error', onError);
}

function take(parser: Parser, lines: CsvLine[]): void {
  for (let one: unknown = parser.read(); one !== null; one = parser.read()) {
    const { record, info } = parsed.parse(one);
    lines.push({ record, at: info.lines });
  }
}
