/** "1, 3" as people type it → the numbers of items; empty: all of them (null). */
import { z } from 'zod';
import { t } from '../base/language.ts';

export const itemNumbers = z
  .string()
  .trim()
  .regex(/^(\d{1,3}([\s,]+\d{1,3})*)?$/, { error: () => t('answers.shared.wrong.numbers') })
  .transform((text) => {
    const numbers = text.split(/[\s,]+/).filter((part) => part !== '');
    return numbers.length === 0 ? null : [...new Set(numbers.map(Number))].sort((a, b) => a - b);
  });
