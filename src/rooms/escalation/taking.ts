/**
 * Taking a step with many recipients as a job that can be stopped anywhere and goes on: what must stay equal is fixed in work.step_run
 * first, then each recipient gets an entry of its own, with its mail, under a key made of run and service.
 *
 * What a crash means: before the run is there, nothing happened. After it, `resumeTaking` at the next start goes on; an entry that was
 * written is found by its key, so nobody gets the same notice twice. Whoever answered meanwhile is left out, by the same rules.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { instant } from '../../base/clock.ts';
import { Conflict, Refusal, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { ENGLISH, inLanguage, t } from '../../base/language.ts';
import { ROLES, type Role } from '../../base/route.ts';
import type { Services } from '../../base/services.ts';
import { prose } from '../fields.ts';
import { checked } from '../input.ts';
import { type AskedRequest, askedOf, pressedOf } from './facts.ts';
import { stepFor, takeStep } from './rules.ts';

/** Recipients looked up together; their entries are appended at once and share batches. */
const CHUNK = 200;
/** Rounds without any progress before a run gives up for now. */
const PATIENCE = 5;

export interface TakeStep {
  readonly step: number;
  /** services, in the order in which they are taken */
  readonly services: readonly string[];
  readonly words: string;
  readonly role: Role;
}

const wordsInput = z.object({ words: prose(2000) });

/**
 * Fixes a run. Sent twice with the same `once` it is one run. Whoever cannot be pressed now is refused here where it is a single
 * recipient; among many they are left out while it runs, each with its reason.
 * @param once id of the run, from the form
 * @returns id of the run
 * @throws RuleRefusal those of `stepFor`, `nobody-chosen`, `step-is-a-subpoena`; InvalidInput; NotFound
 */
export async function startRun(services: Services, request: string, command: TakeStep, once: string): Promise<string> {
  const { words } = checked(wordsInput, { words: command.words });
  const { db } = services;
  const there = await db.selectFrom('work.step_run').select('id').where('id', '=', once).executeTakeFirst();
  if (there) return once;
  const state = await askedOf(db, request);
  const step = state.ladder.find((one) => one.step === command.step);
  const [first] = command.services;
  if (first === undefined) {
    throw new RuleRefusal('nobody-chosen', {
      what: t('clock.step.nobody'),
      lost: t('clock.lost.sent'),
      next: t('clock.step.nobody.next'),
    });
  }
  const now = services.clock.now();
  if (command.services.length === 1 || !step || ROLES.indexOf(command.role) < ROLES.indexOf(step.who)) {
    const one = (await pressedOf(db, state.of, [first])).get(first);
    if (one) stepFor(state, one, command.step, command.role, now);
  }
  if (step?.kind === 'subpoena') {
    throw new RuleRefusal('step-is-a-subpoena', {
      what: t('clock.step.subpoena'),
      lost: t('clock.lost.sent'),
      next: t('clock.step.subpoena.list'),
    });
  }
  const ids = [...new Set(command.services)];
  await db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('work.step_run')
      .values({
        ...{ id: once, request, step: command.step, kind: step?.kind ?? '', words, role: command.role },
        started_at: new Date(now),
        leaves_at: new Date(now + services.config.revokeMinutes * 60_000),
        total: ids.length,
        ended: null,
        trouble: null,
      })
      .onConflict((oc) => oc.column('id').doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows === 0n) return;
    await sql`insert into work.step_recipient (run, n, service)
      select ${once}::uuid, o.n, o.id from unnest(${ids}::uuid[]) with ordinality as o (id, n)
      join view.service s on s.id = o.id and s.request = ${request}`.execute(trx);
  });
  return once;
}

interface Run {
  readonly id: string;
  readonly request: string;
  readonly step: number;
  readonly words: string;
  readonly role: Role;
  readonly leavesAt: number;
}

async function runOf({ db }: Services, id: string): Promise<Run | null> {
  const row = await db
    .selectFrom('work.step_run')
    .selectAll()
    .where('id', '=', id)
    .where('ended', 'is', null)
    .executeTakeFirst();
  if (!row) return null;
  const role = ROLES.find((one) => one === row.role) ?? 'viewer';
  return { id, request: row.request, step: row.step, words: row.words, role, leavesAt: row.leaves_at.getTime() };
}

const keyOf = (run: string, service: string) => `step:${run}:${service}`;

/** @returns outcomes by service; those that met a conflict are absent and come again */
async function takeChunk(
  services: Services,
  state: AskedRequest,
  run: Run,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { db } = services;
  const keys = ids.map((id) => keyOf(run.id, id));
  const written = await db.selectFrom('ledger.command').select('key').where('key', 'in', keys).execute();
  const before = new Set(written.map((row) => row.key));
  const facts = await pressedOf(db, state.of, ids);
  const now = services.clock.now();
  const outcomes = new Map<string, string>();
  await Promise.all(
    ids.map(async (service) => {
      const one = facts.get(service);
      if (before.has(keyOf(run.id, service))) return outcomes.set(service, 'taken');
      if (!one) return outcomes.set(service, 'no-such-recipient');
      try {
        const leavesAt = one.address === null ? null : run.leavesAt;
        const command = { run: run.id, step: run.step, role: run.role, words: run.words, leavesAt };
        const entry = takeStep(state, one, command, uuidv7(now, services.random), now);
        const mail = {
          kind: 'step',
          key: `step:${entry.id}`,
          service,
          request: run.request,
          entry: entry.id,
          address: one.address,
          params: {},
          not_before: instant(run.leavesAt),
        };
        await services.ledger.append({
          key: keyOf(run.id, service),
          entries: [entry],
          expect: [{ stream: service, last: one.last }],
          ...(one.address === null ? {} : { rows: [{ table: 'work.outbox', rows: [mail] }] }),
        });
        return outcomes.set(service, 'taken');
      } catch (error) {
        if (error instanceof RuleRefusal) return outcomes.set(service, error.code);
        // Something was written about this recipient in between: it is looked at again.
        if (error instanceof Conflict) return outcomes;
        throw error;
      }
    }),
  );
  return outcomes;
}

async function finishRun(services: Services, id: string, goesOn: () => boolean): Promise<void> {
  const { db } = services;
  const run = await runOf(services, id);
  if (!run) return;
  const end = (ended: 'taken' | 'withdrawn') =>
    db.updateTable('work.step_run').set({ ended, trouble: null }).where('id', '=', id).execute();
  for (let idle = 0; goesOn(); ) {
    const state = await askedOf(db, run.request);
    const gone = await db.selectFrom('view.step_withdrawal').select('seq').where('run', '=', id).executeTakeFirst();
    if (gone) return void (await end('withdrawn'));
    const rows = await db
      .selectFrom('work.step_recipient')
      .select('service')
      .where('run', '=', id)
      .where('outcome', 'is', null)
      .orderBy('n')
      .limit(CHUNK)
      .execute();
    if (rows.length === 0) return void (await end('taken'));
    const outcomes = await takeChunk(
      services,
      state,
      run,
      rows.map((row) => row.service),
    );
    idle = outcomes.size === 0 ? idle + 1 : 0;
    if (idle >= PATIENCE) throw new Conflict('changed-meanwhile', t('clock.step.busy'));
    await sql`update work.step_recipient r set outcome = o.outcome
      from unnest(${[...outcomes.keys()]}::uuid[], ${[...outcomes.values()]}::text[]) as o (service, outcome)
      where r.run = ${id} and r.service = o.service`.execute(db);
  }
}

interface Jobs {
  tail: Promise<void>;
  readonly names: Set<string>;
  stopping: boolean;
}
const jobsOf = new WeakMap<Services, Jobs>();
function jobs(services: Services): Jobs {
  const there = jobsOf.get(services) ?? { tail: Promise.resolve(), names: new Set<string>(), stopping: false };
  jobsOf.set(services, there);
  return there;
}

/** Takes the steps of a run in the background; asking twice does it once. Never rejects: what went wrong stands in the run. */
export function takeInBackground(services: Services, run: string): Promise<void> {
  const own = jobs(services);
  if (own.names.has(run)) return own.tail;
  own.names.add(run);
  const job = async () => {
    try {
      await services.db.transaction().execute(async (trx) => {
        // One process at a time works on a run.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`step-run:${run}`}, 0))`.execute(trx);
        await finishRun(services, run, () => !own.stopping);
      });
    } catch (error) {
      const trouble = error instanceof Refusal ? error.advice.what : t('clock.step.unmade');
      await services.db
        .updateTable('work.step_run')
        .set({ trouble })
        .where('id', '=', run)
        .execute()
        .catch(() => {});
    }
  };
  // What stands in the run is read by others than who started it: it does not follow that person's language.
  own.tail = own.tail.then(() => inLanguage(ENGLISH, job)).finally(() => own.names.delete(run));
  return own.tail;
}

/** Goes on with every run that a crash or a stop interrupted; called once at the start of the server. @returns how many */
export async function resumeTaking(services: Services): Promise<number> {
  const rows = await services.db
    .selectFrom('work.step_run')
    .select('id')
    .where('ended', 'is', null)
    .orderBy('started_at')
    .execute();
  for (const { id } of rows) void takeInBackground(services, id);
  return rows.length;
}

/** Stops after the chunk in hand and waits for it; for the end of the process. */
export async function stopTaking(services: Services): Promise<void> {
  const own = jobs(services);
  own.stopping = true;
  await own.tail;
}

/** A run as its page shows it: how far it is, and why some were left out. */
export interface RunLine {
  readonly id: string;
  readonly step: number;
  readonly kind: string;
  readonly startedAt: Date;
  readonly leavesAt: Date;
  readonly total: number;
  readonly ended: string | null;
  readonly trouble: string | null;
  readonly withdrawn: string | null;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Runs of a request, newest first. */
export async function runsOf(services: Pick<Services, 'db'>, request: string): Promise<readonly RunLine[]> {
  const { rows } = await sql<RunLine & { started: Date; leaves: Date }>`
    select r.id, r.step, r.kind, r.started_at as started, r.leaves_at as leaves, r.total, r.ended, r.trouble,
      (select w.reason from view.step_withdrawal w where w.run = r.id limit 1) as withdrawn,
      coalesce((select jsonb_object_agg(o.outcome, o.n) from (select coalesce(p.outcome, 'to do') as outcome, count(*) as n
        from work.step_recipient p where p.run = r.id group by 1) o), '{}') as outcomes
    from work.step_run r where r.request = ${request} order by r.started_at desc limit 20`.execute(services.db);
  return rows.map(({ started, leaves, ...row }) => ({ ...row, startedAt: started, leavesAt: leaves }));
}
