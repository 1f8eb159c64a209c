/** How mail leaves, as everyone below the post floor sees it. It never says where a mail went or what stood in it. */

import { Refusal } from './errors.ts';
import { t } from './language.ts';

export interface Attachment {
  /** plain file name, no path */
  readonly filename: string;
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

export interface Mail {
  /** one mailbox, `local@domain`, nothing else */
  readonly to: string;
  /** one line */
  readonly subject: string;
  readonly text: string;
  /** where one press ends mails of this kind (RFC 8058); goes into `List-Unsubscribe` */
  readonly unsubscribe?: string;
  readonly attachments?: readonly Attachment[];
  /** a calendar file that calendar programs take up by themselves (RFC 6047): a part of its own, and an attachment */
  readonly calendar?: { readonly method: 'REQUEST' | 'PUBLISH' | 'CANCEL'; readonly content: string };
  /** where answers go, where that is not who sends it: one mailbox */
  readonly replyTo?: string;
}

export interface Mailer {
  /**
   * Hands one mail to the transport. Resolves once the transport has it for good: on disk and synced, or accepted by the
   * mail server (EN 319 522 "ContentConsignment" is not claimed by this). Throws `MailFailed`, or `InvalidInput` when an
   * address or subject would break out of its header line.
   */
  send(mail: Mail): Promise<{ messageId: string }>;
}

/** The transport did not take the mail. `permanent`: trying again with the same mail cannot help (HTTP 503 otherwise). */
export class MailFailed extends Refusal {
  readonly permanent: boolean;
  constructor(permanent: boolean, what: string) {
    super(permanent ? 'mail-refused' : 'mail-delayed', {
      what,
      next: t(permanent ? 'ui.refusal.mail.address' : 'ui.in-some-minutes'),
    });
    this.permanent = permanent;
  }
}
