/** States of the United States, their district and territories as people and programs write them. Guesses nothing: what is not in the table is no state. */

/** States and the district by postal code, as calendars are named by them. */
export const STATES: Readonly<Record<string, string>> = {
  AL: 'Alabama',
  AK: 'Alaska',
  AZ: 'Arizona',
  AR: 'Arkansas',
  CA: 'California',
  CO: 'Colorado',
  CT: 'Connecticut',
  DE: 'Delaware',
  DC: 'District of Columbia',
  FL: 'Florida',
  GA: 'Georgia',
  HI: 'Hawaii',
  ID: 'Idaho',
  IL: 'Illinois',
  IN: 'Indiana',
  IA: 'Iowa',
  KS: 'Kansas',
  KY: 'Kentucky',
  LA: 'Louisiana',
  ME: 'Maine',
  MD: 'Maryland',
  MA: 'Massachusetts',
  MI: 'Michigan',
  MN: 'Minnesota',
  MS: 'Mississippi',
  MO: 'Missouri',
  MT: 'Montana',
  NE: 'Nebraska',
  NV: 'Nevada',
  NH: 'New Hampshire',
  NJ: 'New Jersey',
  NM: 'New Mexico',
  NY: 'New York',
  NC: 'North Carolina',
  ND: 'North Dakota',
  OH: 'Ohio',
  OK: 'Oklahoma',
  OR: 'Oregon',
  PA: 'Pennsylvania',
  RI: 'Rhode Island',
  SC: 'South Carolina',
  SD: 'South Dakota',
  TN: 'Tennessee',
  TX: 'Texas',
  UT: 'Utah',
  VT: 'Vermont',
  VA: 'Virginia',
  WA: 'Washington',
  WV: 'West Virginia',
  WI: 'Wisconsin',
  WY: 'Wyoming',
};

/** Territories by postal code. They keep no calendar that we know of. */
const TERRITORIES: Readonly<Record<string, string>> = {
  AS: 'American Samoa',
  GU: 'Guam',
  MP: 'Northern Mariana Islands',
  PR: 'Puerto Rico',
  VI: 'U.S. Virgin Islands',
};

const ALL: Readonly<Record<string, string>> = { ...STATES, ...TERRITORIES };
const BY_NAME = new Map(Object.entries(ALL).map(([code, name]) => [name.toLowerCase(), code]));

// Lists name the same few states a hundred thousand times; there is no end to what is none, so only the first of them are kept.
const known = new Map<string, string | null>();

/** Postal code of a state or territory: `CA` for “California”, “california”, “CA” or “ca”; null for what is none. */
export function stateCode(text: string | null): string | null {
  if (text === null || text === '') return null;
  const before = known.get(text);
  if (before !== undefined) return before;
  const written = text.trim();
  const code = BY_NAME.get(written.toLowerCase()) ?? (written.length === 2 ? written.toUpperCase() : '');
  const found = Object.hasOwn(ALL, code) ? code : null;
  if (known.size < 1000) known.set(text, found);
  return found;
}

/** “CA” and “california” as “California”; any other text as it is, trimmed. */
export const stateName = (text: string): string => ALL[stateCode(text) ?? ''] ?? text.trim();

const COUNTRY = 'ocd-division/country:us/';
const SEAT = /^(?:state|territory|district):([a-z]{2})(?:\/|$)/;

/** The code that an Open Civic Data division id names, `CA` of `ocd-division/country:us/state:ca/…`, whether or not it is in the table; else null. */
export function stateOfId(ocdId: string | null): string | null {
  if (ocdId === null || !ocdId.startsWith(COUNTRY)) return null;
  return SEAT.exec(ocdId.slice(COUNTRY.length))?.[1]?.toUpperCase() ?? null;
}

/** The state that a division lies in, by its id: `…/state:ca/…` is California; null where the id names none that is known. */
export const stateOfDivision = (ocdId: string): string | null => ALL[stateOfId(ocdId) ?? ''] ?? null;
