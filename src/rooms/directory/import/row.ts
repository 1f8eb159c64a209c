/** One row of a list as what it says of a party: by the columns that somebody chose, or of Open Civic Data's own files. Pure. */

import { z } from 'zod';
import { t } from '../../../base/language.ts';
import { line, timeZone } from '../../fields.ts';
import { stateName, stateOfDivision } from '../../states.ts';
import { CHANNEL_TYPES, type ChannelType, ocdId, PARTY_KINDS, type PartyKind } from '../entries.ts';
import { NEEDS_PLACE } from '../match.ts';
import { addressProblem } from '../rules.ts';

/** What a list says of a party; null is what it does not say. */
export const listed = z.object({
  name: z.string(),
  kind: z.enum(PARTY_KINDS),
  state: z.string().nullable(),
  seat: z.string().nullable(),
  ocdId: z.string().nullable(),
  timeZone: z.string().nullable(),
  aliases: z.array(z.object({ of: z.enum(['name', 'ocd-id']), value: z.string(), note: z.string().nullable() })),
  channels: z.array(z.object({ type: z.enum(CHANNEL_TYPES), address: z.string() })),
});
export type Listed = z.infer<typeof listed>;

export const FIELDS = [
  'name',
  'kind',
  'state',
  'seat',
  'ocdId',
  'timeZone',
  'alias',
  'mail',
  'phone',
  'postal',
] as const;
export type ListField = (typeof FIELDS)[number];
/** "Name", "Further name": what a column holds, as people read it. */
export const fieldWord = (field: ListField): string => t(`directory.import.field.${field}`);

/** The same by field. */
export const FIELD_WORDS: Readonly<Record<ListField, string>> = {
  get name() {
    return fieldWord('name');
  },
  get kind() {
    return fieldWord('kind');
  },
  get state() {
    return fieldWord('state');
  },
  get seat() {
    return fieldWord('seat');
  },
  get ocdId() {
    return fieldWord('ocdId');
  },
  get timeZone() {
    return fieldWord('timeZone');
  },
  get alias() {
    return fieldWord('alias');
  },
  get mail() {
    return fieldWord('mail');
  },
  get phone() {
    return fieldWord('phone');
  },
  get postal() {
    return fieldWord('postal');
  },
};

/** Which column (from 0) says what, and what is said of all rows that no column says. */
export const mapping = z.object({
  columns: z.record(z.enum(FIELDS), z.number().int().min(0).nullable()),
  kind: z.enum(PARTY_KINDS).nullable(),
  state: z.string().nullable(),
  /** the name of the list, by which its parties are known again when it comes anew */
  list: z.string(),
  /** whoever is not in it is gone from it */
  whole: z.boolean(),
});
export type Mapping = z.infer<typeof mapping>;

const GUESSES: Readonly<Record<ListField, RegExp>> = {
  name: /^(name|party|jurisdiction|recipient|government|entity|city|organi[sz]ation)$/,
  kind: /^(kind|type)$/,
  state: /^(state|province|st)$/,
  seat: /^(seat|county_seat|headquarters)$/,
  ocdId: /^(ocd_?(division_?)?id|division_?id|id)$/,
  timeZone: /^(time_?zone|tz)$/,
  alias: /^(alias|also_known_as|aka|other_name|short_name)$/,
  mail: /^(e_?mail|mail|e_?mail_address|contact_email)$/,
  phone: /^(phone|telephone|tel|phone_number)$/,
  postal: /^(postal|address|postal_address|mailing_address)$/,
};

/** A mapping to begin with, by the names of the columns. */
export function guess(columns: readonly string[], list: string): Mapping {
  const plain = columns.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const at = (field: ListField) => {
    const i = plain.findIndex((name) => GUESSES[field].test(name));
    return i < 0 ? null : i;
  };
  const found = Object.fromEntries(FIELDS.map((field) => [field, at(field)]));
  return mapping.parse({ columns: found, kind: null, state: null, list, whole: false });
}

const nameText = line(200);
const aliasText = line(200);
const stateText = line(60);
const seatText = line(100);
// What a spreadsheet would run as a formula when the list is opened again (CSV injection, OWASP); telephone numbers begin with a plus.
const FORMULA = /^[=+\-@\t\r]/;
const messageOf = (error: z.ZodError) => error.issues[0]?.message ?? t('directory.import.row.unusable');
const kindOf = (text: string): PartyKind | undefined =>
  PARTY_KINDS.find(
    (one) => one === text.toLowerCase().replace(/^(city|town|village|township|borough|municipality)$/, 'place'),
  );

/** What a row says, or a sentence on what is wrong with it. */
export function readListed(cells: readonly string[], { columns, ...all }: Mapping): Listed | string {
  const cell = (field: ListField): string => {
    const at = columns[field];
    return at === null || at === undefined ? '' : (cells[at] ?? '').trim();
  };
  for (const field of FIELDS)
    if (field !== 'phone' && FORMULA.test(cell(field)))
      return t('directory.import.row.formula', {
        field: fieldWord(field).toLowerCase(),
        sign: cell(field).slice(0, 1),
      });
  const name = nameText.safeParse(cell('name'));
  if (!name.success) return t('directory.import.row.name', { problem: messageOf(name.error) });
  const id = cell('ocdId') === '' ? null : ocdId.safeParse(cell('ocdId'));
  if (id && !id.success) return t('directory.import.row.division', { id: cell('ocdId').slice(0, 80) });
  const kind = cell('kind') === '' ? (all.kind ?? (id ? kindOfDivision(id.data) : null)) : kindOf(cell('kind'));
  if (!kind)
    return cell('kind') === ''
      ? t('directory.import.row.no-kind')
      : t('directory.import.row.kind', { kind: cell('kind').slice(0, 40), kinds: PARTY_KINDS.join(', ') });
  const rawState = cell('state') || all.state || '';
  const state = rawState === '' ? null : stateText.safeParse(stateName(rawState));
  if (state && !state.success) return t('directory.import.row.state', { problem: messageOf(state.error) });
  if (NEEDS_PLACE.includes(kind) && kind !== 'state' && !id && !state)
    return t('directory.import.row.ambiguous', { name: name.data });
  const seat = cell('seat') === '' ? null : seatText.safeParse(cell('seat'));
  if (seat && !seat.success) return t('directory.import.row.seat', { problem: messageOf(seat.error) });
  const zone = cell('timeZone') === '' ? null : timeZone.safeParse(cell('timeZone'));
  if (zone && !zone.success)
    return t('directory.import.row.zone', { zone: cell('timeZone').slice(0, 60), problem: messageOf(zone.error) });
  const alias = cell('alias') === '' ? null : aliasText.safeParse(cell('alias'));
  if (alias && !alias.success) return t('directory.import.row.alias', { problem: messageOf(alias.error) });
  const channels: { type: ChannelType; address: string }[] = [];
  for (const type of CHANNEL_TYPES) {
    const address = cell(type).replace(/\s*[\r\n]+\s*/g, ', ');
    if (address === '') continue;
    const text = line(500).safeParse(address);
    const problem = text.success
      ? addressProblem(type, text.data)
      : t('directory.import.row.address', { problem: messageOf(text.error) });
    if (problem)
      return t('directory.import.row.channel', { field: fieldWord(type), address: address.slice(0, 80), problem });
    channels.push({ type, address: text.success ? text.data : address });
  }
  return {
    name: name.data,
    kind,
    state: state ? state.data : id ? stateOfDivision(id.data) : null,
    seat: seat ? seat.data : null,
    ocdId: id ? id.data : null,
    timeZone: zone ? zone.data : null,
    aliases: alias ? [{ of: 'name', value: alias.data, note: null }] : [],
    channels,
  };
}

/** What a division is by the last part of its id: a county and what stands in its place, a state or territory, else a place or district. */
export function kindOfDivision(id: string): PartyKind | null {
  const parts = id.split('/').slice(2);
  const [type] = (parts.at(-1) ?? '').split(':');
  switch (type) {
    case 'state':
    case 'territory':
      return 'state';
    case 'county':
    case 'parish':
    case 'borough':
    case 'census_area':
    case 'municipio':
      return 'county';
    case 'place':
      return 'place';
    case 'school_district':
    case 'special_district':
    case 'district':
      return parts.length === 1 ? 'state' : 'district';
    default:
      return null;
  }
}
