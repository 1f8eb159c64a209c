/** An order that was filled in and not entered yet: what was typed, and the document that came with it. Nothing of it is evidence. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { instant, type Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { type DocumentRef, documentRef } from '../fields.ts';

export interface OrderDraft {
  readonly id: string;
  readonly values: Readonly<Record<string, string>>;
  readonly document: DocumentRef | null;
}

const values = z.record(z.string(), z.string());
/** So long a draft waits to be entered. */
const KEPT_MS = 30 * 86_400_000;

/** Keeps a draft under its id, in the place of what was kept before; old ones go. */
export async function keepDraft(db: Kysely<Database>, matter: string, draft: OrderDraft, now: Millis): Promise<void> {
  const form = JSON.stringify(draft.values);
  const document = draft.document === null ? null : JSON.stringify(draft.document);
  await db
    .deleteFrom('work.order_draft')
    .where('created_at', '<', new Date(now - KEPT_MS))
    .execute();
  await db
    .insertInto('work.order_draft')
    .values({ id: draft.id, matter, form, document, created_at: instant(now) })
    .onConflict((on) => on.column('id').doUpdateSet({ form, document }).where('work.order_draft.matter', '=', matter))
    .execute();
}

/** The draft of this matter, or null. */
export async function draftOf(db: Kysely<Database>, matter: string, id: string): Promise<OrderDraft | null> {
  if (!z.uuid().safeParse(id).success) return null;
  const row = await db
    .selectFrom('work.order_draft')
    .selectAll()
    .where('id', '=', id)
    .where('matter', '=', matter)
    .executeTakeFirst();
  return row
    ? { id: row.id, values: values.parse(row.form), document: documentRef.nullable().parse(row.document) }
    : null;
}

export async function dropDraft(db: Kysely<Database>, id: string): Promise<void> {
  await db.deleteFrom('work.order_draft').where('id', '=', id).execute();
}
