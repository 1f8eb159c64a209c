/** What the worker of recounts reads of a row and of the services that it reaches: a handful of queries a chunk, none a service. Writes nothing. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Request, requestById, revocationOf, type Service, servedFacts, toService } from '../requests/view.ts';
import { entriesOfAll, lastsOf, type StreamEntry } from '../stream.ts';
import { addedBy, closingsFor, withoutFact } from './closings.ts';
import type { Closing, Counters } from './counting.ts';
import type { CellEvent } from './events.ts';
import type { Cause, Recounted } from './recounting.ts';
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

/** The next services of a row, in the order in which they were served. */
export async function nextOf(
  db: Kysely<Database>,
  row: Row,
  after: string | null,
  chunk: number,
): Promise<readonly Service[]> {
  const { services } = row;
  let query = db.selectFrom('view.service').selectAll().where('request', '=', row.request);
  if (services !== null) query = query.where((eb) => eb('id', '=', eb.fn.any(eb.val(services))));
  if (after !== null) {
    query = query.where('seq', '>', (eb) => eb.selectFrom('view.service').select('seq').where('id', '=', after));
  }
  return (await query.orderBy('seq').limit(chunk).execute()).map(toService);
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
