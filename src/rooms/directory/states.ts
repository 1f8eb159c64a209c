/** States and territories of the United States by their postal code, as Open Civic Data ids and lists write them. Knows no party. */

const NAMES: Readonly<Record<string, string>> = {
  al: 'Alabama',
  ak: 'Alaska',
  az: 'Arizona',
  ar: 'Arkansas',
  ca: 'California',
  co: 'Colorado',
  ct: 'Connecticut',
  de: 'Delaware',
  fl: 'Florida',
  ga: 'Georgia',
  hi: 'Hawaii',
  id: 'Idaho',
  il: 'Illinois',
  in: 'Indiana',
  ia: 'Iowa',
  ks: 'Kansas',
  ky: 'Kentucky',
  la: 'Louisiana',
  me: 'Maine',
  md: 'Maryland',
  ma: 'Massachusetts',
  mi: 'Michigan',
  mn: 'Minnesota',
  ms: 'Mississippi',
  mo: 'Missouri',
  mt: 'Montana',
  ne: 'Nebraska',
  nv: 'Nevada',
  nh: 'New Hampshire',
  nj: 'New Jersey',
  nm: 'New Mexico',
  ny: 'New York',
  nc: 'North Carolina',
  nd: 'North Dakota',
  oh: 'Ohio',
  ok: 'Oklahoma',
  or: 'Oregon',
  pa: 'Pennsylvania',
  ri: 'Rhode Island',
  sc: 'South Carolina',
  sd: 'South Dakota',
  tn: 'Tennessee',
  tx: 'Texas',
  ut: 'Utah',
  vt: 'Vermont',
  va: 'Virginia',
  wa: 'Washington',
  wv: 'West Virginia',
  wi: 'Wisconsin',
  wy: 'Wyoming',
  dc: 'District of Columbia',
  as: 'American Samoa',
  gu: 'Guam',
  mp: 'Northern Mariana Islands',
  pr: 'Puerto Rico',
  vi: 'U.S. Virgin Islands',
};

/** "CA" and "ca" as "California"; any other text as it is. */
export function stateName(text: string): string {
  const code = text.trim().toLowerCase();
  return (Object.hasOwn(NAMES, code) ? NAMES[code] : undefined) ?? text.trim();
}

/** The state that a division lies in, by its id: `…/state:ca/…` is California; null where the id names none that is known. */
export function stateOfDivision(ocdId: string): string | null {
  const code = /^ocd-division\/country:us\/(?:state|territory|district):([a-z]{2})(?:\/|$)/.exec(ocdId)?.[1];
  return code !== undefined && Object.hasOwn(NAMES, code) ? (NAMES[code] ?? null) : null;
}
