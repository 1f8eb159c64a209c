/**
 * In which language something is said. Words stand in `src/messages`, one file for each part of the program and language; here a message is found by its
 * id and put together (ICU MessageFormat). The language belongs to what is going on (a request, a letter being written) and is carried along with it, so that
 * rules, refusals and pages need not hand it down. Never used for what is written to the ledger or to views: a fact is the same in every language.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Plain, Tagged } from '../messages/ids.ts';
import { type Catalog, en, es } from '../messages/index.ts';

/** What is known of a language: its own name, its messages, and the locale for numbers and dates. */
export interface Tongue {
  readonly name: string;
  readonly messages: Catalog;
  /** BCP 47; Spanish as it is written in the United States, where our readers are: 90,837 and 24 ene 2018 */
  readonly locale: string;
}

/** BCP 47 tag of a language that this program speaks. */
export type Language = string;

export const ENGLISH: Language = 'en';

const tongues = new Map<Language, Tongue>([
  [ENGLISH, { name: 'English', messages: en, locale: 'en-US' }],
  ['es', { name: 'Español', messages: es, locale: 'es-US' }],
]);

/** Adds a language; messages that it lacks are said in English. */
export function addLanguage(tag: Language, tongue: Tongue): void {
  tongues.set(tag, tongue);
}

/** Languages to choose from, by tag, with their own names. */
export const languages = (): readonly (readonly [Language, string])[] =>
  [...tongues].map(([tag, { name }]) => [tag, name] as const);

export const isLanguage = (tag: string): tag is Language => tongues.has(tag);

const current = new AsyncLocalStorage<Language>();

/** Says everything within `what`, and whatever it starts, in this language. */
export const inLanguage = <T>(language: Language, what: () => T): T => current.run(language, what);

/** The language of what is going on; English where nobody has said. */
export const language = (): Language => current.getStore() ?? ENGLISH;

/** Locale for `Intl`, of the language of what is going on. */
export const locale = (): string => tongues.get(language())?.locale ?? 'en-US';

/**
 * The language that a reader likes best among ours, by RFC 9110, 12.5.4 (Accept-Language); null where none of ours is named.
 * `es-MX` asks for Spanish too.
 */
export function preferred(header: string): Language | null {
  const asked = header
    .slice(0, 500)
    .split(',')
    .map((part, at) => {
      const [tag = '', ...options] = part
        .toLowerCase()
        .split(';')
        .map((one) => one.trim());
      const q = options.map((one) => /^q=([01](?:\.\d{1,3})?)$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { tag, q: Number(q ?? 1), at };
    })
    .filter(({ tag, q }) => tag !== '' && q > 0)
    .sort((a, b) => b.q - a.q || a.at - b.at);
  for (const { tag } of asked) {
    const ours = [tag, tag.split('-')[0] ?? ''].find(isLanguage);
    if (ours !== undefined) return ours;
  }
  return null;
}

type Value = { readonly text: string | number; readonly number: number; readonly choice: string };
/** What a message is given besides: nothing where it has no gaps. */
type Given<M, V> = keyof M extends never
  ? [values?: undefined]
  : [values: { readonly [A in keyof M]: M[A] extends keyof V ? V[M[A]] : never }];

export type MessageId = keyof Plain;
/** Ids of messages with elements inside; see `rich` (src/ui/rich.tsx). */
export type TaggedId = keyof Tagged;

type Made = { readonly fixed: string | null; readonly format: IntlMessageFormat };
const made = new Map<string, Made>();

function message(id: string): Made {
  const tag = language();
  const key = `${tag} ${id}`;
  const known = made.get(key);
  if (known) return known;
  const tongue = tongues.get(tag);
  const own = tongue?.messages[id];
  const text = own ?? en[id];
  if (text === undefined) throw new Error(`there is no message "${id}"`);
  const format = new IntlMessageFormat(text, own === undefined ? 'en-US' : (tongue?.locale ?? 'en-US'));
  const ast = format.getAst();
  const [only] = ast;
  const fixed = ast.length === 0 ? '' : ast.length === 1 && only?.type === 0 ? only.value : null;
  const one = { fixed, format };
  made.set(key, one);
  return one;
}

type Values = Readonly<Record<string, string | number>>;

function say(id: string, values?: Values): string {
  const { fixed, format } = message(id);
  return fixed ?? String(format.format<string>(values));
}

/** The message in the language of what is going on, with its gaps filled. Counts are `{n, number}` or plurals in the message, never put together here. */
export const t = <K extends MessageId>(id: K, ...[values]: Given<Plain[K], Value>): string => say(id, values);

/** True when there is a message of this id, one that is given nothing: for words of values that come from outside. */
export const isMessage = (id: string): boolean => Object.hasOwn(en, id);

/** The message of a value (`wordOf('words.kind.request.issued', 'request.issued')`), or the value itself where there are no words for it. */
export const wordOf = (id: string, value: string): string => (isMessage(id) ? say(id) : value);

/** How a message is written in the language of what is going on, gaps and all: for scripts, which put it together in the browser. */
export const textOf = (id: MessageId): string => tongues.get(language())?.messages[id] ?? en[id] ?? id;

/** The parts of a message that has elements inside: text, and what its tags and gaps were given. */
export function parts<C>(
  id: string,
  values: Readonly<Record<string, C | string | number | ((words: (C | string)[]) => C)>>,
): (C | string)[] {
  const { fixed, format } = message(id);
  if (fixed !== null) return [fixed];
  return format.formatToParts<C>(values).map((part) => part.value);
}

const lists = new Map<string, Intl.ListFormat>();
/** "1, 2 and 3", "a or b", in the language of what is going on; without the comma before the last. */
export function listed(items: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  const tag = locale() === 'en-US' ? 'en-GB' : locale();
  const key = `${tag} ${type}`;
  let format = lists.get(key);
  if (!format) {
    format = new Intl.ListFormat(tag, { type });
    lists.set(key, format);
  }
  return format.format(items);
}

const numbers = new Map<string, Intl.NumberFormat>();
/** A number with its separators: 90,837. */
export function num(n: number): string {
  const tag = locale();
  let format = numbers.get(tag);
  if (!format) {
    format = new Intl.NumberFormat(tag);
    numbers.set(tag, format);
  }
  return format.format(n);
}
