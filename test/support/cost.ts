/**
 * What answering one request cost, for fuzzers that hold a bound on a machine with other work: this process's own processor time where the
 * wait was short, and the wait itself where it was long, so that a lock or a stall never hides behind an idle processor.
 */

/** Milliseconds of waiting that other work of the machine may explain; above it the wait is what counts. */
export const LONGEST_WAIT = 500;

/** Begins to measure. @returns asked when the answer is there; `waited` in place of the whole time, where only a part of it counts */
export function costing(): (waited?: number) => number {
  const from = performance.now();
  const before = process.cpuUsage();
  return (waited = performance.now() - from) => {
    const { user, system } = process.cpuUsage(before);
    return waited > LONGEST_WAIT ? waited : Math.min(waited, (user + system) / 1000);
  };
}
