/** Work that outlives the request that began it, in this process: by name, one after the other, the same never twice at once. Keeps nothing: what has to survive a crash is its caller's to write down. */

/** Thrown by work that was told to stop; it goes on at the next start. */
export class Stopped extends Error {}

export interface Jobs {
  /**
   * Runs `work` once those before it are through; asked again meanwhile, gives the same promise. Never rejects for `Stopped`.
   * @param work gets a function that says whether to go on
   */
  run(name: string, work: (goesOn: () => boolean) => Promise<void>): Promise<void>;
  /** Tells what runs to stop, and waits for it. Nothing runs afterwards. */
  stop(): Promise<void>;
}

export function createJobs(): Jobs {
  const running = new Map<string, Promise<void>>();
  let tail: Promise<void> = Promise.resolve();
  let stopping = false;
  const goesOn = () => !stopping;
  return {
    run(name, work) {
      const there = running.get(name);
      if (there) return there;
      const done = tail
        .then(() => (stopping ? undefined : work(goesOn)))
        .catch((error: unknown) => {
          if (!(error instanceof Stopped)) throw error;
        })
        .finally(() => running.delete(name));
      running.set(name, done);
      tail = done.catch(() => {});
      return done;
    },
    async stop() {
      stopping = true;
      await tail;
    },
  };
}

/** The jobs of one kind of work, by the services they work with. */
export function jobsBy(): (of: object) => Jobs {
  const all = new WeakMap<object, Jobs>();
  return (of) => {
    const there = all.get(of) ?? createJobs();
    all.set(of, there);
    return there;
  };
}
