/**
 * `npm run hammer`: HAMMER_SECONDS (60) is the time it takes at most, HAMMER_KILLS the number of kills (as many as there is time for),
 * HAMMER_SEED repeats the kinds and moments of another run, HAMMER_LIGHT=1 keeps the crowd at home. Prints how far it is, and one JSON line at the end.
 */
import { z } from 'zod';
import { hammer } from './hammer.ts';

const settings = z
  .object({
    HAMMER_KILLS: z.coerce.number().int().min(1).optional(),
    HAMMER_SECONDS: z.coerce.number().int().min(1).optional(),
    HAMMER_SEED: z.coerce.number().int().min(0).optional(),
    HAMMER_LIGHT: z.enum(['0', '1']).default('0'),
  })
  .parse(process.env);
const kills = settings.HAMMER_KILLS ?? null;
// With a number of kills and no time, the time is only a bound: ten seconds for each.
const seconds = settings.HAMMER_SECONDS ?? (kills === null ? 60 : 60 + 10 * kills);
const seed = settings.HAMMER_SEED ?? Date.now() % 2 ** 31;
console.log(`hammer: seed ${seed}, ${kills ?? 'any number of'} kills, at most ${seconds} s`);
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort(new Error(signal)));
const { wrong, ...result } = await hammer({
  seconds,
  kills,
  seed,
  heavy: settings.HAMMER_LIGHT === '0',
  say: (line) => console.log(line),
  signal: ending.signal,
});
for (const one of wrong) console.log(`✕ ${one}`);
console.log(JSON.stringify({ hammer: true, ...result, wrong: wrong.length }));
process.exitCode = result.met ? 0 : 1;
