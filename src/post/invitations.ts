/** The mails of invitations: the invitation itself with its link and calendar file, and the receipt of an answer. It sends nothing. */
import type { ReceiptFile } from '../base/append.ts';
import type { Attachment, Mail } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import { mintLink } from '../rooms/answers/links.ts';
import { type Invited, invitationEvidenceEntry, invitedOf } from '../rooms/meetings/answering.ts';
import { inviteFile, taggedAddress } from '../rooms/meetings/ics.ts';
import { mailboxOf } from '../rooms/meetings/invitations.ts';
import { meetingWhen } from '../rooms/meetings/when.ts';
import { participation } from '../ui/words.ts';
import type { Job } from './outbox.ts';
import { keepThis } from './parts.ts';

/** Links open the invitation until this long after the meeting, in days: receipts are wanted afterwards. */
const LINK_DAYS = 90;
const DAY = 86_400_000;

export type ComposedInvitation =
  | { readonly ready: true; readonly mail: Omit<Mail, 'to'> }
  | { readonly ready: false; readonly never?: true };

async function linkFor(services: Services, { invitation, meeting }: Invited, address: string): Promise<string> {
  const end = (meeting.endsAt ?? meeting.startsAt).getTime();
  const expiresAt = new Date(Math.max(end, services.clock.now()) + LINK_DAYS * DAY);
  const token = await mintLink(services, { service: invitation.id, address, expiresAt });
  return `${services.config.baseUrl}/r/${token}`;
}

const namesOf = ({ invitation }: Invited) => ({
  issuer: invitation.issuerName,
  recipient: invitation.name,
  title: invitation.subject,
});

async function attach(services: Services, receipt: ReceiptFile, what: Invited): Promise<Attachment[]> {
  const files: Attachment[] = [{ filename: receipt.name, contentType: 'application/json', content: receipt.json }];
  if (services.receiptPdf)
    files.push({
      filename: receipt.name.replace(/\.receipt\.json$/, '.receipt.pdf'),
      contentType: 'application/pdf',
      content: await services.receiptPdf(receipt, namesOf(what)),
    });
  return files;
}

/** When, where, for how many, what about: one line each. */
function factsOf({ meeting }: Invited): string {
  return [
    `When: ${meetingWhen(meeting)}`,
    `Where: ${meeting.place ?? 'not said yet'}`,
    ...(meeting.capacity === null ? [] : [`Seats: ${meeting.capacity.toLocaleString('en-US')}`]),
    ...(meeting.agenda === '' ? [] : ['', meeting.agenda]),
  ].join('\n');
}

async function invitationMail(services: Services, job: Job, what: Invited): Promise<ComposedInvitation> {
  const { invitation, meeting, participant } = what;
  const receipt = job.entry ? await services.ledger.receipt(job.entry) : null;
  if (!receipt) return { ready: false };
  // Nobody is invited to what is over.
  if ((meeting.endsAt ?? meeting.startsAt).getTime() < services.clock.now()) return { ready: false, never: true };
  const { mailIn } = services.config;
  const mailbox = await mailboxOf(services.db, invitation.id);
  const answers = mailIn === undefined || !mailbox ? null : taggedAddress(mailIn, mailbox.tag);
  const link = await linkFor(services, what, job.address);
  const to = participant.office === null ? participant.name : `${participant.name}, ${participant.office}`;
  const text = `To ${to}

${meeting.convener} invites you: ${meeting.subject}

${factsOf(what)}

To say whether you come, why not, or who comes instead, and to change it later, use this link:
${link}
${answers === null ? '' : '\nYou can also answer from your calendar program. Your word counts the same; the comment that you write there is for whoever invites you, not for the public record.\n'}
--
The link is for this mailbox: opening it asks for a code that is sent here. ${keepThis(services.config.baseUrl, receipt)}
`;
  const calendar = inviteFile({
    uid: invitation.uid,
    sequence: invitation.sequence,
    meeting,
    name: participant.name,
    address: job.address,
    answers,
    stampedAt: new Date(receipt.entry.recordedAt),
  });
  return {
    ready: true,
    mail: {
      subject: `Invitation: ${meeting.subject}`,
      text,
      attachments: await attach(services, receipt, what),
      calendar,
      ...(answers === null ? {} : { replyTo: answers }),
    },
  };
}

async function receiptMail(services: Services, job: Job, what: Invited): Promise<ComposedInvitation> {
  const answer = what.answers.find((one) => one.entry === job.entry);
  if (!answer) return { ready: false, never: true };
  const receipt = await services.ledger.receipt(answer.entry);
  if (!receipt) return { ready: false };
  const { word } = participation(answer.partstat);
  const said = [
    `Answer: ${word}${answer.delegate === null ? '' : `, ${answer.delegate} comes instead`}`,
    ...(answer.reason === null ? [] : [`Reason: ${answer.reason}`]),
    ...(answer.actedBy === null ? [] : [`Sent by: ${answer.actedBy.name}`]),
    ...(answer.through === 'calendar mail' ? ['It came from a calendar program.'] : []),
    `On: ${receipt.entry.recordedAt.slice(0, 16).replace('T', ', ')} UTC`,
  ];
  const text = `${what.invitation.name} has answered the invitation of ${what.meeting.convener}: ${what.meeting.subject}

${said.join('\n')}

You can change it later with the link in your invitation.

${keepThis(services.config.baseUrl, receipt)}
`;
  const subject = `Receipt: ${word}, ${what.meeting.subject}`;
  return { ready: true, mail: { subject, text, attachments: await attach(services, receipt, what) } };
}

export const isInvitationMail = (kind: string): boolean => kind === 'invitation' || kind === 'invitation-receipt';

/** Writes the mail of a job about an invitation. */
export async function composeInvitation(services: Services, job: Job): Promise<ComposedInvitation> {
  const what = job.service === null ? null : await invitedOf(services, job.service);
  if (!what) return { ready: false, never: true };
  return job.kind === 'invitation' ? invitationMail(services, job, what) : receiptMail(services, job, what);
}

/** Writes what became of an invitation's letter; once for each key. */
export async function evidenceInvitation(
  services: Services,
  job: Job,
  key: string,
  event: 'ContentConsignment' | 'ContentConsignmentFailure',
  detail: string | null,
): Promise<void> {
  const what = job.service === null ? null : await invitedOf(services, job.service);
  if (!what) throw new Error('a letter of no invitation leaves no evidence');
  const about = { event, channel: 'mail', address: job.address, detail } as const;
  await services.ledger.append({ key, entries: [invitationEvidenceEntry(services, what.invitation, about)] });
}
