/**
 * Memory of lists that hold all facts of a thing up to a position of the log: whoever asks for a position gets a list that goes at least as far,
 * and looks at the part of it that counts. A list is only ever made longer. Whoever asks while one is read waits for that one. Knows no table.
 */
import { memory } from './lru.ts';

export interface UpTo {
  /** position up to which it holds everything */
  readonly upTo: number;
}

export interface Prefixes<V extends UpTo> {
  /** @param grow the list up to `position` at least, out of one that does not go so far */
  reaching(key: string, position: number, grow: (before: V | undefined) => Promise<V>): Promise<V>;
}

/** @param limit and `weigh` as of `memory` */
export function prefixes<V extends UpTo>(limit: number, weigh: (value: V) => number): Prefixes<V> {
  const kept = memory<V>(limit, weigh);
  const making = new Map<string, Promise<V>>();
  return {
    async reaching(key, position, grow) {
      for (;;) {
        const known = kept.get(key);
        if (known && known.upTo >= position) return known;
        const others = making.get(key);
        if (others) {
          const theirs = await others;
          if (theirs.upTo >= position) return theirs;
          continue;
        }
        const mine = grow(known).finally(() => making.delete(key));
        making.set(key, mine);
        const made = await mine;
        kept.set(key, made);
        return made;
      }
    },
  };
}

/** How many of ascending positions are at most `last`. */
export function countUpTo(seqs: Float64Array, count: number, last: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seqs[middle] ?? 0) <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}
