/**
 * The second line of `npm run bench -- clock`: the server's recount after a new holiday, with database and entries. 100,000 open services
 * (`BENCH_RECIPIENTS`), served in 25 requests a fortnight apart and due 10 business days later, so that the holiday falls into the time
 * of one in 25. Timed is all from the calendar's command until the worker is through: rows for the worker, every service looked at,
 * `due.recounted` and the queued mail for those that move, durable. Beside it, reading and parsing the entries of the same services.
 */
import { openPool } from '../src/adapters/postgres/pool.ts';
import { addToCalendar } from '../src/rooms/clock/calendar-commands.ts';
import { counterFor } from '../src/rooms/clock/due.ts';
import { calendarEvent } from '../src/rooms/clock/events.ts';
import { createRecounter } from '../src/rooms/clock/recount.ts';
import type { CountRule } from '../src/rooms/clock/rule.ts';
import { finishServing, startServing } from '../src/rooms/requests/serve.ts';
import { benchDatabase } from './database.ts';
import { type BenchLine, isRole, median, report, round, runRole } from './lib.ts';
import { benchServices, draftFor, placesCsv } from './services.ts';

const SERVICES = Number(process.env['BENCH_RECIPIENTS'] ?? 100_000);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const GOAL = 5;
const REQUESTS = 25;
const DAY = 86_400_000;

const rule: CountRule = {
  type: 'count',
  count: 10,
  unit: 'business days',
  zone: 'America/New_York',
  holidays: 'US',
  whose: 'issuer',
  roll: 'next business day',
  cutOff: null,
  receivedOn: 'any day',
  mailDays: 0,
  preset: null,
};

/** A day that moves what was served at `at`, and is over for what was served a fortnight before. */
function holidayFor(at: number) {
  const service = { at: new Date(at).toISOString() };
  for (let days = 5; days < 12; days++) {
    const on = new Date(at + days * DAY).toISOString().slice(0, 10);
    const event = calendarEvent.parse({ type: 'holiday', on, name: 'added' });
    if (counterFor(rule, { closings: [event] }).date(service)?.on !== counterFor(rule).date(service)?.on) return event;
  }
  throw new Error('no day moves it');
}

async function ours(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { services, ledger, pool, stop } = await benchServices(database);
  ledger.start();
  const now = services.clock.now();
  const servedAt = (n: number) => now - (n + 1) * 14 * DAY;
  const each = placesCsv(Math.ceil(SERVICES / REQUESTS));
  let party: string | undefined;
  for (let n = 0; n < REQUESTS; n++) {
    const then = { ...services, clock: { now: () => servedAt(n) } };
    const more = { due: rule, ...(party === undefined ? {} : { party }) };
    const made = await draftFor(then, `recount-${n}`, ['Certify compliance.'], each, more);
    party = made.party;
    await startServing(then, made.draft);
    await finishServing(then, made.draft);
  }
  if (party === undefined) throw new Error('nobody was served');
  // On a server the tables have been looked at by now (autovacuum); plans are those for what they hold.
  const owner = openPool(database.ownerConfig, 1);
  await owner.query('analyze');
  await owner.end();
  const recounter = createRecounter({
    services,
    onError: (error) => {
      throw error;
    },
  });
  const adding = { party, event: holidayFor(servedAt(12)), reason: 'All offices are closed.', source: null };
  const start = performance.now();
  const used = process.cpuUsage();
  await addToCalendar(services, { issuer: party, zone: rule.zone }, adding, 'bench');
  await recounter.round();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const { rows } = await pool.query<{ open: number; done: number; moved: number; entries: number; mails: number }>(`
    select (select count(*)::int from work.recount where finished_at is null) as open,
      (select sum(done)::int from work.recount) as done, (select sum(moved)::int from work.recount) as moved,
      (select count(*)::int from ledger.entry where kind = 'due.recounted') as entries,
      (select count(*)::int from work.outbox where kind = 'clock') as mails`);
  const [said] = rows;
  if (!said || said.open > 0 || said.moved === 0 || said.moved !== said.entries || said.moved !== said.mails)
    throw new Error(`not everybody was told: ${JSON.stringify(said)}`);
  const readStart = performance.now();
  let last = 0;
  let read = 0;
  for (;;) {
    const some = await pool.query<{ seq: number; canonical: string }>({
      name: 'read',
      text: `select seq, canonical from ledger.entry where kind = 'request.served' and seq > $1 order by seq limit 1000`,
      values: [last],
    });
    for (const row of some.rows) if (JSON.parse(row.canonical)) read++;
    const [end] = some.rows.slice(-1);
    if (!end) break;
    last = end.seq;
  }
  const reading = (performance.now() - readStart) / 1000;
  if (read !== said.done) throw new Error(`${said.done} looked at, of ${read}`);
  await stop();
  await database.close();
  return { seconds, reading, done: said.done, moved: said.moved, cpu: (user + system) / 1e6 };
}

/** Runs it, prints its line and returns it. */
export async function recountLine(): Promise<BenchLine> {
  const runs: Record<string, number>[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await runRole(import.meta.url, 'recount'));
  const of = (name: string) => median(runs.map((one) => one[name] ?? Number.NaN));
  const seconds = of('seconds');
  return report({
    bench: 'clock',
    work: `the server's recount of ${of('done')} open services after a new holiday, of which ${of('moved')} move: database, entries, queued mails; ${round(of('cpu'), 1)} s of processor time in Node`,
    unit: 's',
    ours: round(seconds),
    reference: round(of('reading')),
    referenceName: 'reading and parsing the entries of the same services, and nothing else',
    ratio: round(seconds / of('reading')),
    goal: `≤ ${GOAL} s`,
    met: seconds <= GOAL,
  });
}

if (isRole('recount')) process.stdout.write(`${JSON.stringify(await ours())}\n`);
