/**
 * What may be written of people: who they are, which offices there are, who held one from when to when, what they and parties are to an
 * association, and what they are counted among. Days may be said anew later, or that it never was; each with where it is known from.
 */
import { z } from 'zod';
import { isoDate, line, uuid } from '../fields.ts';
import { source } from '../matters/entries.ts';

export const personRegistered = z.strictObject({
  person: uuid,
  name: line(200),
  /** tells people of one name apart, where their offices do not */
  note: line(200).nullable(),
});

export const officeRegistered = z.strictObject({
  office: uuid,
  /** whose office it is */
  party: uuid,
  title: line(200),
});

const days = { from: isoDate.nullable(), until: isoDate.nullable() };
const inOrder = ({ from, until }: { readonly from: string | null; readonly until: string | null }) =>
  from === null || until === null || from <= until;
const BACKWARDS = 'ends before it begins';

export const officeHeld = z
  .strictObject({
    holding: uuid,
    office: uuid,
    person: uuid,
    /** first and last day; null where it is not known, or still lasts */
    ...days,
    source,
  })
  .refine(inOrder, BACKWARDS);

/** What a person, or a party, is to an association: "member", "president", "second vice president". */
export const membershipHeld = z
  .strictObject({
    membership: uuid,
    association: uuid,
    person: uuid.nullable(),
    /** the party that is a member itself */
    member: uuid.nullable(),
    role: line(120),
    ...days,
    source,
  })
  .refine(inOrder, BACKWARDS)
  .refine(({ person, member }) => (person === null) !== (member === null), 'is of a person or of a party');

/** What somebody is counted among, by a source that says so: "Republican". */
export const affiliationStated = z
  .strictObject({ affiliation: uuid, person: uuid, with: line(120), ...days, source })
  .refine(inOrder, BACKWARDS);

export const TERMS = ['holding', 'membership', 'affiliation'] as const;
export type TermOf = (typeof TERMS)[number];

/** What is known now of the days of a holding, a membership or an affiliation: it ended, or they were wrong. */
export const termStated = z
  .strictObject({ term: uuid, of: z.enum(TERMS), ...days, reason: line(300), source: source.nullable() })
  .refine(inOrder, BACKWARDS);
/** It never was: written down by mistake. */
export const termWithdrawn = z.strictObject({ term: uuid, of: z.enum(TERMS), reason: line(300) });

export const personCorrected = z.strictObject({
  person: uuid,
  name: line(200),
  note: line(200).nullable(),
  reason: line(300),
});

export const peopleEntries = {
  'person.registered': personRegistered,
  'person.corrected': personCorrected,
  'office.registered': officeRegistered,
  'office.held': officeHeld,
  'membership.held': membershipHeld,
  'affiliation.stated': affiliationStated,
  'term.stated': termStated,
  'term.withdrawn': termWithdrawn,
} as const;
