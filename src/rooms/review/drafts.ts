/**
 * What staff write before it is published, as it lies in the work tables: kept, changed, sent for review, sent back, deleted and brought back.
 * Every change names the version that was looked at. Nothing of it is evidence, and nothing here publishes.
 */

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { instant, type Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { UUID } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Drafted, WRITING_STATES, type WritingState } from './rules.ts';

export const WRITING_KINDS = ['statement', 'figure'] as const;
export type WritingKind = (typeof WRITING_KINDS)[number];

export interface Writing extends Drafted {
  readonly id: string;
  readonly matter: string;
  readonly kind: WritingKind;
  /** the form as it was typed */
  readonly values: Readonly<Record<string, string>>;
  /** the thing, and the entry of it that was shown when the correction was begun; both null for something new */
  readonly thing: string | null;
  readonly corrects: string | null;
  readonly authorName: string;
  /** why it was sent back, and by whom */
  readonly note: string | null;
  readonly noteBy: string | null;
  readonly updatedAt: Date;
}

export interface WritingLine extends Writing {
  readonly matterTitle: string;
}

const stored = z.object({
  id: z.string(),
  matter: z.string(),
  kind: z.enum(WRITING_KINDS),
  values: z.record(z.string(), z.string()),
  state: z.enum(WRITING_STATES),
  version: z.number(),
  thing: z.string().nullable(),
  corrects: z.string().nullable(),
  author: z.string(),
  author_name: z.string(),
  writers: z.array(z.string()),
  note: z.string().nullable(),
  note_by: z.string().nullable(),
  deleted_at: z.date().nullable(),
  updated_at: z.date(),
});

function read(row: unknown): Writing {
  const { author_name, note_by, deleted_at, updated_at, ...rest } = stored.parse(row);
  return { ...rest, authorName: author_name, noteBy: note_by, deleted: deleted_at !== null, updatedAt: updated_at };
}

/** Deleted drafts can be brought back for so long; published ones are of no use then either. */
export const KEPT_DAYS = 30;

/** A draft of this matter. @throws NotFound */
export async function writingOf(db: Kysely<Database>, matter: string, id: string): Promise<Writing> {
  const row = UUID.test(id)
    ? await db
        .selectFrom('work.writing')
        .selectAll()
        .where('id', '=', id)
        .where('matter', '=', matter)
        .executeTakeFirst()
    : undefined;
  if (!row) throw new NotFound('no-draft', { what: t('said.draft.none'), next: t('said.draft.none.next') });
  return read(row);
}

/** Drafts of an organisation that are not published, or deleted, the newest first. At most 500. */
export async function writingsOf(db: Kysely<Database>, party: string): Promise<readonly WritingLine[]> {
  const rows = await db
    .selectFrom('work.writing as d')
    .innerJoin('view.matter as m', 'm.id', 'd.matter')
    .selectAll('d')
    .select('m.title as matterTitle')
    .where('m.issuer', '=', party)
    .where('d.state', '<>', 'published')
    .where('d.deleted_at', 'is', null)
    .orderBy('d.updated_at', 'desc')
    .limit(500)
    .execute();
  return rows.map((row) => ({ ...read(row), matterTitle: row.matterTitle }));
}

export interface NewWriting {
  /** from the form: sent twice, it is one draft */
  readonly id: string;
  readonly matter: string;
  readonly kind: WritingKind;
  readonly values: Readonly<Record<string, string>>;
  readonly thing: string | null;
  readonly corrects: string | null;
}

export async function beginWriting(
  db: Kysely<Database>,
  draft: NewWriting,
  by: { readonly userId: string; readonly name: string },
  now: Millis,
): Promise<void> {
  const old = new Date(now - KEPT_DAYS * 86_400_000);
  await db
    .deleteFrom('work.writing')
    .where((eb) =>
      eb.or([eb('deleted_at', '<', old), eb.and([eb('state', '=', 'published'), eb('updated_at', '<', old)])]),
    )
    .execute();
  await db
    .insertInto('work.writing')
    .values({
      ...draft,
      values: JSON.stringify(draft.values),
      state: 'draft',
      note: null,
      note_by: null,
      author: by.userId,
      author_name: by.name,
      writers: JSON.stringify([by.userId]),
      created_at: instant(now),
      updated_at: instant(now),
    })
    .onConflict((on) => on.column('id').doNothing())
    .execute();
}

export interface WritingChange {
  readonly values?: Readonly<Record<string, string>>;
  readonly state?: WritingState;
  readonly writer?: string;
  readonly note?: { readonly text: string; readonly by: string };
  readonly deleted?: boolean;
}

/** @returns the new version @throws Conflict `draft-changed` where it is not as it was looked at */
export async function changeWriting(
  db: Kysely<Database>,
  draft: Pick<Writing, 'id' | 'version' | 'writers'>,
  change: WritingChange,
  now: Millis,
): Promise<number> {
  const { values, state, writer, note, deleted } = change;
  const writers = writer === undefined || draft.writers.includes(writer) ? undefined : [...draft.writers, writer];
  const row = await db
    .updateTable('work.writing')
    .set({
      ...(values ? { values: JSON.stringify(values) } : {}),
      ...(state ? { state } : {}),
      ...(writers ? { writers: JSON.stringify(writers) } : {}),
      ...(note ? { note: note.text, note_by: note.by } : {}),
      ...(deleted === undefined ? {} : { deleted_at: deleted ? instant(now) : null }),
      version: sql`version + 1`,
      updated_at: instant(now),
    })
    .where('id', '=', draft.id)
    .where('version', '=', draft.version)
    .returning('version')
    .executeTakeFirst();
  if (row) return row.version;
  throw new Conflict('draft-changed', {
    what: t('said.draft.changed'),
    lost: t('said.draft.changed.lost'),
    next: t('said.draft.changed.next'),
  });
}
