/** How words are found by language, and put together. */
import { expect, it } from 'vitest';
import { csvDownload } from './csv.ts';
import { addLanguage, inLanguage, isMessage, language, listed, num, parts, preferred, t, wordOf } from './language.ts';

it('says what is asked for in the language of what is going on, also after waiting', async () => {
  expect(t('ui.skip')).toBe('Skip to the content');
  await inLanguage('es', async () => {
    await Promise.resolve();
    expect([language(), t('ui.skip')]).toEqual(['es', 'Ir al contenido']);
    inLanguage('en', () => expect(t('ui.skip')).toBe('Skip to the content'));
  });
  expect(language()).toBe('en');
});

it('fills gaps and counts by the rules of the language', () => {
  expect([1, 2, 90_837].map((n) => t('ui.count.items', { n }))).toEqual(['1 item', '2 items', '90,837 items']);
  expect(inLanguage('es', () => [1, 2].map((n) => t('ui.count.items', { n })))).toEqual(['1 punto', '2 puntos']);
  expect(t('ui.progress.so-far', { done: 31_500, total: '90,837 letters', percent: 34 })).toBe(
    '31,500 of 90,837 letters (34%)',
  );
  expect(t('words.items', { n: 3, items: listed(['1', '2', '3']) })).toBe('Items 1, 2 and 3');
  expect(inLanguage('es', () => listed(['1', '2', '3']))).toBe('1, 2 y 3');
  expect(num(1_234_567)).toBe('1,234,567');
});

it('gives the parts of a message with elements inside, in the order of the language', () => {
  const given = { more: (words: (string | { b: unknown })[]) => ({ b: words }) };
  expect(parts('ui.nav.verify', given)).toEqual(['Verify', { b: [' a receipt'] }]);
  expect(inLanguage('es', () => parts('ui.nav.verify', given))).toEqual(['Verificar', { b: [' un recibo'] }]);
});

it('shows a value for which there are no words as it is', () => {
  expect(wordOf('words.kind.request.issued', 'request.issued')).toBe('request issued');
  expect(wordOf('words.kind.something.new', 'something.new')).toBe('something.new');
  expect([isMessage('ui.skip'), isMessage('constructor'), isMessage('__proto__')]).toEqual([true, false, false]);
});

it('reads what a browser prefers (RFC 9110, 12.5.4)', () => {
  const asked: readonly (readonly [string, string | null])[] = [
    ['', null],
    ['es', 'es'],
    ['es-MX,es;q=0.9,en;q=0.8', 'es'],
    ['en-US,en;q=0.9,es;q=0.8', 'en'],
    ['de, fr;q=0.8', null],
    ['de, es;q=0.1, en;q=0.2', 'en'],
    ['es;q=0, en', 'en'],
    ['*', null],
    ['ES-us', 'es'],
    ['q=1;;;,,es ; q=abc', 'es'],
    [`${'x,'.repeat(10_000)}es`, null],
  ];
  expect(asked.map(([header]) => [header, preferred(header)])).toEqual(asked);
});

it('takes a further language, and says in English what that one lacks', () => {
  addLanguage('x-test', { name: 'Test', locale: 'de-DE', messages: { 'ui.count.items': '{n, number} Dinge' } });
  inLanguage('x-test', () => {
    expect(t('ui.count.items', { n: 90_837 })).toBe('90.837 Dinge');
    expect(t('ui.skip')).toBe('Skip to the content');
  });
});

it('a download that is made while it is read is said in the language of who asked', async () => {
  async function* rows() {
    await Promise.resolve();
    yield [[t('ui.skip')]];
  }
  const answer = inLanguage('es', () => csvDownload('words.csv', ['words'], rows()));
  expect(await answer.text()).toContain('Ir al contenido');
});
