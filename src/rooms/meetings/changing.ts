/** Rules of a meeting that is changed or called off, and of telling those who hold an invitation to it. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { termsEntry } from './changed.ts';
import type { Invitation } from './invitations.ts';
import { entryOf, type Of, refuseCancelled } from './rules.ts';
import type { Meeting, Participant } from './view.ts';

const HALF_DAY = 43_200_000;

const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: t('meetings.kept'), next });

/** All that a form says of a meeting; what is as it was does not count as changed. Times in ms. */
export interface ChangeTo {
  readonly place: string | null;
  readonly startsAt: Millis;
  readonly endsAt: Millis | null;
  readonly dayOnly: boolean;
  readonly zone: string | null;
  readonly capacity: number | null;
  readonly agenda: string;
}

/** From when on nobody can be told otherwise: the beginning, or the end of the day where only the day is known. */
const begins = (meeting: Pick<Meeting, 'startsAt' | 'dayOnly'>): Millis =>
  meeting.startsAt.getTime() + (meeting.dayOnly ? HALF_DAY : 0);

/** @throws RuleRefusal `meeting-cancelled`, `meeting-begun` */
export function refuseUnchangeable(
  meeting: Meeting,
  participants: readonly Pick<Participant, 'attended'>[],
  now: Millis,
): void {
  refuseCancelled(meeting);
  if (now >= begins(meeting) || participants.some((one) => one.attended !== null))
    throw refuse('meeting-begun', t('meetings.changed.begun'), t('meetings.changed.begun.next'));
}

const same = (a: Date | null, b: Millis | null): boolean => (a?.getTime() ?? null) === b;

/**
 * The entry `meeting.changed`, with what is otherwise alone.
 * @param served whether somebody holds a calendar file of it
 * @throws RuleRefusal `meeting-cancelled`, `meeting-begun`, `nothing-changed`, `moved-into-past`, `meeting-without-hour`, `meeting-without-zone`;
 *   InvalidInput `meeting-backwards`
 */
export function changeMeeting(
  of: Of,
  meeting: Meeting,
  participants: readonly Pick<Participant, 'attended'>[],
  served: boolean,
  to: ChangeTo,
  reason: string,
  id: string,
  now: Millis,
): NewEntry {
  refuseUnchangeable(meeting, participants, now);
  const { startsAt, endsAt, dayOnly, zone, place, capacity, agenda } = to;
  if (endsAt !== null && endsAt <= startsAt)
    throw new InvalidInput('meeting-backwards', t('meetings.backwards'), { until: t('meetings.backwards.field') });
  const moved =
    !same(meeting.startsAt, startsAt) ||
    !same(meeting.endsAt, endsAt) ||
    meeting.dayOnly !== dayOnly ||
    meeting.zone !== zone;
  const changes = {
    ...(moved
      ? {
          when: {
            startsAt: instant(startsAt),
            endsAt: endsAt === null ? null : instant(endsAt),
            dayOnly,
            zone,
          },
        }
      : {}),
    ...(place === meeting.place ? {} : { place }),
    ...(capacity === meeting.capacity ? {} : { capacity }),
    ...(agenda === meeting.agenda ? {} : { agenda }),
  };
  if (Object.keys(changes).length === 0)
    throw refuse('nothing-changed', t('meetings.changed.nothing'), t('meetings.change-new'));
  if (moved && now >= begins({ startsAt: new Date(startsAt), dayOnly }))
    throw refuse('moved-into-past', t('meetings.changed.past'), t('meetings.changed.past.next'));
  // Whoever has it in their calendar at an hour cannot be sent a day alone, or an hour that is another one elsewhere.
  if (served && dayOnly)
    throw refuse('meeting-without-hour', t('meetings.changed.hour'), t('meetings.changed.hour.next'));
  if (served && zone === null)
    throw refuse('meeting-without-zone', t('meetings.unservable.zone'), t('meetings.changed.hour.next'));
  return entryOf(of, 'meeting.changed', id, now, { meeting: meeting.id, changes, reason });
}

/** The entry `meeting.cancelled`. @throws RuleRefusal `meeting-cancelled`, `meeting-begun` */
export function cancelMeeting(
  of: Of,
  meeting: Meeting,
  participants: readonly Pick<Participant, 'attended'>[],
  reason: string,
  id: string,
  now: Millis,
): NewEntry {
  refuseUnchangeable(meeting, participants, now);
  return entryOf(of, 'meeting.cancelled', id, now, { meeting: meeting.id, reason });
}

/** Who holds a version of the invitation that is no longer how the meeting stands. */
export const notTold = <T extends Pick<Invitation, 'called'>>(
  meeting: Pick<Meeting, 'entry' | 'changes'>,
  invitations: readonly T[],
): readonly T[] => invitations.filter((one) => one.called !== termsEntry(meeting));

/**
 * The next version of each invitation: the same calendar id, one SEQUENCE higher (RFC 5546, section 2.1.4).
 * @param called the entry that it tells
 */
export const serveAgain = (
  of: Of,
  invitations: readonly Invitation[],
  called: string,
  newId: () => string,
  now: Millis,
): readonly NewEntry[] =>
  invitations.map((one) =>
    entryOf({ ...of, audience: 'parties' }, 'invitation.served', newId(), now, {
      invitation: one.id,
      meeting: one.meeting,
      recipient: one.recipient,
      called,
      uid: one.uid,
      sequence: one.sequence + 1,
      leavesAt: instant(now),
    }),
  );
