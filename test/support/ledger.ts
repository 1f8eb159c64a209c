/**
 * A real ledger on a fresh database, with the rooms' rules and views, for tests. Time stands still unless a test moves it;
 * randomness is real. `publish` is called by hand or by `start`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { loadLogKey } from '../../src/adapters/keys/log-key.ts';
import type { DatabaseConfigs } from '../../src/adapters/postgres/index.ts';
import { fromPostgres } from '../../src/adapters/postgres/index.ts';
import { openKysely, openPool } from '../../src/adapters/postgres/pool.ts';
import type { NewEntry } from '../../src/base/append.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import type { Database } from '../../src/base/database.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import type { WitnessPolicy } from '../../src/ledger/cosignatures.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import type { Signer } from '../../src/proof/write.ts';
import { checkBody, streamOf } from '../../src/rooms/entries.ts';
import { project } from '../../src/rooms/project.ts';
import { freshDatabase } from './postgres.ts';

export interface TestClock {
  now(): number;
  set(ms: number): void;
  tick(ms: number): void;
}

export function testClock(start = Date.parse('2026-03-02T15:00:00.000Z')): TestClock {
  let now = start;
  return {
    now: () => now,
    set: (ms) => {
      now = ms;
    },
    tick: (ms) => {
      now += ms;
    },
  };
}

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
export const TEST_ORIGIN = 'records.example.gov/log';

export interface TestLedger {
  readonly ledger: Ledger;
  readonly pool: pg.Pool;
  readonly db: Kysely<Database>;
  readonly clock: TestClock;
  readonly database: DatabaseConfigs;
  readonly signer: Signer;
  readonly vkey: string;
  /** tlog-policy that asks for this log's signature alone */
  readonly policy: string;
  newId(): string;
  close(): Promise<void>;
}

/**
 * @param options.start publish in the background; otherwise tests call `ledger.publish()`; `now`: where the clock stands, in ms; `keys`: a
 *   folder with the log's key, so that a second ledger can be the same server started again
 */
export async function testLedger(
  options: {
    start?: boolean;
    database?: DatabaseConfigs;
    now?: number;
    keys?: string;
    onError?: (error: unknown) => void;
    /** by the log's vkey, the witnesses whose quorum receipts wait for */
    witnesses?: (vkey: string) => WitnessPolicy;
    /** publish as often as the server does, and not as often as tests like it */
    ownRhythm?: boolean;
  } = {},
): Promise<TestLedger> {
  const fresh = options.database ? null : await freshDatabase();
  const database = options.database ?? fresh;
  if (!database) throw new Error('no database');
  const pool = openPool(database.appConfig);
  const clock = testClock(options.now);
  const keys = options.keys ?? (await mkdtemp(join(tmpdir(), 'counterfoil-keys-')));
  const { signer, vkey, origin } = await loadLogKey(keys, TEST_ORIGIN);
  const ledger = createLedger({
    pool,
    clock,
    random,
    project,
    streamOf,
    checkBody,
    origin,
    signer,
    onError:
      options.onError ??
      ((error) => {
        throw error;
      }),
    mapError: fromPostgres,
    ...(options.ownRhythm ? {} : { publishEvery: 50 }),
    witnesses: options.witnesses?.(vkey),
  });
  if (options.start) ledger.start();
  return {
    ledger,
    pool,
    db: openKysely(pool),
    clock,
    database,
    signer,
    vkey,
    policy: `log ${vkey}\nquorum none\n`,
    newId: () => uuidv7(clock.now(), random),
    async close() {
      await ledger.stop().catch(() => {});
      await pool.end();
      await fresh?.drop();
      if (options.keys === undefined) await rm(keys, { recursive: true, force: true });
    },
  };
}

/** What the server itself may not do, done with the rights of the database's owner. */
export async function asOwner(t: TestLedger, statement: string, values: readonly string[] = []): Promise<void> {
  const owner = openPool(t.database.ownerConfig, 1);
  await owner.query(statement, [...values]).finally(() => owner.end());
}

/** A party entry, the smallest fact there is: for tests that only need something written. */
export function partyEntry(t: { newId(): string; readonly clock: Clock }, name = 'City of Example'): NewEntry {
  const party = t.newId();
  return {
    kind: 'party.registered',
    id: t.newId(),
    matter: null,
    by: party,
    occurredAt: instant(t.clock.now()),
    audience: 'public',
    body: { party, name, kind: 'place', ocdId: null, state: 'Example State' },
  };
}
