/**
 * What may be written of meetings: that one was called, who was invited, what each said of taking part and who said it for them, and who was
 * there. The words of participation are those of iCalendar's PARTSTAT (RFC 5545, section 3.2.12), in small letters.
 */
import { z } from 'zod';
import { PARTY_KINDS } from '../directory/entries.ts';
import { instantText, line, prose, timeZone, uuid } from '../fields.ts';
import { textQuote } from '../quotation.ts';
import { EVIDENCE_EVENTS } from '../requests/entries.ts';

export const PARTSTATS = ['needs-action', 'accepted', 'declined', 'tentative', 'delegated'] as const;
export type Partstat = (typeof PARTSTATS)[number];

/** Who says it: the party itself, somebody who speaks for it, or an outlet that reports it. */
export const SAYERS = ['the party itself', 'a spokesperson', 'an outlet'] as const;
export type Sayer = (typeof SAYERS)[number];

/** How it reached this server; left out where it was written down from a source. */
export const THROUGHS = ['link', 'calendar mail', 'call', 'letter', 'in person'] as const;
export type Through = (typeof THROUGHS)[number];

export const meetingCalled = z
  .strictObject({
    meeting: uuid,
    convener: line(200),
    subject: line(200),
    place: line(300).nullable(),
    startsAt: instantText,
    endsAt: instantText.nullable(),
    /** only the day is known */
    dayOnly: z.boolean(),
    /** seats; null where nobody said */
    capacity: z.number().int().min(1).max(1_000_000).nullable(),
    agenda: prose(4000),
    /** the zone of its hours; left out where nobody said */
    zone: timeZone.optional(),
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || startsAt < endsAt, 'ends before it begins');

/** Why, for everyone who may know of the meeting. */
const openly = prose(1000).pipe(z.string().min(1));

/** A meeting is to be otherwise than it was: only what changes, and why. Its hours change together, since none says anything alone. */
export const meetingChanged = z.strictObject({
  meeting: uuid,
  changes: z
    .strictObject({
      when: z
        .strictObject({
          startsAt: instantText,
          endsAt: instantText.nullable(),
          dayOnly: z.boolean(),
          zone: timeZone.nullable(),
        })
        .refine(({ startsAt, endsAt }) => endsAt === null || startsAt < endsAt, 'ends before it begins')
        .optional(),
      place: line(300).nullable().optional(),
      capacity: z.number().int().min(1).max(1_000_000).nullable().optional(),
      agenda: prose(4000).optional(),
    })
    .refine((changes) => Object.keys(changes).length > 0, 'changes nothing'),
  reason: openly,
});

/** A meeting is called off, for good: whoever meets after all calls another. */
export const meetingCancelled = z.strictObject({ meeting: uuid, reason: openly });

export const meetingInvited = z.strictObject({
  meeting: uuid,
  participant: uuid,
  /** as they stood when they were invited */
  name: line(200),
  office: line(420).nullable(),
  holding: uuid.nullable(),
  party: uuid,
  partyName: line(200),
  kind: z.enum(PARTY_KINDS),
  state: line(60).nullable(),
});

export const participationStated = z
  .strictObject({
    meeting: uuid,
    participant: uuid,
    partstat: z.enum(PARTSTATS),
    /** who comes instead, for `delegated` alone */
    delegate: line(200).nullable(),
    reason: line(500).nullable(),
    by: z.enum(SAYERS),
    /** of the spokesperson or the outlet */
    sayer: line(200).nullable(),
    dayOnly: z.boolean(),
    source: uuid.nullable(),
    anchor: textQuote.nullable(),
    through: z.enum(THROUGHS).optional(),
  })
  .refine(
    ({ partstat, delegate }) => (partstat === 'delegated') === (delegate !== null),
    'names a delegate only where it is delegated',
  );

/** Whether somebody was there, as seen at the door; null takes back what was said before. */
export const attendanceTaken = z.strictObject({ meeting: uuid, participant: uuid, attended: z.boolean().nullable() });

/** A version of the invitation is handed to the post: the first, or one that tells what changed, or that it is called off. An invitation is called by the id of the participant: that is what its link opens. */
export const invitationServed = z.strictObject({
  invitation: uuid,
  meeting: uuid,
  recipient: uuid,
  /** the entry that says when and where the meeting is, or that it is called off */
  called: uuid,
  /** of the calendar file, the same as long as the invitation lives (RFC 5545, section 3.8.4.7) */
  uid: line(255),
  /** only rises, whenever a new version of the invitation is served (RFC 5546, section 2.1.4) */
  sequence: z.number().int().min(0),
  leavesAt: instantText,
});

/** What became of the letter, as for letters of requests. Links and codes are in no entry. */
export const invitationEvidenced = z.strictObject({
  invitation: uuid,
  meeting: uuid,
  event: z.enum(EVIDENCE_EVENTS),
  channel: z.enum(['mail', 'page']),
  address: line(320).nullable(),
  detail: line(500).nullable(),
});

/** Another time that an invited party asks for. */
const proposal = z
  .strictObject({ startsAt: instantText, endsAt: instantText.nullable(), zone: timeZone })
  .refine(({ startsAt, endsAt }) => endsAt === null || startsAt < endsAt, 'ends before it begins');

/**
 * An invited party’s own answer, for the two sides: who acted, all that was said, and the mail that it came in. What the record shows of it is
 * the `participation.stated` that is written with it.
 */
export const invitationAnswered = z
  .strictObject({
    answer: uuid,
    invitation: uuid,
    meeting: uuid,
    partstat: z.enum(PARTSTATS),
    delegate: line(200).nullable(),
    reason: prose(1000).pipe(z.string().min(1)).nullable(),
    /** the party lets the record show its reason */
    openly: z.boolean(),
    proposal: proposal.nullable(),
    through: z.enum(THROUGHS),
    actedBy: z.strictObject({ name: line(200), title: line(200).nullable(), address: line(320) }).nullable(),
    /** calendar mail (RFC 5546): what it said of itself */
    mail: z
      .strictObject({
        method: z.enum(['REPLY', 'COUNTER']),
        messageId: line(250).nullable(),
        sequence: z.number().int().min(0),
        at: instantText,
        /** who of the staff put it here, where it did not find its place by itself */
        placedBy: line(200).nullable(),
      })
      .nullable(),
  })
  .refine(
    ({ partstat, delegate }) => (partstat === 'delegated') === (delegate !== null),
    'names a delegate only where it is delegated',
  )
  .refine(({ partstat, proposal }) => partstat !== 'needs-action' || proposal !== null, 'says nothing');

export const meetingEntries = {
  'meeting.called': meetingCalled,
  'meeting.changed': meetingChanged,
  'meeting.cancelled': meetingCancelled,
  'meeting.invited': meetingInvited,
  'participation.stated': participationStated,
  'attendance.taken': attendanceTaken,
  'invitation.served': invitationServed,
  'invitation.evidenced': invitationEvidenced,
  'invitation.answered': invitationAnswered,
} as const;
