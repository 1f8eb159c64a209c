/**
 * Receipts as files (FORMATS.md, "Receipt"): entry, opening and a proof against the first checkpoint that covers it. A receipt
 * is a function of what is stored, so it can be made again at any time, byte for byte; nothing is kept of it.
 */
import type { Pool } from 'pg';
import type { ReceiptFile } from '../base/append.ts';
import { checkEntry, formatStoredReceipt, formatTlogProof, inclusionProof } from '../proof/index.ts';
import type { NodeCache } from './nodes.ts';

interface Row {
  id: string;
  seq: number;
  kind: string;
  canonical: string;
  opening: Buffer;
  size: number;
  note: string;
}

/**
 * Receipts of entries, by id; absent are those that no checkpoint covers yet, ids that no entry has, and erased ones. One query, however many.
 * Each carries the first checkpoint that covers its entry, so that both sides' halves are equal.
 */
export async function receiptsOf(
  pool: Pool,
  nodes: NodeCache,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, ReceiptFile>> {
  const { rows } = await pool.query<Row>({
    name: 'entries-for-receipts',
    text: `select e.id, e.seq, e.kind, e.canonical, e.opening, c.size, c.note
           from unnest($1::uuid[]) w (id) join ledger.entry e on e.id = w.id and e.canonical is not null
           cross join lateral (select size, note from log.checkpoint where size > e.seq order by size limit 1) c`,
    values: [entryIds],
  });
  const receipts = new Map<string, ReceiptFile>();
  for (const row of rows) {
    const hashes = await inclusionProof(nodes.at(row.size), row.seq, row.size);
    receipts.set(row.id, {
      name: `${row.kind.replace('.', '-')}-${row.seq}.receipt.json`,
      json: formatStoredReceipt({
        canonical: row.canonical,
        opening: row.opening,
        proof: formatTlogProof({ index: row.seq, hashes, checkpoint: row.note }),
      }),
      position: row.seq,
      size: row.size,
      get entry() {
        return checkEntry(JSON.parse(row.canonical));
      },
    });
  }
  return receipts;
}
