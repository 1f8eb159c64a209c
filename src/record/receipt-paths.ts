/** Addresses of the two forms of a receipt of a public entry. */
export const receiptPaths = (entry: string) => ({
  json: `/receipts/${entry}.receipt.json`,
  pdf: `/receipts/${entry}.pdf`,
});
