/** The mails of sign-in: plain text, one thing each. They carry a code or a link, so nobody logs them. */
import { t } from '../../base/language.ts';
import type { Mail } from '../../base/mailer.ts';
import type { Role } from '../../base/route.ts';
import { showCode } from '../../base/secrets.ts';

/** The code that follows somebody's own try to sign in. */
export function signInMail(to: string, code: string): Mail {
  return {
    to,
    subject: t('access.mail.sign-in.subject'),
    text: t('access.mail.sign-in.text', { code: showCode(code) }),
  };
}

/** The invitation to a team. The link alone opens nothing: a code to this mailbox follows. */
export function invitationMail(mail: {
  to: string;
  organisation: string;
  inviter: string;
  role: Role;
  link: string;
}): Mail {
  const { to, organisation, inviter, role, link } = mail;
  return {
    to,
    subject: t('access.mail.invitation.subject', { inviter, organisation }),
    text: t('access.mail.invitation.text', { inviter, organisation, role, link }),
  };
}
