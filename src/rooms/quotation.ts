/**
 * Whether words stand in a text, and where: a quotation is anchored in the stored copy of its source by a TextQuoteSelector (W3C Web
 * Annotation Data Model, section 4.2.4). Pure. Forgives what typesetting changes (spaces, line breaks, kinds of quotation mark, dash and
 * apostrophe), never a word.
 */
import { z } from 'zod';

/** Characters kept before and after the words, so that a reader finds the right place where they come twice. */
const CONTEXT = 32;

export const textQuote = z.strictObject({
  type: z.literal('TextQuoteSelector'),
  /** as the source has it */
  exact: z.string().min(1).max(4_000),
  prefix: z.string().max(CONTEXT),
  suffix: z.string().max(CONTEXT),
});
export type TextQuote = z.infer<typeof textQuote>;

const SAME: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
};
/** Soft hyphen, zero-width space and joiners: seen by nobody. */
const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/;

interface Folded {
  readonly text: string;
  /** for each character of `text`, where it began in the original */
  readonly at: readonly number[];
}

function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  for (let i = 0; i < original.length; i++) {
    const char = original[i] ?? '';
    if (UNSEEN.test(char)) continue;
    const space = /\s/.test(char);
    if (space && (text === '' || text.endsWith(' '))) continue;
    text += space ? ' ' : (SAME[char] ?? char);
    at.push(i);
  }
  return { text, at };
}

/** The words without spaces and quotation marks around them. */
export const bare = (words: string): string =>
  words
    .trim()
    .replace(/^["“„«‘']+|["”»’']+$/gu, '')
    .trim();

/**
 * Where the words stand in the source, or null where they do not. Of several places the first. Both texts in NFC.
 * @param words as somebody quotes them, with or without quotation marks
 */
export function anchorOf(source: string, words: string): TextQuote | null {
  const wanted = fold(bare(words)).text.trim();
  if (wanted === '') return null;
  const { text, at } = fold(source);
  for (let from = 0; ; ) {
    const found = text.indexOf(wanted, from);
    if (found < 0) return null;
    const end = found + wanted.length;
    // Whole words: "art" does not stand in "party".
    const whole = !(joins(text[found - 1], wanted[0]) || joins(wanted.at(-1), text[end]));
    if (!whole) {
      from = found + 1;
      continue;
    }
    const start = at[found] ?? 0;
    const after = (at[end - 1] ?? source.length - 1) + 1;
    return {
      type: 'TextQuoteSelector',
      exact: source.slice(start, after),
      prefix: source.slice(Math.max(0, start - CONTEXT), start).toWellFormed(),
      suffix: source.slice(after, after + CONTEXT).toWellFormed(),
    };
  }
}

const LETTER = /[\p{L}\p{N}]/u;
const joins = (a: string | undefined, b: string | undefined) =>
  a !== undefined && b !== undefined && LETTER.test(a) && LETTER.test(b);
