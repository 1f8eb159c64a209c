/** What several processes make at their first start together is made once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshDatabase } from '../../../test/support/postgres.ts';
import { loadLogKey } from '../keys/log-key.ts';
import { inTurn } from './in-turn.ts';
import { openPool } from './pool.ts';

it('eight that start together hold one log key', async () => {
  const database = await freshDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-turn-'));
  const pools = Array.from({ length: 8 }, () => openPool(database.appConfig, 1));
  try {
    const keys = await Promise.all(
      pools.map((pool) => inTurn(pool, () => loadLogKey(join(dir, 'keys'), 'records.example.gov/log'))),
    );
    expect(new Set(keys.map(({ vkey }) => vkey)).size).toBe(1);
    // One that fails lets the others on.
    await expect(
      inTurn(pools[0] ?? openPool(database.appConfig), () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(await inTurn(pools[1] ?? openPool(database.appConfig), async () => 'on')).toBe('on');
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  }
});
