/** The certification (base/certification.ts) as a PDF to read, complete and sign. It draws what it is given and decides nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PDFDocument from 'pdfkit';
import { type Block, type Certification, certificationText, certify } from '../../base/certification.ts';
import { instant } from '../../base/clock.ts';
import type { CertificateFile } from '../../base/services.ts';
import { VERSION } from '../../base/version.ts';
import { drawable } from './receipt-pdf.ts';

const MARGIN = 64;
const WIDTH = 612 - 2 * MARGIN;
const BOTTOM = 792 - MARGIN - 24;
const LABEL = 120;
const FONTS = join(import.meta.dirname, '../../../node_modules/@uswds/uswds/dist/fonts/public-sans');

type Doc = InstanceType<typeof PDFDocument>;

function room(doc: Doc, height: number): void {
  if (doc.y + height <= BOTTOM) return;
  doc.addPage();
  doc.y = MARGIN;
}

function paragraph(doc: Doc, text: string, size = 10): void {
  for (const [i, line] of text.split('\n').entries()) {
    doc.font('regular').fontSize(i === 0 ? size : 8.5);
    const width = WIDTH - (i === 0 ? 0 : 16);
    room(doc, Math.min(200, doc.heightOfString(drawable(line), { width })));
    doc.text(drawable(line), MARGIN + (i === 0 ? 0 : 16), doc.y, { width });
  }
  doc.y += 6;
}

function row(doc: Doc, label: string, value: string): void {
  const width = WIDTH - LABEL;
  doc.font('regular').fontSize(9.5);
  room(doc, Math.min(200, doc.heightOfString(drawable(value), { width })));
  const { y } = doc;
  doc.text(drawable(label), MARGIN, y, { width: LABEL - 8 });
  const end = doc.y;
  doc.text(drawable(value), MARGIN + LABEL, y, { width });
  doc.y = doc.y < y ? doc.y : Math.max(doc.y, end) + 2;
}

function blank(doc: Doc, text: string): void {
  doc.font('regular').fontSize(9.5);
  room(doc, doc.heightOfString(drawable(text), { width: WIDTH }) + 34);
  doc.text(`${drawable(text)}:`, MARGIN, doc.y, { width: WIDTH });
  doc.y += 22;
  doc
    .moveTo(MARGIN, doc.y)
    .lineTo(MARGIN + WIDTH, doc.y)
    .lineWidth(0.5)
    .stroke();
  doc.y += 8;
}

function draw(doc: Doc, { heading, paragraphs, rows, blanks }: Block): void {
  room(doc, 60);
  doc.y += 8;
  doc.font('bold').fontSize(12).text(drawable(heading), MARGIN, doc.y, { width: WIDTH });
  doc.y += 4;
  for (const text of paragraphs) paragraph(doc, text);
  for (const [label, value] of rows) row(doc, label, value);
  if (rows.length > 0) doc.y += 6;
  for (const text of blanks) blank(doc, text);
}

/** @param at when it was made, ms */
export async function certificatePdf(certification: Certification, at: number): Promise<Uint8Array> {
  const [regular, bold] = await Promise.all([
    readFile(join(FONTS, 'PublicSans-Regular.ttf')),
    readFile(join(FONTS, 'PublicSans-Bold.ttf')),
  ]);
  const made = new Date(at);
  const doc = new PDFDocument({
    size: 'LETTER',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 24 },
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    bufferPages: true,
    info: { Title: certification.title, Creator: 'Counterfoil', CreationDate: made, ModDate: made },
  });
  const parts: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Uint8Array) => parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.registerFont('regular', regular).registerFont('bold', bold);
  doc.font('bold').fontSize(18).text(drawable(certification.title), MARGIN, MARGIN, { width: WIDTH });
  doc.y += 6;
  paragraph(doc, certification.lead);
  for (const block of certification.blocks) draw(doc, block);
  const { start, count } = doc.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    doc.switchToPage(i);
    doc.font('regular').fontSize(8);
    doc.text(`Page ${i + 1} of ${count} · filled in by a program; not legal advice`, MARGIN, 792 - 44, {
      width: WIDTH,
      lineBreak: false,
    });
  }
  doc.end();
  await done;
  return new Uint8Array(Buffer.concat(parts));
}

/** The certification as the rooms ask for it. @param policy of this server's own log */
export function certificateService(policy: string, clock: { now(): number }): CertificateFile {
  return async (files, form) => {
    const at = clock.now();
    const made = await certify(files, { policy, program: `counterfoil ${VERSION}`, at: instant(at) });
    if (!made.ok) throw new Error(`a receipt of our own does not hold: ${made.verdict.failure} in ${made.file}`);
    if (form === 'txt') return new Uint8Array(Buffer.from(certificationText(made.certification)));
    return await certificatePdf(made.certification, at);
  };
}
