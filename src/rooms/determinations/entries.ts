/** What may be written of the issuer's view of an answered item. */
import { z } from 'zod';
import { once } from '../../base/once.ts';
import { prose, uuid } from '../fields.ts';

export const FINDINGS = ['accepted', 'deficient'] as const;
export type Finding = (typeof FINDINGS)[number];

export const itemDetermined = once(
  z.strictObject({
    service: uuid,
    request: uuid,
    item: z.number().int().min(1),
    /** the answer that was looked at */
    answer: uuid,
    finding: z.enum(FINDINGS),
    /** why; never empty for `deficient` */
    reasons: prose(10_000),
  }),
);

export const determinationEntries = { 'item.determined': itemDetermined } as const;
