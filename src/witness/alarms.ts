/**
 * Alarms about logs: a witness that has signed more than we hold, or another history. Each is kept for good with its evidence, once, and
 * stays open until an owner says why. Nothing here decides what is an alarm, and nothing deletes one.
 */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Clock, Random } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { NotFound } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';

export const KINDS = ['ahead', 'fork', 'fork-of-theirs', 'timestamp'] as const;
export type AlarmKind = (typeof KINDS)[number];

export interface NewAlarm {
  readonly kind: AlarmKind;
  /** the witness, as `NAME+KEYID`; of `fork-of-theirs`, the origin of the other log; of `timestamp`, the authority */
  readonly who: string;
  /** size that the witness has signed; of `fork-of-theirs`, the size with two roots */
  readonly at: number;
  readonly ours: number;
  /** signed checkpoints, and what was answered */
  readonly evidence: Readonly<Record<string, string | number>>;
}

/** Keeps an alarm; the same one again changes nothing, acknowledged or not. @returns whether it is new */
export async function raise(
  { db, clock, random }: { db: Kysely<Database>; clock: Clock; random: Random },
  alarm: NewAlarm,
): Promise<boolean> {
  const now = clock.now();
  const row = await db
    .insertInto('witness.alarm')
    .values({
      id: uuidv7(now, random),
      kind: alarm.kind,
      who: alarm.who,
      at_size: alarm.at,
      our_size: alarm.ours,
      evidence: JSON.stringify(alarm.evidence),
      raised_at: new Date(now),
    })
    .onConflict((oc) => oc.columns(['kind', 'who', 'at_size']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface Alarm {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly who: string;
  readonly at: number;
  readonly ours: number;
  readonly evidence: Readonly<Record<string, string | number>>;
  readonly raisedAt: Date;
  /** null: open */
  readonly acknowledged: {
    readonly reason: string;
    readonly name: string;
    readonly party: string;
    readonly at: Date;
  } | null;
}

const kind = z.enum(KINDS);
const evidence = z.record(z.string(), z.union([z.string(), z.number()]));

/** All alarms: open ones first, then the newest. */
export async function alarms(db: Kysely<Database>, limit = 100): Promise<readonly Alarm[]> {
  const rows = await db
    .selectFrom('witness.alarm as a')
    .leftJoin('witness.acknowledgement as k', 'k.alarm', 'a.id')
    .select(['a.id', 'a.kind', 'a.who', 'a.at_size', 'a.our_size', 'a.evidence', 'a.raised_at'])
    .select(['k.reason', 'k.name', 'k.party', 'k.at'])
    .orderBy((eb) => eb('k.alarm', 'is not', null))
    .orderBy('a.raised_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: kind.parse(row.kind),
    who: row.who,
    at: row.at_size,
    ours: row.our_size,
    evidence: evidence.parse(row.evidence),
    raisedAt: row.raised_at,
    acknowledged:
      row.reason !== null && row.name !== null && row.party !== null && row.at !== null
        ? { reason: row.reason, name: row.name, party: row.party, at: row.at }
        : null,
  }));
}

/** How many alarms nobody has acknowledged. */
export async function openAlarms(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom('witness.alarm as a')
    .leftJoin('witness.acknowledgement as k', 'k.alarm', 'a.id')
    .where('k.alarm', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirst();
  return row?.n ?? 0;
}

/** An owner's word on an alarm, kept beside it. The first one stays. @throws NotFound */
export async function acknowledge(
  db: Kysely<Database>,
  alarm: string,
  by: { readonly name: string; readonly party: string; readonly reason: string; readonly at: Date },
): Promise<void> {
  const row = await db.selectFrom('witness.alarm').select('id').where('id', '=', alarm).executeTakeFirst();
  if (!row) throw new NotFound('no-alarm', { what: t('desk.witness.no-alarm'), next: t('desk.witness.no-alarm.next') });
  await db
    .insertInto('witness.acknowledgement')
    .values({ alarm, ...by })
    .onConflict((oc) => oc.column('alarm').doNothing())
    .execute();
}
