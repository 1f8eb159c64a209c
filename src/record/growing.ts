/**
 * Memory of what is derived from facts up to a position of the log. Facts are only ever added, so a value of an earlier position can
 * be brought up to date instead of made anew, and a value of its position is never stale. Whoever asks while a value is being made
 * waits for that one. Knows no table; what else a value depends on stands in its key.
 */
import { memory } from './lru.ts';

export interface Growing<V> {
  /**
   * The value of `key` at `position`.
   * @param since brings the value that was true at the position `from` up to `position`; null where making it anew is cheaper
   */
  upTo(
    key: string,
    position: number,
    anew: () => V | Promise<V>,
    since?: (before: V, from: number) => Promise<V | null>,
  ): Promise<V>;
}

/** @param limit and `weigh` as of `memory` */
export function growing<V>(limit: number, weigh?: (value: V) => number): Growing<V> {
  const kept = memory<V>(limit, weigh);
  const latest = memory<number>(10_000);
  const making = new Map<string, Promise<V>>();

  return {
    upTo(key, position, anew, since) {
      const at = (p: number) => `${key} ${p}`;
      const known = kept.get(at(position));
      if (known !== undefined) return Promise.resolve(known);
      const running = making.get(at(position));
      if (running) return running;
      const make = async () => {
        const from = latest.get(key) ?? position;
        const before = from < position ? kept.get(at(from)) : undefined;
        const grown = before !== undefined && since ? await since(before, from) : null;
        const value = grown ?? (await anew());
        kept.set(at(position), value);
        if ((latest.get(key) ?? -1) < position) latest.set(key, position);
        return value;
      };
      const made = make().finally(() => making.delete(at(position)));
      making.set(at(position), made);
      return made;
    },
  };
}
