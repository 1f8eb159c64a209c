/**
 * The PDF receipt (FORMATS.md, "Receipt"): a page for people, with the very `*.receipt.json` that verifiers check
 * embedded in it as an associated file. Never signs or checks anything, and never fails over a letter that the font
 * lacks. The same input gives the same bytes.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PDFDocument from 'pdfkit';
import { documentsOf } from '../../proof/entry.ts';
import type { Entry } from '../../proof/index.ts';

export interface ReceiptPdf {
  /** Text of the receipt; embedded as it is. */
  readonly receiptJson: string;
  readonly entry: Entry;
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  /** who has signed what it carries, in words */
  readonly signedBy?: string;
  /** The page's title, and rows such as ["Asked by", "Office of the Inspector, example.gov"]. */
  readonly labels: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  /** each due date of the entry, step by step */
  readonly workings?: readonly { readonly title: string; readonly steps: readonly string[] }[];
  /** what happened is known to the day: no hour is shown for it */
  readonly dayOnly?: boolean;
  /** SVG of the rosette (paths in a square view box). */
  readonly rosette?: string;
  /** Compress page and fonts (the default). The receipt inside is never compressed. */
  readonly compress?: boolean;
}

/** US Letter in points, and the margin around the page's text. */
const WIDTH = 612;
const HEIGHT = 792;
const MARGIN = 54;
const COLUMN = 120;
const INK = '#1b1b1b';
const QUIET = '#565c65';
const BLUE = '#1a4480';
const HAIR = '#c6cace';

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

async function loadFonts(): Promise<{ regular: Buffer; bold: Buffer }> {
  fonts ??= Promise.all([
    readFile(join(FONTS, 'PublicSans-Regular.ttf')),
    readFile(join(FONTS, 'PublicSans-Bold.ttf')),
  ]).then(([regular, bold]) => ({ regular, bold }));
  return fonts;
}

/** "March 2, 2026" */
const spokenDay = (instant: string): string =>
  new Date(instant).toLocaleDateString('en-US', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });

/** "March 2, 2026, 15:04:05 UTC" */
const spoken = (instant: string): string => `${spokenDay(instant)}, ${instant.slice(11, 19)} UTC`;

/** The bytes of the PDF receipt. */
export async function receiptPdf(input: ReceiptPdf): Promise<Uint8Array> {
  const { regular, bold } = await loadFonts();
  const { entry } = input;
  const recorded = new Date(entry.recordedAt);
  const doc = new PDFDocument({
    size: [WIDTH, HEIGHT],
    margin: MARGIN,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    compress: input.compress ?? true,
    info: { Title: `Receipt ${entry.id}`, Creator: 'Counterfoil', CreationDate: recorded, ModDate: recorded },
  });
  const parts: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Uint8Array) => parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.registerFont('regular', regular).registerFont('bold', bold);

  embed(doc, input, recorded);
  head(doc, input);
  for (const [label, value] of input.labels.rows) row(doc, label, value);
  row(doc, 'Happened', input.dayOnly ? spokenDay(entry.occurredAt) : spoken(entry.occurredAt));
  row(doc, 'Recorded', spoken(entry.recordedAt));
  for (const { title, steps } of input.workings ?? []) {
    section(doc, title);
    for (const [i, step] of steps.entries()) row(doc, `${i + 1}.`, step);
  }
  section(doc, 'Documents');
  const documents = documentsOf(entry);
  if (documents.length === 0) row(doc, '', 'This entry names no documents.');
  for (const one of documents) {
    row(doc, '', `${one.name} · ${one.bytes.toLocaleString('en-US')} bytes · ${one.type}`, `SHA-256 ${one.sha256}`);
  }
  section(doc, 'Proof');
  row(doc, 'Log', input.origin);
  row(
    doc,
    'Position',
    `${input.index.toLocaleString('en-US')} of ${input.size.toLocaleString('en-US')}, counted from 0`,
  );
  if (input.signedBy) row(doc, 'Signed by', input.signedBy);
  row(doc, 'Entry', entry.id, entry.kind);
  foot(doc, entry);
  doc.end();
  await done;
  return new Uint8Array(Buffer.concat(parts));
}

type Doc = InstanceType<typeof PDFDocument>;

function embed(doc: Doc, input: ReceiptPdf, time: Date): void {
  const options = {
    name: `${input.entry.id}.receipt.json`,
    type: 'application/json',
    description: 'The receipt that verifiers check',
    relationship: 'Data',
    creationDate: time,
    modifiedDate: time,
  };
  // Written as it is, so that verifiers find it without unpacking anything.
  const { compress } = doc;
  doc.compress = false;
  doc.file(Buffer.from(input.receiptJson, 'utf8'), options);
  doc.compress = compress;
}

function head(doc: Doc, input: ReceiptPdf): void {
  const corner = 96;
  if (input.rosette !== undefined) drawRosette(doc, input.rosette, WIDTH - MARGIN - corner, MARGIN - 12, corner);
  doc.font('bold').fontSize(11).fillColor(BLUE).text('Counterfoil receipt', MARGIN, MARGIN);
  doc.font('bold').fontSize(20).fillColor(INK);
  doc.text(drawable(input.labels.title), MARGIN, MARGIN + 22, { width: WIDTH - 2 * MARGIN - corner - 24 });
  doc.y = Math.max(doc.y + 14, MARGIN + corner);
  line(doc);
}

/** Draws the paths of an SVG in a square of `side` points; anything else in the SVG is left out. */
function drawRosette(doc: Doc, svg: string, x: number, y: number, side: number): void {
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

function line(doc: Doc): void {
  doc
    .moveTo(MARGIN, doc.y)
    .lineTo(WIDTH - MARGIN, doc.y)
    .lineWidth(0.5)
    .strokeColor(HAIR)
    .stroke();
  doc.y += 8;
}

function room(doc: Doc, height: number): void {
  if (doc.y + height > HEIGHT - MARGIN - 40) {
    doc.addPage();
    doc.y = MARGIN;
  }
}

function section(doc: Doc, title: string): void {
  room(doc, 60);
  doc.y += 6;
  line(doc);
  doc.font('bold').fontSize(11).fillColor(BLUE).text(title, MARGIN, doc.y);
  doc.y += 4;
}

/** A label, a value, and under it a quieter second line. A value longer than a page runs on to the next. */
function row(doc: Doc, label: string, value: string, more = ''): void {
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

function foot(doc: Doc, entry: Entry): void {
  room(doc, 80);
  doc.y += 6;
  line(doc);
  doc.font('regular').fontSize(8.5).fillColor(QUIET);
  doc.text(
    `Keep this file: it holds the proof. Inside it is ${entry.id}.receipt.json, which anyone can check without our help: open ` +
      'the verify page of any Counterfoil server, or run “counterfoil verify” with a policy that you chose. This page is for ' +
      'reading; only the file inside is checked. It shows that the entry stood in the log as it reads here, and nothing about ' +
      'whether what it says is true.',
    MARGIN,
    doc.y,
    { width: WIDTH - 2 * MARGIN },
  );
}
