/** Which language a reader gets, what caches are told of it, and how a reader chooses. */
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { RuleRefusal } from '../base/errors.ts';
import { language, t } from '../base/language.ts';
import type { Env } from '../base/route.ts';
import { page } from '../ui/page.tsx';
import { answerError } from './errors.tsx';
import { languageRoutes, spoken } from './language.ts';

const app = new Hono<Env>();
app.use(spoken);
app.get('/page', async (c) => {
  await Promise.resolve();
  return await page(c, { title: 'Words', area: 'public' }, t('ui.skip'));
});
app.get('/refused', () => {
  throw new RuleRefusal('no', { what: t('ui.refusal.busy') });
});
for (const path of ['/api/v1/words', '/words.csv', '/feed.atom']) app.get(path, (c) => c.text(language()));
for (const { path, handler } of languageRoutes) app.post(path, (c) => handler(c));
app.onError((error, c) => answerError(c, error, 'anyone'));

const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const SPANISH = { 'accept-language': 'es-PR,es;q=0.9' };

it('answers in the language that the address, the reader or the browser names, in this order', async () => {
  const said = async (path: string, headers?: Record<string, string>) =>
    /<html lang="([^"]*)"/.exec(await (await get(path, headers)).text())?.[1];
  expect(await said('/page')).toBe('en');
  expect(await said('/page', SPANISH)).toBe('es');
  expect(await said('/page', { ...SPANISH, cookie: 'lang=en' })).toBe('en');
  expect(await said('/page?lang=es', { cookie: 'lang=en' })).toBe('es');
  expect(await said('/page?lang=tlh', { cookie: 'lang=constructor', 'accept-language': '__proto__' })).toBe('en');
});

it('says refusals in it too, and tells caches what a page hangs on', async () => {
  const refused = await get('/refused', SPANISH);
  expect(await refused.text()).toContain('En este momento se está preparando demasiado de esto.');
  const answer = await get('/page', SPANISH);
  expect(answer.headers.get('content-language')).toBe('es');
  expect(answer.headers.get('vary')).toMatch(/Accept-Language/);
});

it('gives programs English whatever their browser prefers, unless the address names another', async () => {
  for (const path of ['/api/v1/words', '/words.csv', '/feed.atom']) {
    const answer = await get(path, { ...SPANISH, cookie: 'lang=es' });
    expect([await answer.text(), answer.headers.get('vary')]).toEqual(['en', null]);
    expect(await (await get(`${path}?lang=es`)).text()).toBe('es');
  }
});

it('offers the other language on every page, keeps the choice, and leads back to the page alone', async () => {
  const text = await (await get('/page?a=1&lang=es')).text();
  expect(text).toMatch(/<button class="linklike" type="submit" name="language" value="en" lang="en">\s*English/);
  const choose = (tag: string, referer: string) =>
    app.request('http://records.example.gov/language', {
      method: 'POST',
      body: new URLSearchParams({ language: tag }),
      headers: { referer },
    });
  const chosen = await choose('es', 'http://records.example.gov/page?a=1&lang=en');
  expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/page?a=1']);
  expect(chosen.headers.get('set-cookie')).toMatch(/^lang=es; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/);
  expect((await choose('es', 'http://records.example.gov//evil.example')).headers.get('location')).toBe(
    '/evil.example',
  );
  for (const before of ['//evil.example', 'https://evil.example/page', 'page', ''])
    expect((await choose('es', before)).headers.get('location')).toBe('/');
  expect((await choose('tlh', '')).headers.get('set-cookie')).toBeNull();
});
