/** From a `Mail` to a MIME message. Nothing that a person typed can add a header, a recipient or a second mail. */
import { randomBytes } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Mail } from '../../base/mailer.ts';

const Address = z.email().max(254);
/** The operator's own mailbox, which on a laptop has no domain: still one address and no header more. */
const Bare = z
  .string()
  .max(254)
  .regex(/^[^\s<>,;:"@\p{Cc}\p{Cf}]+@[^\s<>,;:"@\p{Cc}\p{Cf}]+$/u);
/** Every line break that some mail program knows, and every control or direction character. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** One line of plain text: unsafe characters become one space. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();
}

export interface Composed {
  readonly messageId: string;
  /** the whole message with CRLF line ends */
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: string };
}

/**
 * Builds the message. `to` must be one bare mailbox, otherwise `InvalidInput` (a list or a line break would reach others); subject and file
 * names are flattened to one line. `from` is the operator's setting.
 */
export async function compose(
  mail: Mail,
  from: { readonly name: string; readonly address: string },
  at: Date,
): Promise<Composed> {
  const to = Address.safeParse(mail.to);
  if (!to.success) throw new InvalidInput('mail-address', t('ui.refusal.mail.one'));
  const replyTo = mail.replyTo === undefined ? undefined : Bare.safeParse(mail.replyTo);
  if (replyTo?.success === false) throw new InvalidInput('mail-address', t('ui.refusal.mail.one'));
  const host = from.address.slice(from.address.lastIndexOf('@') + 1);
  const messageId = `<${randomBytes(16).toString('hex')}@${host}>`;
  const message = new MailComposer({
    from: { name: oneLine(from.name), address: from.address },
    to: [{ name: '', address: to.data }],
    ...(replyTo ? { replyTo: [{ name: '', address: replyTo.data }] } : {}),
    ...(mail.calendar
      ? { icalEvent: { method: mail.calendar.method, filename: 'invitation.ics', content: mail.calendar.content } }
      : {}),
    subject: oneLine(mail.subject).slice(0, 250),
    text: mail.text,
    date: at,
    messageId,
    headers: { 'Auto-Submitted': 'auto-generated', ...listHeaders(mail.unsubscribe) },
    disableFileAccess: true,
    disableUrlAccess: true,
    attachments: (mail.attachments ?? []).map((a) => ({
      filename: oneLine(a.filename).replace(/[/\\]/g, '_'),
      contentType: oneLine(a.contentType),
      content: typeof a.content === 'string' ? a.content : Buffer.from(a.content),
    })),
  }).compile();
  message.keepBcc = false;
  const raw = await new Promise<Buffer>((resolve, reject) =>
    message.build((error, built) => (error ? reject(error) : resolve(built))),
  );
  return { messageId, raw, envelope: { from: from.address, to: to.data } };
}

/** RFC 2369, and RFC 8058 where the address is one that mail programs may press: https alone. */
function listHeaders(unsubscribe: string | undefined): Record<string, { prepared: true; value: string }> {
  const url = unsubscribe === undefined ? null : URL.parse(unsubscribe);
  if (!url || !/^https?:$/.test(url.protocol)) return {};
  // Never folded or encoded: mail programs read it as it stands.
  const plain = (value: string) => ({ prepared: true as const, value });
  return {
    'List-Unsubscribe': plain(`<${url.href}>`),
    ...(url.protocol === 'https:' ? { 'List-Unsubscribe-Post': plain('List-Unsubscribe=One-Click') } : {}),
  };
}

/** `MAIL_FROM`: `Name <local@domain>` or a bare address. */
export function readFrom(text: string): { name: string; address: string } {
  const parts = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))\s*$/.exec(text);
  const address = Address.safeParse(parts?.[2] ?? parts?.[3]);
  if (!address.success)
    throw new InvalidInput('mail-from', 'MAIL_FROM must be an e-mail address, or: Name <name@example.gov>');
  return { name: oneLine(parts?.[1] ?? 'Counterfoil'), address: address.data };
}
