/** The post floor's door: what a mail transport must do. Rooms see the same interface from below, in src/base/mailer.ts. */
export { type Attachment, type Mail, type Mailer, MailFailed } from '../base/mailer.ts';
