/** What somebody’s participation comes to, derived when read: the last word, and whether they withdrew. Pure. */
import type { Partstat } from './entries.ts';

export interface Stands {
  readonly partstat: Partstat;
  /** they had said that they would come, then that they would not */
  readonly withdrew: boolean;
}

/** @param said words in the order in which they were said */
export function standsAt(said: readonly { readonly partstat: Partstat }[]): Stands {
  const partstat = said.at(-1)?.partstat ?? 'needs-action';
  const withdrew = partstat === 'declined' && said.some((one) => one.partstat === 'accepted');
  return { partstat, withdrew };
}

export type Status = Partstat | 'withdrew';
export const STATUSES: readonly Status[] = [
  'accepted',
  'tentative',
  'delegated',
  'declined',
  'withdrew',
  'needs-action',
];

/** One word: `withdrew` counts apart from `declined`. */
export const statusOf = (said: readonly { readonly partstat: Partstat }[]): Status => {
  const { partstat, withdrew } = standsAt(said);
  return withdrew ? 'withdrew' : partstat;
};

/** How many there are of each status, overall and by what `of` says of each. */
export function countBy<T>(
  all: readonly T[],
  status: (one: T) => Status,
  of: (one: T) => string,
): ReadonlyMap<string, Readonly<Record<Status, number>>> {
  const counts = new Map<string, Record<Status, number>>();
  for (const one of all) {
    const key = of(one);
    const row = counts.get(key) ?? {
      accepted: 0,
      tentative: 0,
      delegated: 0,
      declined: 0,
      withdrew: 0,
      'needs-action': 0,
    };
    row[status(one)]++;
    counts.set(key, row);
  }
  return counts;
}
