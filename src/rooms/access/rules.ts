/** Who may come in and who may change a team: pure rules, no clock, no database, no words of mail. */
import { z } from 'zod';
import { Conflict, InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { ROLES, type Role } from '../../base/route.ts';
import type { Invitation, Member, Team, TeamChange } from './port.ts';

export const INVITATION_DAYS = 7;
const DAY = 86_400_000;

/** A person's or organisation's name: one line, 1 to 200 characters, no control or direction characters. */
export const Name = z
  .string()
  .transform((s) => s.normalize('NFC').replace(/\s+/g, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, { error: () => t('access.rule.name') })
      .max(200, { error: () => t('access.rule.long', { max: 200 }) })
      .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, { error: () => t('access.rule.control') }),
  );

/** A mailbox, in lower case. */
export const Email = z
  .string()
  .transform((s) => s.trim().toLowerCase())
  .pipe(
    z.email({ error: () => t('access.rule.email') }).max(254, { error: () => t('access.rule.long', { max: 254 }) }),
  );

export const RoleName = z.enum(ROLES, { error: () => t('access.rule.role') });

const Zone = z.string().refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat('en-US', { timeZone: zone });
      return zone.includes('/') || zone === 'UTC';
    } catch {
      return false;
    }
  },
  { error: () => t('access.rule.zone') },
);

/** Kinds of organisations that send requests, with the message that names each. The value is written into the directory entry. */
export const KINDS = {
  department: 'access.kind.department',
  agency: 'access.kind.agency',
  attorney_general: 'access.kind.attorney_general',
  inspector: 'access.kind.inspector',
  legislature: 'access.kind.legislature',
  court: 'access.kind.court',
  city: 'access.kind.city',
  county: 'access.kind.county',
  state: 'access.kind.state',
  association: 'access.kind.association',
  newsroom: 'access.kind.newsroom',
  nonprofit: 'access.kind.nonprofit',
  other: 'access.kind.other',
} as const;
const KIND_NAMES = Object.keys(KINDS);

export const SetupForm = z.object({
  organisation: Name,
  kind: z.string().refine((k) => KIND_NAMES.includes(k), { error: () => t('access.rule.kind') }),
  timeZone: Zone,
  name: Name,
  email: Email,
});
export const InviteForm = z.object({ email: Email, role: RoleName });

/** Reads a form with its schema, or throws `InvalidInput` with one message a field. */
export function readForm<S extends z.ZodType>(schema: S, form: Readonly<Record<string, unknown>>): z.output<S> {
  const read = schema.safeParse(form);
  if (read.success) return read.data;
  const fields: Record<string, string> = {};
  for (const issue of read.error.issues) {
    const field = String(issue.path[0] ?? 'form');
    fields[field] ??= issue.code === 'invalid_type' ? t('access.rule.fill') : issue.message;
  }
  throw new InvalidInput('form', { what: t('access.rule.form'), lost: t('access.rule.form.lost') }, fields);
}

/**
 * Where to go after signing in. Only a path on this server: one slash, then neither slash nor backslash (browsers read `/\` as `//`),
 * no control characters (browsers drop tab and newline inside URLs). Anything else is `/desk`.
 */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > 500) return '/desk';
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) && !next.startsWith('/sign-') ? next : '/desk';
}

const owners = (team: Team) => team.members.filter((m) => m.role === 'owner');

function memberOf(team: Team, id: string): Member {
  const member = team.members.find((m) => m.id === id);
  if (!member) throw new NotFound('no-such-member', t('access.rule.no-member'));
  return member;
}

function mustKeepAnOwner(team: Team, member: Member): void {
  if (member.role === 'owner' && owners(team).length === 1)
    throw new RuleRefusal('last-owner', {
      what: t('access.rule.last-owner', { name: member.name || member.email }),
      lost: t('ui.nothing-changed'),
      next: t('access.rule.last-owner.next'),
    });
}

/** A member gets another role. The last owner stays owner. */
export function changeRole(team: Team, member: string, role: Role): Extract<TeamChange, { kind: 'role' }> {
  const who = memberOf(team, member);
  if (role !== 'owner') mustKeepAnOwner(team, who);
  return { kind: 'role', member, role };
}

/** A member leaves the team. The last owner stays. */
export function remove(team: Team, member: string): Extract<TeamChange, { kind: 'remove' }> {
  const who = memberOf(team, member);
  mustKeepAnOwner(team, who);
  return { kind: 'remove', member, userId: who.userId };
}

/** Somebody is invited: not yet a member, and not invited already while that invitation is open. */
export function invite(
  team: Team,
  form: { email: string; role: Role },
  id: string,
  now: number,
): Extract<TeamChange, { kind: 'invite' }> {
  const { email, role } = form;
  if (team.members.some((m) => m.email === email))
    throw new InvalidInput('already-member', t('access.rule.member'), {
      email: t('access.rule.member'),
    });
  if (team.invitations.some((i) => i.email === email))
    throw new Conflict('already-invited', t('access.rule.invited'), {
      email: t('access.rule.invited'),
    });
  return { kind: 'invite', id, email, role, expiresAt: new Date(now + INVITATION_DAYS * DAY) };
}

function invitationOf(team: Team, email: string): Invitation {
  const found = team.invitations.find((i) => i.email === email);
  if (!found) throw new NotFound('no-such-invitation', t('access.rule.no-invitation'));
  return found;
}

/** The invitation is mailed again with a new link; the old link is dead from then on. */
export function renew(team: Team, email: string, id: string, now: number): Extract<TeamChange, { kind: 'renew' }> {
  const { id: invitation } = invitationOf(team, email);
  return { kind: 'renew', invitation, id, expiresAt: new Date(now + INVITATION_DAYS * DAY) };
}

/** The invitation is withdrawn. */
export function cancel(team: Team, email: string): Extract<TeamChange, { kind: 'cancel' }> {
  return { kind: 'cancel', invitation: invitationOf(team, email).id };
}
