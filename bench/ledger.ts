/** The ledger as the server runs it, on a benchmark's database. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type pg from 'pg';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { pooled } from '../src/base/random.ts';
import { createLedger, type Ledger, type LedgerDeps } from '../src/ledger/ledger.ts';
import { checkBody, streamOf } from '../src/rooms/entries.ts';
import { project } from '../src/rooms/project.ts';
import type { BenchDatabase } from './database.ts';

export const random = pooled((length) => new Uint8Array(randomBytes(length)));
export const clock = { now: () => Date.now() };
export const ORIGIN = 'bench.example.gov/log';

export async function benchLedger(
  database: Pick<BenchDatabase, 'appConfig' | 'dataDir'>,
  other: Partial<Pick<LedgerDeps, 'project' | 'publishEvery'>> = {},
): Promise<{ ledger: Ledger; pool: pg.Pool; vkey: string }> {
  const pool = openPool(database.appConfig, 4);
  const { signer, vkey } = await loadLogKey(join(database.dataDir, 'keys'), ORIGIN);
  const ledger = createLedger({
    pool,
    clock,
    random,
    project,
    streamOf,
    checkBody,
    origin: ORIGIN,
    signer,
    onError: (error) => {
      throw error;
    },
    mapError: (error) => error,
    ...other,
  });
  return { ledger, pool, vkey };
}
