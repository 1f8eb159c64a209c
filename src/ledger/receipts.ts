/**
 * Receipts as files (FORMATS.md, "Receipt"): entry, opening and a proof against the first checkpoint that covers it. A receipt
 * is a function of what is stored, so it can be made again at any time, byte for byte; nothing is kept of it.
 */
import type { Pool } from 'pg';
import type { ReceiptFile } from '../base/append.ts';
import { checkEntry, formatReceipt, formatTlogProof, proveInclusion, type TileReader } from '../proof/index.ts';
import { checkpointCovering } from './tiles.ts';

/** The receipt of an entry, or null while no checkpoint covers it, or when there is no such entry. */
export async function receiptOf(pool: Pool, tiles: TileReader, entryId: string): Promise<ReceiptFile | null> {
  const { rows } = await pool.query<{ seq: number; canonical: string; opening: Buffer }>({
    name: 'entry-for-receipt',
    text: 'select seq, canonical, opening from ledger.entry where id = $1',
    values: [entryId],
  });
  const row = rows[0];
  if (!row) return null;
  const checkpoint = await checkpointCovering(pool, row.seq);
  if (!checkpoint) return null;
  const hashes = await proveInclusion(tiles, row.seq, checkpoint.size);
  const entry = checkEntry(JSON.parse(row.canonical));
  const json = formatReceipt({
    entry,
    opening: row.opening,
    proof: formatTlogProof({ index: row.seq, hashes, checkpoint: checkpoint.note }),
  });
  const name = `${entry.kind.replace('.', '-')}-${row.seq}.receipt.json`;
  return { name, json, position: row.seq, size: checkpoint.size, entry };
}
