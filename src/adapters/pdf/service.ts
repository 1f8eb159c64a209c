/** The PDF receipt as the rooms ask for it: gathers labels, number and rosette, and has the page made. */

import { z } from 'zod';
import type { ReceiptPdf } from '../../base/services.ts';
import { fromBase64 } from '../../proof/bytes.ts';
import { commitment, readEntry } from '../../proof/index.ts';
import { dayOnly } from '../../rooms/day-only.ts';
import { rosette } from '../../ui/rosette.ts';
import { kindWord } from '../../ui/words.ts';

const heading = (kind: string) => kindWord(kind).replace(/^./, (letter) => letter.toUpperCase());
const outer = z.object({ opening: z.string() });

/** @param origin of the log that the receipts are from */
export function pdfService(origin: string): ReceiptPdf {
  return async (receipt, names) => {
    const { opening } = outer.parse(JSON.parse(receipt.json));
    const { bytes } = readEntry(receipt.entry);
    const rows: [string, string][] = [
      ['Request', names.title],
      ['Asked by', names.issuer],
    ];
    if (names.recipient) rows.push(['Asked of', names.recipient]);
    // Loaded with the first PDF: half a second that a start does not have to wait for.
    const { receiptPdf } = await import('./receipt-pdf.ts');
    return receiptPdf({
      receiptJson: receipt.json,
      entry: receipt.entry,
      origin,
      index: receipt.position,
      size: receipt.size,
      dayOnly: dayOnly(receipt.entry),
      labels: { title: heading(receipt.entry.kind), rows },
      rosette: rosette(commitment(fromBase64(opening), bytes), 120),
    });
  };
}
