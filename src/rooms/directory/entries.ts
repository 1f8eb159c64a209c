/**
 * What may be written of parties: who exists in the directory, what became of a name or a seat, further names and ids, and how an
 * organisation reaches a party. Channels are the knowledge of whoever writes them and never public; nothing else here holds an address.
 */

import { z } from 'zod';
import { t } from '../../base/language.ts';
import { once } from '../../base/once.ts';
import { isoDate, line, nfc, prose, timeZone, uuid } from '../fields.ts';

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

/**
 * Open Civic Data division id, for example `ocd-division/country:us/state:ca/place:watsonville`. Its letters are small and may carry
 * accents (`place:española`); ids are compared in NFC.
 */
export const ocdId = z
  .string()
  .max(300)
  .overwrite(nfc)
  .regex(/^ocd-division\/country:[a-z]{2}(\/[a-z_]+:[\p{Ll}\p{Nd}._~-]+)*$/u, {
    error: () => t('directory.field.division'),
  });

/** Where a fact about a party is known from; a list that was imported has a publisher and a day. */
const knownFrom = z.strictObject({ publisher: line(200), title: line(300), date: isoDate });

export const partyRegistered = once(
  z.strictObject({
    party: uuid,
    name: line(200),
    kind: z.enum(PARTY_KINDS),
    ocdId: ocdId.nullable(),
    /** seat: the state's name, as written, or null */
    state: line(60).nullable(),
    /** where it sits, where that is more than its state */
    seat: line(100).optional(),
    timeZone: timeZone.optional(),
    /** the list it was imported from */
    list: line(100).optional(),
  }),
);

/** What a party is, whole: a description replaces the one before. */
const described = {
  party: uuid,
  name: line(200),
  kind: z.enum(PARTY_KINDS),
  ocdId: ocdId.nullable(),
  state: line(60).nullable(),
  seat: line(100).nullable(),
  timeZone: timeZone.nullable(),
  /** it exists no more, or the list it came from does not have it any more */
  ended: z.boolean(),
  reason: prose(500).pipe(z.string().min(1, 'is missing')),
  source: knownFrom.nullable(),
};

/** The party became so: what it was before stays true of the time before. */
export const partyChanged = z.strictObject(described);

/** It was so all along: the entry that is corrected (`corrects`) was wrong, and the description holds from its time on. */
export const partyCorrected = z.strictObject(described);

export const ALIAS_SORTS = ['name', 'ocd-id'] as const;
export const aliasAdded = z.strictObject({
  alias: uuid,
  party: uuid,
  of: z.enum(ALIAS_SORTS),
  value: line(300),
  note: line(300).nullable(),
});
export const aliasWithdrawn = z.strictObject({ alias: uuid, party: uuid, reason: line(300) });

export const CHANNEL_TYPES = ['mail', 'phone', 'postal'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];
/** A way to reach a party, with the address that it takes the place of, where it does. Audience `own` or `parties`, never `public`. */
export const channelNoted = z.strictObject({
  channel: uuid,
  party: uuid,
  type: z.enum(CHANNEL_TYPES),
  address: line(500),
  /** whose it is: "records officer" */
  label: line(120).nullable(),
  replaces: uuid.nullable(),
});
export const channelEnded = z.strictObject({ channel: uuid, party: uuid, reason: line(300) });

export const directoryEntries = {
  'party.registered': partyRegistered,
  'party.changed': partyChanged,
  'party.corrected': partyCorrected,
  'alias.added': aliasAdded,
  'alias.withdrawn': aliasWithdrawn,
  'channel.noted': channelNoted,
  'channel.ended': channelEnded,
} as const;
