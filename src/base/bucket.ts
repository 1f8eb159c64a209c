/** Token buckets in memory, one a key: slows guessers down in this process. Limits that must hold across processes live in SQL. */
import type { Clock } from './clock.ts';

export interface Buckets {
  /** Takes one token; false when there is none. */
  take(key: string): boolean;
  /** Whether a token is left, without taking it. */
  has(key: string): boolean;
}

/** `burst` tokens at first, one more every `everyMs`. At most `keys` keys are remembered; the oldest are forgotten first. */
export function buckets(
  clock: Clock,
  { burst, everyMs, keys = 50_000 }: { burst: number; everyMs: number; keys?: number },
): Buckets {
  const seen = new Map<string, { tokens: number; at: number }>();
  const look = (key: string) => {
    const now = clock.now();
    const was = seen.get(key);
    const tokens = was ? Math.min(burst, was.tokens + Math.max(0, now - was.at) / everyMs) : burst;
    return { tokens, at: now };
  };
  return {
    has: (key) => look(key).tokens >= 1,
    take(key) {
      const state = look(key);
      const ok = state.tokens >= 1;
      if (ok) state.tokens -= 1;
      seen.delete(key);
      seen.set(key, state);
      if (seen.size > keys)
        for (const oldest of seen.keys()) {
          seen.delete(oldest);
          break;
        }
      return ok;
    },
  };
}
