/**
 * Calendar mail as it was read (RFC 5546, 6047), and where it belongs. The reading of foreign bytes happens elsewhere, in a process of its own;
 * here is what may come out of it, and the rules that place it. Pure.
 */
import { z } from 'zod';
import type { Millis } from '../../base/clock.ts';
import { instantText, line } from '../fields.ts';
import { PARTSTATS, type Partstat } from './entries.ts';

const text = (max: number) => z.string().max(max);

/** A time as calendar mail gives it; without a zone it is no time. */
export const mailTime = z.union([
  z.strictObject({ at: instantText, zone: text(60) }),
  z.strictObject({ problem: z.enum(['no-zone', 'day-only', 'unreadable']) }),
]);
export type MailTime = z.infer<typeof mailTime>;

export const mailAttendee = z.strictObject({
  /** small letters, without `mailto:` */
  address: text(320),
  name: text(200).nullable(),
  partstat: text(40),
  delegatedTo: z.array(z.strictObject({ address: text(320), name: text(200).nullable() })).max(20),
  /** X-RESPONSE-COMMENT */
  comment: text(2000).nullable(),
});

export const mailEvent = z.strictObject({
  uid: text(255),
  sequence: z.number().int().min(0).max(2_147_483_647),
  /** DTSTAMP */
  stamp: instantText.nullable(),
  start: mailTime.nullable(),
  end: mailTime.nullable(),
  attendees: z.array(mailAttendee).max(200),
  comment: text(2000).nullable(),
});
export type MailEvent = z.infer<typeof mailEvent>;

export const mailCalendar = z.strictObject({
  /** large letters */
  method: text(40).nullable(),
  events: z.array(mailEvent).max(20),
});

export const readMail = z.strictObject({
  messageId: text(250).nullable(),
  from: text(320).nullable(),
  /** everybody it was sent to, as its headers say, small letters */
  to: z.array(text(320)).max(200),
  /** the Date header */
  date: instantText.nullable(),
  subject: text(500).nullable(),
  /** the beginning of what a person wrote */
  words: text(4000).nullable(),
  calendars: z.array(mailCalendar).max(5),
});
export type ReadMail = z.infer<typeof readMail>;

/** Why mail has no place, by name; pages say it in words. */
export const WHYS = [
  'unreadable',
  'no-calendar',
  'other-method',
  'several-events',
  'not-invited',
  'no-token',
  'forwarded',
  'no-answer',
  'no-zone',
  'backwards',
  'nothing-proposed',
  'old-sequence',
  'overtaken',
  'no-stamp',
  'refused',
] as const;
export type Why = (typeof WHYS)[number];

/** What the server knows of an invitation whose calendar id a mail names. */
export interface KnownInvitation {
  readonly id: string;
  /** where its letter went, and the tag of the address that answers go to */
  readonly address: string;
  readonly tag: string;
  /** SEQUENCE of the newest version that was served */
  readonly sequence: number;
  /** when it was served first, ms */
  readonly servedAt: Millis;
  /** the newest calendar mail that was taken */
  readonly last: { readonly sequence: number; readonly at: Millis } | null;
}

/** What a mail says, once it is clear who says it. */
export interface Placed {
  readonly placed: true;
  readonly invitation: string;
  readonly method: 'REPLY' | 'COUNTER';
  readonly sequence: number;
  /** when it was said, ms: DTSTAMP, as far as it lies between the invitation and its coming in */
  readonly at: Millis;
  readonly partstat: Partstat;
  readonly delegate: string | null;
  readonly reason: string | null;
  readonly proposal: { readonly startsAt: Millis; readonly endsAt: Millis | null; readonly zone: string } | null;
}
export type Placing =
  | Placed
  | { readonly placed: false; readonly why: Why; readonly detail: string | null; readonly invitation: string | null };

/** Calendar ids that a mail names, to look them up before placing it. */
export const uidsIn = (mail: ReadMail): readonly string[] => [
  ...new Set(mail.calendars.flatMap(({ events }) => events.map(({ uid }) => uid))),
];

/** Tags in the addresses that a mail was sent to: what stands between `+` and `@`. */
const tagsOf = (mail: ReadMail): readonly string[] =>
  mail.to.flatMap((one) => /\+([0-9a-f]{32})@/.exec(one)?.[1] ?? []);

/** One of their names as the record may show it: no address, since a name that holds one is none. */
function nameOf(name: string | null): string | null {
  const read = line(200).safeParse((name ?? '').replace(/\s+/g, ' '));
  return read.success && !read.data.includes('@') ? read.data : null;
}

/** What stands for a delegate of whom only an address is known: the convener sees it in the mail, the record does not. */
const UNNAMED = 'somebody whom they named to the convener';

/**
 * Where a mail belongs. It is matched by the calendar id and by the tag in the address that it was sent to, both of which the invitation alone
 * told, and by the attendee’s address; never by the name that stands in From.
 * @param known the invitation of a calendar id, null where there is none @param now when it came in, ms
 */
export function place(mail: ReadMail, known: (uid: string) => KnownInvitation | null, now: Millis): Placing {
  const no = (why: Why, invitation: string | null = null, detail: string | null = null): Placing => ({
    placed: false,
    why,
    detail,
    invitation,
  });
  // The same calendar stands twice in most mails: as a part to answer and as a file.
  const [calendar] = mail.calendars;
  if (!calendar) return no('no-calendar');
  const { method } = calendar;
  if (method !== 'REPLY' && method !== 'COUNTER') return no('other-method', null, method);
  const [event, second] = calendar.events;
  if (!event) return no('no-calendar');
  if (second) return no('several-events');
  const invitation = known(event.uid);
  if (!invitation) return no('not-invited');
  const { id } = invitation;
  if (!tagsOf(mail).includes(invitation.tag)) return no('no-token', id);
  const attendee = event.attendees.find((one) => one.address === invitation.address.toLowerCase());
  // Whoever got it from somebody else has the id and the tag, and is still not who was invited.
  if (!attendee) return no('forwarded', id, event.attendees[0]?.address ?? null);
  const stamp = event.stamp ?? mail.date;
  if (stamp === null) return no('no-stamp', id);
  if (event.sequence < invitation.sequence) return no('old-sequence', id);
  // A clock that is wrong says nothing: nobody answers before they are asked, or later than it came in.
  const written = Date.parse(stamp);
  const at = written < invitation.servedAt ? now : Math.min(written, now);
  const { last } = invitation;
  // RFC 5546, section 2.1.5: by SEQUENCE, then by DTSTAMP; what is older was overtaken on its way.
  if (last && (event.sequence < last.sequence || (event.sequence === last.sequence && at < last.at)))
    return no('overtaken', id);
  const partstat = PARTSTATS.find((one) => one.toUpperCase() === attendee.partstat.toUpperCase());
  const proposal = method === 'COUNTER' ? proposalOf(event) : null;
  if (typeof proposal === 'string') return no(proposal, id);
  // With another time comes whatever the program puts there; only a word that stands without that time is taken as one.
  const counted = proposal === null || partstat === 'declined' || partstat === 'tentative' ? partstat : 'needs-action';
  if (counted === undefined || (counted === 'needs-action' && proposal === null)) return no('no-answer', id);
  const [delegate] = attendee.delegatedTo;
  return {
    placed: true,
    invitation: id,
    method,
    sequence: event.sequence,
    at,
    partstat: counted,
    delegate: counted === 'delegated' ? (nameOf(delegate?.name ?? null) ?? UNNAMED) : null,
    reason: reasonOf(attendee.comment ?? event.comment),
    proposal,
  };
}

/** The other time of a COUNTER, or why it is none. */
function proposalOf({ start, end }: MailEvent): Placed['proposal'] | Why {
  if (start === null) return 'nothing-proposed';
  if ('problem' in start || (end !== null && 'problem' in end)) return 'no-zone';
  const startsAt = Date.parse(start.at);
  const endsAt = end === null ? null : Date.parse(end.at);
  if (endsAt !== null && endsAt <= startsAt) return 'backwards';
  return { startsAt, endsAt, zone: start.zone };
}

/** A comment as an entry takes it: no control characters, at most 1,000 characters; null where nothing is left. */
export function reasonOf(comment: string | null): string | null {
  const clean = (comment ?? '')
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, (found) => (found.includes('\n') ? '\n' : ''))
    .replace(/\n{3,}/g, '\n\n')
    .toWellFormed()
    .trim()
    .slice(0, 1000)
    .trim();
  return clean === '' ? null : clean;
}
