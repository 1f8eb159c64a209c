/**
 * What a process knows of others that write to the same log at the same time, and which time its own entries get because of them.
 * Touches no database; it is told what came back from there.
 */
import type { Clock } from '../base/clock.ts';

/** Milliseconds for which a process counts on others after it last met one. */
const COUNTED_ON = 10_000;
/**
 * While several processes write, times of recording are rounded down to this many milliseconds: batches of different processes then rarely
 * carry times in another order than the one they are written in.
 */
const TICK = 100;

export interface Others {
  /** Time for a batch that is planned now, milliseconds: never earlier than any that is known to be in the log. */
  timeNow(): number;
  /** Whether another process wrote lately. */
  about(): boolean;
  /** The log holds this time. @param later this process was refused for it: somebody else wrote it */
  holds(time: number, later: boolean): void;
  /** A batch of this process was written: positions that it does not follow on are others'. */
  wrote(base: number, entries: number): void;
}

export function others(clock: Clock): Others {
  let latest = 0;
  let until = 0;
  /** where the log ends if nobody else writes */
  let end: number | null = null;
  const met = () => {
    until = clock.now() + COUNTED_ON;
  };
  return {
    timeNow() {
      const now = clock.now();
      latest = Math.max(latest, now < until ? Math.floor(now / TICK) * TICK : now);
      return latest;
    },
    about: () => clock.now() < until,
    holds(time, later) {
      latest = Math.max(latest, time);
      if (later) met();
    },
    wrote(base, entries) {
      if (end !== null && base > end) met();
      end = Math.max(end ?? 0, base + entries);
    },
  };
}
