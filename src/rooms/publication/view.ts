/** What is withheld from everyone, as read: embargoes, takedowns with their tombstones, and which thing each entry is about. */

import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import type { Entry } from '../../proof/index.ts';
import {
  embargoLifted,
  embargoMoved,
  embargoSet,
  publicationRestored,
  publicationWithdrawn,
  THINGS,
  type Thing,
} from './entries.ts';

const OF_BODY = z.object({ statement: z.string() });
const OF_FIGURE = z.object({ figure: z.string() });
const OF_SUBJECT = z.object({ subject: z.string() });

/** The thing that an entry is about, where it is one that can be withheld. */
function subjectOf(entry: Entry): string | null {
  switch (entry.kind.slice(0, entry.kind.indexOf('.'))) {
    case 'statement':
      return OF_BODY.parse(entry.body).statement;
    case 'figure':
      return OF_FIGURE.parse(entry.body).figure;
    case 'embargo':
    case 'publication':
      return OF_SUBJECT.parse(entry.body).subject;
    default:
      return entry.kind === 'participation.stated' || entry.kind === 'matter.noted' ? entry.id : null;
  }
}

/** Of every kind of entry: a row where it is about a thing that can be withheld. */
export const projectSubjects: Project = (entry, seq) => {
  const subject = subjectOf(entry);
  if (subject === null) return [];
  const tomb = entry.kind.startsWith('publication.');
  return [{ table: 'view.subject', row: { ...stamps(entry, seq), subject, matter: entry.matter, tomb } }];
};

export const projectPublication: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id, matter: entry.matter, audience: entry.audience };
  const embargo = (
    what: string,
    row: { subject: string; until: string; zone: string | null; reason: string | null },
  ) => [{ table: 'view.embargo' as const, row: { ...at, what, ...row } }];
  const takedown = (down: boolean, b: { subject: string; of: Thing; reason: string; decidedBy: string }) => [
    {
      table: 'view.takedown' as const,
      row: { ...at, subject: b.subject, kind: b.of, down, reason: b.reason, decided_by: b.decidedBy },
    },
  ];
  switch (entry.kind) {
    case 'embargo.set': {
      const { subject, until, zone } = embargoSet.parse(entry.body);
      return embargo('set', { subject, until, zone, reason: null });
    }
    case 'embargo.moved': {
      const { subject, until, zone, reason } = embargoMoved.parse(entry.body);
      return embargo('moved', { subject, until, zone, reason });
    }
    case 'embargo.lifted': {
      const { subject, reason } = embargoLifted.parse(entry.body);
      return embargo('lifted', { subject, until: entry.recordedAt, zone: null, reason });
    }
    case 'publication.withdrawn':
      return takedown(true, publicationWithdrawn.parse(entry.body));
    case 'publication.restored':
      return takedown(false, publicationRestored.parse(entry.body));
    default:
      return [];
  }
};

/** One step of an embargo. */
export interface EmbargoStep {
  readonly entry: string;
  readonly what: string;
  readonly until: Date;
  readonly zone: string | null;
  readonly reason: string | null;
  readonly recordedAt: Date;
}

export interface TakedownStep {
  readonly entry: string;
  readonly down: boolean;
  readonly reason: string;
  readonly decidedBy: string;
  readonly recordedAt: Date;
}

/** What was decided about a thing, oldest first. */
export interface Withholding {
  readonly embargo: readonly EmbargoStep[];
  readonly takedown: readonly TakedownStep[];
}

export async function withholdingOf(db: Kysely<Database>, subject: string): Promise<Withholding> {
  const [embargo, takedown] = await Promise.all([
    db
      .selectFrom('view.embargo')
      .select(['entry', 'what', 'until', 'zone', 'reason', 'recorded_at as recordedAt'])
      .where('subject', '=', subject)
      .orderBy('seq')
      .execute(),
    db
      .selectFrom('view.takedown')
      .select(['entry', 'down', 'reason', 'decided_by as decidedBy', 'recorded_at as recordedAt'])
      .where('subject', '=', subject)
      .orderBy('seq')
      .execute(),
  ]);
  return { embargo, takedown };
}

/** Since when a thing under an embargo is public, or will be; null where there was none. The first time that came counts. */
export function publicSince({ embargo }: Pick<Withholding, 'embargo'>): Date | null {
  const stands = embargo.find((one, i) => {
    const next = embargo[i + 1];
    return next === undefined || next.recordedAt >= one.until;
  });
  return stands?.until ?? null;
}

/** What stands in the place of something that was taken down. */
export interface Tombstone {
  readonly subject: string;
  readonly entry: string;
  readonly kind: Thing;
  readonly reason: string;
  readonly decidedBy: string;
  /** when it was taken down */
  readonly at: Date;
}

const tombstone = z.object({
  subject: z.string(),
  entry: z.string(),
  kind: z.enum(THINGS),
  reason: z.string(),
  decidedBy: z.string(),
  at: z.date(),
});

/**
 * Tombstones of a matter, oldest first. At most 500.
 * @param kind of the thing @param shown a condition on `view.takedown t` @param cut things that were written by then, and are down now or were then
 */
export async function tombstonesOf(
  db: Kysely<Database>,
  matter: string,
  kind: Thing,
  shown: RawBuilder<unknown>,
  cut: { readonly last: number; readonly until: Date | null; readonly shownAt: Date },
): Promise<readonly Tombstone[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select distinct on (t.subject) t.subject, t.entry, t.kind, t.reason, t.decided_by as "decidedBy", t.recorded_at as at
    from view.takedown t
    where t.matter = ${matter} and t.kind = ${kind} and t.down and ${shown}
      and exists (select from view.subject b where b.subject = t.subject and not b.tomb and b.seq <= ${cut.last}
        and (${cut.until}::timestamptz is null or b.occurred_at <= ${cut.until}))
      and ((select x.down from view.takedown x where x.subject = t.subject order by x.seq desc limit 1)
        or (select x.down from view.takedown x where x.subject = t.subject and x.recorded_at <= ${cut.shownAt} order by x.seq desc limit 1))
    order by t.subject, t.seq desc limit 500`.execute(db);
  return rows.map((row) => tombstone.parse(row)).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Why everyone does not see a thing: under an embargo, or taken down. */
export type Withheld = 'embargo' | 'down';
/** The same in the words of a mark. */
export const withheldWord = (why: Withheld): string => t(`said.withheld.${why}`);

/** Things of a matter that everyone does not see at a time, by id: for the organisation's own lists. */
export async function withheldIn(
  db: Kysely<Database>,
  matter: string,
  at: Date,
): Promise<ReadonlyMap<string, Withheld>> {
  const { rows } = await sql<{ subject: string; down: boolean | null }>`
    select distinct b.subject, (select x.down from view.takedown x where x.subject = b.subject order by x.seq desc limit 1) as down
    from work.withheld(${at}) w join view.subject b on b.seq = w.seq where b.matter = ${matter}`.execute(db);
  return new Map(rows.map(({ subject, down }) => [subject, down ? 'down' : 'embargo']));
}
