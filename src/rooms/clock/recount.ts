/**
 * The worker that brings a fact which moves many clocks at once to each of them: it goes through the services of a request in chunks and
 * writes `due.recounted`, with the mail that tells the recipient, where a date changes. It decides nothing; recounting.ts does.
 *
 * What a crash means: a chunk is gone through once more, and what it wrote is found by its key. Several processes may run it: one
 * leases a row at a time, and the rows of one request are taken in the order in which they were made.
 */
import { sql } from 'kysely';
import { instant } from '../../base/clock.ts';
import { Conflict, InvalidInput, Refusal, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import type { Service } from '../requests/view.ts';
import { cellEvent } from './events.ts';
import { type Ground, groundOf, mayMove, nextOf, type Read, type Row, readAll, servicesById } from './recount-read.ts';
import { recountDue } from './recounting.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

/** Services read and written together: what is in memory at once. */
export const CHUNK = 1_000;
/** While a process has a row, nobody else takes it for this long; renewed with every chunk. */
export const LEASE_MS = 60_000;
const ATTEMPTS = 5;
const AGAIN = ' It is tried again.';

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
  let { done, moved, after } = row;
  // What made a whole chunk fail is over once it goes through.
  let trouble = row.trouble?.endsWith(AGAIN) ? null : row.trouble;
  while (goesOn()) {
    const ground = await groundOf(db, row, event);
    const next = ground === null ? [] : await nextOf(db, row, after, chunk);
    const over = next.length < chunk;
    const before = after;
    done += next.length;
    after = next.at(-1)?.id ?? after;
    const services = ground === null ? [] : await servicesById(db, mayMove(ground, next));
    if (ground !== null && services.length > 0) {
      const written = await writtenBefore(db, row, services);
      const reads = await readAll(
        db,
        ground,
        services.filter((service) => !written.has(service.id)),
      );
      const outcomes = await Promise.all(reads.map((read) => one(needs, row, ground, read)));
      moved += written.size + outcomes.filter((outcome) => outcome.moved).length;
      trouble = outcomes.find((outcome) => outcome.trouble !== null)?.trouble ?? trouble;
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
async function giveBack({ db }: Needs, row: Row, at: number, trouble = row.trouble): Promise<void> {
  await db
    .updateTable('work.recount')
    .set({ taken_until: new Date(at), trouble })
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
  /** asked before each look: puts on the list what nobody put there yet */
  readonly find?: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  /** milliseconds between looks */
  readonly idleMs?: number;
  /** services a chunk */
  readonly chunk?: number;
}

/** Milliseconds until a row is tried again after something failed. */
const BACK_OFF = 5_000;

export function createRecounter({ services, find, onError, idleMs = 1_000, chunk = CHUNK }: RecountDeps): Recounter {
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let running: Promise<unknown> = Promise.resolve();

  async function round(): Promise<number> {
    let taken = 0;
    await find?.();
    while (!stopping) {
      const row = await claim(services);
      if (row === null) return taken;
      taken++;
      try {
        await through(services, row, chunk, () => !stopping);
      } catch (error) {
        onError(error);
        const trouble = error instanceof Refusal ? error.advice.what : 'This server met something it was not made for.';
        await giveBack(services, row, services.clock.now() + BACK_OFF, `${trouble}${AGAIN}`);
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
