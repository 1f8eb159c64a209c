/**
 * The PDF receipt (FORMATS.md, "Receipt"): a page for people, with the very `*.receipt.json` that verifiers check
 * embedded in it as an associated file. Never signs or checks anything, and never fails over a letter that the font
 * lacks. The same input gives the same bytes.
 */
import PDFDocument from 'pdfkit';
import { language, locale, t } from '../../base/language.ts';
import { documentsOf } from '../../proof/entry.ts';
import type { Entry } from '../../proof/index.ts';
import {
  BLUE,
  type Doc,
  drawable,
  drawRosette,
  HEIGHT,
  INK,
  line,
  loadFonts,
  MARGIN,
  QUIET,
  room,
  row,
  section,
  WIDTH,
} from './paper.ts';

export { drawable } from './paper.ts';

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

/** "March 2, 2026" */
const spokenDay = (instant: string): string =>
  new Date(instant).toLocaleDateString(locale(), { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });

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
    lang: language(),
    displayTitle: true,
    compress: input.compress ?? true,
    info: {
      Title: t('letters.paper.receipt-of', { entry: entry.id }),
      Creator: 'Counterfoil',
      CreationDate: recorded,
      ModDate: recorded,
    },
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
  row(doc, t('letters.paper.happened'), input.dayOnly ? spokenDay(entry.occurredAt) : spoken(entry.occurredAt));
  row(doc, t('letters.paper.recorded'), spoken(entry.recordedAt));
  for (const { title, steps } of input.workings ?? []) {
    section(doc, title);
    for (const [i, step] of steps.entries()) row(doc, `${i + 1}.`, step);
  }
  section(doc, t('letters.paper.documents'));
  const documents = documentsOf(entry);
  if (documents.length === 0) row(doc, '', t('letters.paper.no-documents'));
  for (const one of documents) {
    const { name, bytes, type } = one;
    row(doc, '', t('letters.paper.document', { name, bytes, type }), `SHA-256 ${one.sha256}`);
  }
  section(doc, t('letters.paper.proof'));
  row(doc, t('letters.paper.log'), input.origin);
  row(doc, t('letters.paper.position'), t('letters.paper.position.of', { index: input.index, size: input.size }));
  if (input.signedBy) row(doc, t('letters.paper.signed-by'), input.signedBy);
  row(doc, t('letters.paper.entry'), entry.id, entry.kind);
  foot(doc, entry);
  doc.end();
  await done;
  return new Uint8Array(Buffer.concat(parts));
}

function embed(doc: Doc, input: ReceiptPdf, time: Date): void {
  const options = {
    name: `${input.entry.id}.receipt.json`,
    type: 'application/json',
    description: t('letters.paper.attached'),
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
  doc.font('bold').fontSize(11).fillColor(BLUE).text(t('letters.paper.receipt'), MARGIN, MARGIN);
  doc.font('bold').fontSize(20).fillColor(INK);
  doc.text(drawable(input.labels.title), MARGIN, MARGIN + 22, { width: WIDTH - 2 * MARGIN - corner - 24 });
  doc.y = Math.max(doc.y + 14, MARGIN + corner);
  line(doc);
}

function foot(doc: Doc, entry: Entry): void {
  room(doc, 80);
  doc.y += 6;
  line(doc);
  doc.font('regular').fontSize(8.5).fillColor(QUIET);
  doc.text(t('letters.paper.keep', { file: `${entry.id}.receipt.json` }), MARGIN, doc.y, { width: WIDTH - 2 * MARGIN });
}
