import { expect, test } from 'vitest';
import { turns } from './turns.ts';

test('runs some at a time, in order, tells whom it is too much, and goes on after a failure', async () => {
  const { run } = turns({ places: 2, waiting: 3 });
  let at = 0;
  let most = 0;
  const done: number[] = [];
  const ends: (() => void)[] = [];
  const job = (n: number) =>
    run(async () => {
      most = Math.max(most, ++at);
      await new Promise<void>((end) => ends.push(end));
      at--;
      done.push(n);
      if (n === 1) throw new Error('one fails');
    }).catch((error: unknown) => `${n} ${error instanceof Error ? error.name : ''}`);
  const all = [0, 1, 2, 3, 4, 5].map(job);
  expect(await all[5]).toBe('5 TooMany');
  for (let i = 0; i < 5; i++) {
    while (ends.length === 0) await new Promise((soon) => setTimeout(soon, 1));
    ends.shift()?.();
  }
  expect(await Promise.all(all.slice(0, 5))).toEqual([undefined, '1 Error', undefined, undefined, undefined]);
  expect([most, done]).toEqual([2, [0, 1, 2, 3, 4]]);
});
