/** A short round of what `npm run soak` does at length: hostile input to every reader of src/proof. */
import { expect, it } from 'vitest';
import { FUZZED, fuzz, SLOW } from './fuzz.ts';

it.each(FUZZED)(
  '%s: 2,000 hostile inputs are read, or refused by name, in bounded time',
  async (name) => {
    expect(await fuzz(name, 2000)).toBeLessThanOrEqual(SLOW);
  },
  120_000,
);
