/**
 * What the worker of recounts reads of a row and of the services that it reaches: a handful of queries a chunk, none a service, and little
 * of those whose date stays. Writes nothing.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { type Request, requestById, revocationOf, type Service, servedFacts, toService } from '../requests/view.ts';
import { entriesOfAll, lastsOf, type StreamEntry } from '../stream.ts';
import { addedBy, closingsFor, withoutFact } from './closings.ts';
import type { Closing, Counters } from './counting.ts';
import type { CellEvent } from './events.ts';
import { type Cause, type Recounted, staysPut } from './recounting.ts';
import { clockedOf, MOVING_KINDS } from './standing.ts';
import { duesIn } from './view.ts';

/** A row of `work.recount`. */
export interface Row {
  readonly id: string;
  readonly cause: string;
  readonly request: string;
  readonly services: string[] | null;
  readonly event: unknown;
  readonly reason: string;
  readonly done: number;
  readonly moved: number;
  readonly total: number | null;
  readonly after: string | null;
  readonly trouble: string | null;
}

/** What is the same for all services of a row; read anew for every chunk, because the world goes on. */
export interface Ground {
  readonly request: Request;
  readonly closings: readonly Closing[];
  readonly cause: Cause;
  readonly made: Counters;
}

/** null where nothing is to be done for any of them: revoked, conducted elsewhere, or about no clock. */
export async function groundOf(db: Kysely<Database>, row: Row, event: CellEvent | null): Promise<Ground | null> {
  const request = await requestById(db, row.request);
  if (!request || request.conduct === 'recorded' || (await revocationOf(db, row.request)) !== null) return null;
  const closings = await closingsFor(db, request.issuer);
  const calendar = event === null ? withoutFact(await addedBy(db, request.issuer), row.cause) : null;
  if (event === null && calendar === null) return null;
  return { request, closings, cause: { id: row.cause, reason: row.reason, event, calendar }, made: new Map() };
}

/** Of a service what a clock that nothing touched yet is counted from: little, because most services need no more. */
export interface Next extends Pick<Service, 'id' | 'recipient' | 'state' | 'ocdId' | 'zone' | 'occurredAt'> {
  /** when its letter could leave; null where none did */
  readonly leavesAt: string | null;
  /** whether anything moved its clock, or its items have dates of their own */
  readonly moved: boolean;
}

/** The next services of a row, in the order in which they were served. One query. */
export async function nextOf(
  db: Kysely<Database>,
  row: Row,
  after: string | null,
  chunk: number,
): Promise<readonly Next[]> {
  const { services } = row;
  const some = services === null ? sql`` : sql`and s.id = any(${services}::uuid[])`;
  const later = after === null ? sql`` : sql`and s.seq > (select x.seq from view.service x where x.id = ${after})`;
  const { rows } = await sql<Next>`
    select s.id, s.recipient, s.state, s.ocd_id as "ocdId", s.zone, s.occurred_at as "occurredAt",
      e.canonical::json #>> '{body,leavesAt}' as "leavesAt",
      exists (select 1 from view.due d where d.service = s.id) as moved
    from view.service s left join ledger.entry e on e.seq = s.seq
    where s.request = ${row.request} ${some} ${later} order by s.seq limit ${chunk}`.execute(db);
  return rows;
}

/** Those that have to be looked at: all but the ones whose date is the same for certain, for which nothing more is read. */
export function mayMove(ground: Ground, next: readonly Next[]): readonly string[] {
  const { request, closings, cause, made } = ground;
  return next.flatMap((one) => {
    if (one.moved) return [one.id];
    const clocked = clockedOf(servedFacts(one, request, false), [], closings);
    const state = one.leavesAt === null ? clocked : { ...clocked, served: { at: one.leavesAt } };
    return countedSame(state) ? [] : [one.id];
  });

  function countedSame(state: Parameters<typeof staysPut>[0]): boolean {
    try {
      return staysPut(state, cause, made);
    } catch (error) {
      // What cannot be counted is told by its name, where it is looked at.
      if (error instanceof RuleRefusal) return false;
      throw error;
    }
  }
}

/** Services by id, in the order in which they were served. */
export async function servicesById(db: Kysely<Database>, ids: readonly string[]): Promise<readonly Service[]> {
  if (ids.length === 0) return [];
  const query = db.selectFrom('view.service').selectAll();
  const rows = await query
    .where((eb) => eb('id', '=', eb.fn.any(eb.val([...ids]))))
    .orderBy('seq')
    .execute();
  return rows.map(toService);
}

const KINDS = ['request.served', ...MOVING_KINDS];

export interface Read extends Recounted {
  readonly service: Service;
  readonly last: number | null;
  readonly address: string | null;
}

/** Everything that is known of these services, in a handful of queries. */
export async function readAll(
  db: Kysely<Database>,
  ground: Ground,
  services: readonly Service[],
): Promise<readonly Read[]> {
  if (services.length === 0) return [];
  const ids = services.map((one) => one.id);
  // Before what is decided on: whoever writes in between makes the append a conflict.
  const lasts = await lastsOf(db, ids);
  const streams = await entriesOfAll(db, ids, KINDS);
  const dues = await sql<{ service: string; cells: unknown }>`
    select distinct on (d.service) d.service, d.cells from view.due d where d.service = any(${ids}::uuid[])
    order by d.service, d.seq desc, d.occurred_at desc`.execute(db);
  const answers = await sql<{ service: string; item: number; at: Date }>`
    select a.service, a.item, min(a.occurred_at) as at from view.item_answer a
    where a.service = any(${ids}::uuid[]) group by 1, 2`.execute(db);
  const contacts = await db.selectFrom('work.contact').selectAll().where('service', 'in', ids).execute();
  const cells = new Map(dues.rows.map((row) => [row.service, row.cells]));
  const address = new Map(contacts.map((row) => [row.service, row.address]));
  const answered = new Map<string, Map<number, number>>();
  for (const { service, item, at } of answers.rows) {
    const of = answered.get(service) ?? new Map<number, number>();
    answered.set(service, of.set(item, at.getTime()));
  }
  return services.map((service): Read => {
    const entries: readonly StreamEntry[] = streams.get(service.id) ?? [];
    const moved = cells.get(service.id);
    return {
      service,
      last: lasts.get(service.id) ?? null,
      address: address.get(service.id) ?? null,
      clocked: clockedOf(servedFacts(service, ground.request, false), entries, ground.closings),
      told: moved === undefined ? () => ({ on: service.dueOn, at: service.dueAt.getTime() }) : duesIn(moved),
      answered: answered.get(service.id) ?? new Map(),
    };
  });
}
