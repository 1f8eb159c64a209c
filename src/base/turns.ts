/** Work that takes much, some of it at a time: the others wait their turn, and where too many wait the next one is told. */

import { TooMany } from './errors.ts';
import { t } from './language.ts';

export interface Turns {
  /** @throws TooMany `busy` where `waiting` others wait already */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** @param places how much runs at once @param waiting how many may wait */
export function turns({ places, waiting }: { readonly places: number; readonly waiting: number }): Turns {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async run(work) {
      if (running >= places) {
        if (queue.length >= waiting)
          throw new TooMany(
            'busy',
            {
              what: t('ui.refusal.busy'),
              lost: t('ui.nothing-lost'),
              next: t('ui.refusal.busy.next'),
            },
            30,
          );
        await new Promise<void>((ready) => queue.push(ready));
      } else running++;
      try {
        return await work();
      } finally {
        // Whoever waits longest takes over the place.
        const next = queue.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
