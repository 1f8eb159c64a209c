/**
 * What may be written of erasures: an entry or a document was taken away by order of a court or by law. Writing `entry.erased` is the
 * erasure itself (migrations/0010_erasure.sql); it never says what stood in the entry.
 */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { line, prose, uuid } from '../fields.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: () => t('access.erasure.wrong.hash') });

/** Whose order, or which law: a court and its docket number, a statute and its section. */
const authority = line(300);
const reason = prose(2000).pipe(z.string().min(1, { error: () => t('answers.shared.wrong.missing') }));

export const entryErased = z.strictObject({
  /** id, position and commitment of what was erased: all three stay in the log and in receipts */
  entry: uuid,
  position: z.number().int().min(0),
  commitment: sha256,
  authority,
  reason,
  /** the history that the erased entry belonged to, so that this one stands in the same */
  service: uuid.optional(),
  request: uuid.optional(),
  party: uuid.optional(),
});
export type EntryErased = z.infer<typeof entryErased>;

export const documentErased = z.strictObject({
  /** SHA-256 of the document's bytes. Not called `sha256`: nothing may take this for a document that is still wanted. */
  document: sha256,
  authority,
  reason,
  service: uuid.optional(),
});
export type DocumentErased = z.infer<typeof documentErased>;

export const erasureEntries = { 'entry.erased': entryErased, 'document.erased': documentErased } as const;
