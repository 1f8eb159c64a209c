/**
 * Where a recipient stands on a map: its state by the name that the directory has, its county by its Open Civic Data id. Where only the state
 * is known, it says so; nothing is guessed from a name. Pure, besides the outlines it is given.
 */
import type { MapGeometry, Point } from './map-geometry.ts';

export interface UsState {
  /** "CA" */
  readonly usps: string;
  readonly fips: string;
  readonly name: string;
  /** column and row of its tile */
  readonly tile: readonly [number, number];
}

const TABLE = `
AK 02 0,0 Alaska|ME 23 10,0 Maine|WI 55 5,1 Wisconsin|VT 50 9,1 Vermont|NH 33 10,1 New Hampshire|WA 53 0,2 Washington|ID 16 1,2 Idaho|
MT 30 2,2 Montana|ND 38 3,2 North Dakota|MN 27 4,2 Minnesota|IL 17 5,2 Illinois|MI 26 6,2 Michigan|NY 36 8,2 New York|MA 25 9,2 Massachusetts|
OR 41 0,3 Oregon|NV 32 1,3 Nevada|WY 56 2,3 Wyoming|SD 46 3,3 South Dakota|IA 19 4,3 Iowa|IN 18 5,3 Indiana|OH 39 6,3 Ohio|PA 42 7,3 Pennsylvania|
NJ 34 8,3 New Jersey|CT 09 9,3 Connecticut|RI 44 10,3 Rhode Island|CA 06 0,4 California|UT 49 1,4 Utah|CO 08 2,4 Colorado|NE 31 3,4 Nebraska|
MO 29 4,4 Missouri|KY 21 5,4 Kentucky|WV 54 6,4 West Virginia|VA 51 7,4 Virginia|MD 24 8,4 Maryland|DE 10 9,4 Delaware|AZ 04 1,5 Arizona|
NM 35 2,5 New Mexico|KS 20 3,5 Kansas|AR 05 4,5 Arkansas|TN 47 5,5 Tennessee|NC 37 6,5 North Carolina|SC 45 7,5 South Carolina|
DC 11 8,5 District of Columbia|OK 40 3,6 Oklahoma|LA 22 4,6 Louisiana|MS 28 5,6 Mississippi|AL 01 6,6 Alabama|GA 13 7,6 Georgia|HI 15 0,7 Hawaii|
TX 48 3,7 Texas|FL 12 8,7 Florida|GU 66 1,8 Guam|MP 69 2,8 Northern Mariana Islands|AS 60 0,8 American Samoa|VI 78 9,8 Virgin Islands|
PR 72 10,8 Puerto Rico`;

export const US_STATES: readonly UsState[] = TABLE.replaceAll('\n', '')
  .split('|')
  .map((line) => {
    const [, usps = '', fips = '', x, y, name = ''] = /^(\w\w) (\d\d) (\d+),(\d+) (.+)$/.exec(line) ?? [];
    return { usps, fips, name, tile: [Number(x), Number(y)] };
  });

const byName = new Map(US_STATES.flatMap((one) => [one.name, one.usps].map((text) => [text.toLowerCase(), one])));
const byUsps = new Map(US_STATES.map((one) => [one.usps.toLowerCase(), one]));

/** The state of this name or postal code, any case; null for every other text. */
export const stateNamed = (text: string | null): UsState | null => byName.get(text?.trim().toLowerCase() ?? '') ?? null;

/** How near a place is known: a point of its own, its county’s middle, its state alone, or not at all. */
export const NEARNESS = ['county', 'in county', 'state', 'nowhere'] as const;
export interface Placed {
  /**
   * `county`: it is a county, or one with it; `in county`: drawn at the middle of its county; `state`: counted in its state's number;
   * `nowhere`: not on the map
   */
  readonly near: (typeof NEARNESS)[number];
  readonly at: Point | null;
}

/** Cities that are one with a county, by Open Civic Data id (state/place), and the county's FIPS code. */
const ONE_WITH_COUNTY: Readonly<Record<string, string>> = {
  'ak/anchorage': '02020',
  'ak/juneau': '02110',
  'ca/san_francisco': '06075',
  'co/broomfield': '08014',
  'co/denver': '08031',
  'hi/honolulu': '15003',
  'la/new_orleans': '22071',
  'pa/philadelphia': '42101',
};
/** Codes from here on are cities that lie in no county. */
const INDEPENDENT = 510;

/** A name as Open Civic Data spells it: small letters, spaces as `_`, what no id may hold as `~`. */
const spelled = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[.]/g, '')
    .replaceAll(' ', '_')
    .replaceAll(/[^\p{L}\p{N}_-]/gu, '~');

export type Finder = (party: { readonly ocdId: string | null; readonly state: string | null }) => Placed;

/** Finds where parties stand, on these outlines. */
export function finder({ counties, middle }: Pick<MapGeometry, 'counties' | 'middle'>): Finder {
  const codes = new Map<string, string>();
  for (const [fips, name] of counties) {
    const city = Number(fips.slice(2)) >= INDEPENDENT;
    codes.set(`${fips.slice(0, 2)} ${city ? 'place' : 'county'} ${spelled(name)}`, fips);
  }
  return ({ ocdId, state }) => {
    const parts = new Map(
      (ocdId ?? '').split('/').map((part): [string, string] => {
        const [type = '', id = ''] = part.split(':');
        return [type, id];
      }),
    );
    const usps = parts.get('state') ?? '';
    const fips = byUsps.get(usps)?.fips ?? '';
    const place = parts.get('place');
    const county = ['county', 'parish', 'borough', 'census_area'].map((type) => parts.get(type)).find(Boolean);
    const own =
      place === undefined
        ? codes.get(`${fips} county ${county}`)
        : (ONE_WITH_COUNTY[`${usps}/${place}`] ?? codes.get(`${fips} place ${place}`));
    const within = own ?? codes.get(`${fips} county ${county}`);
    const at = within === undefined ? null : middle(within);
    if (at) return { near: own === undefined ? 'in county' : 'county', at };
    return { near: stateNamed(state) ? 'state' : 'nowhere', at: null };
  };
}
