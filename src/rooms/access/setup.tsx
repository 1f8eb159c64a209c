/**
 * The first owner of a new server: from the link printed at the start to an organisation with a place in the directory. A used link is
 * dead; a set-up that was cut off half way is finished by trying again.
 */
import { z } from 'zod';
import { instant } from '../../base/clock.ts';
import { InvalidInput } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../../base/route.ts';
import { type Errors, Field, Form, Select, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import type { AccessPort } from './port.ts';
import { KINDS, readForm, SetupForm } from './rules.ts';
import { formOf, from, go } from './sign-in.tsx';

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/'))];

function dead(c: Ctx) {
  c.header('cache-control', 'no-store');
  return page(
    c,
    { title: t('access.setup.title'), area: 'public', status: 410 },
    <>
      <Heading title={t('access.setup.dead')} />
      <p>{t('access.setup.dead.why')}</p>
      <p>{rich('access.setup.dead.next', { a: (words) => <a href="/sign-in">{words}</a> })}</p>
    </>,
  );
}

function form(c: Ctx, token: string, values: Readonly<Record<string, string>> = {}, errors: Errors = {}) {
  c.header('cache-control', 'no-store');
  c.header('x-robots-tag', 'noindex');
  c.header('referrer-policy', 'same-origin'); // the token stands in this page's address
  const kinds = Object.entries(KINDS).map(([value, label]) => ({ value, label: t(label) }));
  const zones = ZONES.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }));
  const with_ = (name: string) => ({ name, errors, value: values[name] ?? '', required: true });
  return page(
    c,
    { title: t('access.setup.title'), area: 'public', status: Object.keys(errors).length ? 422 : 200 },
    <>
      <Heading title={t('access.setup.head')} lead={t('access.setup.lead')} />
      <Form action={`/setup/${token}`} errors={errors} label={t('access.setup.head')}>
        <Field
          {...with_('organisation')}
          label={t('access.setup.organisation')}
          autocomplete="organization"
          maxlength={200}
        />
        <Select {...with_('kind')} label={t('access.setup.kind')} choices={kinds} none={t('access.setup.kind.none')} />
        <Select
          {...with_('timeZone')}
          label={t('access.setup.zone')}
          choices={zones}
          value={values.timeZone ?? 'America/New_York'}
        />
        <Field {...with_('name')} label={t('access.your-name')} autocomplete="name" maxlength={200} />
        <Field
          {...with_('email')}
          label={t('access.your-email')}
          type="email"
          autocomplete="email"
          hint={t('access.setup.email.hint')}
          maxlength={254}
        />
        <Submit text={t('access.setup.submit')} />
      </Form>
    </>,
  );
}

export function setupRoutes(port: AccessPort): Route[] {
  return [
    {
      method: 'GET',
      path: '/setup/:token',
      access: ANYONE,
      handler: async (c) => {
        const token = c.req.param('token') ?? '';
        return (await port.setup(token)) ? form(c, token) : dead(c);
      },
    },
    {
      method: 'POST',
      path: '/setup/:token',
      access: ANYONE,
      handler: async (c) => {
        const token = c.req.param('token') ?? '';
        const setup = await port.setup(token);
        if (!setup) return dead(c);
        const typed = await formOf(c);
        try {
          const made = readForm(SetupForm, typed);
          const organisation = await register(c, setup, made);
          const cookies = await port.finishSetup(token, { ...made, organisation }, from(c));
          // Between these two steps a crash leaves a party without owner; the same link (or the next start's) goes on from there.
          return cookies ? go('/desk?welcome=passkey', cookies, c) : dead(c);
        } catch (error) {
          if (error instanceof InvalidInput) return form(c, token, typed, error.fields);
          throw error;
        }
      },
    },
  ];
}

/** Writes the organisation into the directory, once for this server's set-up; answers the name that stands there. */
async function register(
  c: Ctx,
  setup: { readonly organisation: string; readonly party: string },
  made: { readonly organisation: string; readonly kind: string },
): Promise<string> {
  const { ledger, clock, random } = c.get('services');
  const { party } = setup;
  const written = await ledger.append({
    key: `setup:${setup.organisation}`,
    entries: [
      {
        kind: 'party.registered',
        id: uuidv7(clock.now(), random),
        matter: null,
        by: party,
        occurredAt: instant(clock.now()),
        audience: 'public',
        body: { party, name: made.organisation, kind: made.kind, ocdId: null, state: null },
      },
    ],
    rows: [{ table: 'work.organisation', rows: [{ auth_id: setup.organisation, party }] }],
  });
  const name = z.object({ name: z.string() }).safeParse(written.entries[0]?.entry.body);
  return name.success ? name.data.name : made.organisation;
}
