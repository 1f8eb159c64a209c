/**
 * An invitation as an iCalendar file (RFC 5545, 5546): one event whose UID stays, whom it is for, and where answers go. Where this server reads
 * no mail it is a plain entry for the calendar that asks for no answer. Pure.
 */
import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalAttendeeType,
  ICalCalendarMethod,
  ICalEventStatus,
} from 'ical-generator';
import type { Meeting } from './view.ts';

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** A name as it may stand in a parameter: no control characters, no quotes. */
const plainName = (text: string): string => text.replace(CONTROLS, ' ').replaceAll('"', '').replace(/\s+/g, ' ').trim();
const plainText = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(CONTROLS, ' ').trimEnd())
    .join('\n');

export interface Invite {
  readonly uid: string;
  readonly sequence: number;
  readonly meeting: Pick<Meeting, 'convener' | 'subject' | 'place' | 'startsAt' | 'endsAt' | 'agenda'>;
  /** who is invited, as in the letter */
  readonly name: string;
  readonly address: string;
  /** where answers of calendar programs go; null where nobody reads them */
  readonly answers: string | null;
  readonly stampedAt: Date;
  /** it is called off (RFC 5546, section 3.2.5) */
  readonly cancelled?: boolean;
  /** what they said of it as it is, where a change is not of its hours; left out: they are asked */
  readonly said?: 'accepted' | 'declined' | 'tentative' | undefined;
}

const SAID = {
  accepted: ICalAttendeeStatus.ACCEPTED,
  declined: ICalAttendeeStatus.DECLINED,
  tentative: ICalAttendeeStatus.TENTATIVE,
} as const;

/** `meetings+3f…@records.example.gov` out of the mailbox and a tag (subaddress, RFC 5233). */
export function taggedAddress(mailIn: string, tag: string): string {
  const at = mailIn.lastIndexOf('@');
  return `${mailIn.slice(0, at)}+${tag}${mailIn.slice(at)}`;
}

/** The file of a version of an invitation; one that was only published is called off by its status, since CANCEL names an organiser. */
export function inviteFile(invite: Invite): InviteFile {
  const { uid, sequence, meeting, name, address, answers, stampedAt, said } = invite;
  const cancelled = invite.cancelled === true;
  const method = answers === null ? 'PUBLISH' : cancelled ? 'CANCEL' : 'REQUEST';
  const calendar = ical({
    prodId: { company: 'Counterfoil', product: 'meetings', language: 'EN' },
    method: ICalCalendarMethod[method],
  });
  const event = calendar.createEvent({
    id: uid,
    sequence,
    // Universal time, which every program turns into its own; the letter says the zone that people speak of.
    start: meeting.startsAt,
    ...(meeting.endsAt ? { end: meeting.endsAt } : {}),
    summary: plainName(meeting.subject),
    ...(meeting.place ? { location: plainName(meeting.place) } : {}),
    ...(meeting.agenda === '' ? {} : { description: plainText(meeting.agenda) }),
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    stamp: stampedAt,
  });
  if (answers !== null) {
    event.organizer({ name: plainName(meeting.convener), email: answers });
    event.createAttendee({
      name: plainName(name),
      email: address,
      rsvp: !cancelled,
      role: ICalAttendeeRole.REQ,
      status: said ? SAID[said] : ICalAttendeeStatus.NEEDSACTION,
      type: ICalAttendeeType.INDIVIDUAL,
    });
  }
  return { method, content: `${calendar.toString().trimEnd()}\r\n` };
}

export interface InviteFile {
  readonly method: 'REQUEST' | 'PUBLISH' | 'CANCEL';
  readonly content: string;
}
