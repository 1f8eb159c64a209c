/** One's own account: name, passkeys, sessions. It shows nobody else's, and nothing here is asked for twice. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
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
  if (!agent) return t('access.account.device.unknown');
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
  const browser = browsers.find(([p]) => p.test(agent))?.[1] ?? t('access.account.device.browser');
  const system = systems.find(([p]) => p.test(agent))?.[1];
  return system ? t('access.account.device.on', { browser, system }) : browser;
}

async function accountPage(c: Ctx, port: AccessPort, errors: Errors = {}, typed?: string) {
  const person = await me(c, port);
  const [passkeys, sessions] = await Promise.all([port.passkeys(person.userId), port.sessions(person.userId)]);
  const zone = zoneOf(c);
  c.header('cache-control', 'no-store');
  return page(
    c,
    {
      title: t('access.account.title'),
      area: 'staff',
      islands: ['passkey'],
      status: Object.keys(errors).length ? 422 : 200,
    },
    <>
      <Heading title={t('access.account.title')} lead={t('access.account.lead', { email: person.email })} />
      <Form action="/account/name" errors={errors} label={t('access.your-name')}>
        <Field
          name="name"
          label={t('access.your-name')}
          autocomplete="name"
          value={typed ?? person.name}
          errors={errors}
          maxlength={200}
          required
        />
        <Submit text={t('access.account.name.save')} />
      </Form>

      <p>
        <a href="/account/calendar">{t('access.account.calendar')}</a>
      </p>

      <h2 id="passkeys">{t('access.account.passkeys')}</h2>
      <p>{t('access.account.passkeys.what')}</p>
      {passkeys.length === 0 ? <p>{t('access.account.passkeys.none')}</p> : null}
      <ul class="plain">
        {passkeys.map((key) => (
          <li>
            {key.createdAt
              ? rich('access.account.passkeys.added', {
                  name: key.name,
                  at: <Time at={key.createdAt} zone={zone} />,
                })
              : key.name}
            <Form
              action="/account/passkeys/remove"
              hidden={{ id: key.id }}
              label={t('access.account.passkeys.remove-one', { name: key.name })}
            >
              <Submit text={t('access.account.passkeys.remove')} danger />
            </Form>
          </li>
        ))}
      </ul>
      {person.fresh ? (
        <div data-passkey="add" data-words={passkeyWords('add')} hidden>
          <button type="button" class="usa-button">
            {t('access.account.passkeys.add')}
          </button>
          <p role="status" />
        </div>
      ) : (
        <Notice>
          <p>{t('access.account.passkeys.stale')}</p>
        </Notice>
      )}
      <noscript>
        <p>{t('access.account.passkeys.script')}</p>
      </noscript>

      <h2 id="sessions">{t('access.account.sessions')}</h2>
      <ul class="plain">
        {sessions.map((s) => (
          <li>
            {rich('access.account.sessions.line', {
              device: s.ip ? `${deviceName(s.device)} (${s.ip})` : deviceName(s.device),
              since: <Time at={s.createdAt} zone={zone} />,
              until: <Time at={s.expiresAt} zone={zone} />,
            })}
            {s.id === person.sessionId ? (
              <strong> {t('access.account.sessions.this')}</strong>
            ) : (
              <Form
                action="/account/sessions/end"
                hidden={{ id: s.id }}
                label={t('access.account.sessions.end-one', { device: deviceName(s.device) })}
              >
                <Submit text={t('access.account.sessions.end')} />
              </Form>
            )}
          </li>
        ))}
      </ul>
      <Form action="/account/sign-out-everywhere" label={t('access.account.sessions.everywhere')}>
        <Submit text={t('access.account.sessions.everywhere')} danger />
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
          return redirectWith(c, '/account', t('access.account.name.saved'));
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
        return redirectWith(c, '/account#passkeys', t('access.account.passkeys.removed'));
      },
    },
    {
      method: 'POST',
      path: '/account/sessions/end',
      access: VIEWER,
      handler: async (c) => {
        const { id } = readForm(Id, await formOf(c));
        await port.endSession((await me(c, port)).userId, id);
        return redirectWith(c, '/account#sessions', t('access.account.sessions.ended'));
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
