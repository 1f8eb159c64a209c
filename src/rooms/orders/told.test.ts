/** What clocks are told of an order goes into entries: it is the same, whatever language is spoken when the order is entered. */
import { describe, expect, it } from 'vitest';
import { inLanguage } from '../../base/language.ts';
import { orderReason } from './commands.ts';
import { orderName, orderNameTold } from './order.ts';

const order = {
  court: 'U.S. District Court, Northern District of Illinois',
  docket: '17 C 5720',
  date: '2018-08-15',
  effect: 'stay',
  words: 'The clocks stand.',
} as const;
const long = { ...order, court: 'C'.repeat(180) };

describe('an order in entries', () => {
  it('has one name', () => {
    expect(orderName(order)).toBe('U.S. District Court, Northern District of Illinois, No. 17 C 5720, of 15 Aug 2018');
    for (const one of [order, long]) {
      expect(inLanguage('es', () => orderNameTold(one))).toBe(orderName(one));
      expect(inLanguage('es', () => orderName(one))).not.toBe(orderName(one));
    }
    expect(orderName(long)).toHaveLength(180);
    expect(inLanguage('es', () => orderName(long))).toHaveLength(180);
  });

  it('gives one reason', () => {
    const reason = orderReason(order);
    expect(reason).toBe('U.S. District Court, Northern District of Illinois, No. 17 C 5720, stays: The clocks stand.');
    expect(inLanguage('es', () => orderReason(order))).toBe(reason);
  });
});
