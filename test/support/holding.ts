/**
 * A server process that stands still in the middle of a batch: it holds the lock that orders the log, has said so, and does nothing for as
 * long as it is told. The real append on a real database; what stands still is the making of views. Used by held.test.ts alone.
 */
import { z } from 'zod';
import { fromPostgres } from '../../src/adapters/postgres/index.ts';
import { openPool } from '../../src/adapters/postgres/pool.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import { appender } from '../../src/ledger/append.ts';
import { checkBody, streamOf } from '../../src/rooms/entries.ts';
import { project } from '../../src/rooms/project.ts';
import { partyEntry, random } from './ledger.ts';

const given = z.object({
  appConfig: z.record(z.string(), z.union([z.string(), z.number()])),
  key: z.string(),
  /** commands of one entry each in the batch */
  entries: z.number(),
  /** milliseconds to stand still */
  stands: z.number(),
});

const { appConfig, key, entries, stands } = given.parse(JSON.parse(process.env.HOLDING ?? ''));
const clock = { now: () => Date.now() };
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const pool = openPool(appConfig);
const entry = () => partyEntry({ clock, newId: () => uuidv7(clock.now(), random) });

let made = 0;
const append = appender({
  pool,
  clock,
  random,
  streamOf,
  checkBody,
  project(one, seq) {
    made++;
    // The first batch; the second one as a guess without the lock; and half of it with the lock.
    if (made === 1 + entries + Math.ceil(entries / 2)) {
      say({ holding: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stands);
    }
    return project(one, seq);
  },
});

// A key that was used before makes the second batch one that is planned while the lock is held.
const before = `${key}-first`;
await append([{ key: before, entries: [entry()] }]);
const batch = [
  { key: before, entries: [] },
  { key, entries: [entry()] },
  ...Array.from({ length: entries - 1 }, (_, i) => ({ key: `${key}-${i}`, entries: [entry()] })),
];
const outcomes = await append(batch).then(
  (all) => [...new Set(all.map((one) => (one.ok ? 'written' : String(fromPostgres(one.error)))))],
  (error: unknown) => [String(error), String(fromPostgres(error))],
);
say({ outcomes });
await pool.end();
