/** Meetings, who was invited, what each said over time, and who was there, as read. Invitations and their letters are in invitations.ts. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { asChanged, type Called, type Change, changeRows } from './changed.ts';
import {
  attendanceTaken,
  meetingCalled,
  meetingCancelled,
  meetingChanged,
  meetingInvited,
  PARTSTATS,
  type Partstat,
  participationStated,
  SAYERS,
  type Sayer,
  THROUGHS,
  type Through,
} from './entries.ts';

export type { Altered, Change, When } from './changed.ts';
export { type Invitation, invitationOf } from './invitations.ts';

/** As it stands at a time: as it was called, with its changes up to then. */
export interface Meeting extends Called {
  /** in the order in which they were written; the last may call it off */
  readonly changes: readonly Change[];
  /** the change that called it off; null where it holds */
  readonly cancelled: Change | null;
}

/** What was said of taking part, once. */
export interface Said {
  readonly entry: string;
  readonly partstat: Partstat;
  readonly delegate: string | null;
  readonly reason: string | null;
  readonly by: Sayer;
  readonly sayer: string | null;
  readonly dayOnly: boolean;
  /** null: written down from a source */
  readonly through: Through | null;
  readonly source: {
    readonly publisher: string;
    readonly title: string;
    readonly published: string | null;
    readonly url: string | null;
    readonly sha256: string;
  } | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export interface Participant {
  readonly id: string;
  readonly entry: string;
  readonly name: string;
  readonly office: string | null;
  readonly holding: string | null;
  readonly party: string;
  readonly partyName: string;
  readonly kind: string;
  readonly state: string | null;
  /** in the order in which it was said */
  readonly said: readonly Said[];
  /** null: nobody took it, or it was taken back */
  readonly attended: boolean | null;
  /** when that was seen; null where nothing stands */
  readonly attendedAt: Date | null;
}

export const projectMeetings: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id, matter: entry.matter, audience: entry.audience };
  switch (entry.kind) {
    case 'meeting.called': {
      const b = meetingCalled.parse(entry.body);
      const { meeting, startsAt, endsAt, dayOnly, ...rest } = b;
      return [
        {
          table: 'view.meeting',
          row: { ...at, ...rest, id: meeting, starts_at: startsAt, ends_at: endsAt, day_only: dayOnly },
        },
      ];
    }
    case 'meeting.changed': {
      const b = meetingChanged.parse(entry.body);
      return [{ table: 'view.meeting_change', row: { ...at, ...b, cancelled: false } }];
    }
    case 'meeting.cancelled': {
      const b = meetingCancelled.parse(entry.body);
      return [{ table: 'view.meeting_change', row: { ...at, ...b, cancelled: true, changes: null } }];
    }
    case 'meeting.invited': {
      const { participant, partyName, ...rest } = meetingInvited.parse(entry.body);
      return [{ table: 'view.participant', row: { ...at, ...rest, id: participant, party_name: partyName } }];
    }
    case 'participation.stated': {
      const { by, dayOnly, ...rest } = participationStated.parse(entry.body);
      return [{ table: 'view.participation', row: { ...at, ...rest, said_by: by, day_only: dayOnly } }];
    }
    case 'attendance.taken':
      return [{ table: 'view.attendance', row: { ...at, ...attendanceTaken.parse(entry.body) } }];
    default:
      return [];
  }
};

/**
 * Meetings of a matter as they stand, the first to be held first. One query, whatever the number of changes.
 * @param visible a condition on a table alias: what counts, of calls and of changes
 */
export async function meetingsOf(
  db: Kysely<Database>,
  matter: string,
  visible: (alias: string) => RawBuilder<unknown> = () => sql`true`,
): Promise<readonly Meeting[]> {
  const { rows } = await sql<Called & { changes: unknown }>`
    select t.id, t.entry, t.convener, t.subject, t.place, t.starts_at as "startsAt", t.ends_at as "endsAt", t.day_only as "dayOnly", t.capacity, t.agenda, t.zone,
           t.occurred_at as "occurredAt", t.recorded_at as "recordedAt",
           coalesce((select jsonb_agg(jsonb_build_object('entry', c.entry, 'cancelled', c.cancelled, 'changes', c.changes, 'reason', c.reason,
             'occurredAt', c.occurred_at, 'recordedAt', c.recorded_at) order by c.seq)
             from view.meeting_change c where c.meeting = t.id and ${visible('c')}), '[]') as changes
    from view.meeting t where t.matter = ${matter} and ${visible('t')} order by t.starts_at, t.seq limit 200`.execute(
    db,
  );
  return rows
    .map(({ changes, ...called }) => asChanged(called, changeRows.parse(changes)))
    .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

const storedSaid = z.object({
  entry: z.string(),
  participant: z.string(),
  partstat: z.enum(PARTSTATS),
  delegate: z.string().nullable(),
  reason: z.string().nullable(),
  by: z.enum(SAYERS),
  sayer: z.string().nullable(),
  dayOnly: z.boolean(),
  through: z.enum(THROUGHS).nullable(),
  source: z
    .object({
      publisher: z.string(),
      title: z.string(),
      published: z.string().nullable(),
      url: z.string().nullable(),
      sha256: z.string(),
    })
    .nullable(),
  occurredAt: z.date(),
  recordedAt: z.date(),
});

/**
 * Who was invited to a meeting, by name, each with all that was said and whether they came. Three queries, whatever the number.
 * @param visible a condition on a table alias: what counts
 */
export async function participantsOf(
  db: Kysely<Database>,
  meeting: string,
  visible: (alias: string) => RawBuilder<unknown> = () => sql`true`,
): Promise<readonly Participant[]> {
  const [people, said, attended] = await Promise.all([
    sql<Omit<Participant, 'said' | 'attended' | 'attendedAt'>>`
      select p.id, p.entry, p.name, p.office, p.holding, p.party, p.party_name as "partyName", p.kind, p.state
      from view.participant p where p.meeting = ${meeting} and ${visible('p')} order by lower(p.name), p.seq limit 20000`.execute(
      db,
    ),
    sql<Record<string, unknown>>`
      select a.entry, a.participant, a.partstat, a.delegate, a.reason, a.said_by as by, a.sayer, a.day_only as "dayOnly", a.through,
             a.occurred_at as "occurredAt", a.recorded_at as "recordedAt",
             case when k.id is null then null else jsonb_build_object('publisher', k.publisher, 'title', k.title, 'published', k.published,
               'url', k.url, 'sha256', k.hash) end as source
      from view.participation a left join view.source k on k.id = a.source
      where a.meeting = ${meeting} and ${visible('a')} order by a.occurred_at, a.seq`.execute(db),
    sql<{ participant: string; attended: boolean | null; at: Date }>`
      select distinct on (d.participant) d.participant, d.attended, d.occurred_at as at from view.attendance d
      where d.meeting = ${meeting} and ${visible('d')} order by d.participant, d.seq desc`.execute(db),
  ]);
  const words = new Map<string, Said[]>();
  for (const row of said.rows) {
    const { participant, ...one } = storedSaid.parse(row);
    const list = words.get(participant);
    if (list) list.push(one);
    else words.set(participant, [one]);
  }
  const there = new Map(attended.rows.map((row) => [row.participant, row]));
  return people.rows.map((one) => {
    const { attended = null, at = null } = there.get(one.id) ?? {};
    return { ...one, said: words.get(one.id) ?? [], attended, attendedAt: attended === null ? null : at };
  });
}
