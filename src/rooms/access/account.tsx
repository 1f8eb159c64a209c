/** One's own account: name, passkeys, sessions. It shows nobody else's, and nothing here is asked for twice. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { type Ctx, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { passkeyWords } from '../../ui/script-words.ts';
import { Time } from '../../ui/time.tsx';
import type { AccessPort, Person } from './port.ts';
import { Name, readForm } from './rules.ts';
import { formOf, go } from './sign-in.tsx';

const Id = z.object({ id: z.string().min(1).max(100) });

async function me(c: Ctx, port: AccessPort): Promise<Person> {
  const person = await port.person(c.req.raw.headers);
  if (!person) throw new Error('a staff route without a session');
  return person;
}

/** `Firefox on Windows` out of a user agent; only for recognising one's own devices. */
export function deviceName(agent: string | null): string {
  if (!agent) return 'Unknown device';
  const browsers: [RegExp, string][] = [
    [/Edg\//, 'Edge'],
    [/Firefox\//, 'Firefox'],
    [/Chrome\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ];
  const systems: [RegExp, string][] = [
    [/Windows/, 'Windows'],
    [/iPhone|iPad/, 'iOS'],
    [/Android/, 'Android'],
    [/Mac OS X/, 'macOS'],
    [/CrOS/, 'ChromeOS'],
    [/Linux/, 'Linux'],
  ];
  const browser = browsers.find(([p]) => p.test(agent))?.[1] ?? 'A browser';
  const system = systems.find(([p]) => p.test(agent))?.[1];
  return system ? `${browser} on ${system}` : browser;
}

async function accountPage(c: Ctx, port: AccessPort, errors: Errors = {}, typed?: string) {
  const person = await me(c, port);
  const [passkeys, sessions] = await Promise.all([port.passkeys(person.userId), port.sessions(person.userId)]);
  const zone = zoneOf(c);
  c.header('cache-control', 'no-store');
  return page(
    c,
    { title: 'Your account', area: 'staff', islands: ['passkey'], status: Object.keys(errors).length ? 422 : 200 },
    <>
      <Heading title="Your account" lead={<>You sign in as {person.email}.</>} />
      <Form action="/account/name" errors={errors} label="Your name">
        <Field
          name="name"
          label="Your name"
          autocomplete="name"
          value={typed ?? person.name}
          errors={errors}
          maxlength={200}
          required
        />
        <Submit text="Save name" />
      </Form>

      <p>
        <a href="/account/calendar">Due dates in your calendar</a>
      </p>

      <h2 id="passkeys">Passkeys</h2>
      <p>A passkey signs you in with this device's PIN, fingerprint or face instead of a code by mail.</p>
      {passkeys.length === 0 ? <p>No passkey yet.</p> : null}
      <ul class="plain">
        {passkeys.map((key) => (
          <li>
            {key.name}
            {key.createdAt ? (
              <>
                , added <Time at={key.createdAt} zone={zone} />
              </>
            ) : null}
            <Form action="/account/passkeys/remove" hidden={{ id: key.id }} label={`Remove ${key.name}`}>
              <Submit text="Remove" danger />
            </Form>
          </li>
        ))}
      </ul>
      {person.fresh ? (
        <div data-passkey="add" data-words={passkeyWords('add')} hidden>
          <button type="button" class="usa-button">
            Add a passkey
          </button>
          <p role="status" />
        </div>
      ) : (
        <Notice>
          <p>To add a passkey, sign out and sign in again first: you signed in more than a day ago.</p>
        </Notice>
      )}
      <noscript>
        <p>Adding a passkey needs JavaScript. Signing in with a code works without it.</p>
      </noscript>

      <h2 id="sessions">Where you are signed in</h2>
      <ul class="plain">
        {sessions.map((s) => (
          <li>
            {deviceName(s.device)}
            {s.ip ? ` (${s.ip})` : ''}, since <Time at={s.createdAt} zone={zone} />, until{' '}
            <Time at={s.expiresAt} zone={zone} />
            {s.id === person.sessionId ? (
              <strong> This one</strong>
            ) : (
              <Form
                action="/account/sessions/end"
                hidden={{ id: s.id }}
                label={`End the session on ${deviceName(s.device)}`}
              >
                <Submit text="Sign out there" />
              </Form>
            )}
          </li>
        ))}
      </ul>
      <Form action="/account/sign-out-everywhere" label="Sign out everywhere">
        <Submit text="Sign out everywhere" danger />
      </Form>
    </>,
  );
}

export function accountRoutes(port: AccessPort): Route[] {
  return [
    { method: 'GET', path: '/account', access: VIEWER, handler: (c) => accountPage(c, port) },
    {
      method: 'POST',
      path: '/account/name',
      access: VIEWER,
      handler: async (c) => {
        const form = await formOf(c);
        try {
          const { name } = readForm(z.object({ name: Name }), form);
          await port.rename((await me(c, port)).userId, name);
          return redirectWith(c, '/account', 'Your name is saved.');
        } catch (error) {
          if (error instanceof InvalidInput) return accountPage(c, port, error.fields, form.name);
          throw error;
        }
      },
    },
    {
      method: 'POST',
      path: '/account/passkeys/remove',
      access: VIEWER,
      handler: async (c) => {
        const { id } = readForm(Id, await formOf(c));
        await port.removePasskey((await me(c, port)).userId, id);
        return redirectWith(c, '/account#passkeys', 'The passkey is removed.');
      },
    },
    {
      method: 'POST',
      path: '/account/sessions/end',
      access: VIEWER,
      handler: async (c) => {
        const { id } = readForm(Id, await formOf(c));
        await port.endSession((await me(c, port)).userId, id);
        return redirectWith(c, '/account#sessions', 'That session is ended.');
      },
    },
    {
      method: 'POST',
      path: '/account/sign-out-everywhere',
      access: VIEWER,
      handler: async (c) =>
        go('/sign-in', await port.signOutEverywhere((await me(c, port)).userId, c.req.raw.headers), c),
    },
  ];
}
