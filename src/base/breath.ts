/** Long work in slices: whoever loops over much asks now and then, and lets everybody else have a turn. It starts no work itself. */
import { setImmediate } from 'node:timers/promises';

/**
 * A function to be called once a turn of a loop: gives a promise to wait for where `ms` have passed since the last pause, else null.
 * The clock is looked at in every call, so a turn should be worth some microseconds.
 */
export function breather(ms = 8): () => Promise<void> | null {
  let since = performance.now();
  return () => {
    if (performance.now() - since < ms) return null;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
