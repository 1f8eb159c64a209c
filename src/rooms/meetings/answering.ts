/** What an invited party does through its link: come in for the first time, answer, change its answer. Load, rules, append. */

import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { line, prose, timeZone } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { lastOf } from '../stream.ts';
import { meetingIn, ofMatter } from './commands.ts';
import { invitationAnswered, PARTSTATS } from './entries.ts';
import { answersOfInvitation, type Invitation, invitationOf, type OwnAnswer } from './invitations.ts';
import { type Answering, answerInvitation, askAnother } from './inviting.ts';
import type { Of } from './rules.ts';
import type { Meeting, Participant } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

/** An invitation with all that either side may know of it. */
export interface Invited {
  readonly of: Of;
  readonly invitation: Invitation;
  readonly meeting: Meeting;
  readonly participant: Participant;
  readonly answers: readonly OwnAnswer[];
  /** last position of its history: what an answer is decided on */
  readonly last: number | null;
}

/** @returns null where this is no invitation */
export async function invitedOf(services: Pick<Services, 'db'>, id: string): Promise<Invited | null> {
  const invitation = await invitationOf(services.db, id);
  if (!invitation) return null;
  const last = await lastOf(services.db, id);
  const [of, { meeting, participants }, answers] = await Promise.all([
    ofMatter(services, invitation.matter),
    meetingIn(services, invitation.matter, invitation.meeting),
    answersOfInvitation(services.db, id),
  ]);
  const participant = participants.find((one) => one.id === id);
  return participant ? { of, invitation, meeting, participant, answers, last } : null;
}

/** Evidence about an invitation, by the issuer: nobody else says it. */
export function invitationEvidenceEntry(
  needs: Pick<Services, 'clock' | 'random'>,
  { id, meeting, matter, issuer }: Pick<Invitation, 'id' | 'meeting' | 'matter' | 'issuer'>,
  what: {
    readonly event: 'ContentConsignment' | 'ContentConsignmentFailure' | 'ContentHandover';
    readonly channel: 'mail' | 'page';
    readonly address: string;
    readonly detail: string | null;
  },
): NewEntry {
  const now = needs.clock.now();
  return {
    kind: 'invitation.evidenced',
    id: uuidv7(now, needs.random),
    matter,
    by: issuer,
    occurredAt: instant(now),
    audience: 'parties',
    body: { invitation: id, meeting, ...what },
  };
}

/** Writes, once an invitation, that it was handed over to somebody who entered the code from its mailbox. */
export async function handOverInvitation(needs: Needs, { invitation }: Invited, address: string): Promise<boolean> {
  const known = await needs.db
    .selectFrom('view.invitation_evidence')
    .select('entry')
    .where('invitation', '=', invitation.id)
    .where('event', '=', 'ContentHandover')
    .executeTakeFirst();
  if (known) return false;
  const what = { event: 'ContentHandover', channel: 'page', address, detail: null } as const;
  await needs.ledger.append({
    key: `handover:${invitation.id}`,
    entries: [invitationEvidenceEntry(needs, invitation, what)],
  });
  return true;
}

const choice = { error: () => t('meetings.field.choice') };
const form = z.object({
  partstat: z.enum(PARTSTATS, choice).exclude(['needs-action'], choice),
  delegate: orNone(line(200)),
  reason: orNone(prose(1000)),
  openly: z.boolean(),
  name: line(200),
  title: orNone(line(200)),
});
export type AnswerForm = Omit<z.input<typeof form>, 'partstat'> & { readonly partstat: string };
const names = () => ({
  partstat: t('meetings.answer.yours'),
  name: t('meetings.answer.name'),
  title: t('meetings.answer.job'),
  delegate: t('meetings.substitute'),
  zone: t('meetings.field.zone'),
  reason: t('meetings.why'),
});

/** Tries again when something else was written about this invitation meanwhile. */
export const ATTEMPTS = 5;

export const answerInvitationKey = (once: string) => `invitation-answer:${once}`;

/** The answer that was sent under a form's token, or null. */
export async function answeredUnder(needs: Pick<Services, 'db'>, id: string, once: string): Promise<string | null> {
  const row = await needs.db
    .selectFrom('ledger.command as c')
    .innerJoin('ledger.entry as e', 'e.seq', 'c.first_seq')
    .select('e.canonical')
    .where('c.key', '=', answerInvitationKey(once))
    .where('e.stream', '=', id)
    .executeTakeFirst();
  if (!row?.canonical) return null;
  return z.object({ body: invitationAnswered }).parse(JSON.parse(row.canonical)).body.answer;
}

/**
 * Sends an answer through the link, with the mail that brings the receipt, in one append.
 * @param seen last position of the history when the form was made
 * @returns id of the answer
 * @throws InvalidInput, RuleRefusal of the rules; Conflict `answered-meanwhile` when something was said since, `changed-meanwhile` when the meeting is otherwise
 */
export async function sendAnswer(services: Services, id: string, given: AnswerForm, by: By): Promise<string> {
  const { partstat, delegate, reason, openly, name, title } = checked(form, given, names());
  return await send(services, id, by, () => ({
    partstat,
    delegate,
    reason: reason === '' ? null : reason,
    openly,
    proposal: null,
    actedBy: { name, title, address: by.address },
  }));
}

const asking = z.object({
  startsAt: z.number().int(),
  endsAt: z.number().int().nullable(),
  zone: timeZone,
  reason: orNone(prose(1000)),
  name: line(200),
  title: orNone(line(200)),
});

/**
 * Asks for another time through the link, as a calendar program does by COUNTER (RFC 5546, section 3.2.7): what stands of coming stays as it is,
 * and the words are for the convener alone. @returns id of the answer @throws as `sendAnswer`, and those of `askAnother`
 */
export async function sendProposal(
  services: Services,
  id: string,
  given: z.input<typeof asking>,
  by: By,
): Promise<string> {
  const { startsAt, endsAt, zone, reason, name, title } = checked(asking, given, names());
  return await send(services, id, by, (meeting, now) => ({
    partstat: 'needs-action',
    delegate: null,
    reason: reason === '' ? null : reason,
    openly: false,
    proposal: askAnother(meeting, { startsAt, endsAt, zone }, now),
    actedBy: { name, title, address: by.address },
  }));
}

interface By {
  readonly address: string;
  readonly once: string;
  readonly seen: number | null;
}

async function send(
  services: Services,
  id: string,
  by: By,
  say: (meeting: Meeting, now: number) => Omit<Answering, 'through' | 'mail' | 'at'>,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const sent = await answeredUnder(services, id, by.once);
    if (sent !== null) return sent;
    const invited = await invitedOf(services, id);
    if (!invited) throw new NotFound('no-invitation', t('meetings.no-invitation'));
    const { of, invitation, meeting, participant, answers, last } = invited;
    if (answers.some((one) => by.seen === null || one.seq > by.seen)) throw meanwhile();
    // Nobody says that they come on a day that they have not read.
    if (by.seen !== null && invitation.newestSeq > by.seen) throw changedMeanwhile();
    const now = services.clock.now();
    const newId = () => uuidv7(now, services.random);
    const answer = newId();
    const said = { ...say(meeting, now), through: 'link', mail: null, at: now } as const;
    const ids = { answer, entry: newId(), stated: newId() };
    const entries = answerInvitation(of, invitation, meeting, participant, said, ids, now);
    try {
      await services.ledger.append({
        key: answerInvitationKey(by.once),
        entries: [...entries],
        expect: [{ stream: id, last }],
        rows: [{ table: 'work.outbox', rows: [receiptMail(services, id, answer, ids.entry, by.address)] }],
      });
      return answer;
    } catch (error) {
      // Something was written of this invitation at the same moment: evidence of a letter, or another answer. Look again.
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

const meanwhile = () =>
  new Conflict('answered-meanwhile', {
    what: t('meetings.answer.meanwhile'),
    lost: t('meetings.answer.meanwhile.lost'),
    next: t('meetings.answer.meanwhile.next'),
  });

const changedMeanwhile = () =>
  new Conflict('changed-meanwhile', {
    what: t('meetings.answer.changed-meanwhile'),
    lost: t('meetings.answer.meanwhile.lost'),
    next: t('meetings.answer.meanwhile.next'),
  });

/** The mail that brings the receipt of an answer. */
export const receiptMail = (
  { clock }: Pick<Services, 'clock'>,
  invitation: string,
  answer: string,
  entry: string,
  address: string,
): Readonly<Record<string, unknown>> => ({
  kind: 'invitation-receipt',
  key: `invitation-receipt:${answer}`,
  service: invitation,
  request: null,
  entry,
  address,
  params: {},
  not_before: instant(clock.now()),
});
