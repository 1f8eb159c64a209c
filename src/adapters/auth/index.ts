/**
 * Implements the sign-in port of src/rooms/access with better-auth. Requests reach better-auth only through the few calls below; what
 * comes back is cookies, rows and named refusals, never its own pages or messages.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { TooMany, Unavailable } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Actor, ROLES, type Role } from '../../base/route.ts';
import type { AccessPort, From, PasskeyRow, Person, SessionRow } from '../../rooms/access/port.ts';
import { causeOf } from './cause.ts';
import { type AuthSetup, IP_HEADER, makeAuth } from './options.ts';
import { findSetup, useSetup } from './owner-link.ts';
import { inTransaction, query } from './sql.ts';
import { teamPart } from './team.ts';

export { authPool, readSecret } from './keeping.ts';
export { ownerLink } from './owner-link.ts';

const ANYONE: Actor = { who: 'anyone' };

/** One sign-in for the whole server. `clock` times invitations and the owner link; better-auth reads the machine's own clock. */
export function createAuth(setup: AuthSetup & { readonly clock: Clock }): AccessPort {
  const { pool, clock, baseUrl } = setup;
  const auth = makeAuth(setup);

  /** Our trouble, not the caller's: whoever asked hears that it does not work, and the log hears why. */
  const down = (error: unknown): Unavailable => {
    setup.log?.('error', `Sign-in does not work: ${causeOf(error)}.`);
    return new Unavailable('sign-in-down', {
      what: t('ui.refusal.sign-in-down'),
      lost: t('ui.nothing-lost'),
      next: t('ui.in-some-minutes'),
    });
  };

  /** The session of these cookies, or null; a broken cookie is no session. */
  async function session(headers: Headers) {
    if (!headers.has('cookie')) return null;
    const only = new Headers({ cookie: headers.get('cookie') ?? '' });
    return await auth.api.getSession({ headers: only, query: { disableRefresh: true } }).catch((error: unknown) => {
      throw down(error);
    });
  }

  /** better-auth's answer; whatever it throws is our trouble, not the caller's. */
  async function answerOf(request: Request): Promise<Response> {
    return await auth.handler(request).catch((error: unknown) => {
      throw down(error);
    });
  }

  async function person(headers: Headers): Promise<Person | null> {
    const found = await session(headers);
    if (!found) return null;
    const { user, session: s } = found;
    const fresh = Date.now() - s.createdAt.getTime() < 86_400_000;
    return { userId: user.id, name: user.name, email: user.email, sessionId: s.id, fresh };
  }

  /** Sends a JSON body through better-auth's own front door, so that its rate limits count it. */
  async function knock(path: string, body: unknown, from: From): Promise<Response> {
    const headers = passed(from.headers, from.ip);
    headers.delete('cookie'); // signing in needs nothing of an older session
    headers.set('content-type', 'application/json');
    headers.set('origin', new URL(baseUrl).origin); // the web floor has refused foreign origins before
    const response = await answerOf(
      new Request(`${baseUrl}/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
    if (response.status === 429) {
      const wait = Number(response.headers.get('x-retry-after'));
      throw new TooMany(
        'too-many-tries',
        { what: t('ui.refusal.tries'), next: t('ui.refusal.tries.next') },
        Number.isFinite(wait) && wait > 0 ? Math.ceil(wait) : 60,
      );
    }
    if (response.status >= 500) throw down(new Error(`the library answered ${response.status}`));
    return response;
  }

  return {
    person,

    async staffActor(headers) {
      const found = await session(headers);
      if (!found) return ANYONE;
      const { user, session: s } = found;
      const { rows } = await query<{ role: string; party: string; partyName: string }>(
        pool,
        `select m."role", w.party, coalesce(p.name, o."name") as "partyName"
         from auth.member m join auth.organization o on o."id" = m."organizationId" join work.organisation w on w.auth_id = o."id"
         left join view.party p on p.id = w.party
         where m."userId" = $1 order by (m."organizationId" = $2) desc nulls last, m."createdAt" limit 1`,
        [user.id, s.activeOrganizationId ?? null],
      );
      const place = rows[0];
      const role = ROLES.find((r): r is Role => r === place?.role);
      if (!place || !role) return ANYONE;
      return {
        who: 'staff',
        userId: user.id,
        name: user.name,
        email: user.email,
        party: place.party,
        partyName: place.partyName,
        role,
      };
    },

    async sendCode(email, from) {
      await knock('/email-otp/send-verification-otp', { email, type: 'sign-in' }, from);
    },

    async enterCode(email, code, from) {
      const response = await knock('/sign-in/email-otp', { email, otp: code }, from);
      return response.ok ? response.headers.getSetCookie() : null;
    },

    async signOut(headers) {
      const { headers: answer } = await auth.api.signOut({ headers, returnHeaders: true });
      return answer.getSetCookie();
    },

    async signOutEverywhere(userId, headers) {
      await query(pool, `delete from auth.session where "userId" = $1`, [userId]);
      const { headers: answer } = await auth.api.signOut({ headers, returnHeaders: true });
      return answer.getSetCookie();
    },

    async passkeyDoor(door, request, ip) {
      const url = new URL(request.url);
      const body = request.method === 'POST' ? await request.text() : null;
      const answer = await answerOf(
        new Request(`${baseUrl}/auth/passkey/${door}${url.search}`, {
          // HEAD is answered as GET is, without its body; better-auth itself knows no HEAD.
          method: request.method === 'HEAD' ? 'GET' : request.method,
          headers: passed(request.headers, ip),
          ...(body === null ? {} : { body }),
        }),
      );
      const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
      for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
      const options = door === 'generate-authenticate-options' || door === 'generate-register-options';
      if (options) return new Response(await answer.text(), { status: answer.status, headers });
      // The library's answer repeats the session token and the key; the browser needs neither.
      return new Response(JSON.stringify({ ok: answer.ok }), { status: answer.status, headers });
    },

    async passkeys(userId) {
      const { rows } = await query<PasskeyRow>(
        pool,
        `select "id", coalesce("name", 'Passkey') as name, "createdAt" from auth.passkey where "userId" = $1 order by "createdAt"`,
        [userId],
      );
      return rows;
    },
    async removePasskey(userId, id) {
      await query(pool, `delete from auth.passkey where "userId" = $1 and "id" = $2`, [userId, id]);
    },
    async sessions(userId) {
      const { rows } = await query<SessionRow>(
        pool,
        `select "id", "createdAt", "expiresAt", "userAgent" as device, "ipAddress" as ip from auth.session
         where "userId" = $1 and "expiresAt" > now() order by "createdAt" desc`,
        [userId],
      );
      return rows;
    },
    async endSession(userId, id) {
      await query(pool, `delete from auth.session where "userId" = $1 and "id" = $2`, [userId, id]);
    },
    async rename(userId, name) {
      await query(pool, `update auth."user" set "name" = $2, "updatedAt" = now() where "id" = $1`, [userId, name]);
    },

    ...teamPart(pool, clock),

    setup: (token) => findSetup(pool, clock, token),

    async finishSetup(token, made, from) {
      const userId = await inTransaction(pool, async (tx) => {
        const link = await useSetup(tx, clock, token);
        if (!link) return null;
        const at = new Date(clock.now());
        const user = await query<{ id: string }>(
          tx,
          `insert into auth."user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, true, $4, $4)
           on conflict ("email") do update set "name" = excluded."name" returning "id"`,
          [newId(), made.name, made.email, at],
        );
        const id = user.rows[0]?.id;
        if (!id) throw new Error('the user was not written');
        await query(
          tx,
          `insert into auth.organization ("id", "name", "slug", "createdAt", "metadata") values ($1, $2, $1, $3, $4)`,
          [link.organisation, made.organisation, at, JSON.stringify({ timeZone: made.timeZone })],
        );
        await query(
          tx,
          `insert into auth.member ("id", "organizationId", "userId", "role", "createdAt") values ($1, $2, $3, 'owner', $4)`,
          [newId(), link.organisation, id, at],
        );
        return id;
      });
      if (userId === null) return null;
      const { headers } = await auth.api.signInVouched({
        body: { userId },
        headers: passed(from.headers, from.ip),
        returnHeaders: true,
      });
      return headers.getSetCookie();
    },
  };
}

function newId(): string {
  return randomBytes(16).toString('hex');
}

/** A request's headers with our word for the client's address, and none of theirs. */
function passed(from: Headers, ip: string): Headers {
  const headers = new Headers(from);
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'content-length', IP_HEADER])
    headers.delete(name);
  if (ip !== 'unknown') headers.set(IP_HEADER, ip);
  return headers;
}
