/**
 * Receipts as files (FORMATS.md, "Receipt"): entry, opening and a proof against the first checkpoint that covers it and has the
 * quorum of witnesses, or, while there is none, the first that covers it. A receipt is a function of what is stored; nothing is kept of it.
 */
import type { Pool } from 'pg';
import type { ReceiptFile } from '../base/append.ts';

import { checkEntry } from '../proof/index.ts';
import { inclusionProof } from '../proof/prove.ts';
import { formatStoredReceipt, formatTlogProof } from '../proof/write.ts';
import { CARRIED, type WitnessPolicy, witnessedBy } from './cosignatures.ts';

import type { NodeCache } from './nodes.ts';

interface Row {
  id: string;
  seq: number;
  kind: string;
  canonical: string;
  opening: Buffer;
  size: number;
  note: string;
  /** signature lines of witnesses, in the order in which they came */
  cosigned: string | null;
  readonly witnesses: string[];
}

/**
 * Receipts of entries, by id; absent are those that no checkpoint covers yet, ids that no entry has, and erased ones. One query, however many.
 * Which checkpoint each carries depends on nothing but what is stored, so both sides' halves are equal at the same time.
 */
export async function receiptsOf(
  pool: Pool,
  nodes: NodeCache,
  policy: WitnessPolicy | null,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, ReceiptFile>> {
  const { rows } = await pool.query<Row>({
    name: 'entries-for-receipts',
    // Many entries are under one checkpoint, which is read once.
    text: `with e as materialized (
             select e.id, e.seq, e.kind, e.canonical, e.opening, ${CARRIED} as size
             from unnest($1::uuid[]) w (id) join ledger.entry e on e.id = w.id and e.canonical is not null
           ), c as materialized (
             select c.size, c.note,
               (select string_agg(s.line, '' order by s.n) from log.cosignature s where s.size = c.size) as cosigned,
               array(select s.witness from log.cosignature s where s.size = c.size) as witnesses
             from (select distinct size from e) f join log.checkpoint c on c.size = f.size
           )
           select e.id, e.seq, e.kind, e.canonical, e.opening, c.size, c.note, c.cosigned, c.witnesses from e join c on c.size = e.size`,
    values: [entryIds, policy?.id ?? ''],
  });
  const receipts = new Map<string, ReceiptFile>();
  for (const row of rows) {
    const hashes = await inclusionProof(nodes.at(row.size), row.seq, row.size);
    receipts.set(row.id, {
      name: `${row.kind.replace('.', '-')}-${row.seq}.receipt.json`,
      json: formatStoredReceipt({
        canonical: row.canonical,
        opening: row.opening,
        proof: formatTlogProof({ index: row.seq, hashes, checkpoint: `${row.note}${row.cosigned ?? ''}` }),
      }),
      position: row.seq,
      size: row.size,
      witnessed: witnessedBy(policy, row.size, row.witnesses),
      get entry() {
        return checkEntry(JSON.parse(row.canonical));
      },
    });
  }
  return receipts;
}
