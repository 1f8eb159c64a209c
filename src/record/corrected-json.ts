/** The correction of a statement or of a figure as the API gives it. */
import { z } from 'zod';
import type { Corrected } from '../rooms/corrected.ts';
import { receiptPaths } from './receipt-paths.ts';

export const correctedBody = z
  .strictObject({
    note: z.string().meta({ description: 'what was wrong, and why it was changed' }),
    by: z.string().meta({ description: 'role of whoever corrected it' }),
    at: z.string().meta({ description: 'when the correction was recorded' }),
    replaces: z.string().meta({ description: 'the entry that stood there before' }),
    receiptOfReplaced: z.strictObject({ json: z.string(), pdf: z.string() }),
  })
  .meta({ id: 'Corrected' });

export const jsonCorrected = (one: Corrected | null): z.infer<typeof correctedBody> | null =>
  one && {
    note: one.note,
    by: one.by,
    at: one.at.toISOString(),
    replaces: one.replaces,
    receiptOfReplaced: receiptPaths(one.replaces),
  };
