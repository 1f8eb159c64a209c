/**
 * A language in which every message stands between ⟦ and ⟧ (a pseudo-locale): what a page says outside of these is data, or words that stand in no
 * message file. Finds what the look at the source (hard-words.ts) cannot: words that are put together, or come from a table.
 */
import { addLanguage } from '../../src/base/language.ts';
import { en } from '../../src/messages/index.ts';

export const MARKED = 'x-marked';

/** Makes the language known to this process. */
export function addMarked(): void {
  const messages = Object.fromEntries(Object.entries(en).map(([id, text]) => [id, `⟦${text}⟧`]));
  addLanguage(MARKED, { name: 'Marked', messages, locale: 'en-US' });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
const decoded = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (all, name) => ENTITIES[name] ?? all);

/** Elements whose text nobody reads on this page, or that says no words: scripts, drawings, instants, what people typed, code, languages' own names. */
const SILENT = /<(script|style|svg|time|textarea|code|pre|template)\b[^>]*>[\s\S]*?<\/\1>/g;
const READ = /\b(?:title|aria-label|placeholder|alt)="([^"]*)"/g;

/** What a page says outside of messages: pieces of text, and attributes that people read, in order. */
export function unmarked(html: string): string[] {
  const body = html.replace(/^[\s\S]*?<body/, '<body').replaceAll(SILENT, ' ');
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '';
  const found: string[] = [];
  let depth = 0;
  const take = (text: string) => {
    let outside = '';
    for (const letter of decoded(text)) {
      if (letter === '⟦') depth += 1;
      else if (letter === '⟧') depth -= 1;
      else if (depth === 0) outside += letter;
    }
    const said = outside.replaceAll(/\s+/g, ' ').trim();
    if (/\p{L}{2}/u.test(said)) found.push(said);
  };
  take(title);
  for (const piece of body.split(/(<[^>]*>)/)) {
    if (!piece.startsWith('<')) take(piece);
    else {
      const before = depth;
      for (const [, text = ''] of piece.matchAll(READ)) {
        depth = 0;
        take(text);
      }
      depth = before;
    }
  }
  return found;
}
