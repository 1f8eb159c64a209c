/**
 * One writer process of the hammer: the real ledger on the hammer's database, with some callers that append one command after the other.
 * It says on its output what it is about to write before it does, and what was acknowledged after; a caller that hears no answer asks
 * again with the same key. It judges nothing: the hammer does.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { loadLogKey } from '../../src/adapters/keys/log-key.ts';
import { fromPostgres } from '../../src/adapters/postgres/index.ts';
import { openPool } from '../../src/adapters/postgres/pool.ts';
import type { NewEntry } from '../../src/base/append.ts';
import { Unavailable } from '../../src/base/errors.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { checkBody, streamOf } from '../../src/rooms/entries.ts';
import { project } from '../../src/rooms/project.ts';
import { partyEntry, random } from '../support/ledger.ts';
import { calm } from './storm.ts';

const command = z.object({ key: z.string(), ids: z.array(z.string()) });
const given = z.object({
  appConfig: z.record(z.string(), z.union([z.string(), z.number()])),
  keys: z.string(),
  origin: z.string(),
  /** begins the keys of this process */
  name: z.string(),
  callers: z.number(),
  /** more callers, who write without a pause while they are let loose */
  crowd: z.number(),
  /** milliseconds between two appends of one caller */
  pause: z.number(),
  /** what a process before this one began and never heard of */
  again: z.array(command),
});
const { appConfig, keys, origin, name, callers, crowd, pause, again } = given.parse(
  JSON.parse(process.env.HAMMER_WRITER ?? ''),
);

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const clock = { now: () => Date.now() };
const newId = () => uuidv7(clock.now(), random);
const pool = openPool(appConfig);
const { signer } = await loadLogKey(keys, origin);
const away = (error: unknown) => fromPostgres(error) instanceof Unavailable;
const ledger = createLedger({
  pool,
  clock,
  random,
  project,
  streamOf,
  checkBody,
  origin,
  signer,
  mapError: fromPostgres,
  onError: (error) => {
    if (!away(error)) say({ wrong: `publishing: ${String(error)}` });
  },
});
ledger.start();

let ending = false;
const storm = calm(crowd);
const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => (line === 'storm' ? storm.begin() : storm.end()));
process.on('SIGTERM', () => {
  ending = true;
  // Whoever waits to be let loose goes home.
  storm.begin();
  orders.close();
});

async function write({ key, ids }: z.infer<typeof command>): Promise<void> {
  const entries: NewEntry[] = ids.map((id) => ({ ...partyEntry({ clock, newId }), id }));
  // A row of work that goes with it, not due in anybody's time.
  const row = { key, kind: 'letter', address: 'clerk@example.gov', not_before: '2999-01-01T00:00:00Z', params: {} };
  const rows = [{ table: 'work.outbox', rows: [{ ...row, state: 'queued', attempts: 0 }] }] as const;
  say({ try: key, ids });
  for (;;) {
    try {
      const done = await ledger.append({ key, entries, rows });
      say({ ok: key, positions: done.entries.map((one) => one.position), repeated: done.repeated });
      return;
    } catch (error) {
      if (!(error instanceof Unavailable)) {
        say({ wrong: `append: ${String(error)}` });
        return;
      }
      say({ away: key });
      if (ending) return;
      await sleep(50 + Math.random() * 100);
    }
  }
}

async function caller(n: number): Promise<void> {
  for (let i = 0; !ending; i++) {
    await write({ key: `${name}-${n}-${i}`, ids: Array.from({ length: 1 + (i % 3) }, newId) });
    await sleep(pause * (0.5 + Math.random()));
  }
}

async function pressing(n: number): Promise<void> {
  for (let i = 0; ; i++) {
    await storm.next();
    if (ending) return;
    await write({ key: `${name}-c${n}-${i}`, ids: Array.from({ length: 1 + ((i + n) % 3) }, newId) });
  }
}

await Promise.all([
  (async () => {
    for (const one of again) await write(one);
  })(),
  ...Array.from({ length: callers }, (_, n) => caller(n)),
  ...Array.from({ length: crowd }, (_, n) => pressing(n)),
]);
await ledger.stop().catch(() => {});
await pool.end();
