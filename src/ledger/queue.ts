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

interface Batch<T, R> {
  readonly of: readonly Waiting<T, R>[];
  readonly items: readonly T[];
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
 * @param run writes one batch durably and gives an outcome per item; if it throws, all items of the batch get that error. It calls
 *   `sent` when all is on its way and nothing is left but to wait
 * @param maxWeight most that one batch may carry (a single heavier item goes alone)
 * @param ahead once so much waits that more company gains nothing, the next batch is closed while the one before is under way, and
 *   `begin` gets it to work ahead; `run` gets the same array later
 */
export function groupCommit<T, R>(
  run: (items: readonly T[], sent: () => void) => Promise<readonly Outcome<R>[]>,
  maxWeight: number,
  ahead?: { readonly weight: number; readonly begin: (items: readonly T[]) => void },
): Queue<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let weighs = 0;
  let next: Batch<T, R> | null = null;
  let idling = false;
  let running: Promise<void> | null = null;

  function take(): Batch<T, R> {
    let weight = 0;
    let n = 0;
    for (const one of waiting) {
      if (n > 0 && weight + one.weight > maxWeight) break;
      weight += one.weight;
      n++;
    }
    const batch = waiting.slice(0, n);
    waiting = waiting.slice(n);
    weighs -= weight;
    return { of: batch, items: batch.map((one) => one.item) };
  }

  function workAhead(): void {
    if (!ahead || !idling || next || weighs < ahead.weight) return;
    next = take();
    ahead.begin(next.items);
  }

  async function drain(): Promise<void> {
    while (next || waiting.length > 0) {
      const batch: Batch<T, R> = next ?? take();
      next = null;
      idling = false;
      try {
        const outcomes = await run(batch.items, () => {
          idling = true;
          workAhead();
        });
        batch.of.forEach((one, i) => {
          const outcome = outcomes[i];
          if (outcome?.ok) one.resolve(outcome.value);
          else one.reject(outcome ? outcome.error : new Error('batch gave no outcome'));
        });
      } catch (error) {
        for (const one of batch.of) one.reject(error);
      }
    }
    idling = false;
    running = null;
  }

  return {
    push(item, weight) {
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, weight, resolve, reject });
        weighs += weight;
        // One turn of the event loop lets callers that are ready at the same time share the batch.
        workAhead();
        running ??= Promise.resolve().then(drain);
      });
    },
    async idle() {
      while (running) await running;
    },
  };
}
