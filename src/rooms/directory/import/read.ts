/**
 * Rows of a CSV while it comes in, plain or packed with gzip, in UTF-8, or UTF-16 with its mark. Holds a slice at a time, never the file; looks
 * into no row.
 */

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { InvalidInput } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';

export const MAX_ROWS = 200_000;
/** of a file once it is unpacked */
export const MAX_BYTES = 64 * 1024 * 1024;

export interface Line {
  /** the first line of a file is 1 */
  readonly line: number;
  readonly cells: readonly string[];
}

export const wrongFile = (what: string) =>
  new InvalidInput(
    'list-refused',
    {
      what,
      lost: t('directory.import.lost'),
      next: t('directory.import.next'),
    },
    { file: what },
  );

async function* pieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value;
  }
  if (!(first.value[0] === 0x1f && first.value[1] === 0x8b)) return yield* all();
  const unpacked = createGunzip();
  const source = Readable.from(all());
  source.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    for await (const piece of unpacked) if (piece instanceof Uint8Array) yield piece;
  } finally {
    source.destroy();
  }
}

async function* texts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let size = 0;
  try {
    for await (const piece of pieces(bytes)) {
      size += piece.length;
      if (size > MAX_BYTES) throw wrongFile(t('directory.import.large', { n: MAX_BYTES / 1024 / 1024 }));
      const [a, b] = piece;
      decoder ??= new TextDecoder(
        a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8',
        {
          fatal: true,
        },
      );
      const text = decoder.decode(piece, { stream: true });
      if (text.includes('\u0000')) throw wrongFile(t('directory.import.utf16'));
      yield text;
    }
    if (decoder) yield decoder.decode();
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw wrongFile(code.startsWith('Z_') ? t('directory.import.gzip') : t('directory.import.utf8'));
  }
}

const record = z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) });

/** @throws InvalidInput `list-refused` where the file as a whole cannot be read; rows before that came already */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const source = texts(bytes);
  const first = await source.next();
  const beginning = first.done ? '' : first.value;
  const head = beginning.slice(0, beginning.indexOf('\n') + 1 || undefined);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
    delimiter: head.includes(';') && !head.includes(',') ? ';' : ',',
  });
  async function* all(): AsyncGenerator<string> {
    yield beginning;
    yield* source;
  }
  const reading = Readable.from(all());
  // What the reading throws has to come out here, not as an error that nobody hears.
  reading.on('error', (error) => parser.destroy(error)).pipe(parser);
  let rows = 0;
  try {
    for await (const one of parser) {
      const { record: cells, info } = record.parse(one);
      if (++rows > MAX_ROWS + 1) throw wrongFile(t('directory.import.rows', { n: MAX_ROWS }));
      yield { line: info.lines, cells: cells.map((cell) => cell.trim()) };
    }
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    throw wrongFile(
      t('directory.import.csv', { why: error instanceof Error ? error.message : t('directory.import.csv.unknown') }),
    );
  } finally {
    reading.destroy();
    parser.destroy();
  }
}
