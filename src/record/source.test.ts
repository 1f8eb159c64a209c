/** The page that says what runs here: with and without a place for its source. */
import { afterEach, expect, test } from 'vitest';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { VERSION } from '../base/version.ts';
import { readSettings } from '../settings.ts';

let p: TestPublic;
afterEach(() => p.close());

test('names licence and version, and how to ask where the operator has said nothing', async () => {
  p = await testPublic();
  const home = await (await p.get('/')).text();
  expect(home).toContain('href="/source"');
  const answer = await p.get('/source');
  expect(answer.status).toBe(200);
  const html = await answer.text();
  expect(html).toContain('AGPL-3.0-or-later');
  expect(html).toContain(`<dd>${VERSION}</dd>`);
  expect(html).toContain('SOURCE_URL');
});

test('leads to the place that the operator has set', async () => {
  const { sourceUrl } = readSettings({ SOURCE_URL: 'https://code.example.gov/counterfoil/' });
  p = await testPublic(sourceUrl === null ? {} : { sourceUrl });
  const html = await (await p.get('/source')).text();
  expect(html).toContain('<a href="https://code.example.gov/counterfoil">');
  expect(html).not.toContain('SOURCE_URL');
  expect(() => readSettings({ SOURCE_URL: 'javascript:alert(1)' })).toThrow('SOURCE_URL');
});
