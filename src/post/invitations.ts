/** The mails of invitations: the invitation itself with its link and calendar file, and the receipt of an answer. It sends nothing. */
import type { ReceiptFile } from '../base/append.ts';
import { t } from '../base/language.ts';
import type { Attachment, Mail } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import { mintLink } from '../rooms/answers/links.ts';
import { type Invited, invitationEvidenceEntry, invitedOf } from '../rooms/meetings/answering.ts';
import { wasWords } from '../rooms/meetings/change-parts.tsx';
import { inviteFile, taggedAddress } from '../rooms/meetings/ics.ts';
import { mailboxOf } from '../rooms/meetings/invitations.ts';
import { proposalWords } from '../rooms/meetings/parts.tsx';
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
    t('letters.invitation.when', { when: meetingWhen(meeting) }),
    t('letters.invitation.where', { place: meeting.place ?? t('letters.invitation.nowhere') }),
    ...(meeting.capacity === null ? [] : [t('letters.invitation.seats', { n: meeting.capacity })]),
    ...(meeting.agenda === '' ? [] : ['', meeting.agenda]),
  ].join('\n');
}

const over = ({ meeting }: Invited, now: number): boolean => (meeting.endsAt ?? meeting.startsAt).getTime() < now;

const addressee = ({ participant: { name, office } }: Invited): string =>
  office === null ? name : `${name}, ${office}`;

/** Where answers of calendar programs go; null where nobody reads them. */
async function answersTo({ db, config: { mailIn } }: Services, invitation: string): Promise<string | null> {
  const mailbox = await mailboxOf(db, invitation);
  return mailIn === undefined || !mailbox ? null : taggedAddress(mailIn, mailbox.tag);
}

async function invitationMail(services: Services, job: Job, what: Invited): Promise<ComposedInvitation> {
  const { invitation, meeting, participant } = what;
  const receipt = job.entry ? await services.ledger.receipt(job.entry) : null;
  if (!receipt) return { ready: false };
  // Nobody is invited to what is over, or called off.
  if (over(what, services.clock.now()) || meeting.cancelled) return { ready: false, never: true };
  const answers = await answersTo(services, invitation.id);
  const link = await linkFor(services, what, job.address);
  const words = t('letters.invitation', {
    to: addressee(what),
    convener: meeting.convener,
    subject: meeting.subject,
    facts: factsOf(what),
    link,
    calendar: answers === null ? 'no' : 'yes',
    keep: keepThis(services.config.baseUrl, receipt),
  });
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
      subject: t('letters.invitation.subject', { subject: meeting.subject }),
      text: `${words}\n`,
      attachments: await attach(services, receipt, what),
      calendar,
      ...(answers === null ? {} : { replyTo: answers }),
    },
  };
}

/** Tells whoever holds an invitation what changed, or that it is called off; the newest version speaks for those before it. */
async function updateMail(services: Services, job: Job, what: Invited): Promise<ComposedInvitation> {
  const { invitation, meeting, participant, answers: said } = what;
  const change = meeting.changes.find((one) => one.entry === invitation.called);
  if (!change || invitation.newest !== job.entry || over(what, services.clock.now()))
    return { ready: false, never: true };
  const receipt = await services.ledger.receipt(invitation.newest);
  if (!receipt) return { ready: false };
  const answers = await answersTo(services, invitation.id);
  const words = {
    to: addressee(what),
    convener: meeting.convener,
    subject: meeting.subject,
    reason: change.reason,
    facts: factsOf(what),
    link: await linkFor(services, what, job.address),
    keep: keepThis(services.config.baseUrl, receipt),
  };
  const { cancelled } = change;
  const text = cancelled
    ? t('letters.invitation.cancelled', words)
    : t('letters.invitation.changed', {
        ...words,
        changes: wasWords(change).join('\n'),
        answered: said.length === 0 ? 'no' : 'yes',
      });
  const last = said.at(-1)?.partstat;
  const calendar = inviteFile({
    uid: invitation.uid,
    sequence: invitation.sequence,
    meeting,
    name: participant.name,
    address: job.address,
    answers,
    stampedAt: new Date(receipt.entry.recordedAt),
    cancelled,
    // A new time asks anew (RFC 5546, section 3.2.2.1); whoever answered a meeting that is when and where it was has answered.
    said:
      change.is.when === undefined && (last === 'accepted' || last === 'declined' || last === 'tentative')
        ? last
        : undefined,
  });
  const subject = { subject: meeting.subject };
  return {
    ready: true,
    mail: {
      subject: cancelled
        ? t('letters.invitation.cancelled.subject', subject)
        : t('letters.invitation.changed.subject', subject),
      text: `${text}\n`,
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
    answer.delegate === null
      ? t('letters.invited.answer', { word })
      : t('letters.invited.answer.delegate', { word, delegate: answer.delegate }),
    ...(answer.reason === null ? [] : [t('letters.invited.reason', { reason: answer.reason })]),
    ...(answer.proposal === null ? [] : [proposalWords(answer.proposal)]),
    ...(answer.actedBy === null ? [] : [t('letters.invited.by', { name: answer.actedBy.name })]),
    ...(answer.through === 'calendar mail' ? [t('letters.invited.calendar')] : []),
    t('letters.invited.on', { at: receipt.entry.recordedAt.slice(0, 16).replace('T', ', ') }),
  ];
  const words = t('letters.invited', {
    name: what.invitation.name,
    convener: what.meeting.convener,
    subject: what.meeting.subject,
    said: said.join('\n'),
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const subject = t('letters.invited.subject', { word, subject: what.meeting.subject });
  return { ready: true, mail: { subject, text: `${words}\n`, attachments: await attach(services, receipt, what) } };
}

export const isInvitationMail = (kind: string): boolean =>
  kind === 'invitation' || kind === 'invitation-update' || kind === 'invitation-receipt';

/** Writes the mail of a job about an invitation. */
export async function composeInvitation(services: Services, job: Job): Promise<ComposedInvitation> {
  const what = job.service === null ? null : await invitedOf(services, job.service);
  if (!what) return { ready: false, never: true };
  if (job.kind === 'invitation') return await invitationMail(services, job, what);
  return job.kind === 'invitation-update'
    ? await updateMail(services, job, what)
    : await receiptMail(services, job, what);
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
