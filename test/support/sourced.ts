/** The desk of one office and the public side of one matter as one app, for tests of what stands around requests: people, sources, statements, figures, meetings. */
import { expect } from 'vitest';
import type { Actor, Role } from '../../src/base/route.ts';
import { deskPages } from '../../src/record/desk-pages.ts';
import { publicRoutes } from '../../src/record/routes.ts';
import { figureRoutes } from '../../src/rooms/figures/pages.tsx';
import { meetingRoutes } from '../../src/rooms/meetings/pages.tsx';
import { peopleRoutes } from '../../src/rooms/people/pages.tsx';
import { sourceRoutes } from '../../src/rooms/sources/pages.tsx';
import { statementRoutes } from '../../src/rooms/statements/pages.tsx';
import { buildApp } from '../../src/web/app.tsx';
import { formOf } from './answering.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { type Desk, testDesk } from './desk.ts';
import { TEST_ORIGIN } from './ledger.ts';

export interface Sourced {
  readonly desk: Desk;
  /** the matter `sample-letters` */
  readonly matter: string;
  /** a page of the matter's desk */
  room(name: string): string;
  get(path: string, status?: number): Promise<string>;
  /** Fills in the form of a page that is sent to `action`, and sends it. */
  send(
    page: string,
    action: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string; readonly to: string | null }>;
  /** Sends a form as it is. */
  post(
    action: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string; readonly to: string | null }>;
  /** From now on somebody else of the office is signed in. */
  as(userId: string, role: Role): void;
  close(): Promise<void>;
}

export async function sourced(): Promise<Sourced> {
  const desk = await testDesk();
  const matter = await desk.openMatter('sample-letters');
  const { party, partyName } = desk.office;
  let actor: Actor & { who: 'staff' } = {
    who: 'staff',
    userId: 'u1',
    name: 'Sample Person',
    email: 'sample@example.gov',
    party,
    partyName,
    role: 'editor',
  };
  const log = { origin: TEST_ORIGIN, logKey: desk.t.vkey, witnesses: [], policy: desk.t.policy };
  const app = buildApp({
    services: desk.services,
    assets: PLAIN_ASSETS,
    routes: [
      ...publicRoutes(log),
      ...deskPages,
      ...peopleRoutes,
      ...sourceRoutes,
      ...statementRoutes,
      ...figureRoutes,
      ...meetingRoutes,
    ],
    whoIs: async (_, access) => (access.who === 'staff' ? actor : { who: 'anyone' }),
  });
  const base = desk.services.config.baseUrl;
  async function get(path: string, status = 200): Promise<string> {
    const answer = await app.request(`${base}${path}`);
    expect(`${path} ${answer.status}`).toBe(`${path} ${status}`);
    return await answer.text();
  }
  const post: Sourced['post'] = async (action, fields) => {
    const body = new URLSearchParams({ ...fields });
    const answer = await app.request(`${base}${action}`, { method: 'POST', body, headers: { Origin: base } });
    return { status: answer.status, text: await answer.text(), to: answer.headers.get('location') };
  };
  return {
    desk,
    matter,
    room: (name) => `/desk/matters/${matter}/${name}`,
    get,
    post,
    send: async (page, action, fields) => await post(action, { ...formOf(await get(page), action).values, ...fields }),
    as(userId, role) {
      actor = { ...actor, userId, name: `Person ${userId}`, role };
    },
    close: () => desk.close(),
  };
}
