/** Rules of meetings: who may be invited, what may be said of taking part, and when attendance is taken. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { PARTY_KINDS, type PartyKind } from '../directory/entries.ts';
import type { Party } from '../directory/view.ts';
import { type Holding, officeText } from '../people/view.ts';
import { anchorOf, type TextQuote } from '../quotation.ts';
import type { Partstat, Sayer, Through } from './entries.ts';
import type { Meeting, Participant } from './view.ts';

/** What every entry of a meeting carries. */
export interface Of {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
}

const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: t('meetings.kept'), next });

/** An entry of a meeting. @param at when it happened, ms */
export const entryOf = (of: Of, kind: string, id: string, at: Millis, body: NewEntry['body']): NewEntry => ({
  kind,
  id,
  matter: of.matter,
  by: of.issuer,
  occurredAt: instant(at),
  audience: of.audience,
  body,
});

/** @throws RuleRefusal `meeting-cancelled` */
export function refuseCancelled({ cancelled }: Pick<Meeting, 'cancelled'>): void {
  if (cancelled) throw refuse('meeting-cancelled', t('meetings.is-cancelled'), t('meetings.is-cancelled.next'));
}

export interface Calling {
  readonly convener: string;
  readonly subject: string;
  readonly place: string | null;
  readonly startsAt: Millis;
  readonly endsAt: Millis | null;
  readonly dayOnly: boolean;
  readonly capacity: number | null;
  readonly agenda: string;
  /** of its hours */
  readonly zone?: string | null | undefined;
}

/** @param at when it was called @throws InvalidInput `meeting-backwards`, `called-in-future` */
export function callMeeting(
  of: Of,
  calling: Calling,
  ids: { entry: string; meeting: string },
  at: Millis,
  now: Millis,
): NewEntry {
  const { startsAt, endsAt, zone, ...rest } = calling;
  if (endsAt !== null && endsAt <= startsAt)
    throw new InvalidInput('meeting-backwards', t('meetings.backwards'), {
      until: t('meetings.backwards.field'),
    });
  if (at > now)
    throw new InvalidInput('called-in-future', t('meetings.called-in-future'), {
      called: t('meetings.future'),
    });
  return entryOf(of, 'meeting.called', ids.entry, at, {
    meeting: ids.meeting,
    ...rest,
    startsAt: instant(startsAt),
    endsAt: endsAt === null ? null : instant(endsAt),
    ...(zone ? { zone } : {}),
  });
}

/** Somebody to invite: a party, or a person in one of its offices. */
export interface Invitee {
  readonly party: Party;
  readonly holding: Holding | null;
}

const kindOf = (kind: string): PartyKind => PARTY_KINDS.find((one) => one === kind) ?? 'other';
const sameAs = (invitee: Invitee) => (one: Pick<Participant, 'party' | 'holding'>) =>
  one.party === invitee.party.id && one.holding === (invitee.holding?.id ?? null);

/** One entry an invitee; those who are invited already are passed over. @throws InvalidInput `nobody-new`; RuleRefusal `meeting-cancelled` */
export function invite(
  of: Of,
  meeting: Pick<Meeting, 'id' | 'cancelled'>,
  there: readonly Participant[],
  invitees: readonly Invitee[],
  newId: () => string,
  at: Millis,
): readonly NewEntry[] {
  refuseCancelled(meeting);
  const fresh = invitees.filter(
    (one, i) =>
      !there.some(sameAs(one)) &&
      !invitees.slice(0, i).some((b) => b.party.id === one.party.id && b.holding?.id === one.holding?.id),
  );
  if (fresh.length === 0)
    throw new InvalidInput('nobody-new', t('meetings.nobody-new'), { invitees: t('meetings.nobody-new.field') });
  return fresh.map(({ party, holding }) =>
    entryOf(of, 'meeting.invited', newId(), at, {
      meeting: meeting.id,
      participant: newId(),
      name: holding?.name ?? party.name,
      office: holding ? officeText(holding) : null,
      holding: holding?.id ?? null,
      party: party.id,
      partyName: party.name,
      kind: kindOf(party.kind),
      state: party.state,
    }),
  );
}

export interface Stating {
  readonly participant: string;
  readonly partstat: Partstat;
  readonly delegate: string | null;
  readonly reason: string | null;
  readonly by: Sayer;
  readonly sayer: string | null;
  readonly at: Millis;
  readonly dayOnly: boolean;
  /** the words of the source that say so; null where there is no source */
  readonly words: string | null;
  /** how it reached us; null where a source has it */
  readonly through?: Through | null | undefined;
}

export interface Cited {
  readonly source: string;
  readonly text: string;
}

/**
 * The entry `participation.stated`.
 * @throws InvalidInput `not-invited`, `delegate-missing`, `stated-in-future`, `sayer-missing`; RuleRefusal `meeting-cancelled`, `meeting-over`,
 *   `said-so-already`, `quotation-not-in-source`
 */
export function stateParticipation(
  of: Of,
  meeting: Meeting,
  participant: Participant | undefined,
  stating: Stating,
  cited: Cited | null,
  id: string,
  now: Millis,
): NewEntry {
  const { partstat, delegate, by, sayer, reason, dayOnly, at, words, through } = stating;
  if (!participant)
    throw new InvalidInput('not-invited', t('meetings.not-invited'), {
      participant: t('meetings.not-invited.field'),
    });
  if (partstat === 'delegated' && delegate === null)
    throw new InvalidInput('delegate-missing', t('meetings.delegate-missing'), {
      delegate: t('meetings.delegate-missing.field'),
    });
  if (by !== 'the party itself' && sayer === null)
    throw new InvalidInput('sayer-missing', t('meetings.sayer-missing'), { sayer: t('meetings.sayer-missing.field') });
  if (at > now)
    throw new InvalidInput('stated-in-future', t('meetings.said-in-future'), {
      day: t('meetings.future'),
    });
  // What was said while the meeting held may still be written down.
  if (meeting.cancelled && at >= meeting.cancelled.occurredAt.getTime()) refuseCancelled(meeting);
  const end = (meeting.endsAt ?? meeting.startsAt).getTime();
  // A day alone says nothing of the hour; whoever says on the day itself that they come, says it in time.
  if (!dayOnly && !meeting.dayOnly && at > end && partstat !== 'declined')
    throw refuse('meeting-over', t('meetings.over-by-then'), t('meetings.over-by-then.attendance'));
  const last = participant.said.at(-1);
  if (
    last &&
    last.partstat === partstat &&
    last.delegate === delegate &&
    last.reason === reason &&
    last.by === by &&
    last.sayer === sayer
  )
    throw refuse(
      'said-so-already',
      t('meetings.said-already', { name: participant.name, partstat }),
      t('meetings.change-new'),
    );
  let anchor: TextQuote | null = null;
  if (cited && words !== null) {
    anchor = anchorOf(cited.text, words);
    if (!anchor) throw refuse('quotation-not-in-source', t('meetings.not-in-source'), t('meetings.not-in-source.next'));
  }
  return entryOf(of, 'participation.stated', id, at, {
    meeting: meeting.id,
    participant: participant.id,
    partstat,
    delegate: partstat === 'delegated' ? delegate : null,
    reason,
    by,
    sayer: by === 'the party itself' ? null : sayer,
    dayOnly,
    source: cited?.source ?? null,
    anchor: anchor && { ...anchor },
    ...(through ? { through } : {}),
  });
}

/**
 * The entry `attendance.taken`. @param attended null takes back what was said before @param at when it was seen
 * @throws RuleRefusal `meeting-cancelled`, `meeting-not-begun`, `taken-so-already`, `nothing-taken`; InvalidInput `not-invited`, `seen-in-future`
 */
export function takeAttendance(
  of: Of,
  meeting: Meeting,
  participant: Participant | undefined,
  attended: boolean | null,
  id: string,
  at: Millis,
  now: Millis,
): NewEntry {
  if (!participant)
    throw new InvalidInput('not-invited', t('meetings.not-invited'), {
      participant: t('meetings.not-invited.field'),
    });
  refuseCancelled(meeting);
  if (at > now) throw new InvalidInput('seen-in-future', t('meetings.seen-in-future'), { seen: t('meetings.future') });
  if (at < openDoors(meeting)) throw refuse('meeting-not-begun', t('meetings.not-begun'), t('meetings.not-begun.next'));
  if (attended === null && participant.attended === null)
    throw refuse('nothing-taken', t('meetings.nothing-taken'), t('meetings.look-again'));
  if (participant.attended === attended)
    throw refuse('taken-so-already', t('meetings.taken-already'), t('meetings.change-new'));
  return entryOf(of, 'attendance.taken', id, at, { meeting: meeting.id, participant: participant.id, attended });
}

/** People come early: attendance can be taken from then on, ms. Where only the day is known, from its beginning. */
export const openDoors = (meeting: Pick<Meeting, 'startsAt' | 'dayOnly'>): Millis =>
  meeting.startsAt.getTime() - (meeting.dayOnly ? 12 : 1) * 3_600_000;
