/** What may be written of parties: who exists in the directory. Contact addresses are never part of it. */
import { z } from 'zod';
import { once } from '../../base/once.ts';
import { line, uuid } from '../fields.ts';

export const PARTY_KINDS = [
  'state',
  'county',
  'place',
  'district',
  'department',
  'agency',
  'association',
  'newsroom',
  'other',
] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** Open Civic Data division id, for example `ocd-division/country:us/state:ca/place:watsonville`. */
export const ocdId = z
  .string()
  .max(300)
  .regex(/^ocd-division\/country:[a-z]{2}(\/[a-z_]+:[a-z0-9._~-]+)*$/, 'is not an Open Civic Data division id');

export const partyRegistered = once(
  z.strictObject({
    party: uuid,
    name: line(200),
    kind: z.enum(PARTY_KINDS),
    ocdId: ocdId.nullable(),
    /** seat: the state's name, as written, or null */
    state: line(60).nullable(),
  }),
);

export const directoryEntries = { 'party.registered': partyRegistered } as const;
