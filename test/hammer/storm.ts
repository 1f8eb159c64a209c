/**
 * When the crowd presses on: it is let loose for a blow and called off after it, so that each blow falls on full batches while the run as
 * a whole writes no more than can be reckoned up at the end. It knows nobody of the crowd.
 */
export interface Storm {
  /** callers of the ledger whom it lets loose */
  readonly crowd: number;
  on(): boolean;
  begin(): void;
  end(): void;
  /** Resolves at once while it blows, else when it next begins. */
  next(): Promise<void>;
  /** told of each change */
  listen(tell: (on: boolean) => void): void;
}

export function calm(crowd: number): Storm {
  let on = false;
  let waiting: (() => void)[] = [];
  const listeners: ((on: boolean) => void)[] = [];
  const turn = (to: boolean) => {
    if (on === to) return;
    on = to;
    for (const tell of listeners) tell(on);
  };
  return {
    crowd,
    on: () => on,
    begin() {
      turn(true);
      const all = waiting;
      waiting = [];
      for (const go of all) go();
    },
    end: () => turn(false),
    next: () => (on ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    listen: (tell) => {
      listeners.push(tell);
    },
  };
}
