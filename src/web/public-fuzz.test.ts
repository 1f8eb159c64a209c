/** Bad input for what anyone may ask: paths of tiles, and files to verify. 500 cases of each here, 100,000 in `npm run soak`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partyEntry, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { PUBLIC_FUZZED, type PublicTarget, publicTarget } from '../../test/support/public-fuzz.ts';
import { utf8 } from '../proof/index.ts';

let t: TestLedger;
let target: PublicTarget;
beforeAll(async () => {
  t = await testLedger();
  const entries = Array.from({ length: 300 }, (_, i) => partyEntry(t, `City ${i} of Example`));
  for (const entry of entries) await t.ledger.append({ key: t.newId(), entries: [entry] });
  await t.ledger.publish();
  const receipts = await Promise.all(entries.slice(0, 3).map(({ id }) => t.ledger.receipt(id)));
  const log = { origin: 'records.example.gov/log', logKey: t.vkey, policy: t.policy };
  target = publicTarget(
    t.db,
    t.clock,
    log,
    receipts.map((one) => utf8(one?.json ?? '')),
  );
});
afterAll(() => t.close());

test.each(PUBLIC_FUZZED)('%s: 500 cases, an answer each, in time', async (name) => {
  const found = await target.fuzz(name, 500);
  console.log(
    `fuzz ${name}: seed ${found.seed}, slowest ${found.slowest.toFixed(1)} ms, ${JSON.stringify([...found.statuses].sort())}`,
  );
  expect(found.wrong).toEqual([]);
  expect(target.accidents).toEqual([]);
  // The cases reach what is there and what is not.
  expect(found.statuses.get(200) ?? 0).toBeGreaterThan(0);
  expect(found.statuses.get(name.startsWith('tiles') ? 404 : 422) ?? 0).toBeGreaterThan(0);
});
