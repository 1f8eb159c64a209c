/** A small bounded memory: the entries used longest ago go first. Never decides what is stale; keys must say all that matters. */
export interface Memory<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** @param limit entries kept at most */
export function memory<V>(limit: number): Memory<V> {
  const kept = new Map<string, V>();
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
      kept.delete(key);
      if (kept.size >= limit) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, value);
    },
  };
}
