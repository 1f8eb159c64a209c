/** Mail over SMTP. It tells apart what may work later from what never will, and repeats the server's words only without addresses. */
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { type Mailer, MailFailed } from '../../base/mailer.ts';
import { compose, oneLine } from './compose.ts';

export interface SmtpSettings {
  /** `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…:465` */
  readonly url: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly clock: Clock;
  /** milliseconds for connecting, greeting and each silence; default 20 s */
  readonly timeout?: number;
  /** connections kept open at once; default 2 */
  readonly connections?: number;
}

const Failure = z.object({
  responseCode: z.number().optional(),
  command: z.string().optional(),
  response: z.string().optional(),
});

/**
 * True when the same mail can never be taken: a 5xx to this mailbox or this message (RFC 5321, 4.2.1). Trouble with connecting, signing in
 * (RFC 4954, section 6) or our own sender's address is the operator's to put right and says nothing about the mail.
 */
export function isPermanent(error: unknown): boolean {
  const read = Failure.safeParse(error);
  if (!read.success) return false;
  const { responseCode = 0, command = '' } = read.data;
  if (!/^(RCPT|DATA)/.test(command) || [530, 534, 535, 538].includes(responseCode)) return false;
  return responseCode >= 500 && responseCode < 600;
}

/** What the server said, as it may stand in logs and entries: one line, addresses left out; empty where it said nothing. */
export function serverWords(error: unknown): string {
  const said = Failure.safeParse(error).data?.response ?? '';
  return oneLine(said.replace(/[^\s<>()"',;:]*@[^\s<>()"',;:]*/g, '…').replace(/<…>/g, '…')).slice(0, 300);
}

export function smtpMailer(settings: SmtpSettings): Mailer & { close(): void } {
  const url = new URL(settings.url);
  const secure = url.protocol === 'smtps:';
  const timeout = settings.timeout ?? 20_000;
  const transport = createTransport({
    pool: true,
    maxConnections: settings.connections ?? 2,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      const { raw, envelope, messageId } = await compose(mail, settings.from, new Date(settings.clock.now()));
      try {
        await transport.sendMail({ envelope: { from: envelope.from, to: [envelope.to] }, raw });
      } catch (error) {
        const permanent = isPermanent(error);
        const what = permanent
          ? 'The mail server refuses this mail'
          : 'The mail server does not take mail at the moment';
        const words = serverWords(error);
        throw new MailFailed(permanent, words === '' ? `${what}.` : `${what}: ${words}`);
      }
      return { messageId };
    },
    close: () => transport.close(),
  };
}
