/**
 * The worker that brings a fact which moves many clocks at once to each of them: it goes through the services of a request in chunks and
 * writes `due.recounted`, with the mail that tells the recipient, where a date changes. It decides nothing; recounting.ts does.
 *
 * What a crash means: a chunk is gone through once more, and what it wrote is found by its key. Several processes may run it: one
 * leases a row at a time, and the rows of one request are taken in the order in which they were made.
 */
import { sql } from 'kysely';
import { instant } from '../../base/clock.ts';
import { Conflict, InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { type Request, requestById, revocationOf, type Service, servedFacts, toService } from '../requests/view.ts';
import { entriesOfAll, lastsOf, type StreamEntry } from '../stream.ts';
import { addedBy, closingsFor, withoutFact } from './closings.ts';
import type { Closing, Counters } from './counting.ts';
import { type CellEvent, cellEvent } from './events.ts';
import { type Cause, type Recounted, recountDue } from './recounting.ts';
import { clockedOf, MOVING_KINDS } from './standing.ts';
import { duesIn } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

/** Services read and written together: what is in memory at once. */
export const CHUNK = 500;
/** While a process has a row, nobody else takes it for this long; renewed with every chunk. */
export const LEASE_MS = 60_000;
const ATTEMPTS = 5;

interface Row {
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

/** The oldest row that nobody works on; a request that is still being served waits until all of it is. */
async function claim({ db, clock }: Needs): Promise<Row | null> {
  const now = clock.now();
  const { rows } = await sql<Row>`
    update work.recount r set taken_until = ${new Date(now + LEASE_MS)}
    from (
      select c.id from work.recount c
      where c.finished_at is null and (c.taken_until is null or c.taken_until <= ${new Date(now)})
        and not exists (select 1 from work.recount e where e.request = c.request and e.finished_at is null
          and (e.created_at, e.id) < (c.created_at, c.id))
        and not exists (select 1 from work.request_draft d
          where d.request = c.request and d.serving is not null and d.served_at is null)
      order by c.created_at, c.id limit 1 for update skip locked) due
    where r.id = due.id
    returning r.id, r.cause, r.request, r.services, r.event, r.reason, r.done, r.moved, r.total, r.after, r.trouble`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** What is the same for all services of a row; read anew for every chunk, because the world goes on. */
interface Ground {
  readonly request: Request;
  readonly closings: readonly Closing[];
  readonly cause: Cause;
  readonly made: Counters;
}

async function groundOf(db: Needs['db'], row: Row, event: CellEvent | null): Promise<Ground | null> {
  const request = await requestById(db, row.request);
  if (!request || request.conduct === 'recorded' || (await revocationOf(db, row.request)) !== null) return null;
  const closings = await closingsFor(db, request.issuer);
  const calendar = event === null ? withoutFact(await addedBy(db, request.issuer), row.cause) : null;
  if (event === null && calendar === null) return null;
  return { request, closings, cause: { id: row.cause, reason: row.reason, event, calendar }, made: new Map() };
}

/** The next services of a row, in the order in which they were served. */
async function nextOf(db: Needs['db'], row: Row, after: string | null, chunk: number): Promise<readonly Service[]> {
  const { services } = row;
  let query = db.selectFrom('view.service').selectAll().where('request', '=', row.request);
  if (services !== null) query = query.where((eb) => eb('id', '=', eb.fn.any(eb.val(services))));
  if (after !== null) {
    query = query.where('seq', '>', (eb) => eb.selectFrom('view.service').select('seq').where('id', '=', after));
  }
  return (await query.orderBy('seq').limit(chunk).execute()).map(toService);
}

const KINDS = ['request.served', ...MOVING_KINDS];

interface Read extends Recounted {
  readonly service: Service;
  readonly last: number | null;
  readonly address: string | null;
}

/** Everything that is known of these services, in a handful of queries. */
async function readAll(db: Needs['db'], ground: Ground, services: readonly Service[]): Promise<readonly Read[]> {
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

interface Outcome {
  readonly moved: boolean;
  readonly trouble: string | null;
}
const STAYS: Outcome = { moved: false, trouble: null };

/** One service: decided and written, or decided anew where somebody wrote meanwhile. */
async function one(needs: Needs, row: Row, ground: Ground, first: Read): Promise<Outcome> {
  const key = `recount:${row.id}:${first.service.id}`;
  let read: Read | undefined = first;
  for (let attempt = 1; read; attempt++) {
    const now = needs.clock.now();
    let entry: ReturnType<typeof recountDue>;
    try {
      entry = recountDue(read, ground.cause, uuidv7(now, needs.random), ground.made);
    } catch (error) {
      // What cannot be counted for one must not hold up the others; it is told, and its date stays.
      if (!(error instanceof RuleRefusal)) throw error;
      return { moved: false, trouble: `${read.service.name}: ${error.advice.what}` };
    }
    if (entry === null) return STAYS;
    const { address } = read;
    const mail = {
      kind: 'clock',
      key: `clock:${entry.id}`,
      service: read.service.id,
      request: row.request,
      entry: entry.id,
      address,
      params: {},
      not_before: instant(now),
    };
    try {
      await needs.ledger.append({
        key,
        entries: [entry],
        expect: [{ stream: read.service.id, last: read.last }],
        ...(address === null ? {} : { rows: [{ table: 'work.outbox', rows: [mail] }] }),
      });
      return { moved: true, trouble: null };
    } catch (error) {
      if (error instanceof InvalidInput) return { moved: false, trouble: `${read.service.name}: ${error.advice.what}` };
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
      [read] = await readAll(needs.db, ground, [read.service]);
    }
  }
  return STAYS;
}

/** Which services of a chunk got their entry before a crash. */
async function writtenBefore(db: Needs['db'], row: Row, services: readonly Service[]): Promise<ReadonlySet<string>> {
  const keys = services.map((service) => `recount:${row.id}:${service.id}`);
  const rows = await db.selectFrom('ledger.command').select('key').where('key', 'in', keys).execute();
  return new Set(rows.map(({ key }) => key.slice(key.lastIndexOf(':') + 1)));
}

/** Goes through one row; ends early where it is asked to stop or another process has taken the row. */
async function through(needs: Needs, row: Row, chunk: number, goesOn: () => boolean): Promise<void> {
  const { db, clock } = needs;
  const event = row.event === null ? null : cellEvent.parse(row.event);
  const total = row.total ?? (await countOf(db, row));
  let { done, moved, after, trouble } = row;
  while (goesOn()) {
    const ground = await groundOf(db, row, event);
    const services = ground === null ? [] : await nextOf(db, row, after, chunk);
    const over = services.length < chunk;
    const before = after;
    if (ground !== null && services.length > 0) {
      const written = await writtenBefore(db, row, services);
      const reads = await readAll(
        db,
        ground,
        services.filter((service) => !written.has(service.id)),
      );
      const outcomes = await Promise.all(reads.map((read) => one(needs, row, ground, read)));
      done += services.length;
      moved += written.size + outcomes.filter((outcome) => outcome.moved).length;
      trouble = outcomes.find((outcome) => outcome.trouble !== null)?.trouble ?? trouble;
      after = services.at(-1)?.id ?? after;
    }
    const now = clock.now();
    const { numAffectedRows } = await sql`
      update work.recount set done = ${done}, moved = ${moved}, total = ${total}, after = ${after}, trouble = ${trouble},
        taken_until = ${over ? null : new Date(now + LEASE_MS)}, finished_at = ${over ? new Date(now) : null}
      where id = ${row.id} and finished_at is null and after is not distinct from ${before}`.execute(db);
    if (over || numAffectedRows === 0n) return;
  }
  await giveBack(needs, row, clock.now());
}

/** For the next start, or another process, to take at `at`. */
async function giveBack({ db }: Needs, row: Row, at: number): Promise<void> {
  await db
    .updateTable('work.recount')
    .set({ taken_until: new Date(at) })
    .where('id', '=', row.id)
    .where('finished_at', 'is', null)
    .execute();
}

async function countOf(db: Needs['db'], row: Row): Promise<number> {
  if (row.services !== null) return row.services.length;
  const counted = await db
    .selectFrom('view.service')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('request', '=', row.request)
    .executeTakeFirst();
  return Number(counted?.n ?? 0);
}

export interface Recounter {
  /** Goes through all rows that wait. @returns how many it took */
  round(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

export interface RecountDeps {
  readonly services: Needs;
  readonly onError: (error: unknown) => void;
  /** milliseconds between looks */
  readonly idleMs?: number;
  /** services a chunk */
  readonly chunk?: number;
}

/** Milliseconds until a row is tried again after something failed. */
const BACK_OFF = 5_000;

export function createRecounter({ services, onError, idleMs = 1_000, chunk = CHUNK }: RecountDeps): Recounter {
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let running: Promise<unknown> = Promise.resolve();

  async function round(): Promise<number> {
    let taken = 0;
    while (!stopping) {
      const row = await claim(services);
      if (row === null) return taken;
      taken++;
      try {
        await through(services, row, chunk, () => !stopping);
      } catch (error) {
        onError(error);
        await giveBack(services, row, services.clock.now() + BACK_OFF);
      }
    }
    return taken;
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      running = round()
        .catch(onError)
        .then(() => {
          if (!stopping) schedule(idleMs);
        });
    }, ms);
  }

  return {
    round,
    start() {
      stopping = false;
      schedule(0);
    },
    async stop() {
      stopping = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
