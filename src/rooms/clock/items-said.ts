/** Which items of a request are meant, by their numbers. */
import { listed, t } from '../../base/language.ts';

const given = (items: readonly number[]) => ({ n: items.length, items: listed(items.map(String)) });

/** "Item 2", "Items 1 and 3", at the beginning of a line */
export const itemsSaid = (items: readonly number[]): string => t('clock.items', given(items));

/** "item 2", within a line */
export const itemsWithin = (items: readonly number[]): string => t('clock.items.within', given(items));
