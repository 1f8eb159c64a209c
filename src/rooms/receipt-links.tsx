/** Links to the receipt of one entry, as PDF and as JSON. */

/** Links to the receipt of an entry below the address `receipts`. */
export const receiptLinks = (receipts: string) => (entry: string, words: string) => (
  <>
    receipt{' '}
    {(['pdf', 'json'] as const).map((form) => (
      <>
        <a href={`${receipts}/${entry}.${form}`} download>
          {form.toUpperCase()}
          <span class="usa-sr-only"> of {words}</span>
        </a>{' '}
      </>
    ))}
  </>
);
