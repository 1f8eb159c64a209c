/**
 * A small server for tests of sign-in and entrance: real PostgreSQL, real mail files, the rooms' own routes behind the access rules of
 * their `Route`s. The ledger is a stand-in that keeps what was appended; its own tests are elsewhere.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type ParsedMail, simpleParser } from 'mailparser';
import pg from 'pg';
import { z } from 'zod';
import { authPool, createAuth, ownerLink } from '../../src/adapters/auth/index.ts';
import { fileMailer } from '../../src/adapters/mail/file.ts';
import type { Append, Appended } from '../../src/base/append.ts';
import type { Database } from '../../src/base/database.ts';
import { Refusal, TooMany } from '../../src/base/errors.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import { type Env, ROLES, type Route } from '../../src/base/route.ts';
import type { LedgerPort, Services } from '../../src/base/services.ts';
import { signInMail } from '../../src/rooms/access/mails.ts';
import { accessRoutes } from '../../src/rooms/access/pages.tsx';
import { entranceRoutes } from '../../src/rooms/answers/entrance.tsx';
import { makeWhoIs } from '../../src/web/who.ts';
import { freshDatabase } from './postgres.ts';

export const BASE = 'http://localhost:8080';
export const random = (n: number) => new Uint8Array(randomBytes(n));

/** Keeps entries in memory and rows in the database; the same key writes nothing again, as the real one promises. */
function ledgerStandIn(db: Kysely<Database>, appended: Append[]): LedgerPort {
  const known = new Map<string, Promise<Appended>>();
  const write = async (command: Append): Promise<Appended> => {
    const at = new Date().toISOString();
    await db.transaction().execute(async (tx) => {
      for (const { table, rows } of command.rows ?? [])
        for (const row of rows) {
          const columns = sql.join(Object.keys(row).map((name) => sql.ref(name)));
          const values = sql.join(Object.values(row).map((value) => sql`${value}`));
          await sql`insert into ${sql.table(table)} (${columns}) values (${values})`.execute(tx);
        }
    });
    appended.push(command);
    return {
      entries: command.entries.map((entry, i) => ({
        position: appended.length + i,
        entry: { ...entry, v: 1, recordedAt: at },
      })),
      repeated: false,
    };
  };
  return {
    async append(command) {
      const before = known.get(command.key);
      if (before) return { ...(await before), repeated: true };
      const now = write(command);
      known.set(command.key, now);
      return await now;
    },
    receipt: async () => null,
    receipts: async () => new Map(),
    published: async () => true,
  };
}

export type World = Awaited<ReturnType<typeof world>>;

/** Everything that one test needs; call `close` after it. */
export async function world(over: { sendCodeFails?: boolean } = {}) {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-world-'));
  let now = Date.now();
  const clock = { now: () => now };
  const pool = authPool(database.appConfig);
  const main = new pg.Pool({ ...database.appConfig, max: 10 });
  const owner = new pg.Pool({ ...database.ownerConfig, max: 1 });
  for (const p of [main, owner]) {
    p.on('error', () => {}); // the database is dropped under them
    p.on('connect', (client) => client.on('error', () => {}));
  }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: main }) });
  const mailer = fileMailer({ dataDir, from: { name: 'Counterfoil', address: 'post@example.gov' }, clock });
  const appended: Append[] = [];
  const log: string[] = [];
  const services: Services = {
    db,
    ledger: ledgerStandIn(db, appended),
    blobs: {
      put: async () => {
        throw new Error('no blobs here');
      },
      get: async () => null,
      room: async () => 0,
    },
    clock,
    random,
    mailer,
    config: { baseUrl: BASE, logOrigin: 'localhost:8080/log', revokeMinutes: 10, maxFileBytes: 1000 },
  };
  const access = createAuth({
    pool,
    secret: randomBytes(32).toString('base64url'),
    baseUrl: BASE,
    clock,
    log: (level, message) => log.push(`${level} ${message}`),
    sendCode: async (email, code) => {
      if (over.sendCodeFails) throw new Error(`no mail to ${email} of ${code}`);
      await mailer.send(signInMail(email, code));
    },
  });
  const app = serve([...accessRoutes(access), ...entranceRoutes(clock), ...probes], services, makeWhoIs(access), log);

  return {
    access,
    app,
    appended,
    db,
    log,
    mailer,
    owner,
    pool,
    services,
    clock,
    dataDir,
    pass: (ms: number) => {
      now += ms;
    },
    /** Sign-in as it would be on another address of this server. */
    accessAt: (baseUrl: string) =>
      createAuth({ pool, secret: 's'.repeat(43), baseUrl, clock, sendCode: async () => {} }),
    /** A new owner link, as a start prints it, without the host; null when there is an organisation. */
    async ownerPath(): Promise<string | null> {
      const link = await ownerLink({ pool, clock, random, baseUrl: BASE });
      return link?.slice(BASE.length) ?? null;
    },
    /** All mails so far, oldest first. */
    async mails(): Promise<ParsedMail[]> {
      const names = (await readdir(join(dataDir, 'mail')).catch(() => [])).filter((n) => n.endsWith('.eml')).sort();
      return await Promise.all(names.map(async (n) => await simpleParser(await readFile(join(dataDir, 'mail', n)))));
    },
    /** The newest mail to an address once there are `count` of them; codes of sign-in leave in the background. */
    async mailTo(address: string, count = 1): Promise<ParsedMail> {
      for (let i = 0; i < 200; i++) {
        const to = (await this.mails()).filter((m) => addressOf(m) === address);
        const last = to.at(-1);
        if (last && to.length >= count) return last;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no mail to ${address}`);
    },
    async close() {
      await db.destroy();
      await pool.end();
      await owner.end();
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Two pages that only say who is there, to see sessions by. */
const probes: Route[] = [
  { method: 'GET', path: '/desk', access: { who: 'staff', role: 'viewer' }, handler: (c) => c.json(c.get('actor')) },
  { method: 'GET', path: '/answer', access: { who: 'recipient' }, handler: (c) => c.json(c.get('actor')) },
];

export function addressOf(mail: ParsedMail): string | undefined {
  const to = Array.isArray(mail.to) ? mail.to[0] : mail.to;
  return to?.value[0]?.address;
}

export function codeIn(mail: ParsedMail): string {
  const found = /([0-9]{4}) ([0-9]{4})/.exec(mail.text ?? '');
  if (!found) throw new Error('no code in this mail');
  return `${found[1]}${found[2]}`;
}

export function linkIn(mail: ParsedMail): string {
  const found = /http:\/\/localhost:8080(\/\S+)/.exec(mail.text ?? '');
  if (!found?.[1]) throw new Error('no link in this mail');
  return found[1];
}

function serve(routes: readonly Route[], services: Services, whoIs: ReturnType<typeof makeWhoIs>, log: string[]) {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    c.set('services', services);
    c.set('actor', await whoIs(c));
    await next();
  });
  for (const route of routes) {
    app.on(route.method, route.path, (c) => {
      const { access } = route;
      const actor = c.get('actor');
      if (access.who === 'recipient' && actor.who !== 'recipient') return c.text('link needed', 401);
      if (access.who === 'staff') {
        if (actor.who !== 'staff') return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
        if (ROLES.indexOf(actor.role) < ROLES.indexOf(access.role)) return c.text('forbidden', 403);
      }
      return route.handler(c);
    });
  }
  app.onError((error, c) => {
    if (error instanceof TooMany) return c.text(error.message, 429);
    if (error instanceof Refusal) return c.text(error.message, 422);
    log.push(`error ${error.stack ?? error.message}`);
    return c.text('broken', 500);
  });
  return app;
}

/** A browser without JavaScript: keeps cookies by path, posts forms, does not follow redirects by itself. */
export function browser(app: World['app'], ip = '192.0.2.7') {
  const jar = new Map<string, { value: string; path: string }>();
  const env = { incoming: { socket: { remoteAddress: ip } } };
  async function request(path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    const sent = [...jar].filter(([, cookie]) => cookie.path === '/' || path.split('?')[0]?.startsWith(cookie.path));
    if (sent.length > 0) headers.set('cookie', sent.map(([name, cookie]) => `${name}=${cookie.value}`).join('; '));
    const response = await app.request(`${BASE}${path}`, { ...init, headers }, env);
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const path = attributes.find((a) => /^path=/i.test(a))?.slice(5) ?? '/';
      if (value === '' || attributes.some((a) => /^max-age=0$/i.test(a))) jar.delete(name);
      else jar.set(name, { value, path });
    }
    return {
      status: response.status,
      to: response.headers.get('location'),
      headers: response.headers,
      cookies: response.headers.getSetCookie(),
      text: await response.text(),
    };
  }
  return {
    jar,
    /** What the page's script does: JSON, same origin. */
    json: (path: string, body: unknown, origin = BASE) =>
      request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', origin },
      }),
    get: (path: string, headers?: HeadersInit) => request(path, headers ? { headers } : {}),
    post: (path: string, fields: Record<string, string> = {}) =>
      request(path, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: BASE,
          'user-agent': 'Mozilla/5.0 (X11; Linux) Firefox/150.0',
        },
      }),
  };
}

const Row = z.object({ n: z.number() });
/** One number out of the database, as its owner. */
export async function count(w: World, text: string): Promise<number> {
  return Row.parse((await w.owner.query(text)).rows[0]).n;
}

/** A request on one recipient, as the views would hold it; returns the ids. */
export async function aService(w: World, address = 'clerk@example.gov') {
  const id = () => uuidv7(w.clock.now(), random);
  const [issuer, recipient, matter, request, service] = [id(), id(), id(), id(), id()];
  const times = [new Date(w.clock.now()), new Date(w.clock.now())];
  await w.owner.query(
    `insert into view.party (seq, id, name, kind, occurred_at, recorded_at) values (1, $1, 'Department of Examples', 'department', $2, $3)`,
    [issuer, ...times],
  );
  await w.owner.query(
    `insert into view.request (seq, id, matter, issuer, title, authority, compulsory, conduct, items, due_rule, letter, audience, occurred_at, recorded_at)
     values (2, $1, $2, $3, 'Records of 2017', '1 Example Code 2', false, 'answer', '[]', '{}', '{}', 'parties', $4, $5)`,
    [request, matter, issuer, ...times],
  );
  await w.owner.query(
    `insert into view.service (seq, id, request, matter, recipient, name, kind, due_on, due_at, working, merge, audience, occurred_at, recorded_at)
     values (3, $1, $2, $3, $4, 'City of Sampleton', 'city', '2030-01-01', '2030-01-01', '[]', '{}', 'parties', $5, $6)`,
    [service, request, matter, recipient, ...times],
  );
  await w.owner.query('insert into work.contact (service, address) values ($1, $2)', [service, address]);
  return { issuer, recipient, matter, request, service };
}
