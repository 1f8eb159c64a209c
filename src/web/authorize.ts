/**
 * The single place where permission is checked, and it denies by default: a handler is reached only by somebody whom its route names,
 * and things named in a staff path must belong to that person's organisation. It never decides what a page shows.
 */

import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { Forbidden, NotFound, SignInNeeded } from '../base/errors.ts';
import { UUID } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Access, type Actor, type Ctx, ROLES, type Route } from '../base/route.ts';
import { mailOwner } from '../rooms/meetings/mail-desk.ts';

/** Who is asking, read from session cookies; `access` says whose session the route wants, where a browser holds two. */
export type WhoIs = (c: Ctx, access: Access) => Promise<Actor>;

/** The organisation (party id) that owns a thing, or undefined where there is no such thing. */
type Owner = (db: Kysely<Database>, id: string) => Promise<string | undefined>;

/** Path parameters of staff routes and who owns what they name. */
const OWNERS: Readonly<Record<string, Owner>> = {
  matter: async (db, id) =>
    (await db.selectFrom('view.matter').select('issuer').where('id', '=', id).executeTakeFirst())?.issuer,
  request: async (db, id) =>
    (await db.selectFrom('view.request').select('issuer').where('id', '=', id).executeTakeFirst())?.issuer,
  service: async (db, id) =>
    (
      await db
        .selectFrom('view.service as s')
        .innerJoin('view.request as r', 'r.id', 's.request')
        .select('r.issuer')
        .where('s.id', '=', id)
        .executeTakeFirst()
    )?.issuer,
  answer: async (db, id) =>
    (
      await db
        .selectFrom('view.answer as a')
        .innerJoin('view.service as s', 's.id', 'a.service')
        .innerJoin('view.request as r', 'r.id', 's.request')
        .select('r.issuer')
        .where('a.id', '=', id)
        .executeTakeFirst()
    )?.issuer,
  draft: async (db, id) =>
    (
      await db
        .selectFrom('work.request_draft as d')
        .innerJoin('view.matter as m', 'm.id', 'd.matter')
        .select('m.issuer')
        .where('d.id', '=', id)
        .executeTakeFirst()
    )?.issuer,
  mail: mailOwner,
  import: async (db, id) =>
    (await db.selectFrom('work.directory_import').select('party').where('id', '=', id).executeTakeFirst())?.party,
};

/** Names in a Hono path: `/desk/requests/:request/board` → ['request']. */
function parameters(path: string): string[] {
  return [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map((m) => m[1] ?? '');
}

/**
 * Staff routes that name a thing nobody can say the owner of. Called when the app is built, so that such a route fails at the start and
 * not when a stranger tries it. `free` are parameters that their handler looks up inside the reader's own organisation.
 */
export function unowned(routes: readonly Route[], free: readonly string[]): string[] {
  return routes
    .filter((route) => route.access.who === 'staff')
    .filter((route) => {
      const names = parameters(route.path);
      const owned = names.some((name) => Object.hasOwn(OWNERS, name));
      return !owned && names.some((name) => !free.includes(name));
    })
    .map((route) => `${route.method} ${route.path}`);
}

const missing = () =>
  new NotFound('not-found', {
    what: t('ui.refusal.not-yours'),
    next: t('ui.refusal.not-yours.next'),
  });

/** Lets the actor pass or throws `SignInNeeded`, `Forbidden` or `NotFound`. `parameter` reads a path parameter. */
export async function authorize(
  db: Kysely<Database>,
  route: Pick<Route, 'access' | 'path'>,
  actor: Actor,
  parameter: (name: string) => string | undefined,
): Promise<void> {
  const access = route.access;
  if (access.who === 'anyone') return;
  if (access.who === 'recipient') {
    if (actor.who === 'recipient') return;
    throw new SignInNeeded('link-needed', {
      what: t('ui.refusal.link-needed'),
      lost: t('ui.refusal.link-needed.lost'),
      next: t('ui.refusal.link-needed.next'),
    });
  }
  if (actor.who !== 'staff')
    throw new SignInNeeded('sign-in-needed', {
      what: t('ui.refusal.sign-in'),
      lost: t('ui.nothing-changed'),
      next: t('ui.refusal.sign-in.next'),
    });
  if (ROLES.indexOf(actor.role) < ROLES.indexOf(access.role))
    throw new Forbidden('role-too-weak', {
      what: t('ui.refusal.role', { needed: t(`ui.role.${access.role}`), own: t(`ui.role.${actor.role}`) }),
      lost: t('ui.nothing-changed'),
      next: t('ui.refusal.role.next', { organisation: actor.partyName }),
    });
  for (const name of parameters(route.path)) {
    const owner = Object.hasOwn(OWNERS, name) ? OWNERS[name] : undefined;
    if (!owner) continue;
    const id = parameter(name) ?? '';
    // The same answer for what does not exist and what is another organisation's: nobody learns which.
    if (!UUID.test(id) || (await owner(db, id)) !== actor.party) throw missing();
  }
}
