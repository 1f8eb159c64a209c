/** Documents as read: what a recipient has put beside an item and not sent yet, and which documents belong to a service at all. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type DocumentRef, documentRef } from '../fields.ts';

/** A file that lies beside an item, stored but not sent. */
export interface Upload extends DocumentRef {
  readonly id: string;
  readonly item: number;
  readonly storedAt: Date;
}

/** Files of a service's unsent answer, by item, in the order they came. */
export async function uploadsOf(db: Kysely<Database>, service: string): Promise<readonly Upload[]> {
  const rows = await db
    .selectFrom('work.upload')
    .selectAll()
    .where('service', '=', service)
    .orderBy('item')
    .orderBy('stored_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    item: row.item,
    sha256: row.sha256,
    bytes: Number(row.bytes),
    name: row.name,
    type: row.type,
    storedAt: row.stored_at,
  }));
}

const found = z.object({ document: documentRef });

/**
 * The document with this hash that an answer of this service named, or null: a hash alone opens nothing. `unsent` looks among the
 * uploads too, which are the recipient's own until they are sent.
 */
export async function documentOf(
  db: Kysely<Database>,
  service: string,
  sha256: string,
  options: { readonly unsent: boolean },
): Promise<DocumentRef | null> {
  const { rows } = await sql`
    select d as document
    from view.answer a,
      jsonb_array_elements(a.body->'sent'->'items') i,
      jsonb_array_elements(i->'documents') d
    where a.service = ${service} and d->>'sha256' = ${sha256}
    order by a.seq desc limit 1`.execute(db);
  if (rows[0]) return found.parse(rows[0]).document;
  if (!options.unsent) return null;
  const upload = (await uploadsOf(db, service)).find((one) => one.sha256 === sha256);
  return upload ? { sha256: upload.sha256, bytes: upload.bytes, name: upload.name, type: upload.type } : null;
}
