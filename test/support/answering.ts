/**
 * Both sides of one exchange over real HTTP: PostgreSQL, ledger, files on disk, the rooms' routes in the app. Who is asking is said in a
 * header instead of by sign-in, which has its own tests.
 */
import { readdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FileBlobsOptions } from '../../src/adapters/blobs/files.ts';
import { openServer } from '../../src/adapters/server.ts';
import { type Actor, ROLES, type Route } from '../../src/base/route.ts';
import type { ReceiptPdf, Services } from '../../src/base/services.ts';
import { answerRoutes } from '../../src/rooms/answers/pages.tsx';
import { clockRoutes } from '../../src/rooms/clock/pages.tsx';
import { determinationRoutes } from '../../src/rooms/determinations/pages.tsx';
import { documentRoutes } from '../../src/rooms/documents/pages.ts';
import type { Assets } from '../../src/ui/assets.ts';
import { buildApp } from '../../src/web/app.tsx';
import { PLAIN_ASSETS } from './assets.ts';
import { type TestLedger, testLedger } from './ledger.ts';
import { type TestMatter, type TestMatterOptions, testMatter } from './matter.ts';
import { testServices } from './services.ts';

export interface AnsweringOptions extends TestMatterOptions {
  readonly maxFileBytes?: number;
  readonly create?: FileBlobsOptions['create'];
  readonly room?: number;
  /** the log publishes by itself (default) or when the test says so */
  readonly publish?: boolean;
  readonly assets?: Assets;
  readonly receiptPdf?: ReceiptPdf;
  /** routes beside those of the rooms */
  readonly routes?: readonly Route[];
}

export interface Page {
  readonly status: number;
  readonly html: string;
  /** path of the page after redirects */
  readonly path: string;
  readonly headers: Headers;
}

/** A browser without JavaScript: follows redirects, keeps cookies, sends forms as they stand in the page. */
export interface Visitor {
  get(path: string): Promise<Page>;
  raw(path: string): Promise<Response>;
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Page>;
  /** Sends the form of the page with this action, with what it holds, changed by `fields`, and with files by field name. */
  submit(
    page: Page,
    fields: Readonly<Record<string, string>>,
    files?: readonly { readonly field: string; readonly name: string; readonly bytes: Uint8Array | string }[],
    action?: string,
  ): Promise<Page>;
}

export interface Answering {
  readonly t: TestLedger;
  readonly m: TestMatter;
  readonly services: Services;
  readonly origin: string;
  readonly blobsDir: string;
  recipient(service: number): Visitor;
  staff(role?: (typeof ROLES)[number], party?: string): Visitor;
  blobFiles(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const CLERK = 'clerk@place.example.gov';

export async function answering(options: AnsweringOptions = {}): Promise<Answering> {
  const t = await testLedger({ start: options.publish !== false });
  const m = await testMatter(t, { items: 3, recipients: 2, ...options });
  const made = await testServices(t, { ...options, config: { maxFileBytes: options.maxFileBytes ?? 1_000_000_000 } });
  const blobsDir = join(made.dataDir, 'blobs');
  const { room } = options;
  const { blobs } = made.services;
  const services: Services = {
    ...made.services,
    blobs: room === undefined ? blobs : { ...blobs, room: async () => room },
  };
  for (const [i, service] of m.services.entries()) {
    await t.db
      .insertInto('work.contact')
      .values({ service, address: i === 0 ? CLERK : `other${i}@place.example.gov` })
      .execute();
  }
  const app = buildApp({
    services,
    assets: options.assets ?? PLAIN_ASSETS,
    routes: [...answerRoutes, ...documentRoutes, ...determinationRoutes, ...clockRoutes, ...(options.routes ?? [])],
    whoIs: async (c) => actorOf(c.req.header('x-test-actor') ?? c.req.header('cookie')?.match(/actor=([^;]*)/)?.[1]),
  });
  const server = openServer(app.fetch);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${isAddress(address) ? address.port : 0}`;
  return {
    t,
    m,
    services,
    origin,
    blobsDir,
    recipient: (service) => visitor(origin, `recipient/${m.services[service]}`),
    staff: (role = 'editor', party = m.issuer) => visitor(origin, `staff/${party}/${role}`),
    async blobFiles() {
      const found = await readdir(blobsDir, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await t.close();
      await made.close();
    },
  };
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

/** `recipient/<service>` or `staff/<party>/<role>`. */
export function actorOf(said: string | undefined): Actor {
  const [who, id = '', role] = (said ?? '').split('/');
  if (who === 'recipient') return { who: 'recipient', service: id, address: CLERK };
  if (who !== 'staff') return { who: 'anyone' };
  return {
    who: 'staff',
    userId: 'u1',
    name: 'Sample Person',
    email: 'sample@example.gov',
    party: id,
    partyName: 'Office of Examples',
    role: ROLES.find((one) => one === role) ?? 'viewer',
  };
}

function visitor(origin: string, actor: string): Visitor {
  const cookies = new Map<string, string>();
  const headers = () => ({
    'x-test-actor': actor,
    origin,
    ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
  });
  const read = async (response: Response, path: string): Promise<Page> => {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value) cookies.set(name, value);
      else if (name !== undefined) cookies.delete(name);
    }
    const to = response.headers.get('location');
    if (to !== null && response.status < 400) {
      await response.body?.cancel();
      return await get(to);
    }
    return { status: response.status, html: await response.text(), path, headers: response.headers };
  };
  const raw = (path: string) => fetch(origin + path, { headers: headers(), redirect: 'manual' });
  const get = async (path: string): Promise<Page> => await read(await raw(path), path);
  return {
    get,
    raw,
    post: async (path, fields) =>
      await read(
        await fetch(origin + path, {
          method: 'POST',
          headers: headers(),
          redirect: 'manual',
          body: new URLSearchParams(fields),
        }),
        path,
      ),
    async submit(page, fields, files = [], action) {
      const form = formOf(page.html, action);
      const body = new FormData();
      for (const [name, value] of Object.entries({ ...form.values, ...fields })) body.set(name, value);
      for (const { field, name, bytes } of files) {
        body.append(field, new File([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)], name));
      }
      return await read(
        await fetch(origin + form.action, { method: 'POST', headers: headers(), redirect: 'manual', body }),
        form.action,
      );
    },
  };
}

const plain = (html: string) =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** What a form of a page would send if its button were pressed now: hidden fields, texts, texts in areas, chosen radios. */
export function formOf(html: string, action?: string): { action: string; values: Record<string, string> } {
  // Forms of the page itself: those of its head (sign out, leave) are not what a person came for.
  const forms = [...html.slice(html.indexOf('<main')).matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)];
  const form = forms.find((one) => !action || one[1]?.includes(`action="${action}"`));
  if (!form) throw new Error(`no form ${action ?? ''} in the page`);
  const attribute = (tag: string, name: string) => {
    const match = new RegExp(`\\b${name}="([^"]*)"`).exec(tag);
    return match ? plain(match[1] ?? '') : undefined;
  };
  const values: Record<string, string> = {};
  for (const [tag] of (form[2] ?? '').matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const type = attribute(tag, 'type') ?? 'text';
    if (name === undefined || type === 'file') continue;
    if ((type === 'radio' || type === 'checkbox') && !/\schecked(=|\s|\/|>)/.test(tag)) continue;
    values[name] = attribute(tag, 'value') ?? '';
  }
  for (const [, tag, text] of (form[2] ?? '').matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea>/gs)) {
    const name = attribute(tag ?? '', 'name');
    if (name !== undefined) values[name] = plain(text ?? '');
  }
  return { action: attribute(form[1] ?? '', 'action') ?? '', values };
}

/** Text of a page without tags, for looking at words. */
export const wordsOf = (html: string): string => plain(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
