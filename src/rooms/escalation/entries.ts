/** What may be written of escalation: the ladder of a request, a step taken with one recipient, steps taken back before their mails left. */
import { z } from 'zod';
import type { ROLES } from '../../base/route.ts';
import { instantText, isoDate, line, prose, uuid } from '../fields.ts';

export const STEP_KINDS = ['reminder', 'final notice', 'subpoena'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Who takes a step at least; viewers take none. */
export const STEP_ROLES = ['editor', 'owner'] as const satisfies readonly (typeof ROLES)[number][];

export const ladderStep = z.strictObject({
  /** from 1, in order */
  step: z.number().int().min(1).max(9),
  kind: z.enum(STEP_KINDS),
  who: z.enum(STEP_ROLES),
  /** from the beginning of the day this many days after the due date; negative: before it */
  after: z.number().int().min(-365).max(3650),
});
export type LadderStep = z.infer<typeof ladderStep>;

export const ladderSteps = z.array(ladderStep).min(1).max(9);

/** A ladder made while composing stands in `request.issued`; this one sets it, or another one, afterwards. */
export const ladderSet = z.strictObject({ request: uuid, steps: ladderSteps });

const items = z.array(z.number().int().min(1).max(500)).min(1).max(500);

/** A reminder or a final notice to one recipient: which items are still open, and the due date as it stood. */
export const stepTaken = z.strictObject({
  service: uuid,
  request: uuid,
  run: uuid,
  step: z.number().int().min(1).max(9),
  kind: z.enum(['reminder', 'final notice']),
  items,
  due: z.strictObject({ on: isoDate, at: instantText }),
  /** what the issuer adds, as the mail says it; '' for nothing */
  words: prose(2000),
  /** when the mail leaves at the earliest; until then it can be taken back. null: there is no address */
  leavesAt: instantText.nullable(),
});

export const stepWithdrawn = z.strictObject({
  request: uuid,
  run: uuid,
  reason: prose(1000).pipe(z.string().min(1)),
});

/** Delivery evidence of a notice, as `service.evidenced` is of a letter. */
export const noticeEvidenced = z.strictObject({
  service: uuid,
  request: uuid,
  /** the entry that the mail was about */
  notice: uuid,
  event: z.enum(['ContentConsignment', 'ContentConsignmentFailure']),
  address: line(320),
  detail: line(500).nullable(),
});

export const escalationEntries = {
  'ladder.set': ladderSet,
  'step.taken': stepTaken,
  'step.withdrawn': stepWithdrawn,
  'notice.evidenced': noticeEvidenced,
} as const;
