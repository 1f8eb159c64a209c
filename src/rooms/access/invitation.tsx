/** From an invitation's link to a place on the team. The link alone opens nothing: a code to the invited mailbox comes in between. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../../base/route.ts';
import { maskAddress, TOKEN } from '../../base/secrets.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import type { AccessPort, InvitationSeen, Person } from './port.ts';
import { Name, readForm } from './rules.ts';
import { askForCode, formOf, go } from './sign-in.tsx';

async function find(c: Ctx, port: AccessPort): Promise<InvitationSeen | null> {
  const token = c.req.param('token') ?? '';
  if (!TOKEN.test(token)) return null;
  const invitation = await port.invitation(token);
  return invitation?.open ? invitation : null;
}

function closed(c: Ctx) {
  c.header('cache-control', 'no-store');
  return page(
    c,
    { title: t('access.invitation.title'), area: 'public', status: 410 },
    <>
      <Heading title={t('access.invitation.closed')} />
      <p>{t('access.invitation.closed.why')}</p>
      <p>{rich('access.invitation.closed.joined', { a: (words) => <a href="/sign-in">{words}</a> })}</p>
    </>,
  );
}

function shown(c: Ctx, invitation: InvitationSeen, person: Person | null, errors: Errors = {}, typed?: string) {
  const here = `/invitation/${invitation.id}`;
  c.header('cache-control', 'no-store');
  c.header('x-robots-tag', 'noindex');
  c.header('referrer-policy', 'same-origin'); // the token stands in this page's address
  const { inviter, organisation, role } = invitation;
  const lead = t('access.invitation.lead', { inviter, organisation, role });
  const body =
    person === null ? (
      <Form action={`${here}/code`} label={t('access.invitation.code')}>
        <p>{t('access.invitation.code.why', { mailbox: maskAddress(invitation.email) })}</p>
        <Submit text={t('access.send-code')} />
      </Form>
    ) : person.email !== invitation.email ? (
      <Form action="/sign-out" label={t('access.sign-out')}>
        <p>{t('access.invitation.other', { email: person.email })}</p>
        <Submit text={t('access.sign-out')} />
      </Form>
    ) : (
      <Form action={`${here}/join`} errors={errors} label={t('access.invitation.form')}>
        <Field
          name="name"
          label={t('access.your-name')}
          autocomplete="name"
          hint={t('access.invitation.name.hint')}
          value={typed ?? person.name}
          errors={errors}
          required
        />
        <Submit text={t('access.invitation.join', { organisation })} />
      </Form>
    );
  return page(
    c,
    { title: t('access.invitation.title'), area: 'public', status: Object.keys(errors).length ? 422 : 200 },
    <>
      <Heading title={t('access.invitation.join', { organisation })} lead={lead} />
      {body}
    </>,
  );
}

export function invitationRoutes(port: AccessPort): Route[] {
  return [
    {
      method: 'GET',
      path: '/invitation/:token',
      access: ANYONE,
      handler: async (c) => {
        const invitation = await find(c, port);
        return invitation ? shown(c, invitation, await port.person(c.req.raw.headers)) : closed(c);
      },
    },
    {
      method: 'POST',
      path: '/invitation/:token/code',
      access: ANYONE,
      handler: async (c) => {
        const invitation = await find(c, port);
        if (!invitation) return closed(c);
        return await askForCode(c, port, invitation.email, `/invitation/${invitation.id}`);
      },
    },
    {
      method: 'POST',
      path: '/invitation/:token/join',
      access: ANYONE,
      handler: async (c) => {
        const invitation = await find(c, port);
        if (!invitation) return closed(c);
        const person = await port.person(c.req.raw.headers);
        if (!person || person.email !== invitation.email) return go(`/invitation/${invitation.id}`, [], c);
        const form = await formOf(c);
        try {
          const { name } = readForm(z.object({ name: Name }), form);
          if (!(await port.join(invitation.id, person, name))) return closed(c);
          return redirectWith(c, '/desk', t('access.invitation.welcome', { organisation: invitation.organisation }));
        } catch (error) {
          if (error instanceof InvalidInput) return shown(c, invitation, person, error.fields, form.name);
          throw error;
        }
      },
    },
  ];
}
