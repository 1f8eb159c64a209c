/** Work that is done again and again beside the server, one round at a time, until it is told to stop. Knows nothing of what the work is. */
export interface Rounds {
  /** aborted once these rounds were told to stop; a later start gives a new one */
  readonly signal: AbortSignal;
  start(): void;
  /** Begins no round any more, and waits for the one under way. */
  stop(): Promise<void>;
}

/** @param every milliseconds from the end of a round to the next */
export function rounds(every: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Rounds {
  let stopping = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let under: Promise<unknown> = Promise.resolve();

  function schedule(): void {
    timer = setTimeout(async () => {
      under = work().catch(onError);
      await under;
      if (timer) schedule();
    }, every);
  }

  return {
    get signal() {
      return stopping.signal;
    },
    start() {
      stopping = new AbortController();
      if (!timer) schedule();
    },
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      stopping.abort();
      await under;
    },
  };
}
