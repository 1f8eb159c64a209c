/**
 * What must hold of message files: every language has every id, each message can be read (ICU MessageFormat), and is given the same things in every
 * language. Also writes the types of ids, so that a page that forgets a value or misspells an id does not compile.
 */
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import type { Catalog } from '../../src/messages/index.ts';

/** What a message is given: by name, as text, a number (plural, `{n, number}`), a choice (select) or what a tag becomes. */
export type Given = ReadonlyMap<string, 'text' | 'number' | 'choice' | 'tag'>;

/** @throws SyntaxError of the parser for what is no ICU message */
export function givenTo(text: string): Given {
  const found = new Map<string, 'text' | 'number' | 'choice' | 'tag'>();
  const note = (name: string, what: 'text' | 'number' | 'choice' | 'tag') => {
    const before = found.get(name);
    // A number may also stand as it is: {n, plural, one {…}} and {n}.
    if (before === undefined || before === 'text') found.set(name, what);
    else if (what !== 'text' && what !== before) throw new SyntaxError(`"${name}" is both ${before} and ${what}`);
  };
  const walk = (elements: readonly MessageFormatElement[]): void => {
    for (const one of elements) {
      if (one.type === TYPE.argument) note(one.value, 'text');
      else if (one.type === TYPE.number) note(one.value, 'number');
      else if (one.type === TYPE.plural || one.type === TYPE.select) {
        note(one.value, one.type === TYPE.plural ? 'number' : 'choice');
        for (const option of Object.values(one.options)) walk(option.value);
      } else if (one.type === TYPE.tag) {
        note(one.value, 'tag');
        walk(one.children);
      } else if (one.type === TYPE.date || one.type === TYPE.time)
        throw new SyntaxError('dates are written by src/ui/time.tsx, which knows zones');
    }
  };
  walk(parse(text));
  return found;
}

const names = (given: Given): string =>
  [...given]
    .map(([name, what]) => `${name}: ${what}`)
    .sort()
    .join(', ');

/** What is wrong with `other` beside the English `first`, in lines for the developer; empty when all is well. */
export function differences(first: Catalog, other: Catalog, language: string): string[] {
  const wrong: string[] = [];
  for (const [id, text] of Object.entries(first)) {
    const own = other[id];
    if (own === undefined) {
      wrong.push(`${language} lacks ${id}: ${text}`);
      continue;
    }
    try {
      const [asked, has] = [names(givenTo(text)), names(givenTo(own))];
      if (asked !== has) wrong.push(`${language} ${id} is given (${has}), English (${asked})`);
    } catch (error) {
      wrong.push(`${language} ${id} cannot be read: ${error instanceof Error ? error.message : error}`);
    }
    if (/^\s|\s$/.test(own) !== /^\s|\s$/.test(text))
      wrong.push(`${language} ${id} begins or ends with a space, or English does`);
  }
  for (const id of Object.keys(other))
    if (!Object.hasOwn(first, id)) wrong.push(`${language} has ${id}, which English has not`);
  return wrong;
}

/** `ids.ts`: what each message is given, messages with tags apart. */
export function typesOf(messages: Catalog): string {
  const plain: string[] = [];
  const tagged: string[] = [];
  for (const [id, text] of Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const given = [...givenTo(text)].sort(([a], [b]) => (a < b ? -1 : 1));
    const type = given.length === 0 ? 'None' : `{ ${given.map(([name, what]) => `${name}: '${what}'`).join('; ')} }`;
    (given.some(([, what]) => what === 'tag') ? tagged : plain).push(`  '${id}': ${type};`);
  }
  return [
    '// Written by `npm run messages` from the English files; do not edit.',
    'type None = Record<never, never>;',
    '/** Messages that are text, with what they are given. */',
    'export interface Plain {',
    ...plain,
    '}',
    '/** Messages with elements inside. */',
    'export interface Tagged {',
    ...tagged,
    '}',
    '',
  ].join('\n');
}
