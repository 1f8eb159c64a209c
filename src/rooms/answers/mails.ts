/** The mails of a recipient's entrance: the code, and a fresh link for an old one. They carry secrets, so nobody logs them. */
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

const kindOf = ({ invited }: Asked): string => (invited ? 'invitation' : 'request');

/** The code for somebody who opened the link of their letter. */
export function codeMail(to: string, code: string, asked: Asked): Mail {
  return {
    to,
    subject: `Your code to answer ${asked.issuer}`,
    text: `Your code is ${showCode(code)}

It opens the ${kindOf(asked)} "${asked.title}" of ${asked.issuer} to ${asked.recipient}. It works once, for 15 minutes.
Enter it on the page that the link in the letter opened.
If you did not ask for it, somebody has your letter but not your mailbox. Do nothing, and tell it to nobody.
`,
  };
}

/** A fresh link, sent to the address on file when somebody opened an old one. */
export function freshLinkMail(to: string, link: string, asked: Asked): Mail {
  return {
    to,
    subject: `A new link to answer ${asked.issuer}`,
    text: `Somebody opened an older link to the ${kindOf(asked)} "${asked.title}" of ${asked.issuer} to ${asked.recipient}
and asked for a new one. This is it:

${link}

It asks for a code that is mailed to this address. What was already answered is kept.
`,
  };
}
