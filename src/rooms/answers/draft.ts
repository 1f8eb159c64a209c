/**
 * An answer as it is being worked on: everything may be missing or wrong, nothing of it is a fact. Pure: how two browsers' changes
 * come together, and what of a draft can be sent. Typed text is never dropped: where both changed, both are kept.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { t } from '../../base/language.ts';
import type { Upload } from '../documents/view.ts';
import { prose } from '../fields.ts';
import { type AnsweredItem, DISPOSITIONS } from './entries.ts';
import { dispositionOf } from './rules.ts';

/** What is typed for one item. The note is kept as typed and judged when it is reviewed. */
export const draftItem = z.strictObject({ disposition: z.enum(DISPOSITIONS).nullable(), note: z.string() });
export type DraftItem = z.infer<typeof draftItem>;
export const NOTHING: DraftItem = { disposition: null, note: '' };

/** What is said of the last files that came: which were refused, or broke off. Shown until the next save. */
export const fileSaid = z.strictObject({ item: z.number().int(), name: z.string(), what: z.string() });
export type FileSaid = z.infer<typeof fileSaid>;

export const draftBody = z.strictObject({
  /** names this answer before it exists: sending it twice sends it once */
  once: z.string(),
  items: z.record(z.string(), draftItem),
  actor: z.strictObject({ name: z.string(), title: z.string() }),
  said: z.array(fileSaid),
});
export type DraftBody = z.infer<typeof draftBody>;

export const MAX_NOTE = 10_000;
const MAX_SENT_BYTES = 54_000;

export function emptyDraft(once: string): DraftBody {
  return { once, items: {}, actor: { name: '', title: '' }, said: [] };
}

/** What is typed for an item, nothing where nothing is. */
export function itemOf(draft: Pick<DraftBody, 'items'>, item: number): DraftItem {
  return draft.items[String(item)] ?? NOTHING;
}

export const isBlank = (one: DraftItem): boolean => one.disposition === null && one.note === '';

/** A short name for what an item held when a page was made, sent back with the form: tells whose change is whose. */
export function digestOf(one: DraftItem): string {
  return createHash('sha256')
    .update(JSON.stringify([one.disposition, one.note]))
    .digest('hex')
    .slice(0, 16);
}

/** One item of a posted form: what it holds now, and the digest of what it held when the page was made. */
export interface PostedItem extends DraftItem {
  readonly item: number;
  readonly was: string;
}

/** Text as JSON and PostgreSQL can keep it: line breaks as \n, no NUL, no half surrogates, within what may be sent twice over. */
const keepable = (text: string) =>
  text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\u0000', '')
    .trim()
    .slice(0, 2 * MAX_NOTE)
    .toWellFormed();

/** The items of a posted form, among those that the request has. */
export function postedItems(fields: ReadonlyMap<string, string>, items: readonly number[]): readonly PostedItem[] {
  return items.flatMap((item) => {
    const was = fields.get(`was-${item}`);
    if (was === undefined) return [];
    return [
      {
        item,
        was,
        disposition: dispositionOf(fields.get(`disposition-${item}`)),
        note: keepable(fields.get(`note-${item}`) ?? ''),
      },
    ];
  });
}

export interface Clash {
  readonly item: number;
  readonly mine: DraftItem;
  readonly theirs: DraftItem;
}

/**
 * Brings a posted form and the saved draft together, item by item: one side changed, that side counts; both changed, the saved text
 * stays and both are named in `clashes`.
 */
export function mergeDraft(
  saved: DraftBody,
  posted: readonly PostedItem[],
): { readonly items: DraftBody['items']; readonly clashes: readonly Clash[]; readonly changed: boolean } {
  const items: Record<string, DraftItem> = { ...saved.items };
  const clashes: Clash[] = [];
  let changed = false;
  for (const { item, was, disposition, note } of posted) {
    const mine = { disposition, note };
    const theirs = itemOf(saved, item);
    const own = digestOf(mine);
    const other = digestOf(theirs);
    if (own === other || own === was) continue;
    if (other !== was) {
      clashes.push({ item, mine, theirs });
      continue;
    }
    items[String(item)] = mine;
    changed = true;
  }
  return { items, clashes, changed };
}

export interface Reviewed {
  /** what would be sent now */
  readonly items: readonly AnsweredItem[];
  /** items with a note or files but no answer chosen: kept, not sent */
  readonly undecided: readonly number[];
  /** items with nothing at all */
  readonly blank: readonly number[];
  /** notes that cannot stand in an answer as they are */
  readonly problems: readonly { readonly item: number; readonly what: string }[];
}

const note = prose(MAX_NOTE);

/** What of a draft would be sent now, with the files that lie beside each item. */
export function reviewOf(draft: DraftBody, uploads: readonly Upload[], items: readonly number[]): Reviewed {
  const sent: AnsweredItem[] = [];
  const undecided: number[] = [];
  const blank: number[] = [];
  const problems: { item: number; what: string }[] = [];
  for (const item of items) {
    const typed = itemOf(draft, item);
    const documents = uploads
      .filter((upload) => upload.item === item)
      .map(({ sha256, bytes, name, type }) => ({ sha256, bytes, name, type }));
    if (typed.disposition === null) {
      (isBlank(typed) && documents.length === 0 ? blank : undecided).push(item);
      continue;
    }
    const checked = note.safeParse(typed.note);
    if (!checked.success) {
      problems.push({
        item,
        what: t('answers.problem.note-text', {
          item,
          wrong: checked.error.issues[0]?.message ?? t('answers.problem.note-cannot'),
        }),
      });
    }
    sent.push({ item, disposition: typed.disposition, note: checked.data ?? '', documents });
  }
  // An entry has at most 60,000 bytes (FORMATS.md); the rest of it takes a few thousand.
  if (Buffer.byteLength(JSON.stringify(sent)) > MAX_SENT_BYTES) {
    problems.push({
      item: 0,
      what: t('answers.problem.long'),
    });
  }
  return { items: sent, undecided, blank, problems };
}

/** The draft after an answer was sent: items that still are as they were sent are empty again, the rest stays, under a fresh token. */
export function afterSending(draft: DraftBody, sent: readonly AnsweredItem[], once: string): DraftBody {
  const asSent = ([item, typed]: [string, DraftItem]) =>
    sent.some(
      (one) =>
        one.item === Number(item) &&
        one.disposition === typed.disposition &&
        one.note === note.safeParse(typed.note).data,
    );
  return { ...draft, once, items: Object.fromEntries(Object.entries(draft.items).filter((e) => !asSent(e))), said: [] };
}
