/**
 * Drafts as kept in work.request_draft: made, read, saved with a version so that two windows never overwrite each other silently,
 * frozen once serving has started. What they must hold to be served is said in draft.ts.
 */
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { Conflict, NotFound, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { type DraftBody, draftBody, EMPTY_DRAFT } from './draft.ts';

/** What was fixed when serving started; equal for every recipient and every resumption. Times in ms. */
export const servingState = z.strictObject({
  now: z.number(),
  leavesAt: z.number().nullable(),
  recipients: z.number(),
  issuerName: z.string(),
  /** set when it came to an end */
  ended: z.enum(['served', 'revoked']).nullable(),
  /** what stopped it last; it goes on at the next start or when asked to */
  trouble: z.string().nullable(),
});
export type ServingState = z.infer<typeof servingState>;

/** Serving that was asked for, while everything is checked; what it was refused for stays until the draft changes. */
export const checkingState = z.strictObject({
  /** recipients checked so far, of how many */
  done: z.number(),
  total: z.number(),
  /** of the draft as it was refused */
  version: z.number(),
  recipientsVersion: z.number(),
  refused: z
    .strictObject({
      code: z.string(),
      what: z.string(),
      lost: z.string().exactOptional(),
      next: z.string().exactOptional(),
    })
    .nullable(),
});
export type CheckingState = z.infer<typeof checkingState>;

export interface Draft {
  readonly id: string;
  readonly matter: string;
  readonly body: DraftBody;
  readonly version: number;
  readonly recipientsVersion: number;
  /** id of the request, once serving has started */
  readonly request: string | null;
  readonly serving: ServingState | null;
  readonly checking: CheckingState | null;
  readonly servedAt: Date | null;
  readonly updatedAt: Date;
}

interface DraftRow {
  id: string;
  matter: string;
  body: unknown;
  version: number;
  recipients_version: number;
  request: string | null;
  serving: unknown;
  checking: unknown;
  served_at: Date | null;
  updated_at: Date;
}

export const toDraft = (row: DraftRow): Draft => ({
  id: row.id,
  matter: row.matter,
  body: draftBody.parse(row.body),
  version: row.version,
  recipientsVersion: row.recipients_version,
  request: row.request,
  serving: row.serving === null ? null : servingState.parse(row.serving),
  checking: row.checking === null ? null : checkingState.parse(row.checking),
  servedAt: row.served_at,
  updatedAt: row.updated_at,
});

/** A file of recipients is still being read. */
export const isOpen = ({ stage }: { readonly stage: string }): boolean => stage !== 'read' && stage !== 'refused';

/**
 * A new draft in a matter.
 * @param id given by a form that may be sent twice: the second time finds the draft of the first
 * @returns its id
 */
export async function createDraft(
  services: Services,
  matter: string,
  body: DraftBody = EMPTY_DRAFT,
  id: string = uuidv7(services.clock.now(), services.random),
): Promise<string> {
  await services.db
    .insertInto('work.request_draft')
    .values({
      id,
      matter,
      body: JSON.stringify(draftBody.parse(body)),
      request: null,
      updated_at: new Date(services.clock.now()),
    })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
  return id;
}

/** @throws NotFound */
export async function loadDraft(db: Kysely<Database>, id: string): Promise<Draft> {
  const row = await db.selectFrom('work.request_draft').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new NotFound('no-draft', t('requests.no-draft'));
  return toDraft(row);
}

/** Drafts of a matter that are not served yet, newest first. */
export async function draftsOf(db: Kysely<Database>, matter: string): Promise<readonly Draft[]> {
  const rows = await db
    .selectFrom('work.request_draft')
    .selectAll()
    .where('matter', '=', matter)
    .where('served_at', 'is', null)
    .orderBy('updated_at', 'desc')
    .limit(200)
    .execute();
  return rows.map(toDraft);
}

/** The draft that a request was served from, or null (a request that came from another server's draft). */
export async function draftOfRequest(db: Kysely<Database>, request: string): Promise<Draft | null> {
  const row = await db.selectFrom('work.request_draft').selectAll().where('request', '=', request).executeTakeFirst();
  return row ? toDraft(row) : null;
}

/** Serving was asked for and is being checked now. */
export const isChecked = ({ checking, serving }: Draft): boolean =>
  serving === null && checking !== null && checking.refused === null;

export const frozen = () =>
  new RuleRefusal('draft-frozen', {
    what: t('requests.frozen.what'),
    lost: t('requests.unchanged'),
    next: t('requests.frozen.next'),
  });

/**
 * Saves a draft that was read at `version`.
 * @returns the new version
 * @throws Conflict `draft-changed` when another window saved in between; RuleRefusal `draft-frozen`
 */
export async function saveDraft(services: Services, id: string, version: number, body: DraftBody): Promise<number> {
  const row = await services.db
    .updateTable('work.request_draft')
    .set((eb) => ({
      body: JSON.stringify(draftBody.parse(body)),
      version: eb('version', '+', 1),
      updated_at: new Date(services.clock.now()),
    }))
    .where('id', '=', id)
    .where('version', '=', version)
    .where('serving', 'is', null)
    .returning('version')
    .executeTakeFirst();
  if (row) return row.version;
  if ((await loadDraft(services.db, id)).serving) throw frozen();
  throw new Conflict('draft-changed', {
    what: t('requests.changed.what'),
    lost: t('requests.changed.lost'),
    next: t('requests.changed.next'),
  });
}

/** Deletes a draft that was never served. @throws RuleRefusal `draft-frozen` */
export async function deleteDraft(db: Kysely<Database>, id: string): Promise<void> {
  const gone = await db
    .deleteFrom('work.request_draft')
    .where('id', '=', id)
    .where('serving', 'is', null)
    .executeTakeFirst();
  if (gone.numDeletedRows === 0n) {
    await loadDraft(db, id);
    throw frozen();
  }
}

const beingRead = () =>
  new RuleRefusal('file-being-read', {
    what: t('requests.being-read.what'),
    lost: t('requests.unchanged'),
    next: t('requests.being-read.next'),
  });

/**
 * Runs `work` on a draft that nobody else can change meanwhile, and moves the version of its recipients on.
 * @param byFile the file whose reading this is; null for everything else, which has to wait while one is read
 * @throws NotFound, RuleRefusal `draft-frozen`, `file-being-read`
 */
export async function changeRecipients<R>(
  services: Services,
  id: string,
  work: (trx: Transaction<Database>, draft: Draft) => Promise<{ readonly result: R; readonly body?: DraftBody }>,
  byFile: string | null = null,
): Promise<R> {
  return services.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('work.request_draft')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new NotFound('no-draft', t('requests.no-draft'));
    const draft = toDraft(row);
    if (draft.serving) throw frozen();
    const file = await trx
      .selectFrom('work.recipients_file')
      .select(['id', 'stage'])
      .where('draft', '=', id)
      .where('whole', '=', true)
      .executeTakeFirst();
    if (byFile === null && file && isOpen(file)) throw beingRead();
    const { result, body } = await work(trx, draft);
    // What was said of a file that was refused holds no longer.
    if (file?.stage === 'refused') await trx.deleteFrom('work.recipients_file').where('id', '=', file.id).execute();
    await trx
      .updateTable('work.request_draft')
      .set((eb) => ({
        recipients_version: eb('recipients_version', '+', 1),
        updated_at: new Date(services.clock.now()),
        ...(body ? { body: JSON.stringify(draftBody.parse(body)), version: eb('version', '+', 1) } : {}),
      }))
      .where('id', '=', id)
      .execute();
    return result;
  });
}
