/** What all PDFs of this program are drawn with: paper, ink, fonts, rows. Knows nothing of what is written on it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type PDFDocument from 'pdfkit';

/** US Letter in points, and the margin around the page's text. */
export const WIDTH = 612;
export const HEIGHT = 792;
export const MARGIN = 54;
const COLUMN = 120;
export const INK = '#1b1b1b';
export const QUIET = '#565c65';
export const BLUE = '#1a4480';
export const HAIR = '#c6cace';

/** Letters that Public Sans has for sure; everything else is written as its number, so that nothing is lost. */
const DRAWABLE =
  /[ -~\u00a0-\u0131\u0134-\u0148\u014a-\u017e\u0218-\u021b\u1e80-\u1e85\u1ea0-\u1ef9\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\u2212]/u;

/** `text` in letters that can be drawn: a line break becomes a space, what the font lacks becomes `[U+4E2D]`. */
export function drawable(text: string): string {
  let out = '';
  for (const letter of text.toWellFormed()) {
    if (DRAWABLE.test(letter)) out += letter;
    else if (/\s/.test(letter)) out += ' ';
    else out += `[U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  }
  return out;
}

const FONTS = join(import.meta.dirname, '../../../node_modules/@uswds/uswds/dist/fonts/public-sans');
let fonts: Promise<{ regular: Buffer; bold: Buffer }> | undefined;

export async function loadFonts(): Promise<{ regular: Buffer; bold: Buffer }> {
  fonts ??= Promise.all([
    readFile(join(FONTS, 'PublicSans-Regular.ttf')),
    readFile(join(FONTS, 'PublicSans-Bold.ttf')),
  ]).then(([regular, bold]) => ({ regular, bold }));
  return fonts;
}

export type Doc = InstanceType<typeof PDFDocument>;

/** Draws the paths of an SVG in a square of `side` points; anything else in the SVG is left out. */
export function drawRosette(doc: Doc, svg: string, x: number, y: number, side: number): void {
  const [left = 0, top = 0, width = 1000] = (/viewBox="([^"]*)"/.exec(svg)?.[1] ?? '').split(/[ ,]+/).map(Number);
  if (!(width > 0) || !Number.isFinite(left + top + width)) return;
  const scale = side / width;
  doc
    .save()
    .translate(x, y)
    .scale(scale)
    .translate(-left, -top)
    .lineWidth(0.5 / scale)
    .strokeColor(BLUE);
  for (const [, d = ''] of svg.matchAll(/<path[^>]*?\sd="([^"]+)"/g)) doc.path(d).stroke();
  doc.restore();
}

export function line(doc: Doc): void {
  doc
    .moveTo(MARGIN, doc.y)
    .lineTo(WIDTH - MARGIN, doc.y)
    .lineWidth(0.5)
    .strokeColor(HAIR)
    .stroke();
  doc.y += 8;
}

export function room(doc: Doc, height: number): void {
  if (doc.y + height > HEIGHT - MARGIN - 40) {
    doc.addPage();
    doc.y = MARGIN;
  }
}

export function section(doc: Doc, title: string): void {
  room(doc, 60);
  doc.y += 6;
  line(doc);
  doc.font('bold').fontSize(11).fillColor(BLUE).text(title, MARGIN, doc.y);
  doc.y += 4;
}

/** A label, a value, and under it a quieter second line. A value longer than a page runs on to the next. */
export function row(doc: Doc, label: string, value: string, more = ''): void {
  const width = WIDTH - 2 * MARGIN - COLUMN;
  const text = drawable(value);
  doc.font('regular').fontSize(10);
  room(doc, Math.min(120, doc.heightOfString(text, { width }) + 16));
  const { y } = doc;
  doc.fillColor(QUIET).text(drawable(label), MARGIN, y, { width: COLUMN - 8 });
  const labelEnd = doc.y;
  doc.fillColor(INK).text(text, MARGIN + COLUMN, y, { width });
  if (more !== '')
    doc
      .fontSize(8.5)
      .fillColor(QUIET)
      .text(drawable(more), MARGIN + COLUMN, doc.y + 1, { width });
  // Where the value ran on to another page, its end counts, not the label's.
  doc.y = (doc.y < y ? doc.y : Math.max(doc.y, labelEnd)) + 5;
}
