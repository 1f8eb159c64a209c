/** The mails of sign-in: plain text, one thing each. They carry a code or a link, so nobody logs them. */
import type { Mail } from '../../base/mailer.ts';
import type { Role } from '../../base/route.ts';
import { showCode } from '../../base/secrets.ts';

/** The code that follows somebody's own try to sign in. */
export function signInMail(to: string, code: string): Mail {
  return {
    to,
    subject: 'Your code to sign in to Counterfoil',
    text: `Your code is ${showCode(code)}

It works once, for 15 minutes. Enter it on the page where you asked for it.
If you did not ask for it, do nothing. Never tell it to anybody, whoever asks.
`,
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
  const may = {
    owner: 'do everything, including inviting and removing people',
    editor: 'write requests, serve them and review answers',
    viewer: 'read everything',
  }[mail.role];
  return {
    to: mail.to,
    subject: `${mail.inviter} invites you to ${mail.organisation} on Counterfoil`,
    text: `${mail.inviter} invites you to work with ${mail.organisation} on Counterfoil.
As ${mail.role} you may ${may}.

${mail.link}

The link works for seven days. It asks for a code that is mailed to this address.
If you did not expect this, do nothing.
`,
  };
}
