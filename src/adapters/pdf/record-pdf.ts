/**
 * A record as of a time on paper, with the receipts of its entries inside as files (ISO 32000-2, 7.11.4), each checked for itself once it
 * is taken out. Draws what it is given and decides nothing; the same input gives the same bytes.
 */
import PDFDocument from 'pdfkit';
import { breather } from '../../base/breath.ts';
import { language, num, t } from '../../base/language.ts';
import type { PaperTable, RecordPaper } from '../../base/services.ts';
import {
  BLUE,
  type Doc,
  drawable,
  drawRosette,
  HAIR,
  HEIGHT,
  INK,
  line,
  loadFonts,
  MARGIN,
  QUIET,
  row,
  section,
  WIDTH,
} from './paper.ts';

const INNER = WIDTH - 2 * MARGIN;
const GAP = 8;
const BOTTOM = HEIGHT - MARGIN - 24;
/** Points that one cell may be high; what does not fit ends with an ellipsis, and stands whole in the record. */
const MOST_HIGH = 320;

/** @param compress false leaves pages and fonts readable for whoever looks into the file */
export async function recordPdf(
  paper: RecordPaper,
  { compress = true }: { readonly compress?: boolean } = {},
): Promise<Uint8Array> {
  const { regular, bold } = await loadFonts();
  const doc = new PDFDocument({
    size: [WIDTH, HEIGHT],
    margin: MARGIN,
    pdfVersion: '1.7',
    lang: language(),
    displayTitle: true,
    bufferPages: true,
    compress,
    info: { Title: drawable(paper.title), Creator: 'Counterfoil', CreationDate: paper.madeAt, ModDate: paper.madeAt },
  });
  const parts: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Uint8Array) => parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  doc.registerFont('regular', regular).registerFont('bold', bold);
  const breath = breather();
  for (const { name, json } of paper.receipts) {
    const options = {
      name,
      type: 'application/json',
      description: t('letters.paper.record.receipt'),
      relationship: 'Data',
      creationDate: paper.madeAt,
      modifiedDate: paper.madeAt,
    };
    doc.file(Buffer.from(json, 'utf8'), options);
    await breath();
  }
  const corner = paper.rosette === null ? 0 : 84;
  if (paper.rosette !== null) drawRosette(doc, paper.rosette, WIDTH - MARGIN - corner, MARGIN - 12, corner);
  const beside = INNER - corner - (corner > 0 ? 24 : 0);
  doc.font('bold').fontSize(11).fillColor(BLUE).text(t('letters.paper.record'), MARGIN, MARGIN);
  doc
    .font('bold')
    .fontSize(20)
    .fillColor(INK)
    .text(drawable(paper.title), MARGIN, MARGIN + 20, { width: beside });
  if (paper.lead !== '') doc.font('regular').fontSize(11).text(drawable(paper.lead), { width: beside });
  doc.y = Math.max(doc.y + 8, MARGIN + corner);
  line(doc);
  for (const [label, value] of paper.facts) row(doc, label, value);
  for (const one of paper.tables) await table(doc, one, breath);
  section(doc, t('letters.paper.record.receipts'));
  const attached = paper.receipts.length;
  row(doc, num(attached), attached === 0 ? t('letters.paper.record.none') : t('letters.paper.record.files'));
  for (const [i, words] of paper.left.entries()) row(doc, i === 0 ? t('letters.paper.left-out') : '', words);
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    // Below the margin pdfkit would begin a new page.
    doc.page.margins.bottom = 0;
    doc.font('regular').fontSize(8).fillColor(QUIET);
    doc.text(drawable(paper.title).slice(0, 90), MARGIN, HEIGHT - MARGIN + 14, { width: INNER - 80, lineBreak: false });
    doc.text(t('letters.paper.page', { page: page + 1, pages: count }), WIDTH - MARGIN - 80, HEIGHT - MARGIN + 14, {
      width: 80,
      align: 'right',
      lineBreak: false,
    });
  }
  doc.end();
  await done;
  return new Uint8Array(Buffer.concat(parts));
}

async function table(
  doc: Doc,
  { title, note, columns, rows, left }: PaperTable,
  breath: () => Promise<void> | null,
): Promise<void> {
  section(doc, title);
  doc.font('regular').fontSize(8.5).fillColor(QUIET);
  if (note !== undefined) doc.text(drawable(note), MARGIN, doc.y, { width: INNER });
  if (rows.length === 0) {
    doc.text(t('letters.paper.nothing'), MARGIN, doc.y, { width: INNER });
    doc.y += 4;
    return;
  }
  const shares = columns.reduce((sum, [, share]) => sum + share, 0);
  let x = MARGIN;
  const places = columns.map(([head, share]) => {
    const width = ((INNER - GAP * (columns.length - 1)) * share) / shares;
    const place = { head, x, width };
    x += width + GAP;
    return place;
  });
  cells(
    doc,
    places.map(({ head }) => head),
    places,
    'bold',
  );
  for (const one of rows) {
    cells(doc, one, places, 'regular');
    await breath();
  }
  if (left > 0) {
    doc.font('bold').fontSize(8.5).fillColor(INK);
    doc.text(t('letters.paper.more', { n: left }), MARGIN, doc.y, {
      width: INNER,
    });
  }
  doc.y += 4;
}

interface Place {
  readonly head: string;
  readonly x: number;
  readonly width: number;
}

function cells(doc: Doc, texts: readonly string[], places: readonly Place[], font: 'regular' | 'bold'): void {
  doc.font(font).fontSize(8.5);
  const shown = places.map(({ width, x }, i) => {
    const text = drawable(texts[i] ?? '');
    return { text, width, x, height: Math.min(MOST_HIGH, doc.heightOfString(text, { width })) };
  });
  const height = Math.max(...shown.map((one) => one.height));
  if (doc.y + height > BOTTOM) {
    doc.addPage();
    doc.y = MARGIN;
    if (font === 'regular')
      cells(
        doc,
        places.map(({ head }) => head),
        places,
        'bold',
      );
  }
  const { y } = doc;
  doc
    .font(font)
    .fontSize(8.5)
    .fillColor(font === 'bold' ? QUIET : INK);
  for (const one of shown) doc.text(one.text, one.x, y, { width: one.width, height: MOST_HIGH, ellipsis: true });
  doc.y = y + height + 3;
  doc
    .moveTo(MARGIN, doc.y)
    .lineTo(WIDTH - MARGIN, doc.y)
    .lineWidth(0.3)
    .strokeColor(HAIR)
    .stroke();
  doc.y += 3;
}
