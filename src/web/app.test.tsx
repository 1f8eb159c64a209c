import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../test/support/postgres.ts';
import { STAFF, servicesWithoutStore } from '../../test/support/web.ts';
import { fromPostgres } from '../adapters/postgres/index.ts';
import { openKysely, openPool } from '../adapters/postgres/pool.ts';
import { Conflict, InvalidInput, LinkRefused, StorageFull, TooMany, Unavailable } from '../base/errors.ts';
import { type Actor, ANYONE, type Ctx, EDITOR, OWNER, RECIPIENT, type Route, VIEWER } from '../base/route.ts';
import type { Services } from '../base/services.ts';
import type { Assets } from '../ui/assets.ts';
import { redirectWith } from '../ui/context.ts';
import { page } from '../ui/page.tsx';
import { buildApp } from './app.tsx';
import { loggedPath } from './log.ts';

const BASE = 'http://localhost:8080';
const id = (n: number) => `0189c3c0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [OURS, THEIRS] = [id(1), id(2)];
const bytes = (text: string) => new TextEncoder().encode(text);
const assets: Assets = {
  names: ['app.css'],
  url: (name) => `/assets/${name}`,
  get: (path) =>
    path === '/assets/app.1.css'
      ? { path, type: 'text/css', body: bytes('plain'), brotli: bytes('br'), gzip: bytes('gz') }
      : undefined,
};

const boom =
  (error: () => unknown): Route['handler'] =>
  () => {
    throw error();
  };
const get = (
  path: string,
  access: Route['access'],
  handler: Route['handler'] = (c) => c.text(`at ${c.req.path}`),
): Route => ({ method: 'GET', path, access, handler });
const post = (path: string, access: Route['access'], handler: Route['handler'] = (c) => c.text('taken')): Route => ({
  method: 'POST',
  path,
  access,
  handler,
});

const ROUTES: Route[] = [
  get('/public', ANYONE, (c) => page(c, { title: 'Public', area: 'public' }, <h1>Public</h1>)),
  get(
    '/l/:link',
    ANYONE,
    boom(() => new LinkRefused('link-expired', 'This link is over.')),
  ),
  get(
    '/busy',
    ANYONE,
    boom(() => new TooMany('codes', 'Too many wrong codes.', 61.2)),
  ),
  get(
    '/broken',
    ANYONE,
    boom(() => new Error('secret inside')),
  ),
  get(
    '/api/v1/broken',
    ANYONE,
    boom(() => new Error('secret inside')),
  ),
  get(
    '/api/v1/wrong',
    ANYONE,
    boom(() => new InvalidInput('bad-query', { what: 'No.', next: 'Try X.' }, { limit: 'Give a number.' })),
  ),
  get(
    '/conflict',
    ANYONE,
    boom(() => new Conflict('changed', 'Somebody else wrote.')),
  ),
  get(
    '/full',
    ANYONE,
    boom(() => new StorageFull('disk', 'No room.')),
  ),
  get(
    '/down',
    ANYONE,
    boom(() => new Unavailable('database', 'Down.')),
  ),
  post('/echo', ANYONE, async (c) => c.text(String((await c.req.text()).length))),
  post('/save', ANYONE, (c) => redirectWith(c, '/public', 'Saved.')),
  { ...post('/small', ANYONE), body: { maxBytes: 10 } },
  get('/desk', VIEWER),
  post('/desk', EDITOR),
  get('/desk/owner', OWNER),
  get('/desk/matters/:matter', VIEWER),
  get('/desk/requests/:request/board', VIEWER),
  get('/desk/services/:service', VIEWER),
  get('/desk/answers/:answer', VIEWER),
  get('/desk/drafts/:draft/when', VIEWER),
  get('/api/v1/desk', VIEWER),
  get('/answer', RECIPIENT),
];

let database: FreshDatabase;
let services: Services;
let actor: Actor = { who: 'anyone' };
const lines: object[] = [];
const note = (facts: object) => void lines.push(facts);
let app: ReturnType<typeof buildApp>;

beforeAll(async () => {
  database = await freshDatabase();
  const db = openKysely(openPool(database.appConfig, 2));
  services = { ...servicesWithoutStore(BASE), db };
  const when = { occurred_at: new Date(), recorded_at: new Date() };
  const json = JSON.stringify({});
  for (const [k, issuer] of [
    [0, OURS],
    [1, THEIRS],
  ] as const) {
    const fact = { seq: k, ...when };
    await db
      .insertInto('view.matter')
      .values({
        ...fact,
        id: id(10 + k),
        slug: `m${k}`,
        title: 'M',
        summary: '',
        issuer,
        audience: 'public',
        example: false,
      })
      .execute();
    await db
      .insertInto('view.request')
      .values({
        ...fact,
        id: id(20 + k),
        matter: id(10 + k),
        issuer,
        title: 'R',
        authority: '',
        compulsory: false,
        conduct: 'served',
        items: json,
        due_rule: json,
        letter: json,
        audience: 'public',
      })
      .execute();
    await db
      .insertInto('view.service')
      .values({
        ...fact,
        id: id(30 + k),
        request: id(20 + k),
        matter: id(10 + k),
        recipient: id(99),
        name: 'P',
        kind: 'city',
        state: null,
        ocd_id: null,
        due_on: '2018-02-23',
        due_at: new Date(),
        working: json,
        merge: json,
        audience: 'public',
      })
      .execute();
    await db
      .insertInto('view.answer')
      .values({ ...fact, id: id(40 + k), service: id(30 + k), round: 1, body: json })
      .execute();
    await db
      .insertInto('work.request_draft')
      .values({ id: id(50 + k), matter: id(10 + k), body: json, request: null, updated_at: new Date() })
      .execute();
  }
  app = buildApp({
    services,
    assets,
    routes: ROUTES,
    whoIs: async () => actor,
    log: { info: note, warn: note, error: note },
    authHandler: () => new Response('auth'),
  });
});
afterAll(async () => {
  await services.db.destroy();
  await database.drop();
});

const as = async (who: Actor, path: string, init?: RequestInit) => {
  actor = who;
  try {
    return await app.request(BASE + path, { redirect: 'manual', ...init });
  } finally {
    actor = { who: 'anyone' };
  }
};
const nobody: Actor = { who: 'anyone' };
const form = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: BASE },
  body: 'a=1',
};

describe('who may come in', () => {
  const THINGS = [
    ['/desk/matters/', 10, ''],
    ['/desk/requests/', 20, '/board'],
    ['/desk/services/', 30, ''],
    ['/desk/answers/', 40, ''],
    ['/desk/drafts/', 50, '/when'],
  ] as const;

  it.each(THINGS)(
    '%s: ours is shown; theirs, what does not exist and what is no id are the same 404',
    async (before, n, after) => {
      expect((await as(STAFF, `${before}${id(n)}${after}`)).status).toBe(200);
      const pages = [];
      for (const other of [id(n + 1), id(777), 'x', "'%3B--"]) {
        const res = await as(STAFF, `${before}${other}${after}`);
        expect(res.status, other).toBe(404);
        pages.push(await res.text());
      }
      expect(new Set(pages).size).toBe(1);
    },
  );
  it('sends strangers to sign in, with the way back, and refuses their posts', async () => {
    const res = await as(nobody, '/desk/requests/x/board?asOf=1');
    expect([res.status, res.headers.get('location')]).toEqual([
      303,
      '/sign-in?next=%2Fdesk%2Frequests%2Fx%2Fboard%3FasOf%3D1',
    ]);
    expect((await as(nobody, '/desk', form)).status).toBe(401);
    const api = await as(nobody, '/api/v1/desk');
    expect([api.status, api.headers.get('content-type')]).toEqual([401, 'application/json']);
  });
  it('wants the role that the route names', async () => {
    expect((await as(STAFF, '/desk/owner')).status).toBe(403);
    if (STAFF.who !== 'staff') throw new Error('not staff');
    expect((await as({ ...STAFF, role: 'viewer' }, '/desk', form)).status).toBe(403);
    expect((await as({ ...STAFF, role: 'owner' }, '/desk/owner')).status).toBe(200);
  });
  it('keeps recipients and staff apart', async () => {
    const them: Actor = { who: 'recipient', service: id(30), address: 'clerk@example.gov' };
    expect((await as(them, '/answer')).status).toBe(200);
    expect((await as(them, '/desk')).status).toBe(303);
    const res = await as(STAFF, '/answer');
    expect(res.status).toBe(401);
    expect(await res.text()).toContain('Open the link in the letter again');
  });
  it('does not start with a route whose things nobody owns', () => {
    const parts = { services, assets, whoIs: async () => nobody };
    expect(() => buildApp({ ...parts, routes: [get('/desk/letters/:letter', VIEWER)] })).toThrow(
      '/desk/letters/:letter',
    );
    expect(() =>
      buildApp({ ...parts, routes: [get('/desk/letters/:letter', VIEWER)], freeParameters: ['letter'] }),
    ).not.toThrow();
    expect(() => buildApp({ ...parts, routes: [get('/desk/matters/:matter/letters/:letter', VIEWER)] })).not.toThrow();
  });
});

describe('forms and bodies', () => {
  it('refuses forms of other sites, also without an origin, and says so plainly', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ]) {
      const res = await as(nobody, '/echo', {
        method: 'POST',
        body: 'a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
      expect(res.status).toBe(403);
      expect(await res.text()).toContain('sent from another site');
    }
    expect((await as(nobody, '/echo', form)).status).toBe(200);
  });
  it('limits bodies: 1 MiB, or what the route says, also without a stated length', async () => {
    const headers = { 'content-type': 'text/plain', origin: BASE };
    expect((await as(nobody, '/echo', { method: 'POST', headers, body: 'x'.repeat(1024 * 1024) })).status).toBe(200);
    expect((await as(nobody, '/echo', { method: 'POST', headers, body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(
      413,
    );
    const stream = new ReadableStream({
      start(to) {
        to.enqueue(bytes('x'.repeat(11)));
        to.close();
      },
    });
    const sent: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: stream, duplex: 'half' };
    expect((await as(nobody, '/small', sent)).status).toBe(413);
  });
  it('shows a notice once', async () => {
    const res = await as(nobody, '/save', form);
    expect(res.status).toBe(303);
    const cookie = (res.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const next = await as(nobody, '/public', { headers: { cookie } });
    expect(await next.text()).toContain('Saved.');
    expect(next.headers.get('set-cookie')).toMatch(/^notice=; Max-Age=0/);
  });
});

describe('answers', () => {
  it.each([
    ['/l/abc', 410, 'This link is over.'],
    ['/busy', 429, 'Too many wrong codes.'],
    ['/conflict', 409, 'Somebody else wrote.'],
    ['/full', 507, 'No room.'],
    ['/down', 503, 'Down.'],
    ['/nowhere', 404, 'There is no page at this address.'],
  ])('%s is %i', async (path, status, words) => {
    const res = await as(nobody, path);
    expect(res.status).toBe(status);
    expect(await res.text()).toContain(words);
    if (status === 429) expect(res.headers.get('retry-after')).toBe('62');
    expect(res.headers.get('cache-control')).toBe('no-store');
  });
  it('shows the number of the request and nothing of the inside when something unexpected happens', async () => {
    for (const path of ['/broken', '/api/v1/broken']) {
      const res = await as(nobody, path);
      const text = await res.text();
      expect(res.status).toBe(500);
      expect(text).not.toContain('secret inside');
      expect(text).toContain(res.headers.get('x-request-id') ?? 'no id');
    }
  });
  it('speaks JSON to programs', async () => {
    const res = await as(nobody, '/api/v1/wrong');
    expect(res.status).toBe(422);
    expect(await res.json()).toMatchObject({
      error: { code: 'bad-query', what: 'No.', next: 'Try X.', fields: { limit: 'Give a number.' } },
    });
  });
  it('carries strict headers everywhere, HSTS only by https', async () => {
    for (const path of ['/public', '/nowhere', '/broken', '/assets/app.1.css']) {
      const h = (await as(nobody, path)).headers;
      expect(h.get('content-security-policy'), path).toBe(
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
      );
      expect([h.get('x-content-type-options'), h.get('referrer-policy'), h.get('strict-transport-security')]).toEqual([
        'nosniff',
        'same-origin',
        null,
      ]);
    }
    const https = buildApp({
      services: { ...services, config: { ...services.config, baseUrl: 'https://records.example.gov' } },
      assets,
      routes: ROUTES,
      whoIs: async () => nobody,
    });
    expect(
      (await https.request('http://records.example.gov/public')).headers.get('strict-transport-security'),
    ).toContain('max-age');
  });
  it('says to come again where the database cannot be read, and nothing of its inside', async () => {
    const away = openPool({ host: '/nowhere', user: 'nobody', database: 'none' });
    const parts = { services: { ...services, db: openKysely(away) }, assets, whoIs: async () => nobody };
    const handler = async (c: Ctx) => c.json(await c.get('services').db.selectFrom('log.tree').selectAll().execute());
    const read: Route = { method: 'GET', path: '/public', access: ANYONE, handler };
    const app = buildApp({ ...parts, routes: [read], mapError: fromPostgres });
    const answer = await app.request(`${BASE}/public`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('nowhere');
    await away.end();
  });
  it('stores pages of staff and recipients nowhere, and lets public ones be asked about', async () => {
    expect((await as(STAFF, '/desk')).headers.get('cache-control')).toBe('no-store');
    const first = await as(nobody, '/public');
    const etag = first.headers.get('etag') ?? '';
    expect([first.headers.get('cache-control'), etag.length > 10]).toEqual(['no-cache', true]);
    const again = await as(nobody, '/public', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await as(STAFF, '/public', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });
  it('answers HEAD, sign-in and assets, precompressed and for ever', async () => {
    const head = await as(nobody, '/public', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(await (await as(nobody, '/api/auth/session')).text()).toBe('auth');
    const asset = await as(nobody, '/assets/app.1.css', { headers: { 'accept-encoding': 'gzip, br' } });
    expect([await asset.text(), asset.headers.get('content-encoding'), asset.headers.get('cache-control')]).toEqual([
      'br',
      'br',
      'public, max-age=31536000, immutable',
    ]);
    expect((await as(nobody, '/assets/../package.json')).status).toBe(404);
  });
});

describe('the log', () => {
  it('holds no queries and nothing that opens anything', async () => {
    lines.length = 0;
    await as(nobody, '/l/very-secret-link?code=123456');
    await as(nobody, '/L/very-secret-link/mistyped');
    await as(STAFF, `/desk/matters/${id(10)}?asOf=2018`);
    const text = JSON.stringify(lines);
    expect(text).not.toMatch(/very-secret|123456|asOf/);
    expect(text).toContain(`/desk/matters/${id(10)}`);
    expect(text).toContain('/l/…');
  });
  it('masks by the route that answered', () => {
    expect(loggedPath('/a/xyz/items/3', '/a/:link/items/:item')).toBe('/a/…/items/3');
    expect(loggedPath('/invitation/xyz', '/invitation/:token')).toBe('/invitation/…');
    expect(loggedPath('/a/xyz', null)).toBe('/a/…');
    expect(loggedPath('/abcdefghijklmnopqrstuvwxyz', null)).toBe('/…');
  });
});
