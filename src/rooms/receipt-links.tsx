/** Links to the receipt of one entry, as PDF and as JSON. */

import type { Child } from 'hono/jsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';

/** Links to the receipt of an entry below the address `receipts`. */
export const receiptLinks = (receipts: string) => (entry: string, words: string) => {
  const link = (form: 'pdf' | 'json') => (inside: Child) => (
    <a href={`${receipts}/${entry}.${form}`} download>
      {inside}
    </a>
  );
  return (
    <>
      {rich('answers.shared.receipt', {
        pdf: link('pdf'),
        json: link('json'),
        more: quiet,
        words,
      })}{' '}
    </>
  );
};
