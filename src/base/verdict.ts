/**
 * Receipts and documents checked together and told in the language of what is going on (verdict-check.ts), and those words for a script: the
 * browser checks with the same code, and knows no messages but those that its page brings along.
 */
import { en } from '../messages/index.ts';
import type { GivenDocument } from '../proof/index.ts';
import { locale, parts, textOf } from './language.ts';
import { checkFiles as check, type ReceiptBytes, type Say, type Spoken, type VerdictId } from './verdict-check.ts';

export { looksLikeReceipt, type ReceiptBytes, type Spoken } from './verdict-check.ts';

const say: Say = (id, given = {}) => parts<string>(id, given).join('');

/** As `checkFiles` of verdict-check.ts, in the language of what is going on. */
export const checkFiles = (
  policy: string,
  receipts: readonly ReceiptBytes[],
  documents: readonly GivenDocument[],
  breath?: () => Promise<void> | null,
): Promise<readonly Spoken[]> => check(say, policy, receipts, documents, breath);

const isVerdictId = (id: string): id is VerdictId => id.startsWith('letters.verdict.');

/** All messages of verdicts as they are written, by id, and the locale in which their numbers are written: for `data-words` of the form, JSON. */
export function verdictWords(): string {
  const texts = Object.fromEntries(
    Object.keys(en)
      .filter(isVerdictId)
      .map((id) => [id, textOf(id)]),
  );
  return JSON.stringify({ locale: locale(), texts });
}
