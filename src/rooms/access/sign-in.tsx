/**
 * Signing in and out: e-mail, then code; a passkey where the browser can. Every page works without JavaScript. What these pages say never
 * depends on whether an address is known here.
 */
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { clientIp } from '../../base/client.ts';
import { InvalidInput } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../../base/route.ts';
import { readCode } from '../../base/secrets.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { passkeyWords } from '../../ui/script-words.ts';
import { type AccessPort, type Cookies, type From, PASSKEY_DOORS } from './port.ts';
import { Email, localPath, readForm } from './rules.ts';

/** The address stays in a cookie between the two steps, so that it stands in no URL and no log. */
const STEP = 'sign-in';

export const from = (c: Ctx): From => ({ headers: c.req.raw.headers, ip: clientIp(c) });

/** The fields of a posted form; files and repeated names are dropped. */
export async function formOf(c: Ctx): Promise<Record<string, string>> {
  const body = await bodyOf(c);
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) if (typeof value === 'string') fields[name] = value;
  return fields;
}

/** A 303 that sets these cookies. */
export function go(to: string, cookies: Cookies, c: Ctx): Response {
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
  c.header('cache-control', 'no-store');
  return c.redirect(to, 303);
}

function rememberStep(c: Ctx, email: string, next: string): void {
  const secure = c.get('services').config.baseUrl.startsWith('https://');
  const value = JSON.stringify({ email, next });
  setCookie(c, STEP, value, { httpOnly: true, sameSite: 'Lax', secure, path: '/sign-in', maxAge: 1800 });
}

function step(c: Ctx): { email: string; next: string } | null {
  const Step = z.object({ email: Email, next: z.string() });
  try {
    const read = Step.safeParse(JSON.parse(getCookie(c, STEP) ?? 'null'));
    return read.success ? { email: read.data.email, next: localPath(read.data.next) } : null;
  } catch {
    return null;
  }
}

/** Sends a code and leads to the page where it is entered; used by the invitation too. */
export async function askForCode(c: Ctx, port: AccessPort, email: string, next: string): Promise<Response> {
  await port.sendCode(email, from(c));
  rememberStep(c, email, next);
  return go('/sign-in/code', [], c);
}

function signInPage(c: Ctx, next: string, email = '', errors: Errors = {}) {
  c.header('cache-control', 'no-store');
  return page(
    c,
    {
      title: t('access.sign-in.title'),
      area: 'public',
      islands: ['passkey'],
      status: Object.keys(errors).length ? 422 : 200,
    },
    <>
      <Heading title={t('access.sign-in.title')} lead={t('access.sign-in.lead')} />
      <Form action="/sign-in" hidden={{ next }} errors={errors} label={t('access.sign-in.form')}>
        <Field
          name="email"
          label={t('access.your-email')}
          type="email"
          autocomplete="username webauthn"
          errors={errors}
          value={email}
          required
        />
        <Submit text={t('access.send-code')} />
      </Form>
      <div class="or" data-passkey="sign-in" data-words={passkeyWords('sign-in')} data-next={next} hidden>
        <p>{t('access.sign-in.passkey')}</p>
        <button type="button" class="usa-button usa-button--outline">
          {t('access.sign-in.passkey.use')}
        </button>
        <p role="status" />
      </div>
    </>,
  );
}

function codePage(c: Ctx, email: string, errors: Errors = {}) {
  c.header('cache-control', 'no-store');
  return page(
    c,
    { title: t('access.sign-in.code'), area: 'public', status: Object.keys(errors).length ? 422 : 200 },
    <>
      <Heading title={t('access.sign-in.code')} lead={t('access.sign-in.code.lead', { email })} />
      <Form
        action="/sign-in/code"
        errors={errors}
        what={t('access.sign-in.code.not-yet')}
        label={t('access.sign-in.code.form')}
      >
        <Field
          name="code"
          label={t('access.sign-in.code.label')}
          hint={t('access.sign-in.code.hint')}
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength={20}
          width="medium"
          errors={errors}
          required
        />
        <Submit text={t('access.sign-in.title')} cancel={{ text: t('access.sign-in.code.other'), href: '/sign-in' }} />
      </Form>
    </>,
  );
}

/** Routes of signing in and out, and the four WebAuthn steps that the passkey script talks to. */
export function signInRoutes(port: AccessPort): Route[] {
  return [
    {
      method: 'GET',
      path: '/sign-in',
      access: ANYONE,
      handler: async (c) => {
        const next = localPath(c.req.query('next'));
        const actor = await port.staffActor(c.req.raw.headers);
        if (actor.who === 'staff') return go(next, [], c);
        const person = await port.person(c.req.raw.headers);
        if (!person) return signInPage(c, next);
        const invitation = await port.invitationOf(person.email);
        if (invitation) return go(`/invitation/${invitation.id}`, [], c);
        c.header('cache-control', 'no-store');
        return page(
          c,
          { title: t('access.sign-in.no-team'), area: 'public' },
          <>
            <Heading
              title={t('access.sign-in.no-team.head')}
              lead={t('access.sign-in.no-team.lead', { email: person.email })}
            />
            <p>{t('access.sign-in.no-team.next')}</p>
            <Form action="/sign-out" label={t('access.sign-out')}>
              <Submit text={t('access.sign-out')} />
            </Form>
          </>,
        );
      },
    },
    {
      method: 'POST',
      path: '/sign-in',
      access: ANYONE,
      handler: async (c) => {
        const form = await formOf(c);
        const next = localPath(form.next);
        try {
          const { email } = readForm(z.object({ email: Email }), form);
          return await askForCode(c, port, email, next);
        } catch (error) {
          if (error instanceof InvalidInput) return signInPage(c, next, form.email, error.fields);
          throw error;
        }
      },
    },
    {
      method: 'GET',
      path: '/sign-in/code',
      access: ANYONE,
      handler: (c) => {
        const now = step(c);
        return now ? codePage(c, now.email) : go('/sign-in', [], c);
      },
    },
    {
      method: 'POST',
      path: '/sign-in/code',
      access: ANYONE,
      handler: async (c) => {
        const now = step(c);
        if (!now) return go('/sign-in', [], c);
        const code = readCode((await formOf(c)).code ?? '');
        if (code === null) return codePage(c, now.email, { code: t('access.sign-in.code.eight') });
        const cookies = await port.enterCode(now.email, code, from(c));
        if (!cookies)
          return codePage(c, now.email, {
            code: t('access.sign-in.code.wrong'),
          });
        setCookie(c, STEP, '', { path: '/sign-in', maxAge: 0 });
        // Somebody who is invited, and on no team yet, joins first.
        return go(
          now.next.startsWith('/invitation/') ? now.next : `/sign-in?next=${encodeURIComponent(now.next)}`,
          cookies,
          c,
        );
      },
    },
    {
      method: 'POST',
      path: '/sign-out',
      access: ANYONE,
      handler: async (c) => {
        for (const cookie of await port.signOut(c.req.raw.headers)) c.header('set-cookie', cookie, { append: true });
        return redirectWith(c, '/sign-in', t('access.sign-out.done'));
      },
    },
    ...PASSKEY_DOORS.map(
      ({ method, name }): Route => ({
        method,
        path: `/auth/passkey/${name}`,
        access: ANYONE,
        body: { maxBytes: 64 * 1024 },
        handler: (c) => port.passkeyDoor(name, c.req.raw, clientIp(c)),
      }),
    ),
  ];
}
