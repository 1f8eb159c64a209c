/** Rules of invitations that are served and answered by the invited themselves. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { termsEntry } from './changed.ts';
import type { Partstat, Through } from './entries.ts';
import type { Invitation, OwnAnswer } from './invitations.ts';
import { type Of, refuseCancelled, stateParticipation } from './rules.ts';
import type { Meeting, Participant } from './view.ts';

const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: t('meetings.kept'), next });

/** What keeps a meeting from being served as an invitation, in words; null where nothing does. */
export function notServable(meeting: Meeting, now: Millis): { readonly code: string; readonly what: string } | null {
  if (meeting.cancelled) return { code: 'meeting-cancelled', what: t('meetings.is-cancelled') };
  if (meeting.dayOnly)
    return {
      code: 'meeting-without-hour',
      what: t('meetings.unservable.hour'),
    };
  if (meeting.zone === null)
    return {
      code: 'meeting-without-zone',
      what: t('meetings.unservable.zone'),
    };
  if ((meeting.endsAt ?? meeting.startsAt).getTime() <= now)
    return { code: 'meeting-over', what: t('meetings.unservable.over') };
  return null;
}

/** Serves an invitation on each. @throws RuleRefusal `meeting-cancelled`, `meeting-without-hour`, `meeting-without-zone`, `meeting-over`, `served-already` */
export function serveInvitations(
  of: Of,
  meeting: Meeting,
  to: readonly Participant[],
  served: ReadonlySet<string>,
  host: string,
  newId: () => string,
  now: Millis,
): readonly NewEntry[] {
  const wrong = notServable(meeting, now);
  if (wrong)
    throw refuse(
      wrong.code,
      wrong.what,
      t(meeting.cancelled ? 'meetings.is-cancelled.next' : 'meetings.unservable.next'),
    );
  const fresh = to.filter((one) => !served.has(one.id));
  if (fresh.length === 0)
    throw refuse('served-already', t('meetings.served-already'), t('meetings.served-already.next'));
  return fresh.map((one) => ({
    kind: 'invitation.served',
    id: newId(),
    matter: of.matter,
    by: of.issuer,
    occurredAt: instant(now),
    audience: 'parties',
    body: {
      invitation: one.id,
      meeting: meeting.id,
      recipient: one.party,
      called: termsEntry(meeting),
      uid: `${one.id}@${host}`,
      sequence: 0,
      leavesAt: instant(now),
    },
  }));
}

export interface Answering {
  readonly partstat: Partstat;
  readonly delegate: string | null;
  readonly reason: string | null;
  readonly openly: boolean;
  readonly proposal: { readonly startsAt: Millis; readonly endsAt: Millis | null; readonly zone: string } | null;
  readonly through: Through;
  readonly actedBy: { readonly name: string; readonly title: string | null; readonly address: string } | null;
  readonly mail: {
    readonly method: 'REPLY' | 'COUNTER';
    readonly messageId: string | null;
    readonly sequence: number;
    readonly at: Millis;
    readonly placedBy: string | null;
  } | null;
  /** when it was said, ms */
  readonly at: Millis;
}

/** Another time that an invited party asks for through its link. @throws InvalidInput `proposal-backwards`, `proposal-past`, `proposal-same` */
export function askAnother(
  meeting: Pick<Meeting, 'startsAt' | 'endsAt'>,
  proposal: NonNullable<Answering['proposal']>,
  now: Millis,
): NonNullable<Answering['proposal']> {
  const { startsAt, endsAt } = proposal;
  if (endsAt !== null && endsAt <= startsAt)
    throw new InvalidInput('proposal-backwards', t('meetings.proposal-backwards'), {
      until: t('meetings.proposal-backwards.next'),
    });
  if (startsAt <= now)
    throw new InvalidInput('proposal-past', t('meetings.proposal-past'), { day: t('meetings.changed.past.next') });
  if (startsAt === meeting.startsAt.getTime() && (endsAt === null || endsAt === meeting.endsAt?.getTime()))
    throw new InvalidInput('proposal-same', t('meetings.proposal-same'), { day: t('meetings.proposal-same.field') });
  return proposal;
}

/** As much of a reason as one line of the record takes. */
const openReason = (reason: string): string => reason.replace(/\s+/g, ' ').trim().slice(0, 500);

/**
 * `invitation.answered` for the two sides and, where it says something of taking part, `participation.stated` for the record.
 * @throws InvalidInput and RuleRefusal of `stateParticipation`; RuleRefusal `meeting-cancelled`, `meeting-over`, `proposal-backwards`, `nothing-said`
 */
export function answerInvitation(
  of: Of,
  invitation: Invitation,
  meeting: Meeting,
  participant: Participant,
  answering: Answering,
  ids: { readonly answer: string; readonly entry: string; readonly stated: string },
  now: Millis,
): readonly NewEntry[] {
  const { partstat, proposal, at, mail, delegate, reason, openly, through, actedBy } = answering;
  refuseCancelled(meeting);
  if (proposal && proposal.endsAt !== null && proposal.endsAt <= proposal.startsAt)
    throw refuse('proposal-backwards', t('meetings.proposal-backwards'), t('meetings.proposal-backwards.next'));
  if (partstat === 'needs-action' && !proposal)
    throw new InvalidInput('nothing-said', t('meetings.nothing-said'), { partstat: t('meetings.choose') });
  // By then nobody can come any more, whichever word it is; the record keeps what was said in time.
  if (at > (meeting.endsAt ?? meeting.startsAt).getTime())
    throw refuse('meeting-over', t('meetings.over-by-then'), t('meetings.over-by-then.next'));
  // What is new may be for the convener alone: another time, or a reason that is not open. The record then has nothing to add.
  const last = participant.said.at(-1);
  const same = last?.partstat === partstat && last.by === 'the party itself' && last.delegate === delegate;
  const quiet = same && (proposal !== null || (reason !== null && !openly));
  const stated =
    partstat === 'needs-action' || quiet
      ? []
      : [
          stateParticipation(
            { ...of, issuer: invitation.recipient },
            meeting,
            participant,
            {
              participant: participant.id,
              partstat,
              delegate,
              reason: openly && reason !== null ? openReason(reason) : null,
              by: 'the party itself',
              sayer: null,
              at,
              dayOnly: false,
              words: null,
              through,
            },
            null,
            ids.stated,
            now,
          ),
        ];
  return [
    {
      kind: 'invitation.answered',
      id: ids.entry,
      matter: of.matter,
      by: invitation.recipient,
      occurredAt: instant(at),
      audience: 'parties',
      body: {
        answer: ids.answer,
        invitation: invitation.id,
        meeting: meeting.id,
        partstat,
        delegate: partstat === 'delegated' ? delegate : null,
        reason,
        openly: openly && reason !== null,
        proposal: proposal && {
          startsAt: instant(proposal.startsAt),
          endsAt: proposal.endsAt === null ? null : instant(proposal.endsAt),
          zone: proposal.zone,
        },
        through,
        actedBy: actedBy && { ...actedBy },
        mail: mail && { ...mail, at: instant(mail.at) },
      },
    },
    ...stated,
  ];
}

/** Another time that the party asks for and that its later words have not overtaken; null where there is none. */
export const askedFor = (answers: readonly Pick<OwnAnswer, 'proposal'>[]): OwnAnswer['proposal'] =>
  answers.at(-1)?.proposal ?? null;
