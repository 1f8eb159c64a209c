/**
 * A receipt as a download, JSON or PDF, or, while no checkpoint covers the entry yet, a page that says so and looks again. Who may
 * have the receipt has been decided before; nothing here looks.
 */

import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import type { ReceiptNames } from '../base/services.ts';
import { contentDisposition } from './attachment.ts';
import { Heading } from './heading.tsx';
import { page } from './page.tsx';
import { LookAgain } from './progress.tsx';

/** Header of a receipt where witnesses are asked: `1/3`, and `2/3 complete` once the quorum of this server's policy is there. */
export const WITNESSES = 'Counterfoil-Witnesses';

export interface WantedReceipt {
  /** id of the entry */
  readonly entry: string;
  readonly form: 'json' | 'pdf';
  /** what the entry says happened */
  readonly heading: string;
  /** for the PDF: who asked whom for what */
  readonly names: ReceiptNames;
  readonly area: 'public' | 'staff' | 'recipient';
  /** where the waiting page leads back to */
  readonly back: { readonly text: string; readonly href: string };
}

/** Splits `<entry id>.json`, `<entry id>.receipt.pdf` and the like; null for anything else. */
export function receiptName(file: string): { readonly entry: string; readonly form: 'json' | 'pdf' } | null {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.receipt)?\.(json|pdf)$/.exec(file);
  const entry = match?.[1];
  const form = match?.[2];
  return entry && (form === 'json' || form === 'pdf') ? { entry, form } : null;
}

/** Answers with the receipt, or with 202 and a page that waits for it. @throws NotFound where this server makes no PDFs */
export async function receiptResponse(c: Ctx, wanted: WantedReceipt): Promise<Response> {
  const services = c.get('services');
  const receipt = await services.ledger.receipt(wanted.entry);
  if (!receipt) return await waiting(c, wanted);
  // For programs: how far the signatures of this very file have come, without reading the proof.
  const { signed, of, complete } = receipt.witnessed ?? { signed: 0, of: 0, complete: false };
  if (of > 0) c.header(WITNESSES, `${signed}/${of}${complete ? ' complete' : ''}`);
  const name = receipt.name.replace(/\.receipt\.json$/, '');
  if (wanted.form === 'json') {
    return c.body(receipt.json, 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': contentDisposition(`${name}.receipt.json`),
    });
  }
  if (!services.receiptPdf) {
    throw new NotFound('no-pdf', {
      what: t('ui.receipt.no-pdf'),
      next: t('ui.receipt.no-pdf.next'),
    });
  }
  const pdf = await services.receiptPdf(receipt, wanted.names);
  return c.body(new Uint8Array(pdf), 200, {
    'Content-Type': 'application/pdf',
    'Content-Disposition': contentDisposition(`${name}.receipt.pdf`),
  });
}

async function waiting(c: Ctx, wanted: WantedReceipt): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  return await page(
    c,
    { title: t('ui.receipt.waiting'), area: wanted.area, status: 202, islands: ['again'] },
    <>
      <Heading title={t('ui.receipt.waiting')} lead={wanted.heading} />
      <p role="status">{t('ui.receipt.waiting.why')}</p>
      <LookAgain c={c} done={t('ui.receipt.here')} />
      <p>
        <a href={wanted.back.href}>{wanted.back.text}</a>
      </p>
    </>,
  );
}
