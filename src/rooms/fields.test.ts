/** What no text of anybody may hold, in fields and in the names of files: every mark that turns the direction of reading. */
import { expect, test } from 'vitest';
import { safeFileName } from './documents/entries.ts';
import { line, prose } from './fields.ts';

const TURNING: readonly string[] = Array.from({ length: 0x11_0000 }, (_, i) => i)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((mark) => /\p{Bidi_Control}/u.test(mark));

test('every mark that turns the direction of reading is refused in lines and in texts, and taken out of the names of files', () => {
  expect(TURNING.map((mark) => mark.codePointAt(0)?.toString(16))).toContain('61c');
  expect(TURNING.length).toBeGreaterThanOrEqual(12);
  for (const mark of TURNING) {
    for (const field of [line(50), prose(50)]) expect(field.safeParse(`or${mark}ders`).success, mark).toBe(false);
    expect(safeFileName(`rep${mark}fdp.exe`)).toBe('repfdp.exe');
  }
});

test('a line is one line, whichever way it is broken', () => {
  for (const end of ['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])
    expect(line(50).safeParse(`a${end}b`).success, JSON.stringify(end)).toBe(false);
});
