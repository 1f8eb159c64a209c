/**
 * How better-auth is set up here: one-time codes by mail, passkeys, organisations with three roles. It opens no door by itself:
 * no endpoint is reachable over HTTP but those that src/rooms/access names.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { passkey } from '@better-auth/passkey';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { APIError, createAuthEndpoint, isAPIError } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { emailOTP, organization } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { z } from 'zod';
import { CODE_DIGITS } from '../../base/secrets.ts';
import { causeOf } from './cause.ts';
import { query } from './sql.ts';

export interface AuthSetup {
  /** connections of the running server (role counterfoil_app), see `authPool` */
  readonly pool: Pool;
  /** at least 32 characters, see `readSecret` */
  readonly secret: string;
  /** where people reach this server, without trailing slash */
  readonly baseUrl: string;
  /** Mails a sign-in code; called only for addresses that may sign in. */
  sendCode(email: string, code: string): Promise<void>;
  /** Something in the background went wrong; the message carries no address, code or token. */
  log?(level: 'warn' | 'error', message: string): void;
}

/** The header in which our own handlers tell better-auth the client's address; whatever a client sends in it is dropped. */
export const IP_HEADER = 'x-counterfoil-client';
export const SESSION_DAYS = 7;
export const CODE_MINUTES = 15;

const access = createAccessControl({
  organization: ['update'],
  member: ['create', 'update', 'delete'],
  invitation: ['create', 'cancel'],
});
const roles = {
  owner: access.newRole({
    organization: ['update'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
  }),
  editor: access.newRole({ organization: [] }),
  viewer: access.newRole({ organization: [] }),
};

/** Signs in a user whom the server itself vouches for (the owner link). Server-only: it has no path and no URL reaches it. */
const vouch = {
  id: 'counterfoil-vouch',
  endpoints: {
    signInVouched: createAuthEndpoint.serverOnly(
      { method: 'POST', body: z.object({ userId: z.string() }) },
      async (ctx) => {
        const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId);
        if (!user) throw new Error('no such user');
        const session = await ctx.context.internalAdapter.createSession(user.id);
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ ok: true });
      },
    ),
  },
};

/** May this address get a code and, with it, an account? True for users and for people with an open invitation. */
export async function mayComeIn(pool: Pool, email: string): Promise<boolean> {
  const { rows } = await query<{ known: boolean }>(
    pool,
    `select exists (select from auth."user" where email = $1)
         or exists (select from auth.invitation where email = $1 and status = 'pending' and "expiresAt" > now()) as known`,
    [email.toLowerCase()],
  );
  return rows[0]?.known === true;
}

/** The options, also used by the test that compares them with migrations/0004_auth.sql. */
export function authOptions({ pool, secret, baseUrl, sendCode, log }: AuthSetup) {
  const codeKey = createHmac('sha256', secret).update('counterfoil/sign-in-code/v1').digest();
  return {
    appName: 'Counterfoil',
    baseURL: baseUrl,
    basePath: '/auth',
    secret,
    // The schema is named in every statement, so any connection will do, whatever its search_path.
    database: { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName: 'auth', transaction: true },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      // Arguments after the message may carry addresses; of errors among them the cause is told, the rest is dropped.
      log: (level, message, ...more) => {
        const causes = more.filter((one) => one instanceof Error).map((one) => ` ${causeOf(one)}.`);
        log?.(level === 'error' ? 'error' : 'warn', `${message.replace(/\S+@\S+/g, '…')}${causes.join('')}`);
      },
    },
    // The library would print to the console here. Refusals are ordinary; only our own failures are told, by their kind.
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error)) log?.('error', `Sign-in failed: ${causeOf(error)}.`);
      },
    },
    session: {
      expiresIn: SESSION_DAYS * 86_400,
      disableSessionRefresh: true, // a session has one fixed end, so the cookie never needs to be sent again
      freshAge: 86_400, // passkeys can be added for a day after signing in
    },
    verification: { storeIdentifier: 'hashed' },
    user: {
      // No open sign-up: whoever is not invited gets no account, whatever code they guess.
      validateUserInfo: async ({ user }) =>
        user.email && (await mayComeIn(pool, user.email)) ? undefined : { error: 'not-invited' },
    },
    rateLimit: {
      enabled: true,
      storage: 'database', // holds across processes
      window: 60,
      max: 60,
      customRules: {
        '/email-otp/send-verification-otp': { window: 60, max: 8 },
        '/sign-in/email-otp': { window: 60, max: 12 },
        '/passkey/*': { window: 60, max: 30 },
      },
    },
    advanced: {
      cookiePrefix: 'counterfoil',
      // Said aloud because the library leaves both checks out where it believes to be under test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      useSecureCookies: baseUrl.startsWith('https://'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [IP_HEADER] },
      database: { generateId: () => randomBytes(16).toString('hex') },
    },
    plugins: [
      emailOTP({
        otpLength: CODE_DIGITS,
        expiresIn: CODE_MINUTES * 60,
        allowedAttempts: 5,
        storeOTP: { hash: async (code) => createHmac('sha256', codeKey).update(code).digest('base64url') },
        // Not awaited: the answer takes the same time whether or not the address is known.
        sendVerificationOTP: async ({ email, otp, type }) => {
          if (type !== 'sign-in') return;
          void mayComeIn(pool, email)
            .then(async (known) => {
              if (known) await sendCode(email, otp);
            })
            .catch(() => log?.('error', 'A sign-in code could not be mailed.'));
        },
      }),
      passkey({
        rpID: new URL(baseUrl).hostname,
        rpName: 'Counterfoil',
        origin: new URL(baseUrl).origin,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        // A passkey stands alone here, so holding the device is not enough: it must have asked for a PIN, finger or face.
        registration: {
          afterVerification: async ({ verification }) => {
            if (!verification.registrationInfo?.userVerified) throw new APIError('UNAUTHORIZED');
          },
        },
        authentication: {
          afterVerification: async ({ verification }) => {
            if (!verification.authenticationInfo.userVerified) throw new APIError('UNAUTHORIZED');
          },
        },
      }),
      organization({
        ac: access,
        roles,
        creatorRole: 'owner',
        allowUserToCreateOrganization: false,
        invitationExpiresIn: 7 * 86_400,
      }),
      vouch,
    ],
  } satisfies BetterAuthOptions;
}

/** better-auth itself; `api` is for src/adapters/auth alone. */
export function makeAuth(setup: AuthSetup) {
  return betterAuth(authOptions(setup));
}
export type Auth = ReturnType<typeof makeAuth>;
