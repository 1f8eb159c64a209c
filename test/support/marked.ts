/**
 * A language in which every message stands between ⟦ and ⟧ (a pseudo-locale): what a page says outside of these is data, or words that stand in no
 * message file. Finds what the look at the source (hard-words.ts) cannot: words that are put together, or come from a table.
 */
import { addLanguage } from '../../src/base/language.ts';
import { en } from '../../src/messages/index.ts';
import { stateCode } from '../../src/rooms/states.ts';

export const MARKED = 'en-XA';

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

/** Names of things and formats, the same in every language. */
const NAMES =
  /^(?:Counterfoil|English|Español|Marked|AGPL-3\.0-or-later|PDF|JSON|CSV|XLSX|CSL-JSON|BibTeX|SHA-256|FollowTheMoney|UTC|checkpoint|[A-Z]\w+(?:\/[\w-]+(?: [\w-]+)*)+)$/;

/** As `dateText` writes it. */
const DATE = /^(?:\w{3} )?\d{1,2} \w{3} \d{4}$/;
/** Parts of a citation of law ("Cal.", "Code 7922.535", "5 ILCS 140/3"), of an address, of a calendar mail (TENTATIVE), a field of a letter (street_address), a log's name. */
const CITED =
  /^(?:(?:Cal|Civ|Code|Fed|Gov|Ill|Rev|Stat|Tex|Va)|(?:\d+ )?[A-Z][A-Za-z.]*(?: [A-Z]\w*)* ?[\d./-]+|[A-Z]{4,}|\w+_\w+|[\w.]+\/(?:log|witness)|https?|\/\/localhost)$/;
/** Names, titles and quotations stand beside one another with punctuation between. */
const PHRASE = /[^\p{L}\p{N}'’/@._ -]+|(?<=[.]) | - |[.]$/u;

/** What a page says past the message files: neither a message, nor a name, nor a state, nor what somebody wrote (`written`: all of it). */
export const saidPast = (html: string, written: string): string[] =>
  unmarked(html)
    .flatMap((said) => (NAMES.test(said) ? [] : said.split(PHRASE).map((phrase) => phrase.trim().replace(/[.]$/, ''))))
    .filter((said) => /\p{L}{2}/u.test(said) && !NAMES.test(said) && !DATE.test(said) && !CITED.test(said))
    .filter((said) => stateCode(said) === null && !written.includes(said));

/** What a page says outside of messages: pieces of text, and attributes that people read, in order. */
export function unmarked(html: string): string[] {
  const body = html
    .replace(/^[\s\S]*?<body/, '<body')
    .replaceAll(SILENT, ' ')
    .replaceAll(/<div class="letter">[\s\S]*?<\/div>/g, ' ');
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
