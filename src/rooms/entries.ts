/**
 * All kinds of entry of this server in one table: what the body of each must look like, and which history (stream) it
 * belongs to. The ledger asks here before it writes; nothing that is not listed can be written.
 */
import type { z } from 'zod';
import type { NewEntry } from '../base/append.ts';
import { InvalidInput } from '../base/errors.ts';
import { answerEntries } from './answers/entries.ts';
import { clockEntries } from './clock/entries.ts';
import { consequenceEntries } from './consequences/entries.ts';
import { determinationEntries } from './determinations/entries.ts';
import { directoryEntries } from './directory/entries.ts';
import { erasureEntries } from './erasure/entries.ts';
import { escalationEntries } from './escalation/entries.ts';
import { figureEntries } from './figures/entries.ts';
import { logEntries } from './log/entries.ts';
import { matterEntries } from './matters/entries.ts';
import { meetingEntries } from './meetings/entries.ts';
import { orderEntries } from './orders/entries.ts';
import { peopleEntries } from './people/entries.ts';
import { publicationEntries } from './publication/entries.ts';
import { reminderEntries } from './reminders/entries.ts';
import { requestEntries } from './requests/entries.ts';
import { reviewEntries } from './review/entries.ts';
import { sourceEntries } from './sources/entries.ts';
import { statementEntries } from './statements/entries.ts';

export { streamOf } from './streams.ts';

export const ENTRY_KINDS = {
  ...directoryEntries,
  ...matterEntries,
  ...requestEntries,
  ...answerEntries,
  ...determinationEntries,
  ...clockEntries,
  ...escalationEntries,
  ...reminderEntries,
  ...consequenceEntries,
  ...orderEntries,
  ...erasureEntries,
  ...logEntries,
  ...peopleEntries,
  ...sourceEntries,
  ...statementEntries,
  ...figureEntries,
  ...meetingEntries,
  ...reviewEntries,
  ...publicationEntries,
} as const;
export type EntryKind = keyof typeof ENTRY_KINDS;
export type Body<K extends EntryKind> = z.infer<(typeof ENTRY_KINDS)[K]>;

const isKind = (kind: string): kind is EntryKind => Object.hasOwn(ENTRY_KINDS, kind);

/** Checks the body of an entry against its kind. @throws InvalidInput naming kind and field */
export function checkBody(entry: Pick<NewEntry, 'kind' | 'body'>): void {
  if (!isKind(entry.kind)) throw new InvalidInput('unknown-kind', `There is no kind of entry called ${entry.kind}.`);
  const checked = ENTRY_KINDS[entry.kind].safeParse(entry.body);
  if (checked.success) return;
  const issue = checked.error.issues[0];
  throw new InvalidInput(
    'body-refused',
    `${entry.kind}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  );
}
