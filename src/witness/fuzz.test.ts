/** Bad input for the witness's endpoint, over the app itself: 2,000 cases here, 100,000 in `npm run soak`. And bodies without end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { type FuzzTarget, fuzzTarget } from '../../test/support/witness-app.ts';
import { fuzzWitness } from '../../test/support/witness-fuzz.ts';
import { ADD_CHECKPOINT_BYTES } from '../proof/witness.ts';

let t: TestLedger;
let target: FuzzTarget;
beforeAll(async () => {
  t = await testLedger();
  target = fuzzTarget(t.db, t.clock);
});
afterAll(() => t.close());

test('2,000 cases: an answer of the protocol each, in time', async () => {
  const found = await fuzzWitness(target.ask, 2_000);
  console.log(
    `fuzz: seed ${found.seed}, slowest ${found.slowest.toFixed(1)} ms, ${JSON.stringify([...found.statuses].sort())}`,
  );
  expect(found.wrong).toEqual([]);
  expect(target.accidents).toEqual([]);
  // The cases reach every door, so that none is only thought to be tried.
  for (const status of [200, 400, 403, 404, 409, 422])
    expect(found.statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
});

test('a body that is too long is refused before it is read to the end, with or without its length', async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 65_536;
      if (pulled > 200_000_000) return controller.close();
      controller.enqueue(new Uint8Array(65_536).fill(0x61));
    },
  });
  expect(await target.send({ method: 'POST', body: endless, duplex: 'half' })).toBe(413);
  expect(pulled).toBeLessThan(2 * ADD_CHECKPOINT_BYTES);
  const headers = { 'Content-Length': String(10 ** 9) };
  expect(await target.send({ method: 'POST', body: 'old 0\n', headers })).toBe(413);
  expect(await target.send({ method: 'POST', body: new Uint8Array(ADD_CHECKPOINT_BYTES + 1) })).toBe(413);
  expect(await target.send({ method: 'POST', body: new Uint8Array(ADD_CHECKPOINT_BYTES).fill(0x61) })).toBe(400);
  expect(target.accidents).toEqual([]);
});
