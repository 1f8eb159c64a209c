/**
 * What may be written of the log itself: that it is handed over to a new key under a new name, and that it goes on there. Public, and
 * never erased: without these entries nobody could follow the log.
 */
import { z } from 'zod';
import { once } from '../../base/once.ts';
import { prose } from '../fields.ts';

const vkey = z.string().min(1).max(1_000);
const reason = prose(2_000);

/** The last thing that is said under the old name, signed by the old key's last checkpoint. */
export const logHandedOver = once(z.strictObject({ from: vkey, to: vkey, reason }));

/** The first thing that is said under the new name. */
export const logContinued = once(
  z.strictObject({
    from: vkey,
    to: vkey,
    /** entries under the last checkpoint of the old name */
    size: z.number().int().positive(),
    /** of that checkpoint, hex */
    root: z.string().regex(/^[0-9a-f]{64}$/),
    /** the old key is lost, and did not sign this */
    lost: z.boolean(),
    /** signed statement (src/proof/handover.ts) */
    statement: z.string().max(8_000),
    /** the old name's last checkpoint, with the cosignatures that had come */
    checkpoint: z.string().max(40_000),
    reason,
  }),
);

export const logEntries = { 'log.handed-over': logHandedOver, 'log.continued': logContinued } as const;
