/** Which public calendar a recipient keeps, from where it is: states of the United States by name or Open Civic Data id. Guesses nothing. */

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

const BY_NAME = new Map(Object.entries(STATES).map(([code, name]) => [name.toLowerCase(), code]));

export interface Place {
  readonly ocdId: string | null;
  readonly state: string | null;
}

/** `US-CA`, or null where the place does not say which state it is in. The id counts for more than the name. */
export function calendarOfPlace({ ocdId, state }: Place): string | null {
  const code =
    /^ocd-division\/country:us\/(?:state|district):([a-z]{2})(?:\/|$)/.exec(ocdId ?? '')?.[1]?.toUpperCase() ??
    BY_NAME.get((state ?? '').trim().toLowerCase()) ??
    (state ?? '').trim();
  return Object.hasOwn(STATES, code) ? `US-${code}` : null;
}
