/**
 * The PDF receipt (FORMATS.md, "Receipt"): a page for people, with the very `*.receipt.json` that verifiers check
 * embedded in it as an associated file. Never signs or checks anything, and never fails over a letter that the font
 * lacks. The same input gives the same bytes.
 */
import PDFDocument from 'pdfkit';
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
