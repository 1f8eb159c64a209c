/** Invitations as read: served with which calendar id, evidence of the letter, what the invited answered themselves, and who may be told. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { nameNow } from '../directory/view.ts';
import {
  invitationAnswered,
  invitationEvidenced,
  invitationServed,
  PARTSTATS,
  type Partstat,
  THROUGHS,
  type Through,
} from './entries.ts';

/** A served invitation: whom, by whom, to what. */
export interface Invitation {
  /** id of the participant */
  readonly id: string;
  /** the entry that served it first */
  readonly entry: string;
  /** the entry that served its newest version, and the position of that */
  readonly newest: string;
  readonly newestSeq: number;
  /** what that version told: the entry that called the meeting, changed it, or called it off */
  readonly called: string;
  readonly meeting: string;
  readonly matter: string;
  readonly issuer: string;
  readonly issuerName: string;
  /** the invited party */
  readonly recipient: string;
  readonly name: string;
  readonly office: string | null;
  readonly subject: string;
  readonly convener: string;
  readonly uid: string;
  readonly sequence: number;
  readonly servedAt: Date;
}

export const projectInvitations: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id, audience: entry.audience };
  switch (entry.kind) {
    case 'invitation.served': {
      const { leavesAt, ...b } = invitationServed.parse(entry.body);
      return [
        { table: 'view.invitation', row: { ...at, ...b, matter: entry.matter, issuer: entry.by, leaves_at: leavesAt } },
      ];
    }
    case 'invitation.evidenced':
      return [{ table: 'view.invitation_evidence', row: { ...at, ...invitationEvidenced.parse(entry.body) } }];
    case 'invitation.answered': {
      const { answer, actedBy, ...b } = invitationAnswered.parse(entry.body);
      return [{ table: 'view.invitation_answer', row: { ...at, ...b, id: answer, acted_by: actedBy } }];
    }
    default:
      return [];
  }
};

async function invitations(db: Kysely<Database>, which: RawBuilder<unknown>): Promise<readonly Invitation[]> {
  const { rows } = await sql<Omit<Invitation, 'newestSeq'> & { newestSeq: string | number }>`
    select i.invitation as id, f.entry, i.entry as newest, i.seq as "newestSeq", i.called, i.meeting, i.matter, i.issuer, ${nameNow('y')} as "issuerName", i.recipient, p.name, p.office, t.subject,
           t.convener, i.uid, i.sequence, f.occurred_at as "servedAt"
    from (select distinct on (i.invitation) i.* from view.invitation i where ${which} order by i.invitation, i.seq desc) i
    join lateral (select f.entry, f.occurred_at from view.invitation f where f.invitation = i.invitation order by f.seq limit 1) f on true
    join view.participant p on p.id = i.invitation join view.meeting t on t.id = i.meeting join view.party y on y.id = i.issuer
    order by lower(p.name), i.seq`.execute(db);
  return rows.map((row) => ({ ...row, newestSeq: Number(row.newestSeq) }));
}

/** A served invitation by the id of its participant, or null. */
export const invitationOf = async (db: Kysely<Database>, id: string): Promise<Invitation | null> =>
  (await invitations(db, sql`i.invitation = ${id}`))[0] ?? null;

export const invitationByUid = async (db: Kysely<Database>, uid: string): Promise<Invitation | null> =>
  (await invitations(db, sql`i.uid = ${uid}`))[0] ?? null;

/** Those of a meeting that were served. */
export const invitationsOf = (db: Kysely<Database>, meeting: string): Promise<readonly Invitation[]> =>
  invitations(db, sql`i.meeting = ${meeting}`);

/** The mailbox and the calendar tag of an invitation, for the post and for matching alone. */
export async function mailboxOf(
  db: Kysely<Database>,
  id: string,
): Promise<{ readonly address: string; readonly tag: string } | null> {
  const row = await db
    .selectFrom('work.contact')
    .innerJoin('work.invitation', 'work.invitation.invitation', 'work.contact.service')
    .select(['work.contact.address', 'work.invitation.tag'])
    .where('work.contact.service', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Where the letters of these invitations went, by invitation; whose address was erased is not in it. */
export async function mailboxesOf(db: Kysely<Database>, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('work.contact')
    .select(['service', 'address'])
    .where((eb) => eb('service', '=', eb.fn.any(eb.val([...ids]))))
    .execute();
  return new Map(rows.map(({ service, address }) => [service, address]));
}

export interface Evidence {
  readonly entry: string;
  readonly invitation: string;
  readonly event: string;
  readonly occurredAt: Date;
}

/** What became of the letters of a meeting, in the order in which it was written. */
export async function invitationEvidence(db: Kysely<Database>, meeting: string): Promise<readonly Evidence[]> {
  return await db
    .selectFrom('view.invitation_evidence')
    .select(['entry', 'invitation', 'event', 'occurred_at as occurredAt'])
    .where('meeting', '=', meeting)
    .orderBy('seq')
    .execute();
}

const stored = z.object({
  id: z.string(),
  entry: z.string(),
  invitation: z.string(),
  partstat: z.enum(PARTSTATS),
  delegate: z.string().nullable(),
  reason: z.string().nullable(),
  openly: z.boolean(),
  proposal: z.object({ startsAt: z.string(), endsAt: z.string().nullable(), zone: z.string() }).nullable(),
  through: z.enum(THROUGHS),
  actedBy: z.object({ name: z.string(), title: z.string().nullable(), address: z.string() }).nullable(),
  mail: z
    .object({ method: z.string(), sequence: z.number(), at: z.string(), placedBy: z.string().nullable() })
    .nullable(),
  occurredAt: z.date(),
  recordedAt: z.date(),
  seq: z.coerce.number(),
});

/** An answer of an invited party, as both sides may see it. */
export interface OwnAnswer {
  readonly id: string;
  readonly entry: string;
  readonly invitation: string;
  readonly partstat: Partstat;
  readonly delegate: string | null;
  readonly reason: string | null;
  readonly openly: boolean;
  readonly proposal: { readonly startsAt: string; readonly endsAt: string | null; readonly zone: string } | null;
  readonly through: Through;
  readonly actedBy: { readonly name: string; readonly title: string | null; readonly address: string } | null;
  readonly mail: {
    readonly method: string;
    readonly sequence: number;
    readonly at: string;
    readonly placedBy: string | null;
  } | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly seq: number;
}

async function answers(db: Kysely<Database>, which: RawBuilder<unknown>): Promise<readonly OwnAnswer[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select a.id, a.entry, a.invitation, a.partstat, a.delegate, a.reason, a.openly, a.proposal, a.through, a.acted_by as "actedBy", a.mail,
           a.occurred_at as "occurredAt", a.recorded_at as "recordedAt", a.seq
    from view.invitation_answer a where ${which} order by a.seq`.execute(db);
  return rows.map((row) => stored.parse(row));
}

/** What an invited party answered itself, in the order in which it arrived. */
export const answersOfInvitation = (db: Kysely<Database>, id: string) => answers(db, sql`a.invitation = ${id}`);
export const answersOfMeeting = (db: Kysely<Database>, meeting: string) => answers(db, sql`a.meeting = ${meeting}`);
