/**
 * What may be written of meetings: that one was called, who was invited, what each said of taking part and who said it for them, and who was
 * there. The words of participation are those of iCalendar's PARTSTAT (RFC 5545, section 3.2.12), in small letters.
 */
import { z } from 'zod';
import { PARTY_KINDS } from '../directory/entries.ts';
import { instantText, line, prose, uuid } from '../fields.ts';
import { textQuote } from '../quotation.ts';

export const PARTSTATS = ['needs-action', 'accepted', 'declined', 'tentative', 'delegated'] as const;
export type Partstat = (typeof PARTSTATS)[number];

/** Who says it: the party itself, somebody who speaks for it, or an outlet that reports it. */
export const SAYERS = ['the party itself', 'a spokesperson', 'an outlet'] as const;
export type Sayer = (typeof SAYERS)[number];

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
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || startsAt < endsAt, 'ends before it begins');

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
  })
  .refine(
    ({ partstat, delegate }) => (partstat === 'delegated') === (delegate !== null),
    'names a delegate only where it is delegated',
  );

export const attendanceTaken = z.strictObject({ meeting: uuid, participant: uuid, attended: z.boolean() });

export const meetingEntries = {
  'meeting.called': meetingCalled,
  'meeting.invited': meetingInvited,
  'participation.stated': participationStated,
  'attendance.taken': attendanceTaken,
} as const;
