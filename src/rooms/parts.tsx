/** Parts that the recipient's and the issuer's pages share: files in a list, an item as it was sent, the history of a service with its receipts. */

import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { listed, t } from '../base/language.ts';
import { filesize } from '../ui/filesize.ts';
import { Hash } from '../ui/hash.tsx';
import { Mark } from '../ui/mark.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { disposition, evidenceWord, finding, kindWord, moveWords } from '../ui/words.ts';
import { answerSent, itemAnswered } from './answers/entries.ts';
import { extensionAsked } from './clock/entries.ts';
import { MOVING_KINDS } from './clock/view.ts';
import { itemDetermined } from './determinations/entries.ts';
import { documentErased, entryErased } from './erasure/entries.ts';
import { noticeEvidenced, stepTaken } from './escalation/entries.ts';
import type { DocumentRef } from './fields.ts';
import { reminderWished, reminderWritten } from './reminders/entries.ts';
import { serviceEvidenced } from './requests/entries.ts';
import type { StreamEntry } from './stream.ts';

/** Files with name, size and hash; `href` gives the address of each, `whole` prints hashes in full. */
export function Files({
  documents,
  href,
  whole,
}: {
  documents: readonly DocumentRef[];
  href: (document: DocumentRef) => string;
  whole?: boolean;
}) {
  return (
    <ul class="files">
      {documents.map((document) => (
        <li>
          <a href={href(document)} download>
            <bdi>{document.name}</bdi>
          </a>
          <span>{filesize(document.bytes)}</span>
          <span>
            SHA-256 <Hash hex={document.sha256} whole={whole === true} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export { receiptLinks } from './receipt-links.tsx';

export interface SentItem {
  readonly disposition: string;
  readonly note: string;
  readonly documents: readonly DocumentRef[];
}

/** An item as it is, or would be, sent: the word, the note, the files. */
export function Said({
  one,
  href,
  whole,
}: {
  one: SentItem;
  href: (document: DocumentRef) => string;
  whole?: boolean;
}) {
  return (
    <div class="said">
      <p>
        <Mark state={disposition(one.disposition)} />
      </p>
      {one.note === '' ? null : <div class="said__note">{one.note}</div>}
      {one.documents.length > 0 ? <Files documents={one.documents} href={href} whole={whole === true} /> : null}
    </div>
  );
}

const movedBody = z.object({
  due: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  cause: z.string().nullable().default(null),
  asked: z.boolean().nullable().default(null),
  event: z.object({ type: z.string(), order: z.string().optional() }).nullable().default(null),
});
const dayWords = (on: string | null) => (on === null ? t('answers.shared.entry.no-date') : dateText(on));

/** What an entry of a service says, in one line. Unknown kinds are named as they are. */
export function entryWords(entry: Pick<StreamEntry, 'kind' | 'body'>): string {
  const answer = answerSent.safeParse(entry.body);
  if (entry.kind === 'answer.sent' && answer.success) {
    const { name, title } = answer.data.actedBy;
    return t('answers.shared.entry.sent', { round: answer.data.round, by: title ? `${name}, ${title}` : name });
  }
  const item = itemAnswered.safeParse(entry.body);
  if (entry.kind === 'item.answered' && item.success) {
    const said = disposition(item.data.disposition).word;
    return t('answers.shared.entry.item', { item: item.data.item, said });
  }
  const found = itemDetermined.safeParse(entry.body);
  if (entry.kind === 'item.determined' && found.success) {
    return t('answers.shared.entry.determined', { item: found.data.item, found: finding(found.data.finding).word });
  }
  const moved = movedBody.safeParse(entry.body);
  if (MOVING_KINDS.some((kind) => kind === entry.kind) && moved.success) {
    const { due, ...move } = moved.data;
    return t('answers.shared.entry.moved', {
      what: moveWords({ kind: entry.kind, ...move }),
      before: dayWords(due.before),
      after: dayWords(due.after),
    });
  }
  const ask = extensionAsked.safeParse(entry.body);
  if (entry.kind === 'extension.asked' && ask.success) {
    const { until, items, askedBy } = ask.data;
    return t('answers.shared.entry.asked', {
      until: dateText(until),
      n: items?.length ?? 0,
      items: listed((items ?? []).map(String)),
      by: askedBy,
    });
  }
  const evidence = serviceEvidenced.safeParse(entry.body);
  if (entry.kind === 'service.evidenced' && evidence.success) {
    return t('answers.shared.entry.delivery', { event: evidenceWord(evidence.data.event) });
  }
  const step = stepTaken.safeParse(entry.body);
  if (entry.kind === 'step.taken' && step.success) {
    const { kind, items } = step.data;
    return t('answers.shared.entry.step', { kind, n: items.length, items: items.join(', ') });
  }
  const reminded = reminderWritten.safeParse(entry.body);
  if (entry.kind === 'reminder.written' && reminded.success) {
    return t('answers.shared.entry.reminded', { n: reminded.data.days, on: dateText(reminded.data.due.on) });
  }
  const wished = reminderWished.safeParse(entry.body);
  if (entry.kind === 'reminder.wished' && wished.success) {
    return t(wished.data.wanted ? 'answers.shared.entry.wanted' : 'answers.shared.entry.unwanted');
  }
  const notice = noticeEvidenced.safeParse(entry.body);
  if (entry.kind === 'notice.evidenced' && notice.success) {
    return t('answers.shared.entry.notice', { event: evidenceWord(notice.data.event) });
  }
  const erased = entryErased.safeParse(entry.body);
  if (entry.kind === 'entry.erased' && erased.success) {
    return t('answers.shared.entry.erased', { n: erased.data.position, authority: erased.data.authority });
  }
  const document = documentErased.safeParse(entry.body);
  if (entry.kind === 'document.erased' && document.success) {
    return t('answers.shared.entry.document-erased', { authority: document.data.authority });
  }
  const words = kindWord(entry.kind);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every entry of a service, oldest first, each with its receipt. `receipts` is the address that `/<entry>.json` follows. */
export function History({
  entries,
  names,
  receipts,
  zone,
}: {
  entries: readonly StreamEntry[];
  /** names of parties by id */
  names: ReadonlyMap<string, string>;
  receipts: string;
  zone: string;
}) {
  const link = (entry: string, form: 'pdf' | 'json') => (words: Child) => (
    <a href={`${receipts}/${entry}.${form}`} download>
      {words}
    </a>
  );
  return (
    <ol class="entries">
      {entries.map((entry) => {
        const words = entryWords(entry);
        const found = entry.kind === 'item.determined' ? itemDetermined.safeParse(entry.body).data : undefined;
        return (
          <li>
            <p>{words}</p>
            {found?.reasons ? <div class="said__note">{found.reasons}</div> : null}
            <p class="entries__when">
              {rich('answers.shared.history.line', {
                at: <Time at={entry.recordedAt} zone={zone} seconds />,
                by: names.get(entry.by) ?? t('answers.shared.history.other'),
                n: entry.position,
                words,
                pdf: link(entry.id, 'pdf'),
                json: link(entry.id, 'json'),
                more: quiet,
              })}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
