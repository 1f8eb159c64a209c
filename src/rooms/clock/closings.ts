/** Closings, holidays and working days that staff added to calendars, as read: for every count of a due date, and for the list. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import type { Project } from '../../base/row.ts';
import { stamps } from '../../base/row.ts';
import type { Closing } from './counting.ts';
import { closingAdded, closingWithdrawn } from './entries.ts';
import { type CalendarEvent, calendarEvent } from './events.ts';

export const projectClosings: Project = (entry, seq) => {
  const common = { ...stamps(entry, seq), entry: entry.id, by_party: entry.by };
  if (entry.kind === 'closing.added') {
    const { party, closing, reason, source } = closingAdded.parse(entry.body);
    const row = { ...common, party, event: closing, withdraws: null, reason: reason ?? null, source: source ?? null };
    return [{ table: 'view.closing', row }];
  }
  if (entry.kind === 'closing.withdrawn') {
    const { party, closing, reason } = closingWithdrawn.parse(entry.body);
    const row = { ...common, party, event: null, withdraws: closing, reason, source: null };
    return [{ table: 'view.closing', row }];
  }
  return [];
};

/** One that was added, with what became of it. */
export interface Added extends Closing {
  readonly reason: string | null;
  readonly source: string | null;
  readonly recordedAt: Date;
  readonly withdrawn: { readonly entry: string; readonly reason: string; readonly recordedAt: Date } | null;
}

/** Up to which position it is read, and up to which time it had happened. */
export interface UpTo {
  readonly last: number;
  readonly until: Date | null;
}

/** Everything that staff of one organisation added, oldest first, also what was taken back. */
export async function addedBy(db: Kysely<Database>, issuer: string, upTo?: UpTo): Promise<readonly Added[]> {
  const rows = await db
    .selectFrom('view.closing')
    .selectAll()
    .where('by_party', '=', issuer)
    .$if(upTo !== undefined, (q) => q.where('seq', '<=', upTo?.last ?? 0))
    .orderBy('seq')
    .execute();
  const taken = new Map(rows.flatMap((row) => (row.withdraws === null ? [] : [[row.withdraws, row] as const])));
  return rows.flatMap((row): Added[] => {
    if (row.event === null) return [];
    const back = taken.get(row.entry);
    return [
      {
        id: row.entry,
        party: row.party,
        since: row.occurred_at.getTime(),
        event: calendarEvent.parse(row.event),
        reason: row.reason,
        source: row.source,
        recordedAt: row.recorded_at,
        withdrawn: back ? { entry: back.entry, reason: back.reason ?? '', recordedAt: back.recorded_at } : null,
      },
    ];
  });
}

const plain = ({ id, party, since, event }: Added): Closing => ({ id, party, since, event });

/**
 * Closings that count for requests of an organisation: what its own staff added and did not take back. Whose of them count for a rule, its
 * party says.
 * @param upTo as known then; all of them where left out
 */
export async function closingsFor(db: Kysely<Database>, issuer: string, upTo?: UpTo): Promise<readonly Closing[]> {
  const all = await addedBy(db, issuer, upTo);
  const until = upTo?.until?.getTime() ?? Number.POSITIVE_INFINITY;
  return all.filter((one) => one.withdrawn === null && one.since <= until).map(plain);
}

/** The closings as they were without one fact, and from when on that fact counts; null where the entry is about no calendar. */
export function withoutFact(
  all: readonly Added[],
  fact: string,
): { readonly without: readonly Closing[]; readonly since: number } | null {
  const stands = all.filter((one) => one.withdrawn === null);
  const added = all.find((one) => one.id === fact);
  if (added) return { without: stands.filter((one) => one.id !== fact).map(plain), since: added.since };
  const withdrawn = all.find((one) => one.withdrawn?.entry === fact);
  return withdrawn ? { without: [...stands, withdrawn].map(plain), since: withdrawn.since } : null;
}

/** The first day that it closes or opens, `YYYY-MM-DD`; null for every year. */
export const firstDay = (event: CalendarEvent): string | null =>
  'on' in event ? event.on : 'every' in event ? null : event.from;
