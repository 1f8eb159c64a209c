/** Several processes come round to publish: one of them does, the others leave it to that one, and take over when it does not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import type { Signer } from '../proof/write.ts';
import { others } from './others.ts';
import { sequencer } from './sequence.ts';

let t: TestLedger;
beforeAll(async () => {
  t = await testLedger();
});
afterAll(() => t.close());

const process = (signer: Signer = t.signer) => sequencer({ pool: t.pool, clock: t.clock, origin: TEST_ORIGIN, signer });
const write = async () => {
  const { entries } = await t.ledger.append({ key: t.newId(), entries: [partyEntry(t)] });
  return (entries[0]?.position ?? -1) + 1;
};

test('one publishes, the other looks and knows how far it came', async () => {
  const [one, two] = [process(), process()];
  const first = await write();
  expect(await one.turn()).toEqual({ size: first, more: false });
  expect(await two.turn()).toEqual({ size: first, more: false });
  const second = await write();
  expect(await one.turn()).toEqual({ size: second, more: false });
  // It moved since the other looked: whoever moved it will publish what came meanwhile.
  const third = await write();
  expect(await two.turn()).toEqual({ size: second, more: false });
  expect(await one.turn()).toEqual({ size: third, more: false });
  expect(await two.turn()).toEqual({ size: third, more: false });
});

test('when the one does not come any more, the other publishes at its second turn', async () => {
  const [one, two] = [process(), process()];
  await one.turn();
  await two.turn();
  await write();
  await one.turn();
  const last = await write();
  expect((await two.turn()).size).toBe(last - 1);
  expect((await two.turn()).size).toBe(last);
});

test('nobody waits for one that is at it; who must publish does', async () => {
  let wake = () => {};
  let signing = () => {};
  const begun = new Promise<void>((resolve) => {
    signing = resolve;
  });
  const still = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const slow = process({
    key: t.signer.key,
    sign: async (text) => {
      signing();
      await still;
      return await t.signer.sign(text);
    },
  });
  const two = process();
  const before = (await two.round()).size;
  const last = await write();
  const round = slow.turn();
  await begun;
  expect(await two.turn()).toEqual({ size: before, more: false });
  const now = two.round();
  wake();
  expect((await round).size).toBe(last);
  expect((await now).size).toBe(last);
});

test('a process counts on others once a position was not its own, and then for ten seconds', () => {
  let now = 1_234_567;
  const company = others({ now: () => now });
  company.wrote(100, 5);
  company.wrote(105, 5);
  expect([company.about(), company.timeNow()]).toEqual([false, 1_234_567]);
  company.wrote(113, 2);
  expect(company.about()).toBe(true);
  now += 250;
  expect(company.timeNow()).toBe(1_234_800);
  company.holds(1_234_900, true);
  expect(company.timeNow()).toBe(1_234_900);
  now += 10_000;
  expect([company.about(), company.timeNow()]).toEqual([false, now]);
});
