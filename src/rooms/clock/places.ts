/** Which public calendar and which time zone a recipient keeps, from where it is: states of the United States by name or Open Civic Data id. Guesses nothing. */
import { STATES, stateCode, stateOfId } from '../states.ts';

export interface Place {
  readonly ocdId: string | null;
  readonly state: string | null;
  /** IANA name, where somebody said it */
  readonly zone?: string | null;
}

function codeOf({ ocdId, state }: Place): string | null {
  const code = stateOfId(ocdId) ?? stateCode(state);
  return code !== null && Object.hasOwn(STATES, code) ? code : null;
}

/** `US-CA`, or null where the place does not say which state it is in. The id counts for more than the name. */
export function calendarOfPlace(place: Place): string | null {
  const code = codeOf(place);
  return code === null ? null : `US-${code}`;
}

const [EASTERN, CENTRAL, MOUNTAIN, PACIFIC] = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
] as const;

/** The time zone of each state, in that of its capital where parts of it keep another one (49 CFR part 71). */
const ZONES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'CT',
      'DE',
      'DC',
      'FL',
      'GA',
      'ME',
      'MD',
      'MA',
      'NH',
      'NJ',
      'NY',
      'NC',
      'OH',
      'PA',
      'RI',
      'SC',
      'VT',
      'VA',
      'WV',
    ].map((code) => [code, EASTERN]),
  ),
  ...Object.fromEntries(
    ['AL', 'AR', 'IL', 'IA', 'KS', 'LA', 'MN', 'MS', 'MO', 'NE', 'ND', 'OK', 'SD', 'TN', 'TX', 'WI'].map((code) => [
      code,
      CENTRAL,
    ]),
  ),
  ...Object.fromEntries(['CO', 'MT', 'NM', 'UT', 'WY'].map((code) => [code, MOUNTAIN])),
  ...Object.fromEntries(['CA', 'NV', 'OR', 'WA'].map((code) => [code, PACIFIC])),
  AK: 'America/Anchorage',
  AZ: 'America/Phoenix',
  HI: 'Pacific/Honolulu',
  ID: 'America/Boise',
  IN: 'America/Indiana/Indianapolis',
  KY: EASTERN,
  MI: 'America/Detroit',
};

/** States of which a part keeps another time than the capital. */
const SEVERAL: ReadonlySet<string> = new Set([
  'AK',
  'AZ',
  'FL',
  'ID',
  'IN',
  'KS',
  'KY',
  'MI',
  'ND',
  'NE',
  'NV',
  'OR',
  'SD',
  'TN',
  'TX',
]);

/**
 * The time zone of a place: the one that was given for it, else that of its state. Null where the state is not known, or keeps several and
 * the place is not the state itself, which keeps that of its capital.
 */
export function zoneOfPlace(place: Place): string | null {
  if (place.zone) return place.zone;
  const code = codeOf(place);
  if (code === null) return null;
  const whole = /^ocd-division\/country:us\/state:[a-z]{2}$/.test(place.ocdId ?? '');
  return SEVERAL.has(code) && !whole ? null : (ZONES[code] ?? null);
}
