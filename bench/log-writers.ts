/**
 * The writers of `npm run bench -- log`: each appends, waits until what it wrote is durable and under a signed checkpoint, and goes
 * on. Runs as a process of its own, by role: `ledger` (entries by themselves), `decided` (answers with rules,
 * views and outbox) or `commands` (the same through their room, which loads first).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { instant } from '../src/base/clock.ts';
import { uuidv7 } from '../src/base/ids.ts';
import type { Services } from '../src/base/services.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { sendAnswer } from '../src/rooms/answers/commands.ts';
import { send } from '../src/rooms/answers/rules.ts';
import { finishServing, startServing } from '../src/rooms/requests/serve.ts';
import { benchDatabase } from './database.ts';
import { itemAnswered, newId } from './entry.ts';
import { benchLedger, clock, random } from './ledger.ts';
import { isRole, quantile } from './lib.ts';
import { processor } from './processor.ts';
import { benchServices, draftFor, placesCsv } from './services.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const WRITERS = number('BENCH_WRITERS', 2000);
const READERS = number('BENCH_READERS', 0);
const WARM_MS = number('BENCH_WARM_MS', 2000);
const MEASURED_MS = number('BENCH_MEASURED_MS', 6000);
/** Time between two receipts that one reader asks for. */
const PAUSE_MS = 100;
/** Requests that wait for an answer: more than writers can give in the time. */
const SERVICES = number('BENCH_SERVICES', 4000);
/** Commands that read and write at a time. */
const AT_ONCE = 64;

/** What one append wrote: its last position, how many entries, and the id of one of them. */
interface Written {
  readonly position: number;
  readonly entries: number;
  readonly id: string;
}

/**
 * Counts what was published between two moments, whenever it was begun.
 * @param one appends once; null when there is nothing left to append, or time is up
 */
async function measure(
  ledger: Ledger,
  one: (goesOn: () => boolean) => Promise<Written | null>,
): Promise<Record<string, number>> {
  const begin = performance.now() + WARM_MS;
  const end = begin + MEASURED_MS;
  const took: number[] = [];
  const proofs: number[] = [];
  const known: string[] = [];
  let entries = 0;
  let last = end;
  const goesOn = () => performance.now() < end;
  const writer = async () => {
    while (goesOn()) {
      const since = performance.now();
      const written = await one(goesOn);
      if (!written) {
        last = Math.min(last, performance.now());
        return;
      }
      if (!(await ledger.published(written.position, 120_000))) throw new Error('not published within two minutes');
      const now = performance.now();
      if (now > begin && now < last) {
        took.push(now - since);
        entries += written.entries;
      }
      if (READERS > 0 && known.length < 100_000) known.push(written.id);
    }
  };
  const reader = async () => {
    while (performance.now() < end) {
      await sleep(PAUSE_MS);
      const id = known[Math.floor(Math.random() * known.length)];
      if (id === undefined) continue;
      const since = performance.now();
      if (!(await ledger.receipt(id))) throw new Error('a published entry has no receipt');
      if (since > begin) proofs.push(performance.now() - since);
    }
  };
  const spent = await processor(ledger.pool);
  const account = async () => {
    await sleep(begin - performance.now());
    const before = await spent();
    await sleep(end - performance.now());
    const after = await spent();
    return { node: after.node - before.node, postgres: after.postgres - before.postgres };
  };
  const loops = [...Array.from({ length: WRITERS }, writer), ...Array.from({ length: READERS }, reader)];
  const [used] = await Promise.all([account(), ...loops]);
  const seconds = (last - begin) / 1000;
  return {
    perSecond: took.length / seconds,
    /** milliseconds of processor for each append */
    node: (1000 * used.node) / took.length,
    postgres: (1000 * used.postgres) / took.length,
    entriesPerSecond: entries / seconds,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    proofs: proofs.length / seconds,
    proofP99: proofs.length > 0 ? quantile(proofs, 0.99) : 0,
  };
}

/** Entries by themselves: bodies checked, idempotency keys, commitments, openings, tree, checkpoint; no views. */
async function entriesAlone(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { ledger, pool } = await benchLedger(database, { project: () => [], publishEvery: 100 });
  ledger.start();
  const measured = await measure(ledger, async () => {
    const { entries } = await ledger.append({ key: newId(), entries: [itemAnswered()] });
    return { position: entries[0]?.position ?? 0, entries: 1, id: entries[0]?.entry.id ?? '' };
  });
  await ledger.stop();
  await pool.end();
  await database.close();
  return measured;
}

/** The same answers where what the rules ask for is at hand: rules, entries, what the decision was made on, views and outbox. */
async function decided(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { ledger, pool } = await benchLedger(database, { publishEvery: 100 });
  ledger.start();
  const [matter, request] = [newId(), newId()];
  const items = [{ item: 1, disposition: 'no responsive records' as const, note: '', documents: [] }];
  const actedBy = { name: 'Clerk', title: null, address: 'clerk@place.example.gov' };
  const measured = await measure(ledger, async () => {
    const service = newId();
    const about = { matter, audience: 'public' as const, service, request, recipient: newId(), items: [1] };
    const entries = send({ ...about, revoked: false, rounds: 0 }, { items, actedBy }, newId, clock.now());
    const mail = {
      kind: 'answer-receipt',
      key: `answer-receipt:${service}`,
      service,
      request,
      address: actedBy.address,
    };
    const written = await ledger.append({
      key: newId(),
      entries,
      expect: [{ stream: service, last: null }],
      rows: [{ table: 'work.outbox', rows: [{ ...mail, params: {}, not_before: instant(clock.now()) }] }],
    });
    return { position: written.entries.at(-1)?.position ?? 0, entries: entries.length, id: '' };
  });
  await ledger.stop();
  await pool.end();
  await database.close();
  return measured;
}

/** Drafts of answers as recipients leave them before they press _Send_. */
async function drafts(services: Services, draft: string): Promise<{ service: string; once: string }[]> {
  const { request } = await startServing(services, draft);
  await finishServing(services, draft);
  const served = await services.db.selectFrom('view.service').select('id').where('request', '=', request).execute();
  const made = served.map(({ id }) => ({ service: id, once: uuidv7(clock.now(), random) }));
  for (let at = 0; at < made.length; at += 1000) {
    await services.db
      .insertInto('work.answer_draft')
      .values(
        made.slice(at, at + 1000).map(({ service, once }) => ({
          service,
          version: 1,
          body: JSON.stringify({
            once,
            items: { 1: { disposition: 'no responsive records', note: '' } },
            actor: { name: 'Clerk', title: '' },
            said: [],
          }),
          updated_at: new Date(),
        })),
      )
      .execute();
  }
  return made;
}

/** Lets so many in at a time, first come, first served. */
function door(most: number): <R>(work: () => Promise<R>) => Promise<R> {
  const outside: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => outside.push(resolve));
    else inside++;
    try {
      return await work();
    } finally {
      // Whoever comes next takes the place over.
      const next = outside.shift();
      if (next) next();
      else inside--;
    }
  };
}

/** Answers sent as the page sends them: what is known is loaded, rules decide, entries, views and the mail of the receipt are written. */
async function wholeCommands(): Promise<Record<string, number>> {
  const database = await benchDatabase();
  const { services, ledger, stop } = await benchServices(database);
  ledger.start();
  const { draft } = await draftFor(services, 'all', ['Certify compliance.'], placesCsv(SERVICES));
  const waiting = await drafts(services, draft);
  const actor = { name: 'Clerk', title: '' };
  // A query waits ten seconds for a connection at most: writers wait before they begin instead. Their clock runs meanwhile.
  const atMost = door(AT_ONCE);
  const measured = await measure(ledger, async (goesOn) => {
    const next = waiting.pop();
    if (!next) return null;
    const command = { once: next.once, version: 1, actor, address: 'clerk@place.example.gov' };
    const sent = await atMost(async () => (goesOn() ? await sendAnswer(services, next.service, command) : null));
    if (!sent) return null;
    // answer.sent, item.answered, service.evidenced
    return { position: sent.position + 2, entries: 3, id: '' };
  });
  await stop();
  await database.close();
  return measured;
}

if (isRole('ledger')) process.stdout.write(`${JSON.stringify(await entriesAlone())}\n`);
if (isRole('decided')) process.stdout.write(`${JSON.stringify(await decided())}\n`);
if (isRole('commands')) process.stdout.write(`${JSON.stringify(await wholeCommands())}\n`);
