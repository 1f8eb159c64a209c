/** The issuer's pages over HTTP without a socket: the real app, routes and checks; who is signed in is the test's to say. */

import type { Actor, Role } from '../../src/base/route.ts';
import { formatVkey } from '../../src/proof/write.ts';
import { deskPages } from '../../src/record/desk-pages.ts';
import { calendarRoutes } from '../../src/rooms/clock/calendar-pages.tsx';
import { figureRoutes } from '../../src/rooms/figures/pages.tsx';
import { meetingRoutes } from '../../src/rooms/meetings/pages.tsx';
import { peopleRoutes } from '../../src/rooms/people/pages.tsx';
import { sourceRoutes } from '../../src/rooms/sources/pages.tsx';
import { statementRoutes } from '../../src/rooms/statements/pages.tsx';
import type { Assets } from '../../src/ui/assets.ts';
import { buildApp } from '../../src/web/app.tsx';
import { readWitnesses } from '../../src/witness/config.ts';
import { logPages } from '../../src/witness/pages.tsx';
import { PLAIN_ASSETS } from './assets.ts';
import type { Desk } from './desk.ts';
import { TEST_ORIGIN } from './ledger.ts';
import { freshMemory, testSigner, witnessesFile } from './witness.ts';

/** Pages of what stands around requests. */
const AROUND = [
  ...calendarRoutes,
  ...peopleRoutes,
  ...sourceRoutes,
  ...statementRoutes,
  ...figureRoutes,
  ...meetingRoutes,
];

export interface Browser {
  get(path: string): Promise<{ status: number; text: string; headers: Headers }>;
  /** Sends a form; files as `File`. Follows nothing: `to` is where it leads. */
  post(
    path: string,
    fields?: Readonly<Record<string, string | File>>,
  ): Promise<{ status: number; text: string; to: string | null; notice: string | null }>;
}

/** The app with somebody of the office signed in. */
export function deskApp(desk: Desk, assets: Assets = PLAIN_ASSETS, role: Role = 'editor', party = desk.office.party) {
  const actor: Actor = {
    who: 'staff',
    userId: 'u1',
    name: 'Sample Person',
    email: 'sample@example.gov',
    party,
    partyName: desk.office.partyName,
    role,
  };
  const { vkey } = desk.t;
  const witness = testSigner('records.example.gov/witness', 4);
  const own = {
    signer: witness,
    vkey: formatVkey(witness.key),
    logs: new Map([['log.example.gov/log', []]]),
    memory: freshMemory(),
  };
  const asked = readWitnesses(witnessesFile([{ key: witness.key, url: 'https://north.example.gov/witness' }], 1), vkey);
  const identity = { origin: TEST_ORIGIN, logKey: vkey, witnesses: [], policy: desk.t.policy };
  return buildApp({
    services: desk.services,
    assets,
    routes: [...deskPages, ...AROUND, ...logPages(identity, own, asked, null)],
    whoIs: async () => actor,
    // What a page did not expect is the first thing to know when a test of it fails.
    log: { info() {}, warn() {}, error: (facts) => console.error(facts) },
  });
}

export function browserOf(desk: Desk, role: Role = 'editor', party = desk.office.party): Browser {
  const app = deskApp(desk, PLAIN_ASSETS, role, party);
  const base = desk.services.config.baseUrl;
  return {
    async get(path) {
      const answer = await app.request(`${base}${path}`);
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
    async post(path, fields = {}) {
      const multipart = Object.values(fields).some((value) => value instanceof File);
      const body = multipart ? new FormData() : new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) {
        if (body instanceof FormData) body.append(name, value);
        else if (typeof value === 'string') body.append(name, value);
      }
      const request = new Request(`${base}${path}`, { method: 'POST', body, headers: { Origin: base } });
      const bytes = await request.clone().arrayBuffer();
      request.headers.set('Content-Length', String(bytes.byteLength));
      const answer = await app.request(request);
      const notice = /notice=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
      return {
        status: answer.status,
        text: await answer.text(),
        to: answer.headers.get('location'),
        notice: notice === undefined ? null : decodeURIComponent(notice),
      };
    },
  };
}

/** Value of a hidden or visible input of a page. */
export function inputValue(html: string, name: string): string {
  const tag = new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)?.[0] ?? '';
  return /value="([^"]*)"/.exec(tag)?.[1] ?? '';
}
