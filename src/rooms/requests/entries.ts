/** What may be written of requests and their service: issued, served on each recipient, revoked, evidence of delivery. */
import { z } from 'zod';
import { once } from '../../base/once.ts';
import { due, dueRule, servedCell } from '../clock/entries.ts';
import { ocdId, PARTY_KINDS } from '../directory/entries.ts';
import { ladderSteps } from '../escalation/entries.ts';
import { documentRef, instantText, line, prose, timeZone, uuid } from '../fields.ts';
import { source } from '../matters/entries.ts';

export const item = z.strictObject({
  item: z.number().int().min(1).max(500),
  text: prose(4000).pipe(z.string().min(1)),
  /** where the item has a due rule of its own */
  due: dueRule.optional(),
});
export type Item = z.infer<typeof item>;

/** Letter template; merge fields in double braces, see letter.ts. */
export const letter = z.strictObject({ subject: line(200), text: prose(20_000).pipe(z.string().min(1)) });
export type Letter = z.infer<typeof letter>;

/** `served`: conducted here, letters leave from here. `recorded`: conducted elsewhere, written down here from a source. */
export const conduct = z.enum(['served', 'recorded']);

export const requestIssued = z.strictObject({
  request: uuid,
  title: line(200),
  authority: line(500),
  compulsory: z.boolean(),
  conduct,
  items: z.array(item).min(1).max(500),
  due: dueRule,
  letter: letter.nullable(),
  /** where a recorded request is known from */
  source: source.nullable(),
  recipients: z.number().int().min(1),
  /** the request that it follows, where it is a subpoena for what that one left open */
  predecessor: uuid.optional(),
  /** the steps that may follow it, where they were set while composing */
  ladder: ladderSteps.optional(),
});

/** An item that the recipient answered before, in the request that this one follows: it is not asked again. */
export const carriedItem = z.strictObject({
  item: z.number().int().min(1).max(500),
  /** the entry `item.answered`, and the answer that it is part of */
  entry: uuid,
  answer: uuid,
  disposition: line(60),
  documents: z.number().int().min(0),
  /** what the issuer had found of it, where it was reviewed */
  found: z.strictObject({ entry: uuid, finding: line(60) }).nullable(),
});
export type CarriedItem = z.infer<typeof carriedItem>;

/** More would not fit into one entry beside the rest. */
export const MOST_CARRIED = 120;

/** Values for the letter's merge fields beyond those that every letter has. */
export const merge = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), z.string().max(500));

export const requestServed = once(
  z.strictObject({
    service: uuid,
    request: uuid,
    recipient: uuid,
    name: line(200),
    kind: z.enum(PARTY_KINDS),
    state: line(60).nullable(),
    ocdId: ocdId.nullable(),
    /** the recipient's time zone, where a due rule counts by it */
    zone: timeZone.optional(),
    /** how it is served: a letter by mail, no address known, or recorded from a source */
    channel: z.enum(['mail', 'no address', 'recorded']),
    /** when the letter leaves at the earliest; until then the request can be revoked */
    leavesAt: instantText.nullable(),
    /** where items differ, that of the item due first */
    due,
    /** where items differ, the date and working of each */
    cells: z.array(servedCell).min(2).max(500).optional(),
    /** the letter to this recipient as text, without link: SHA-256 of its UTF-8 bytes */
    letter: documentRef.nullable(),
    merge,
    /** the service of the request that this one follows, and what is not asked again because it was answered there */
    predecessor: uuid.optional(),
    carried: z.array(carriedItem).max(MOST_CARRIED).optional(),
  }),
);

export const requestRevoked = z.strictObject({ request: uuid, reason: prose(1000).pipe(z.string().min(1)) });

/**
 * Evidence events of ETSI EN 319 522-1 that this version writes. On pages: sent, could not be sent, opened, identified by
 * code, answered.
 */
export const EVIDENCE_EVENTS = [
  'SubmissionAcceptance',
  'ContentConsignment',
  'ContentConsignmentFailure',
  'ContentAccessTracking',
  'ContentHandover',
  'ConsignmentAcceptance',
] as const;
export type EvidenceEvent = (typeof EVIDENCE_EVENTS)[number];

export const serviceEvidenced = z.strictObject({
  service: uuid,
  request: uuid,
  event: z.enum(EVIDENCE_EVENTS),
  channel: z.enum(['mail', 'page']),
  /** the mailbox, known to issuer and recipient both */
  address: line(320).nullable(),
  /** Message-ID, or the mail server's words */
  detail: line(500).nullable(),
});

export const requestEntries = {
  'request.issued': requestIssued,
  'request.served': requestServed,
  'request.revoked': requestRevoked,
  'service.evidenced': serviceEvidenced,
} as const;
