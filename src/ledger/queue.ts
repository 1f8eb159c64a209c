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

export interface QueueLimits {
  /** most that one batch may carry (a single heavier item goes alone) */
  readonly most: number;
  /** batches that may be under way at once; they are begun in order of arrival */
  readonly depth: () => number;
  /** weight that makes it worth beginning a batch while another is under way */
  readonly worth: number;
}

/**
 * @param run writes one batch durably and gives an outcome per item; if it throws, all items of the batch get that error. It is
 *   called in order of arrival, and again before it came back where `depth` allows
 */
export function groupCommit<T, R>(
  run: (items: readonly T[]) => Promise<readonly Outcome<R>[]>,
  { most, depth, worth }: QueueLimits,
): Queue<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let weighs = 0;
  let due = false;
  const running = new Set<Promise<void>>();

  function take(): readonly Waiting<T, R>[] {
    // Callers that all wait for one batch would leave nothing to do beside it: they are shared out among those under way.
    const share = weighs >= 2 * worth ? Math.ceil(weighs / (depth() - running.size)) : weighs;
    let weight = 0;
    let n = 0;
    for (const one of waiting) {
      if (n > 0 && weight + one.weight > Math.min(most, share)) break;
      weight += one.weight;
      n++;
    }
    const batch = waiting.slice(0, n);
    waiting = waiting.slice(n);
    weighs -= weight;
    return batch;
  }

  async function carry(batch: readonly Waiting<T, R>[]): Promise<void> {
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

  function begin(): void {
    due = false;
    while (waiting.length > 0 && (running.size === 0 || (running.size < depth() && weighs >= worth))) {
      const carried: Promise<void> = carry(take()).finally(() => {
        running.delete(carried);
        soon();
      });
      running.add(carried);
    }
  }

  /** One turn lets callers that are ready at the same time share the batch. */
  function soon(): void {
    if (due) return;
    due = true;
    queueMicrotask(begin);
  }

  return {
    push(item, weight) {
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, weight, resolve, reject });
        weighs += weight;
        soon();
      });
    },
    async idle() {
      while (running.size > 0 || waiting.length > 0) await Promise.all([...running, Promise.resolve()]);
    },
  };
}
