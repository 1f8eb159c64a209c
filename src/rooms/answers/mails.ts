/** The mails of a recipient's entrance: the code, and a fresh link for an old one. They carry secrets, so nobody logs them. */
import { t } from '../../base/language.ts';
import type { Mail } from '../../base/mailer.ts';
import { showCode } from '../../base/secrets.ts';

export interface Asked {
  /** who asks */
  readonly issuer: string;
  /** whom */
  readonly recipient: string;
  readonly title: string;
  /** an invitation to a meeting instead of a request */
  readonly invited?: true;
}

const about = ({ issuer, recipient, title, invited }: Asked) => ({
  issuer,
  recipient,
  title,
  what: invited ? 'invitation' : 'request',
});

/** The code for somebody who opened the link of their letter. */
export function codeMail(to: string, code: string, asked: Asked): Mail {
  return {
    to,
    subject: t('answers.mail.code.subject', { issuer: asked.issuer }),
    text: t('answers.mail.code.text', { ...about(asked), code: showCode(code) }),
  };
}

/** A fresh link, sent to the address on file when somebody opened an old one. */
export function freshLinkMail(to: string, link: string, asked: Asked): Mail {
  return {
    to,
    subject: t('answers.mail.link.subject', { issuer: asked.issuer }),
    text: t('answers.mail.link.text', { ...about(asked), link }),
  };
}
