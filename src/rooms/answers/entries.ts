/** What may be written of answers: the answer as sent (for the parties), and each item's disposition (for the record). */
import { z } from 'zod';
import { once } from '../../base/once.ts';
import { documentRef, line, prose, uuid } from '../fields.ts';

/** What a recipient can say of an item. `unanswered` is not among them: it is the absence of an entry. */
export const DISPOSITIONS = [
  'produced',
  'produced in part',
  'withheld',
  'objected',
  'no responsive records',
  'already produced',
  'certified',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export const answeredItem = z.strictObject({
  item: z.number().int().min(1),
  disposition: z.enum(DISPOSITIONS),
  note: prose(10_000),
  documents: z.array(documentRef).max(500),
});
export type AnsweredItem = z.infer<typeof answeredItem>;

export const answerSent = once(
  z.strictObject({
    answer: uuid,
    service: uuid,
    request: uuid,
    /** 1 for the first answer to this request, 2 for a supplement … */
    round: z.number().int().min(1),
    items: z.array(answeredItem).min(1),
    /** who sent it for the recipient: both parties may know */
    actedBy: z.strictObject({ name: line(200), title: line(200).nullable(), address: line(320) }),
  }),
);

export const itemAnswered = once(
  z.strictObject({
    answer: uuid,
    service: uuid,
    request: uuid,
    item: z.number().int().min(1),
    disposition: z.enum(DISPOSITIONS),
    /** how many documents came with it; which ones stands in answer.sent */
    documents: z.number().int().min(0),
  }),
);

export const answerEntries = { 'answer.sent': answerSent, 'item.answered': itemAnswered } as const;
