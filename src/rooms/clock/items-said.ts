/** Which items of a request are meant, by their numbers, within a sentence. */
import { listed, t } from '../../base/language.ts';

/** "item 2", "items 1 and 3" */
export const itemsWithin = (items: readonly number[]): string =>
  t('clock.items.within', { n: items.length, items: listed(items.map(String)) });
