/** A small bounded memory: what was used longest ago goes first. Never decides what is stale; keys must say all that matters. */
export interface Memory<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/**
 * @param limit sum of weights kept at most; a value heavier than that is not kept
 * @param weigh weight of a value; left out: 1, so that `limit` is a number of values
 */
export function memory<V>(limit: number, weigh: (value: V) => number = () => 1): Memory<V> {
  const kept = new Map<string, V>();
  let weight = 0;
  const drop = (key: string) => {
    const value = kept.get(key);
    if (value !== undefined && kept.delete(key)) weight -= weigh(value);
  };
  return {
    get(key) {
      const value = kept.get(key);
      if (value !== undefined) {
        kept.delete(key);
        kept.set(key, value);
      }
      return value;
    },
    set(key, value) {
      drop(key);
      const more = weigh(value);
      if (more > limit) return;
      for (const oldest of kept.keys()) {
        if (weight + more <= limit) break;
        drop(oldest);
      }
      kept.set(key, value);
      weight += more;
    },
  };
}
