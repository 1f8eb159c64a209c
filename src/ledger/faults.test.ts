/** What the append path owes when the machine fails under it: nothing acknowledged is lost, nothing is written twice. */
import { describe, expect, it } from 'vitest';
import { fullDatabase } from '../../test/support/broken-disk.ts';
import { partyEntry, TEST_ORIGIN, testLedger } from '../../test/support/ledger.ts';
import { ownCluster } from '../../test/support/postgres.ts';
import { skipBecause } from '../../test/support/skip.ts';
import { StorageFull, Unavailable } from '../base/errors.ts';
import { streamOf } from '../rooms/entries.ts';
import { fsck } from './fsck.ts';

describe.each(['by one process', 'by two processes'] as const)(
  'PostgreSQL killed while entries are appended %s',
  (by) => {
    it('loses no acknowledged entry, writes none twice, and goes on after the restart', async () => {
      const cluster = await ownCluster();
      const t = await testLedger({ database: cluster });
      const other = by === 'by two processes' ? await testLedger({ database: cluster }) : t;
      try {
        const acknowledged = new Map<string, number>();
        const refused: string[] = [];
        let stop = false;
        const writer = async (name: string) => {
          for (let i = 0; !stop; i++) {
            const key = `${name}-${i}`;
            try {
              const done = await (name.endsWith('1') ? other : t).ledger.append({ key, entries: [partyEntry(t)] });
              acknowledged.set(key, done.entries[0]?.position ?? -1);
            } catch (error) {
              expect(error).toBeInstanceOf(Unavailable);
              refused.push(key);
              await new Promise((resolve) => setTimeout(resolve, 20));
            }
          }
        };
        const writers = Promise.all(Array.from({ length: 16 }, (_, i) => writer(`w${i}`)));
        await new Promise((resolve) => setTimeout(resolve, 400));
        await cluster.kill9();
        await new Promise((resolve) => setTimeout(resolve, 300));
        stop = true;
        await writers;
        expect(acknowledged.size).toBeGreaterThan(16);
        expect(refused.length).toBeGreaterThan(0);
        await cluster.restart();

        // Everybody who heard no answer asks again with the same key: written now, or found written then, once.
        for (const key of [...refused, ...acknowledged.keys()]) {
          const again = await t.ledger.append({ key, entries: [partyEntry(t)] });
          expect(again.entries).toHaveLength(1);
          const before = acknowledged.get(key);
          if (before !== undefined) expect(again).toMatchObject({ repeated: true, entries: [{ position: before }] });
        }
        await t.ledger.publish();
        const { rows } = await t.pool.query<{ n: number }>('select count(*) as n from ledger.entry');
        expect(rows[0]?.n).toBe(acknowledged.size + new Set(refused).size);
        expect(await fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf })).toMatchObject({
          ok: true,
        });
      } finally {
        if (other !== t) await other.close();
        await t.close();
        await cluster.stop();
      }
    }, 120_000);
  },
);

describe('the disk full while entries are appended', () => {
  it('refuses by name, keeps what was written, and goes on when there is room', async (context) => {
    const found = await fullDatabase();
    if ('unavailable' in found) return skipBecause(context, found.unavailable);
    console.log(JSON.stringify(found));
    expect(found).toMatchObject({ wrong: [], statement: StorageFull.name, rows: 0 });
    expect([StorageFull.name, Unavailable.name]).toContain(found.append);
  }, 180_000);
});
