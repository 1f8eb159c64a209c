/**
 * A whole server for tests of doors and borders: real PostgreSQL, ledger, files, sign-in, mail files and post, behind the app itself.
 * With `whole` it has every route of the program; without, those of sign-in and entrance and two pages that say who is there.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import pg from 'pg';
import { z } from 'zod';
import { authPool, createAuth, ownerLink } from '../../src/adapters/auth/index.ts';
import { certificateService } from '../../src/adapters/pdf/certificate-pdf.ts';
import { recordPdf } from '../../src/adapters/pdf/record-pdf.ts';
import { pdfService } from '../../src/adapters/pdf/service.ts';
import type { Route } from '../../src/base/route.ts';
import type { Services } from '../../src/base/services.ts';
import { createPost } from '../../src/post/worker.ts';
import { formatVkey } from '../../src/proof/write.ts';
import { signInMail } from '../../src/rooms/access/mails.ts';
import { accessRoutes } from '../../src/rooms/access/pages.tsx';
import { entranceRoutes } from '../../src/rooms/answers/entrance.tsx';
import type { Assets } from '../../src/ui/assets.ts';
import { buildApp } from '../../src/web/app.tsx';
import type { Log } from '../../src/web/log.ts';
import { allRoutes, type Witnessing } from '../../src/web/routes.ts';
import { makeWhoIs } from '../../src/web/who.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { random, TEST_ORIGIN, testLedger } from './ledger.ts';
import { testMatter } from './matter.ts';
import { BASE, testServices } from './services.ts';
import { freshMemory, testSigner } from './witness.ts';

export { random } from './ledger.ts';
export { BASE } from './services.ts';

const ownKey = testSigner('records.example.gov/witness', 4);
const ALONE: Witnessing = {
  own: { signer: ownKey, vkey: formatVkey(ownKey.key), logs: new Map(), memory: freshMemory() },
  asked: null,
  metricsToken: null,
};

export type World = Awaited<ReturnType<typeof world>>;

export interface WorldOptions {
  readonly sendCodeFails?: boolean;
  /** every route of the program */
  readonly whole?: boolean;
  /** styles and scripts as the program has them; default: names alone */
  readonly assets?: Assets;
  /** where the program's log goes; default: errors into `log` */
  readonly logger?: Log;
  /** default: nobody is asked, nobody is cosigned */
  readonly witnessing?: Witnessing;
  /** where the clock stands at first, ms; default: the present */
  readonly now?: number;
  /** folder of the log's key; default: one that goes with the test */
  readonly keys?: string;
}

/** Everything that one test needs; call `close` after it. */
export async function world(over: WorldOptions = {}) {
  const log: string[] = [];
  const onError = (error: unknown) => log.push(`ledger ${String(error)}`);
  const t = await testLedger({
    start: true,
    now: over.now ?? Date.now(),
    onError,
    ...(over.keys ? { keys: over.keys } : {}),
  });
  const made = await testServices(t, {
    receiptPdf: pdfService(),
    recordPdf,
    certificate: certificateService(t.policy, t.clock),
  });
  const { dataDir } = made;
  const config = { ...made.services.config, mailFolder: join(dataDir, 'mail') };
  const services: Services = { ...made.services, config };
  const { mailer } = services;
  const { clock, db } = t;
  const pool = authPool(t.database.appConfig);
  const owner = new pg.Pool({ ...t.database.ownerConfig, max: 1 });
  for (const p of [pool, owner]) {
    p.on('error', () => {}); // the database is dropped under them
    p.on('connect', (client) => client.on('error', () => {}));
  }
  const logger: Log = over.logger ?? {
    info() {},
    warn() {},
    error: (facts) =>
      log.push(`error ${'err' in facts && facts.err instanceof Error ? facts.err.stack : JSON.stringify(facts)}`),
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
  const identity = { origin: TEST_ORIGIN, logKey: t.vkey, witnesses: [], policy: t.policy };
  const routes = over.whole
    ? allRoutes(access, clock, identity, over.witnessing ?? ALONE)
    : [...accessRoutes(access), ...entranceRoutes(clock), ...probes];
  const app = buildApp({
    services,
    assets: over.assets ?? PLAIN_ASSETS,
    routes,
    whoIs: makeWhoIs(access),
    log: logger,
  });
  const post = createPost({ services, onError: (error) => log.push(`post ${String(error)}`) });

  return {
    access,
    app,
    routes,
    post,
    t,
    db,
    log,
    mailer,
    owner,
    pool,
    services,
    clock,
    dataDir,
    pass: (ms: number) => clock.tick(ms),
    /** Until a checkpoint covers all that is written: a round that is under way may have begun before. */
    async publish() {
      await t.ledger.publish();
      await t.ledger.publish();
    },
    /** Canonical texts of all entries, in order. */
    async entries(): Promise<readonly string[]> {
      const rows = await db.selectFrom('ledger.entry').select('canonical').orderBy('seq').execute();
      return rows.map((row) => row.canonical ?? '');
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
      await pool.end();
      await owner.end();
      await t.close();
      await made.close();
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
    /** Any request as it is, with this browser's cookies. */
    request,
    /** A form with files. */
    form: (path: string, body: FormData) => request(path, { method: 'POST', body, headers: { origin: BASE } }),
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

/** A request on one recipient with this mailbox; returns the ids. */
export async function aService(w: World, address = 'clerk@example.gov') {
  // Served before its fixed due date, whatever day the test runs on.
  const m = await testMatter(w.t, { recipients: 1, servedAt: Date.parse('2026-03-02T15:00:00.000Z') });
  const service = m.services[0] ?? '';
  await w.db.insertInto('work.contact').values({ service, address }).execute();
  return { ...m, service };
}
