/**
 * Half-finished answers and their files as they are kept: work.answer_draft and work.upload. Every change of a draft is made under its row's
 * lock, so two browsers never overwrite one another. Nothing here writes an entry.
 */
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import type { DocumentRef } from '../fields.ts';
import {
  afterSending,
  type Clash,
  type DraftBody,
  draftBody,
  emptyDraft,
  type FileSaid,
  mergeDraft,
  type PostedItem,
} from './draft.ts';
import type { AnsweredItem } from './entries.ts';

export type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

export interface Draft {
  /** counts the changes; 0 while nothing was saved */
  readonly version: number;
  readonly body: DraftBody;
  readonly updatedAt: Date | null;
}

export const answerKey = (once: string): string => `answer:${once}`;

/** The draft of a service, without lock. Keeps nothing: the token of a draft that was never saved is made new each time. */
export async function loadDraft(needs: Needs, service: string): Promise<Draft> {
  const row = await needs.db
    .selectFrom('work.answer_draft')
    .selectAll()
    .where('service', '=', service)
    .executeTakeFirst();
  if (!row) return { version: 0, body: emptyDraft(newToken(needs)), updatedAt: null };
  return { version: row.version, body: draftBody.parse(row.body), updatedAt: row.updated_at };
}

const newToken = (needs: Needs) => uuidv7(needs.clock.now(), needs.random);

/** Changes the draft under its lock; `change` gives the new body, or null to leave it. Returns it as it is afterwards. */
async function change(needs: Needs, service: string, decide: (draft: Draft) => DraftBody | null): Promise<Draft> {
  return await needs.db.transaction().execute(async (tx) => {
    const now = new Date(needs.clock.now());
    await tx
      .insertInto('work.answer_draft')
      .values({ service, version: 0, body: JSON.stringify(emptyDraft(newToken(needs))), updated_at: now })
      .onConflict((conflict) => conflict.column('service').doNothing())
      .execute();
    const row = await tx
      .selectFrom('work.answer_draft')
      .selectAll()
      .where('service', '=', service)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const draft = { version: row.version, body: draftBody.parse(row.body), updatedAt: row.updated_at };
    const body = decide(draft);
    if (!body) return draft;
    const version = draft.version + 1;
    await tx
      .updateTable('work.answer_draft')
      .set({ version, body: JSON.stringify(body), updated_at: now })
      .where('service', '=', service)
      .execute();
    return { version, body, updatedAt: now };
  });
}

/** Makes sure that the draft has a row, and so a token that stays. */
export async function openDraft(needs: Needs, service: string): Promise<Draft> {
  return await change(needs, service, () => null);
}

export interface Saved {
  readonly draft: Draft;
  /** items that this form and another browser both changed; the other's text is saved, this one's is here */
  readonly clashes: readonly Clash[];
}

/** Saves what a form holds. What was said of earlier files is taken away, unless new things are said. */
export async function saveForm(
  needs: Needs,
  service: string,
  posted: readonly PostedItem[],
  said: readonly FileSaid[],
): Promise<Saved> {
  let clashes: readonly Clash[] = [];
  const draft = await change(needs, service, (saved) => {
    const merged = mergeDraft(saved.body, posted);
    clashes = merged.clashes;
    if (!merged.changed && said.length === 0 && saved.body.said.length === 0) return null;
    return { ...saved.body, items: merged.items, said: [...said] };
  });
  return { draft, clashes };
}

/** Keeps who acts, as typed, for the next look at the review page. */
export async function saveActor(needs: Needs, service: string, actor: DraftBody['actor']): Promise<Draft> {
  return await change(needs, service, (draft) => {
    const same = draft.body.actor.name === actor.name && draft.body.actor.title === actor.title;
    return same ? null : { ...draft.body, actor };
  });
}

/** Leaves a word on files that did not come through, for whoever opens the page next. */
export async function sayOfFiles(needs: Needs, service: string, said: readonly FileSaid[]): Promise<void> {
  await change(needs, service, (draft) => ({ ...draft.body, said: [...draft.body.said, ...said].slice(-50) }));
}

/**
 * Takes what was sent out of the draft: its items as they were sent, and their files. Only while the draft still carries the token that was
 * sent, so doing it twice, or after a crash, is safe; text and files that came in between stay.
 */
export async function clearSent(
  needs: Needs,
  service: string,
  once: string,
  sent: readonly AnsweredItem[],
): Promise<Draft> {
  let cleared = false;
  const draft = await change(needs, service, (now) => {
    if (now.body.once !== once) return null;
    cleared = true;
    return afterSending(now.body, sent, newToken(needs));
  });
  if (cleared) {
    for (const { item, documents } of sent) {
      if (documents.length === 0) continue;
      await needs.db
        .deleteFrom('work.upload')
        .where('service', '=', service)
        .where('item', '=', item)
        .where(
          'sha256',
          'in',
          documents.map((document) => document.sha256),
        )
        .execute();
    }
  }
  return draft;
}

/** Puts a stored blob beside an item. False when the same bytes lie there under the same name already. */
export async function addUpload(needs: Needs, service: string, item: number, document: DocumentRef): Promise<boolean> {
  return await needs.db.transaction().execute(async (tx) => {
    const there = await tx
      .selectFrom('work.upload')
      .select('id')
      .where('service', '=', service)
      .where('item', '=', item)
      .where('sha256', '=', document.sha256)
      .where('name', '=', document.name)
      .executeTakeFirst();
    if (there) return false;
    await tx
      .insertInto('work.upload')
      .values({ id: newToken(needs), service, item, ...document, stored_at: new Date(needs.clock.now()) })
      .execute();
    return true;
  });
}

/** Takes a file away from beside its item. Its bytes stay in the store: an earlier answer may name them. */
export async function removeUpload(needs: Needs, service: string, id: string): Promise<void> {
  await needs.db.deleteFrom('work.upload').where('service', '=', service).where('id', '=', id).execute();
}
