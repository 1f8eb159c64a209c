/**
 * What a room says of a page or API path: who may come in, and what answers. The web floor alone turns this into
 * middleware, so permission checks stand in one place; a handler is never reached by somebody the route does not name.
 */
import type { Context } from 'hono';
import type { Services } from './services.ts';

/** Roles in an organisation, weakest first; a stronger one may do all that a weaker one may. */
export const ROLES = ['viewer', 'editor', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export type Actor =
  | { readonly who: 'anyone' }
  | {
      readonly who: 'staff';
      readonly userId: string;
      readonly name: string;
      readonly email: string;
      /** id of the party (directory) that this person's organisation is; entries are written `by` it. */
      readonly party: string;
      readonly partyName: string;
      readonly role: Role;
    }
  | {
      readonly who: 'recipient';
      /** id of the service that the link was sent for; nothing else may be seen or done. */
      readonly service: string;
      /** the mailbox that the link and the code were sent to */
      readonly address: string;
    };

/**
 * `anyone`: no sign-in (public pages; the handler shows only what is public).
 * `staff`: signed in, with at least this role in an organisation; where the path has `:matter`, `:request` or `:service`,
 * that thing must belong to the same organisation, otherwise the answer is 404.
 * `recipient`: came by link and code for the service in the session.
 */
export type Access =
  | { readonly who: 'anyone' }
  | { readonly who: 'staff'; readonly role: Role }
  | { readonly who: 'recipient' };

export const ANYONE: Access = { who: 'anyone' };
export const VIEWER: Access = { who: 'staff', role: 'viewer' };
export const EDITOR: Access = { who: 'staff', role: 'editor' };
export const OWNER: Access = { who: 'staff', role: 'owner' };
export const RECIPIENT: Access = { who: 'recipient' };

/** What a page needs to know of styles and scripts: the address of each by its plain name (`app.css`, `board.js`). */
export interface AssetUrls {
  url(name: string): string;
}

/** Hono's environment: what middleware has put in place before a handler runs. */
export interface Env {
  Variables: {
    actor: Actor;
    services: Services;
    /** message of the page before, shown once (set through `redirectWith`) */
    notice?: string;
    /** names this request in the log and on error pages */
    requestId?: string;
    /** where styles and scripts lie (see src/ui/assets.ts) */
    assets?: AssetUrls;
  };
}
export type Ctx = Context<Env>;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Hono path, for example `/desk/requests/:request/board` */
  readonly path: string;
  readonly access: Access;
  /** Bodies are refused above this many bytes (default 1 MiB) unless `stream`, where the handler reads the raw stream itself. */
  readonly body?: { readonly maxBytes: number } | 'stream';
  /**
   * Called by programs, not by people's browsers: a POST is taken from anywhere. Only for routes that read no cookie and that anyone may
   * use; others are closed to forms of other sites.
   */
  readonly programs?: true;
  readonly handler: (c: Ctx) => Response | Promise<Response>;
}

/** The signed-in staff member of a route whose access is `staff`; a programming error elsewhere. */
export function staff(c: Ctx): Extract<Actor, { who: 'staff' }> {
  const actor = c.get('actor');
  if (actor.who !== 'staff') throw new Error('route is not a staff route');
  return actor;
}

/** The recipient of a route whose access is `recipient`; a programming error elsewhere. */
export function recipient(c: Ctx): Extract<Actor, { who: 'recipient' }> {
  const actor = c.get('actor');
  if (actor.who !== 'recipient') throw new Error('route is not a recipient route');
  return actor;
}
