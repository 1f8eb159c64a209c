/** The team of an organisation: members, roles, invitations. Links of invitations go out by mail and are never shown here. */
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { InvalidInput, Refusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { MailFailed } from '../../base/mailer.ts';
import { type Ctx, OWNER, ROLES, type Role, type Route, staff, VIEWER } from '../../base/route.ts';
import { newToken } from '../../base/secrets.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { type Errors, Field, Form, Select, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { invitationMail } from './mails.ts';
import type { AccessPort, Team } from './port.ts';
import { cancel, changeRole, Email, InviteForm, invite, RoleName, readForm, remove, renew } from './rules.ts';
import { formOf } from './sign-in.tsx';

const roleChoices = () => [
  { value: 'viewer', label: t('access.team.role.viewer') },
  { value: 'editor', label: t('access.team.role.editor') },
  { value: 'owner', label: t('access.team.role.owner') },
];
/** "owner" */
const roleWord = (role: Role): string => t(`ui.role.${role}`);
/** Words that only a screen reader says. */
const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;
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
    { title: t('access.team.title'), area: 'staff', status: shown.errors || shown.refusal ? 422 : 200 },
    <>
      <Heading title={t('access.team.title')} lead={t('access.team.lead', { organisation: team.organisation.name })} />
      {shown.refusal ? (
        <Notice tone="bad" title={shown.refusal.advice.what}>
          <p>
            {shown.refusal.advice.lost} {shown.refusal.advice.next}
          </p>
        </Notice>
      ) : null}
      <table class="table">
        <caption>{t('access.team.members')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('access.team.name')}</th>
            <th scope="col">{t('access.team.email')}</th>
            <th scope="col">{t('access.team.role')}</th>
            {owner ? <th scope="col">{t('access.team.change')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {team.members.map((m) => (
            <tr>
              <th scope="row">{m.name || m.email}</th>
              <td data-label={t('access.team.email')}>{m.email}</td>
              <td data-label={t('access.team.role')}>{roleWord(m.role)}</td>
              {owner ? (
                <td data-label={t('access.team.change')}>
                  <div class="actions">
                    <RoleForm id={m.id} name={m.name || m.email} role={m.role} />
                    <Form
                      action="/desk/team/remove"
                      hidden={{ member: m.id }}
                      label={t('access.team.remove.one', { name: m.name || m.email })}
                    >
                      <button type="submit" class="usa-button usa-button--secondary">
                        {rich('access.team.remove', { name: m.name || m.email, more: quiet })}
                      </button>
                    </Form>
                  </div>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>

      <h2>{t('access.team.invitations')}</h2>
      {team.invitations.length === 0 ? <p>{t('access.team.invitations.none')}</p> : null}
      <ul class="plain">
        {team.invitations.map((i) => (
          <li>
            {i.expiresAt.getTime() > now
              ? rich('access.team.invitation', {
                  email: i.email,
                  role: i.role,
                  at: <Time at={i.expiresAt} zone={zone} />,
                })
              : t('access.team.invitation.expired', { email: i.email, role: i.role })}
            {owner ? (
              <div class="actions">
                <Form
                  action="/desk/team/resend"
                  hidden={{ email: i.email }}
                  label={t('access.team.again.one', { email: i.email })}
                >
                  <button type="submit" class="usa-button usa-button--outline">
                    {rich('access.team.again', { email: i.email, more: quiet })}
                  </button>
                </Form>
                <Form
                  action="/desk/team/cancel"
                  hidden={{ email: i.email }}
                  label={t('access.team.cancel.one', { email: i.email })}
                >
                  <button type="submit" class="usa-button usa-button--secondary">
                    {rich('access.team.cancel', { email: i.email, more: quiet })}
                  </button>
                </Form>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {owner ? <h2>{t('access.team.invite')}</h2> : null}
      {owner ? (
        <Form action="/desk/team/invite" errors={shown.errors ?? {}} label={t('access.team.invite')}>
          <Field
            name="email"
            label={t('access.team.invite.email')}
            type="email"
            autocomplete="off"
            value={shown.email ?? ''}
            errors={shown.errors ?? {}}
            required
          />
          <Select
            name="role"
            label={t('access.team.role')}
            choices={roleChoices()}
            value={shown.role ?? 'editor'}
            errors={shown.errors ?? {}}
            required
          />
          <Submit text={t('access.team.invite.submit')} />
        </Form>
      ) : (
        <p>{t('access.team.invite.owners')}</p>
      )}
    </>,
  );
}

/** A select of its own id a row: the form parts take one field of a name a page. */
function RoleForm({ id, name, role }: { id: string; name: string; role: Role }) {
  return (
    <Form action="/desk/team/role" hidden={{ member: id }} label={t('access.team.role.of', { name })}>
      <label class="usa-sr-only" for={`role-${id}`}>
        {t('access.team.role.of', { name })}
      </label>
      <select class="usa-select" id={`role-${id}`} name="role">
        {ROLES.map((r) => (
          <option value={r} selected={r === role}>
            {roleWord(r)}
          </option>
        ))}
      </select>
      <button type="submit" class="usa-button usa-button--outline">
        {rich('access.team.change.role', { name, more: quiet })}
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
      return t('access.team.sent', { email: to });
    } catch (error) {
      if (!(error instanceof MailFailed)) throw error;
      return t('access.team.not-sent', { email: to });
    }
  }

  return [
    { method: 'GET', path: '/desk/team', access: VIEWER, handler: (c) => teamPage(c, port) },
    change('/desk/team/invite', async (c, form) => {
      const wanted = readForm(InviteForm, form);
      const { token, now } = fresh(c);
      const { team } = await decide(c, (team) => invite(team, wanted, token, now));
      return await post(c, team, wanted.email, wanted.role, token);
    }),
    change('/desk/team/resend', async (c, form) => {
      const { email } = readForm(z.object({ email: Email }), form);
      const { token, now } = fresh(c);
      const { team } = await decide(c, (team) => renew(team, email, token, now));
      const role = team.invitations.find((i) => i.email === email)?.role ?? 'viewer';
      return await post(c, team, email, role, token);
    }),
    change('/desk/team/cancel', async (c, form) => {
      const { email } = readForm(z.object({ email: Email }), form);
      await decide(c, (team) => cancel(team, email));
      return t('access.team.cancelled', { email });
    }),
    change('/desk/team/role', async (c, form) => {
      const { member, role } = readForm(MemberForm.extend({ role: RoleName }), form);
      await decide(c, (team) => changeRole(team, member, role));
      return t('access.team.changed');
    }),
    change('/desk/team/remove', async (c, form) => {
      const { member } = readForm(MemberForm, form);
      await decide(c, (team) => remove(team, member));
      return t('access.team.removed');
    }),
  ];
}
