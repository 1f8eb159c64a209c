/** The PDF receipt as the rooms ask for it: gathers labels, number and rosette, and has the page made. */
import { listed, t } from '../../base/language.ts';
import type { ReceiptPdf } from '../../base/services.ts';
import { commitment, parseCheckpoint, parseNote, parseReceipt, readEntry } from '../../proof/index.ts';
import { workingSaid, workingsTold } from '../../rooms/clock/rules.ts';
import { dayOnly } from '../../rooms/day-only.ts';
import { rosette } from '../../ui/rosette.ts';
import { kindWord, signedByWords } from '../../ui/words.ts';

const heading = (kind: string) => kindWord(kind).replace(/^./, (letter) => letter.toUpperCase());

/** @param compress false leaves pages and fonts readable for whoever looks into the file */
export function pdfService({ compress = true }: { readonly compress?: boolean } = {}): ReceiptPdf {
  return async (receipt, names) => {
    const { opening, proof } = parseReceipt(receipt.json);
    // The name that the log had when it signed: it may have another one by now.
    const { origin } = parseCheckpoint(parseNote(proof.checkpoint).text);
    const { bytes } = readEntry(receipt.entry);
    const rows: [string, string][] = [
      [t('letters.paper.request'), names.title],
      [t('letters.paper.by'), names.issuer],
    ];
    if (names.recipient) rows.push([t('letters.paper.of'), names.recipient]);
    // Loaded with the first PDF: half a second that a start does not have to wait for.
    const { receiptPdf } = await import('./receipt-pdf.ts');
    return receiptPdf({
      compress,
      receiptJson: receipt.json,
      entry: receipt.entry,
      origin,
      index: receipt.position,
      size: receipt.size,
      ...(receipt.witnessed ? { signedBy: signedByWords(receipt.witnessed) } : {}),
      dayOnly: dayOnly(receipt.entry),
      labels: { title: heading(receipt.entry.kind), rows },
      workings: workingsTold(receipt.entry.body).map(({ items, due }) => ({
        title:
          items === null
            ? t('letters.paper.working')
            : t('letters.paper.working.items', { n: items.length, items: listed(items.map(String)) }),
        steps: workingSaid(due.working),
      })),
      rosette: rosette(commitment(opening, bytes), 120),
    });
  };
}
