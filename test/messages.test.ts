/** Message files are whole in every language, fit one another and the types made of them; nothing is said past them. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as catalogs from '../src/messages/index.ts';
import { hardWords } from './support/hard-words.ts';
import { differences, givenTo, typesOf } from './support/messages.ts';
import { DATA, OTHERS } from './support/not-said.ts';

const folder = 'src/messages';

it('every language has every message, given the same things', () => {
  const languages = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(languages.map(({ name }) => name).sort()).toEqual(['en', 'es']);
  expect(differences(catalogs.en, catalogs.es, 'es')).toEqual([]);
  const inFiles = readdirSync(`${folder}/en`).flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(`${folder}/en/${file}`, 'utf8'))),
  );
  // No id stands in two files, and every file is read.
  expect(inFiles.sort()).toEqual(Object.keys(catalogs.en).sort());
});

it('types fit the messages: `npm run messages` was run', () => {
  expect(typesOf(catalogs.en)).toBe(readFileSync(`${folder}/ids.ts`, 'utf8'));
});

it('finds what is wrong with a translation', () => {
  const first = { 'a.gap': 'To {who}', 'a.count': '{n, plural, one {#} other {#}}', 'a.link': 'Go <a>on</a>' };
  expect(differences(first, { ...first }, 'es')).toEqual([]);
  const wrong = differences(
    first,
    { 'a.gap': 'A {quien}', 'a.count': '{n}', 'a.link': 'Siga <a>', 'a.more': '' },
    'es',
  );
  expect(wrong).toHaveLength(4);
  expect(() => givenTo('{n, plural, one {#} other {#}} {n, select, a {} other {}}')).toThrow(/both number and choice/);
  expect(() => givenTo('{at, date}')).toThrow(/zones/);
});

it('finds words that no message file holds', () => {
  const page = `export const P = ({ n }) => <p title="A title" class="two words">Hello there {n === 1 ? 'one' : t('x.y')}</p>;`;
  expect(hardWords('page.tsx', page).map(({ text }) => text)).toEqual(['A title', 'Hello there', 'one']);
  const rule = `const f = () => { throw new RuleRefusal('no', { what: 'This is not so.' }); }; const g = () => { throw new Error('not for people'); };`;
  expect(hardWords('rule.ts', rule).map(({ text }) => text)).toEqual(['This is not so.']);
});

it('nothing is said past the message files', () => {
  const files = globSync('src/**/*.{ts,tsx}').filter((file) => !/\.test\.tsx?$/.test(file));
  expect(files.length).toBeGreaterThan(500);
  const said = files
    .filter((file) => !OTHERS.some(([pattern]) => pattern.test(file)))
    .flatMap((file) =>
      hardWords(file, readFileSync(file, 'utf8')).map(({ line, text }) => ({ at: `${file}:${line}`, text })),
    )
    .filter(({ text }) => !DATA.has(text));
  expect(said.map(({ at, text }) => `${at} ${text}`)).toEqual([]);
});
