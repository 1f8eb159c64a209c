/**
 * What the hammer's callers remember, outside of everything that is killed: what was tried, what was acknowledged and as what, every
 * checkpoint and receipt that was seen, and everything that should not have been. It asks nobody.
 */
export interface Tried {
  readonly key: string;
  readonly ids: readonly string[];
  /** positions in the log, once it was acknowledged */
  positions: readonly number[] | null;
}

export interface Memory {
  readonly entries: ReadonlyMap<string, Tried>;
  /** matters opened over HTTP: address that was answered, by the form's `once`; null: no answer was heard */
  readonly matters: Map<string, string | null>;
  /** checkpoint texts, by size */
  readonly checkpoints: Map<number, string>;
  /** receipts as they were fetched, by entry */
  readonly receipts: Map<string, string>;
  /** ids of acknowledged entries, in the order they were heard of */
  readonly ids: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly wrongs: readonly string[];
  count(what: string, by?: number): void;
  wrong(what: string): void;
  tried(key: string, ids: readonly string[], slot: number): void;
  acknowledged(key: string, positions: readonly number[], slot: number): void;
  /** A writer process ended: what it had under way is not under way any more. */
  gone(slot: number): void;
  /** commands of writers that are sent and not answered just now */
  underWay(): number;
  /** half of what was never answered, for a new process to ask again; the other half nobody asks about until the audit */
  toRepeat(): { key: string; ids: string[] }[];
  /** resolves with the time of the next acknowledgement, of a writer process other than `slot` if one is named */
  next(slot?: number): Promise<number>;
  /** Resolves when a server next gives a good answer, or after so many milliseconds. */
  nextAnswer(ms: number): Promise<void>;
}

export function remember(random: () => number): Memory {
  const entries = new Map<string, Tried>();
  const left = new Set<string>();
  const open = new Map<string, number>();
  const ids: string[] = [];
  const counts = new Map<string, number>();
  const wrongs: string[] = [];
  let waiting: { readonly slot: number | null; readonly tell: (at: number) => void }[] = [];
  const answered: (() => void)[] = [];
  const wrong = (what: string) => {
    if (wrongs.length < 50) wrongs.push(what);
    console.log(`WRONG: ${what}`);
  };
  return {
    entries,
    matters: new Map(),
    checkpoints: new Map(),
    receipts: new Map(),
    ids,
    counts,
    wrongs,
    wrong,
    count(what, by = 1) {
      if (what === 'answers') for (const tell of answered.splice(0)) tell();
      counts.set(what, (counts.get(what) ?? 0) + by);
    },
    tried(key, its, slot) {
      if (!entries.has(key)) entries.set(key, { key, ids: its, positions: null });
      open.set(key, slot);
    },
    acknowledged(key, positions, slot) {
      const one = entries.get(key);
      if (!one) return wrong(`${key} was acknowledged and never tried`);
      if (one.positions !== null && String(one.positions) !== String(positions))
        wrong(`${key} was acknowledged at ${String(one.positions)}, then at ${String(positions)}`);
      if (one.positions === null) ids.push(...one.ids);
      one.positions = positions;
      open.delete(key);
      const at = performance.now();
      waiting = waiting.filter((one) => {
        if (one.slot === slot) return true;
        one.tell(at);
        return false;
      });
    },
    gone(slot) {
      for (const [key, its] of open) if (its === slot) open.delete(key);
    },
    underWay: () => open.size,
    toRepeat() {
      const some: { key: string; ids: string[] }[] = [];
      for (const one of entries.values()) {
        if (one.positions !== null || left.has(one.key) || some.length >= 100) continue;
        left.add(one.key);
        if (random() < 0.5) some.push({ key: one.key, ids: [...one.ids] });
      }
      return some;
    },
    nextAnswer: (ms) =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, ms);
        answered.push(() => {
          clearTimeout(late);
          resolve();
        });
      }),
    next: (slot) => new Promise((tell) => waiting.push({ slot: slot ?? null, tell })),
  };
}
