/** The quick look of fsck, here and in threads: it says the same as the slow one, and what is wrong first is still named first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { streamOf } from '../rooms/streams.ts';
import { checkLog, type Finding, type LogSource } from './check.ts';
import { startThreads, type Threads } from './fitting-threads.ts';
import { databaseSource, oneState, type QuickLook } from './fsck.ts';

const ENTRIES = 7_000;
const STREAMS = new URL('../rooms/streams.ts', import.meta.url).href;

let t: TestLedger;
let threads: Threads;
let owner: ReturnType<typeof openPool>;
beforeAll(async () => {
  t = await testLedger();
  owner = openPool(t.database.ownerConfig);
  threads = startThreads(STREAMS);
  for (let i = 0; i < ENTRIES; i += 1000) {
    await t.ledger.append({ key: `k${i}`, entries: Array.from({ length: 1000 }, () => partyEntry(t)) });
    t.clock.tick(10);
    if (i % 3000 === 0) await t.ledger.publish();
  }
  await t.ledger.publish();
});
afterAll(async () => {
  await threads.stop();
  await owner.end();
  await t.close();
});

/** What is found, and whether all pages were handed out as such that fit. */
async function check(quick: QuickLook | null): Promise<{ finding: Finding; allFit: boolean }> {
  let allFit = true;
  const finding = await oneState(t.pool, (client) => {
    const source = databaseSource(client, quick);
    const watched: LogSource = {
      ...source,
      async *entries() {
        for await (const page of source.entries()) {
          allFit &&= 'leaves' in page;
          yield page;
        }
      },
    };
    return checkLog(watched, { origin: TEST_ORIGIN, key: t.signer.key, streamOf });
  });
  return { finding, allFit };
}

const each = async (): Promise<readonly { finding: Finding; allFit: boolean }[]> => [
  await check(null),
  await check({ streamOf }),
  await check({ streamOf, threads }),
];

describe('a quick look at a log', () => {
  it('finds it whole without looking closer', async () => {
    const [slow, quick, threaded] = await each();
    expect(slow).toMatchObject({ allFit: false, finding: { ok: true, entries: ENTRIES, unpublished: 0 } });
    expect(quick).toEqual({ ...slow, allFit: true });
    expect(threaded).toEqual(quick);
  });

  // Two places each, in different pages: the earlier one is named.
  it.each([
    [`canonical = replace(canonical, 'City', 'Town')`, 'commitment-mismatch'],
    [`canonical = canonical || ' '`, 'not-canonical'],
    [`canonical = '{}'`, 'entry-refused'],
    [`canonical = 'nothing'`, 'entry-refused'],
    [`kind = 'party.renamed'`, 'column-differs'],
    [`matter = gen_random_uuid()`, 'column-differs'],
    [`corrects = gen_random_uuid()`, 'column-differs'],
    [`occurred_at = occurred_at + interval '1 ms'`, 'column-differs'],
    [`opening = set_byte(opening, 3, get_byte(opening, 3) # 1)`, 'commitment-mismatch'],
    [`commitment = set_byte(commitment, 31, get_byte(commitment, 31) # 1)`, 'commitment-mismatch'],
    [`canonical = null, opening = null`, 'erased-without-entry'],
    [`seq = seq + 100000`, 'gap'],
  ])('names it: %s', async (change, failure) => {
    await owner.query('create table saved as select * from ledger.entry where seq in (2500, 6900)');
    await owner.query(`update ledger.entry set ${change} where seq in (2500, 6900)`);
    const [slow, quick, threaded] = await each();
    await owner.query('delete from ledger.entry where id in (select id from saved)');
    await owner.query('insert into ledger.entry select * from saved');
    await owner.query('drop table saved');
    expect(slow?.finding).toMatchObject({ ok: false, failure, at: expect.stringContaining('position 2500') });
    expect(quick?.finding).toEqual(slow?.finding);
    expect(threaded?.finding).toEqual(slow?.finding);
  });

  it.each([1900, 2047])('names a time that went back behind position %i', async (seq) => {
    // Each row agrees with itself, and no tile of them was compared yet: nothing but the order is wrong.
    const swap = async () => {
      for (const [from, to] of [
        [seq, -1],
        [3000, seq],
        [-1, 3000],
      ])
        await owner.query('update ledger.entry set seq = $2 where seq = $1', [from, to]);
    };
    await swap();
    const found = await each();
    await swap();
    for (const { finding } of found)
      expect(finding).toMatchObject({ failure: 'time-went-back', at: `position ${seq + 1}` });
  });
});
