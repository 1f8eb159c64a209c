/** The team of an organisation: members, roles, invitations. Links of invitations go out by mail and are never shown here. */
import { z } from 'zod';
import { InvalidInput, Refusal } from '../../base/errors.ts';
import { MailFailed } from '../../base/mailer.ts';
import { type Ctx, OWNER, ROLES, type Role, type Route, staff, VIEWER } from '../../base/route.ts';
import { newToken } from '../../base/secrets.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { type Errors, Field, Form, Select, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { invitationMail } from './mails.ts';
import type { AccessPort, Team } from './port.ts';
import { cancel, changeRole, Email, InviteForm, invite, RoleName, readForm, remove, renew } from './rules.ts';
import { formOf } from './sign-in.tsx';

const ROLE_CHOICES = [
  { value: 'viewer', label: 'Viewer: reads everything' },
  { value: 'editor', label: 'Editor: writes, serves, reviews' },
  { value: 'owner', label: 'Owner: all of it, and the team' },
];
const MemberForm = z.object({ member: z.string().min(1).max(100) });

interface Shown {
  readonly errors?: Errors;
  readonly refusal?: Refusal;
  readonly email?: string;
  readonly role?: string;
}

async function teamPage(c: Ctx, port: AccessPort, shown: Shown = {}) {
  const actor = staff(c);
  const team = await port.team(actor.party);
  const owner = actor.role === 'owner';
  const zone = zoneOf(c);
  const now = c.get('services').clock.now();
  c.header('cache-control', 'no-store');
  return page(
    c,
    { title: 'Team', area: 'staff', status: shown.errors || shown.refusal ? 422 : 200 },
    <>
      <Heading title="Team" lead={<>Who works here for {team.organisation.name}.</>} />
      {shown.refusal ? (
        <Notice tone="bad" title={shown.refusal.advice.what}>
          <p>
            {shown.refusal.advice.lost} {shown.refusal.advice.next}
          </p>
        </Notice>
      ) : null}
      <table class="table">
        <caption>Members</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Role</th>
            {owner ? <th scope="col">Change</th> : null}
          </tr>
        </thead>
        <tbody>
          {team.members.map((m) => (
            <tr>
              <th scope="row">{m.name || m.email}</th>
              <td data-label="E-mail">{m.email}</td>
              <td data-label="Role">{m.role}</td>
              {owner ? (
                <td data-label="Change">
                  <div class="actions">
                    <RoleForm id={m.id} name={m.name || m.email} role={m.role} />
                    <Form action="/desk/team/remove" hidden={{ member: m.id }} label={`Remove ${m.name || m.email}`}>
                      <button type="submit" class="usa-button usa-button--secondary">
                        Remove<span class="usa-sr-only"> {m.name || m.email}</span>
                      </button>
                    </Form>
                  </div>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>

      <h2>Invitations</h2>
      {team.invitations.length === 0 ? <p>Nobody is invited at the moment.</p> : null}
      <ul class="plain">
        {team.invitations.map((i) => (
          <li>
            {i.email}, {i.role},{' '}
            {i.expiresAt.getTime() > now ? (
              <>
                until <Time at={i.expiresAt} zone={zone} />
              </>
            ) : (
              'expired'
            )}
            {owner ? (
              <div class="actions">
                <Form
                  action="/desk/team/resend"
                  hidden={{ email: i.email }}
                  label={`Send the invitation to ${i.email} again`}
                >
                  <button type="submit" class="usa-button usa-button--outline">
                    Send again<span class="usa-sr-only"> to {i.email}</span>
                  </button>
                </Form>
                <Form
                  action="/desk/team/cancel"
                  hidden={{ email: i.email }}
                  label={`Cancel the invitation of ${i.email}`}
                >
                  <button type="submit" class="usa-button usa-button--secondary">
                    Cancel<span class="usa-sr-only"> the invitation of {i.email}</span>
                  </button>
                </Form>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {owner ? <h2>Invite somebody</h2> : null}
      {owner ? (
        <Form action="/desk/team/invite" errors={shown.errors ?? {}} label="Invite somebody">
          <Field
            name="email"
            label="E-mail address"
            type="email"
            autocomplete="off"
            value={shown.email ?? ''}
            errors={shown.errors ?? {}}
            required
          />
          <Select
            name="role"
            label="Role"
            choices={ROLE_CHOICES}
            value={shown.role ?? 'editor'}
            errors={shown.errors ?? {}}
            required
          />
          <Submit text="Invite" />
        </Form>
      ) : (
        <p>Owners invite and remove people.</p>
      )}
    </>,
  );
}

/** A select of its own id a row: the form parts take one field of a name a page. */
function RoleForm({ id, name, role }: { id: string; name: string; role: Role }) {
  return (
    <Form action="/desk/team/role" hidden={{ member: id }} label={`Role of ${name}`}>
      <label class="usa-sr-only" for={`role-${id}`}>
        Role of {name}
      </label>
      <select class="usa-select" id={`role-${id}`} name="role">
        {ROLES.map((r) => (
          <option value={r} selected={r === role}>
            {r}
          </option>
        ))}
      </select>
      <button type="submit" class="usa-button usa-button--outline">
        Change<span class="usa-sr-only"> role of {name}</span>
      </button>
    </Form>
  );
}

export function teamRoutes(port: AccessPort): Route[] {
  /** A change that answers with the team's page: refused ones with the reason on top. */
  const change = (path: string, handle: (c: Ctx, form: Record<string, string>) => Promise<string>): Route => ({
    method: 'POST',
    path,
    access: OWNER,
    handler: async (c) => {
      const form = await formOf(c);
      try {
        return redirectWith(c, '/desk/team', await handle(c, form));
      } catch (error) {
        if (error instanceof InvalidInput || (error instanceof Refusal && Object.keys(error.fields).length > 0))
          return teamPage(c, port, { errors: error.fields, email: form.email ?? '', role: form.role ?? '' });
        if (error instanceof Refusal && !(error instanceof MailFailed)) return teamPage(c, port, { refusal: error });
        throw error;
      }
    },
  });
  const decide = <T extends Parameters<AccessPort['changeTeam']>[2]>(c: Ctx, rule: T) => {
    const actor = staff(c);
    return port.changeTeam(actor.party, actor.userId, rule);
  };
  const fresh = (c: Ctx) => ({ token: newToken(c.get('services').random), now: c.get('services').clock.now() });

  async function post(c: Ctx, team: Team, to: string, role: Role, token: string): Promise<string> {
    const { mailer, config } = c.get('services');
    const link = `${config.baseUrl}/invitation/${token}`;
    const mail = invitationMail({ to, organisation: team.organisation.name, inviter: staff(c).name, role, link });
    try {
      await mailer.send(mail);
      return `The invitation is on its way to ${to}.`;
    } catch (error) {
      if (!(error instanceof MailFailed)) throw error;
      return `${to} is invited, but the mail did not leave. Use "Send again" below.`;
    }
  }

  return [
    { method: 'GET', path: '/desk/team', access: VIEWER, handler: (c) => teamPage(c, port) },
    change('/desk/team/invite', async (c, form) => {
      const wanted = readForm(InviteForm, form);
      const { token, now } = fresh(c);
      const { team } = await decide(c, (t) => invite(t, wanted, token, now));
      return await post(c, team, wanted.email, wanted.role, token);
    }),
    change('/desk/team/resend', async (c, form) => {
      const { email } = readForm(z.object({ email: Email }), form);
      const { token, now } = fresh(c);
      const { team } = await decide(c, (t) => renew(t, email, token, now));
      const role = team.invitations.find((i) => i.email === email)?.role ?? 'viewer';
      return await post(c, team, email, role, token);
    }),
    change('/desk/team/cancel', async (c, form) => {
      const { email } = readForm(z.object({ email: Email }), form);
      await decide(c, (t) => cancel(t, email));
      return `The invitation of ${email} is cancelled.`;
    }),
    change('/desk/team/role', async (c, form) => {
      const { member, role } = readForm(MemberForm.extend({ role: RoleName }), form);
      await decide(c, (t) => changeRole(t, member, role));
      return 'The role is changed.';
    }),
    change('/desk/team/remove', async (c, form) => {
      const { member } = readForm(MemberForm, form);
      await decide(c, (t) => remove(t, member));
      return 'This person is off the team and signed out.';
    }),
  ];
}
