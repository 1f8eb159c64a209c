/**
 * Which record a reader asked for, and as of when. The one place that decides whether a matter is public: whatever is not is as if
 * it did not exist. Writes nothing.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { partyById } from '../rooms/directory/view.ts';
import { type Matter, matterBySlug } from '../rooms/matters/view.ts';
import { type Axis, readAsOf } from '../ui/asof.tsx';
import type { AsOfPoint, Cut } from './cut.ts';
import { open } from './open.ts';
import { lastHappened } from './positions.ts';

export interface PublicMatter extends Matter {
  readonly issuerName: string;
  readonly issuerKind: string | null;
}

const noRecord = () =>
  new NotFound('no-record', {
    what: t('record.no-record'),
    next: t('record.no-record.next'),
  });

/** The public matter with this slug. @throws NotFound also where there is one that is not public */
export async function publicMatter(db: Kysely<Database>, slug: string): Promise<PublicMatter> {
  const matter = await matterBySlug(db, slug);
  if (matter?.audience !== 'public') throw noRecord();
  const issuer = await partyById(db, matter.issuer);
  return { ...matter, issuerName: issuer?.name ?? t('record.issuer'), issuerKind: issuer?.kind ?? null };
}

/** As of when a page or an answer of the API is true. */
export interface Moment {
  readonly point: AsOfPoint | undefined;
  /** the time asked for, or null for now */
  readonly asOf: Date | null;
  readonly axis: Axis;
  readonly zone: string;
  /** what is wrong with the time that was asked for, as a sentence; the page then shows no facts */
  readonly problem: string | null;
  /** when the page is true: `asOf`, else the present */
  readonly at: Date;
  /** the present */
  readonly now: Date;
}

/** Reads `asOf`, `axis` and `tz`. A time in the future is refused too: nobody knows yet what the record will show. */
export function momentOf(query: Readonly<Record<string, string>>, zone: string, now: Date): Moment {
  const read = readAsOf(query, zone);
  const common = { axis: read.axis, zone: read.zone, now };
  const refused = (problem: string) => ({ ...common, point: undefined, asOf: null, problem, at: now });
  if (read.problem !== null) return refused(t('record.time.none', { text: (query.asOf ?? '').slice(0, 60) }));
  if (read.asOf === null) return { ...common, point: undefined, asOf: null, problem: null, at: now };
  // The form gives whole minutes, and clocks differ a little.
  if (read.asOf.getTime() > now.getTime() + 60_000) {
    return refused(t('record.time.future'));
  }
  const axis = read.axis === 'happened' ? 'occurred' : 'recorded';
  return { ...common, point: { axis, at: read.asOf }, asOf: read.asOf, problem: null, at: read.asOf };
}

/** The query parameters that keep a moment in links. */
export function momentParams(moment: Moment): Record<string, string> {
  if (moment.asOf === null) return {};
  const asOf = moment.asOf.toISOString().replace('.000Z', 'Z');
  return moment.axis === 'happened' ? { asOf, axis: 'happened' } : { asOf };
}

/** The newest public entry of a matter at a cut: what "last updated" names. */
export interface LastEntry {
  readonly entry: string;
  readonly position: number;
  readonly recordedAt: Date;
  /** when the record changed last: by this entry, or by an embargo that ended */
  readonly updatedAt: Date;
  /** embargoes that have ended by then: what is kept in memory of a record depends on it as on the position */
  readonly lifted: number;
}

export async function lastEntry(db: Kysely<Database>, matter: string, cut: Cut): Promise<LastEntry | null> {
  // Of times long past, the database would go back over everything that happened since.
  const last = cut.until === null ? null : await lastHappened(db, matter, cut);
  if (cut.until !== null && last === null) return null;
  const which = last === null ? sql`` : sql`and e.seq = ${last}`;
  const { rows } = await sql<{ id: string; seq: number; recorded_at: Date; since: Date | null; lifted: number }>`
    select e.id, e.seq, e.recorded_at, l.since, l.lifted from (
      select e.id, e.seq, e.recorded_at from ledger.entry e
      where e.matter = ${matter} and ${open('e', cut)} ${which} order by e.seq desc limit 1) e
    cross join (select max(p.since) as since, count(*)::int as lifted from work.public_since(${cut.shownAt}) p
      where p.matter = ${matter}) l`.execute(db);
  const row = rows[0];
  if (!row) return null;
  const updatedAt = row.since !== null && row.since > row.recorded_at ? row.since : row.recorded_at;
  const { id: entry, recorded_at: recordedAt, lifted } = row;
  return { entry, position: Number(row.seq), recordedAt, updatedAt, lifted };
}
