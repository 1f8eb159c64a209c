/** Something that is looked at again and again in the background until the process stops; one look at a time, and a failed one harms no other. */
export interface Rounds {
  start(): void;
  /** Ends the look that is under way, then resolves. */
  stop(): Promise<void>;
}

/** @param every milliseconds between the end of one look and the next */
export function rounds(
  look: (goesOn: () => boolean) => Promise<unknown>,
  every: number,
  onError: (error: unknown) => void,
): Rounds {
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let running: Promise<unknown> = Promise.resolve();
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = look(() => !stopping)
        .catch(onError)
        .then(() => {
          if (!stopping) schedule(every);
        });
    }, ms);
  };
  return {
    start() {
      stopping = false;
      schedule(0);
    },
    async stop() {
      stopping = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
