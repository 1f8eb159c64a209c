/**
 * Letters: merge fields in double braces, filled for one recipient. The link to the answer page is never part of what is
 * written to the ledger; it is put in when the letter leaves.
 */
import { RuleRefusal } from '../../base/errors.ts';
import { type MessageId, t } from '../../base/language.ts';
import type { CarriedItem, Item, Letter } from './entries.ts';

const FIELD = /\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g;

/** Fields that every letter has, with the message that says what each means. */
export const LETTER_FIELDS = {
  recipient: 'requests.field.recipient',
  state: 'requests.field.state',
  issuer: 'requests.field.issuer',
  title: 'requests.field.title',
  authority: 'requests.field.authority',
  items: 'requests.field.items',
  answered_before: 'requests.field.answered',
  due_date: 'requests.field.due',
  link: 'requests.field.link',
} as const satisfies Readonly<Record<string, MessageId>>;

export interface LetterValues {
  readonly recipient: string;
  readonly state: string;
  readonly issuer: string;
  readonly title: string;
  readonly authority: string;
  /** those that are asked */
  readonly items: readonly Item[];
  readonly carried: readonly CarriedItem[];
  readonly dueDate: string;
  /** further columns of the recipients' CSV */
  readonly merge: Readonly<Record<string, string>>;
}

/** What stands in place of the link in the letter as the ledger and the pages show it. Part of what is hashed: the same in every language. */
export const LINK_PLACEHOLDER = '[link for this recipient alone]';

/** Names of the merge fields used in a template, each once. */
export function fieldsOf(template: string): readonly string[] {
  return [...new Set([...template.matchAll(FIELD)].map((m) => m[1] ?? ''))];
}

/**
 * What is wrong with a letter before anybody is named: unknown fields, no link.
 * @param columns further columns of the recipients' CSV, or null while no CSV has been given
 */
export function letterProblems(letter: Letter, columns: readonly string[] | null): readonly string[] {
  const problems: string[] = [];
  const used = [...new Set([...fieldsOf(letter.subject), ...fieldsOf(letter.text)])];
  for (const field of used) {
    if (Object.hasOwn(LETTER_FIELDS, field)) continue;
    if (columns && !columns.includes(field)) problems.push(t('requests.letter.unknown', { field: `{{${field}}}` }));
  }
  if (fieldsOf(letter.subject).includes('link')) problems.push(t('requests.letter.subject-link'));
  if (!fieldsOf(letter.text).includes('link')) problems.push(t('requests.letter.no-link'));
  return problems;
}

/** Answers that were carried over, one a line, each with the file name of its receipt. Part of what is hashed: the same in every language. */
const carriedText = (carried: readonly CarriedItem[]): string =>
  carried.length === 0
    ? 'None.'
    : carried
        .map(({ item, disposition, documents, entry }) => {
          const files = documents === 0 ? '' : `, ${documents} ${documents === 1 ? 'file' : 'files'}`;
          return `Item ${item}: ${disposition}${files}. Receipt: ${entry}.receipt.json`;
        })
        .join('\n');

/**
 * Fills a template for one recipient.
 * @throws RuleRefusal `merge-field-empty` when a field has no value for this recipient
 */
export function fill(template: string, values: LetterValues, link: string): string {
  const known: Readonly<Record<string, string>> = {
    ...values.merge,
    recipient: values.recipient,
    state: values.state,
    issuer: values.issuer,
    title: values.title,
    authority: values.authority,
    items: values.items.map((i) => `${i.item}. ${i.text}`).join('\n'),
    answered_before: carriedText(values.carried),
    due_date: values.dueDate,
    link,
  };
  return template.replace(FIELD, (_, field: string) => {
    const value = Object.hasOwn(known, field) ? known[field] : undefined;
    if (value === undefined || (value === '' && field !== 'state')) {
      throw new RuleRefusal(
        'merge-field-empty',
        t('requests.letter.no-value', { field: `{{${field}}}`, name: values.recipient }),
      );
    }
    return value;
  });
}
