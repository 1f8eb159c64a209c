/** One rendering for many readers: who gets a copy, who never does, and when it is made anew. */
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Ctx, Env } from '../base/route.ts';
import { caching } from './middleware.ts';
import { sharing } from './sharing.ts';

let made = 0;
let version = '1';
let now = 0;
let hold: Promise<void> | null = null;

const respond =
  (cache: string | null, type = 'text/html; charset=UTF-8') =>
  async (c: Ctx) => {
    made++;
    const mine = made;
    await hold;
    if (cache) c.header('Cache-Control', cache);
    c.header('Content-Type', type);
    return c.body(`${mine} ${'words '.repeat(1000)}`);
  };

const app = new Hono<Env>();
app.use(
  sharing(
    () => version,
    () => now,
  ),
);
app.use(compress());
app.use(caching('anyone'));
app.get('/record', respond('public, max-age=10'));
app.get('/own', respond('private, no-cache'));
app.get('/plain', respond(null));
app.get('/table.csv', respond('public, max-age=10', 'text/csv'));
app.get('/cookie', async (c) => {
  c.header('Set-Cookie', 'a=b');
  return await respond('public, max-age=10')(c);
});
app.get('/broken', () => {
  made++;
  throw new Error('broken');
});
app.onError((_error, c) => c.text('sorry', 500));

const server = createAdaptorServer({ fetch: (request) => app.fetch(request) });
let base = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  made = 0;
  version = String(Math.random());
  now = 0;
  hold = null;
});

const read = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(base + path, { headers });
  return {
    status: answer.status,
    text: await answer.text(),
    etag: answer.headers.get('etag'),
    headers: answer.headers,
  };
};

it('renders a public page once for all who ask at once, and for a second after', async () => {
  let go: () => void = () => {};
  hold = new Promise((done) => {
    go = done;
  });
  const all = Promise.all(Array.from({ length: 50 }, () => read('/record')));
  await new Promise((done) => setTimeout(done, 100));
  go();
  const texts = new Set((await all).map(({ text }) => text));
  expect([texts.size, made]).toEqual([1, 1]);
  now = 999;
  expect((await read('/record')).headers.get('content-encoding')).toBe('gzip');
  expect(made).toBe(1);
  now = 1000;
  await read('/record');
  expect(made).toBe(2);
});

it('makes it anew as soon as something was appended, and for another address or encoding', async () => {
  await read('/record');
  version = String(Math.random());
  const { text } = await read('/record');
  expect([made, text.startsWith('2 ')]).toEqual([2, true]);
  await read('/record?page=2');
  const plain = await read('/record', { 'accept-encoding': 'identity' });
  expect([made, plain.headers.get('content-encoding')]).toEqual([4, null]);
});

it('while it is made anew, others go on with the copy, up to a second', async () => {
  await read('/record');
  version = String(Math.random());
  let letGo = () => {};
  hold = new Promise((resolve) => (letGo = resolve));
  const next = read('/record');
  await expect.poll(() => made).toBe(2);
  expect((await read('/record')).text.startsWith('1 ')).toBe(true);
  now += 1_001;
  const late = read('/record');
  letGo();
  expect([(await next).text.slice(0, 2), (await late).text.slice(0, 2), made]).toEqual(['2 ', '2 ', 2]);
});

it('answers who has a copy already with 304, from the shared rendering', async () => {
  const { etag } = await read('/record');
  const again = await read('/record', { 'if-none-match': etag ?? '' });
  expect([again.status, again.text, made]).toEqual([304, '', 1]);
  version = String(Math.random());
  expect((await read('/record', { 'if-none-match': '"other"' })).status).toBe(200);
  expect((await read('/record', { 'if-none-match': '"other"' })).status).toBe(200);
  expect(made).toBe(2);
});

it('gives nobody what is not public, and nothing to readers who bring a cookie or credentials', async () => {
  for (const path of ['/own', '/plain', '/cookie', '/table.csv', '/broken']) {
    made = 0;
    await Promise.all([read(path), read(path)]);
    expect([path, made]).toEqual([path, 2]);
  }
  made = 0;
  await read('/record');
  await read('/record', { cookie: 'session=1' });
  await read('/record', { authorization: 'Bearer x' });
  expect(made).toBe(3);
});
