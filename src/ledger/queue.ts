/**
 * Group commit: callers that arrive while a batch is on its way to disk share the next one, so that one flush serves many.
 * Knows nothing of entries or SQL; it only gathers, in order of arrival, and hands each caller its own outcome.
 */

interface Waiting<T, R> {
  readonly item: T;
  readonly weight: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** One outcome per item, in the same order: a result, or the error that this item alone caused. */
export type Outcome<R> = { readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: unknown };

export interface Queue<T, R> {
  /** Resolves or rejects once the batch that carried the item has been committed or has failed. */
  push(item: T, weight: number): Promise<R>;
  /** Waits for everything pushed so far. */
  idle(): Promise<void>;
}

/**
 * @param run writes one batch durably and gives an outcome per item; if it throws, all items of the batch get that error
 * @param maxWeight most that one batch may carry (a single heavier item goes alone)
 */
export function groupCommit<T, R>(
  run: (items: readonly T[]) => Promise<readonly Outcome<R>[]>,
  maxWeight: number,
): Queue<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let running: Promise<void> | null = null;

  function take(): Waiting<T, R>[] {
    let weight = 0;
    let n = 0;
    for (const one of waiting) {
      if (n > 0 && weight + one.weight > maxWeight) break;
      weight += one.weight;
      n++;
    }
    const batch = waiting.slice(0, n);
    waiting = waiting.slice(n);
    return batch;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = take();
      try {
        const outcomes = await run(batch.map((one) => one.item));
        batch.forEach((one, i) => {
          const outcome = outcomes[i];
          if (outcome?.ok) one.resolve(outcome.value);
          else one.reject(outcome ? outcome.error : new Error('batch gave no outcome'));
        });
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    running = null;
  }

  return {
    push(item, weight) {
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, weight, resolve, reject });
        // One turn of the event loop lets callers that are ready at the same time share the batch.
        running ??= Promise.resolve().then(drain);
      });
    },
    async idle() {
      while (running) await running;
    },
  };
}
