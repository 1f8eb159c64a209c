/** What may be written of people: who they are, which offices there are, and who held one from when to when. */
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

export const officeHeld = z
  .strictObject({
    holding: uuid,
    office: uuid,
    person: uuid,
    /** first and last day; null where it is not known, or still lasts */
    from: isoDate.nullable(),
    until: isoDate.nullable(),
    source,
  })
  .refine(({ from, until }) => from === null || until === null || from <= until, 'ends before it begins');

export const peopleEntries = {
  'person.registered': personRegistered,
  'office.registered': officeRegistered,
  'office.held': officeHeld,
} as const;
