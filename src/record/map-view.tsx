/**
 * The map of a record as drawings: states to scale on wide screens and on paper, tiles of one size on phones, each area a link, and the
 * legend of both. A standing is a word, a mark and a pattern. Pure props; the table beside it says the same in words.
 */
import type { Child } from 'hono/jsx';
import { num, t } from '../base/language.ts';
import { type Area, STANDINGS, type Standing, standingOf } from './areas.ts';
import { MAP_SIZE, type MapGeometry, PATH_SCALE, type Point } from './map-geometry.ts';
import { type Placed, stateNamed, US_STATES, type UsState } from './map-places.ts';

/** How an area is marked. `fits`: the filter asks for a clock, so areas say only how many fit. */
const MARKS: Readonly<Record<Standing | 'fits', string>> = {
  overdue: '!',
  unknown: '?',
  running: '▸',
  paused: '‖',
  revoked: '✕',
  stopped: '✓',
  fits: '●',
};
/** What is said of it. */
const standingWord = (one: Standing | 'fits'): string => t(`record.standing.${one}`);

export interface Spotted extends Placed {
  readonly name: string;
}

export interface MapProps {
  readonly areas: readonly Area[];
  readonly spots: readonly Spotted[];
  readonly geometry: MapGeometry;
  /** where the recipients of an area are listed */
  readonly href: (area: Area) => string;
}

interface Drawn {
  readonly state: UsState;
  readonly total: number;
  readonly standing: Standing | 'fits';
  readonly href: string;
}

/** Areas that are states, one for each state; where two spellings name one state, it leads to the table. */
function drawn({ areas, href }: MapProps): ReadonlyMap<string, Drawn> {
  const out = new Map<string, Drawn>();
  for (const area of areas) {
    const state = stateNamed(area.state);
    if (!state) continue;
    const before = out.get(state.fips);
    const here = standingOf(area) ?? 'fits';
    const order = (one: Standing | 'fits') => (one === 'fits' ? -1 : STANDINGS.indexOf(one));
    out.set(state.fips, {
      state,
      total: (before?.total ?? 0) + area.total,
      standing: before && order(before.standing) < order(here) ? before.standing : here,
      href: before ? '#areas' : href(area),
    });
  }
  return out;
}

const label = ({ state, total, standing }: Drawn): string =>
  t('record.map.area', { state: state.name, n: total, standing: standingWord(standing) });
const short = (n: number): string => (n < 10_000 ? num(n) : `${Math.round(n / 1000)}k`);

/** Fill of a standing: its pattern, from `MapPatterns`. */
const fill = (standing: Standing | 'fits') => `url(#map-${standing})`;

/** Patterns that both drawings fill areas with, and the legend. Colours come from the style sheet, for day, night and paper. */
export function MapPatterns() {
  const one = (standing: Standing | 'fits', size: number, lines: Child) => (
    <pattern id={`map-${standing}`} width={size} height={size} patternUnits="userSpaceOnUse">
      <rect class={`map__ground map__ground--${standing}`} width={size} height={size} />
      {lines}
    </pattern>
  );
  const line = (standing: Standing | 'fits', d: string) => <path class={`map__line map__line--${standing}`} d={d} />;
  return (
    <svg class="map__defs" width="0" height="0" aria-hidden="true" focusable="false">
      <defs>
        {one('overdue', 6, line('overdue', 'M0 0l6 6M6 0l-6 6'))}
        {one('unknown', 8, line('unknown', 'M2 2h1M6 6h1'))}
        {one('running', 6, line('running', 'M0 6L6 0M-1 1L1 -1M5 7L7 5'))}
        {one('paused', 8, line('paused', 'M2 0v8M4 0v8'))}
        {one('revoked', 8, line('revoked', 'M0 4h4'))}
        {one('stopped', 8, null)}
        {one('fits', 8, null)}
        {[...STANDINGS, 'fits'].map((standing) => (
          // The outlines are drawn in tenths; their patterns are not.
          <pattern id={`map-${standing}-10`} href={`#map-${standing}`} patternTransform={`scale(${1 / PATH_SCALE})`} />
        ))}
      </defs>
    </svg>
  );
}

/** Where a number stands that finds no room in its state, and those moved from a state's middle. */
const BESIDE: Readonly<Record<string, Point>> = {
  VT: [846, 92],
  NH: [874, 74],
  MA: [950, 158],
  RI: [950, 182],
  CT: [938, 206],
  NJ: [906, 234],
  DE: [902, 258],
  MD: [908, 282],
  DC: [892, 306],
};
const MOVED: Readonly<Record<string, Point>> = { LA: [-12, -6], MI: [6, 10], ID: [0, 12], FL: [8, 0], HI: [18, 18] };

/** The drawing inside is one picture with a name, so that the link is called by it and not by what is written on the map. */
function AreaLink({ one, children }: { readonly one: Drawn; readonly children?: Child }) {
  return (
    <a class="map__area" href={one.href}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a group of a drawing is not interactive; its link is */}
      <g role="img" aria-label={label(one)}>
        {children}
      </g>
    </a>
  );
}

function AreaNumber({ at, one }: { at: Point; one: Drawn }) {
  return (
    <text class="map__n" x={at[0]} y={at[1] + 5}>
      {short(one.total)} {MARKS[one.standing]}
    </text>
  );
}

function StatesMap(props: MapProps & { readonly known: ReadonlyMap<string, Drawn> }) {
  const { geometry, known, spots } = props;
  const transform = `scale(${PATH_SCALE})`;
  const land = [...geometry.states].filter(([fips]) => !known.has(fips)).map(([, { path }]) => path);
  const far = [...known.values()].filter(({ state }) => !geometry.states.has(state.fips));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing that holds links; no element of HTML is one
    <svg
      class="map map--states"
      viewBox={`0 0 ${MAP_SIZE.width} ${MAP_SIZE.height}`}
      role="group"
      aria-label={t('record.map.states')}
    >
      <path class="map__land" transform={transform} d={land.join('')} />
      {[...known].map(([fips, one]) => {
        const shape = geometry.states.get(fips);
        if (!shape) return null;
        const beside = BESIDE[one.state.usps];
        const [dx, dy] = MOVED[one.state.usps] ?? [0, 0];
        const at: Point = beside ?? [shape.middle[0] + dx, shape.middle[1] + dy];
        return (
          <AreaLink one={one}>
            <path class="map__shape" transform={transform} d={shape.path} fill={`url(#map-${one.standing}-10)`} />
            {beside ? <path class="map__lead" d={`M${shape.middle.join(' ')}L${at[0] - 16} ${at[1]}`} /> : null}
            <AreaNumber at={at} one={one} />
          </AreaLink>
        );
      })}
      {far.map((one, i) => (
        <AreaLink one={one}>
          <rect class="map__shape" x={890} y={560 - i * 32} width="80" height="26" fill={fill(one.standing)} />
          <text class="map__n map__n--far" x={930} y={578 - i * 32}>
            {one.state.usps} {short(one.total)} {MARKS[one.standing]}
          </text>
        </AreaLink>
      ))}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused */}
      <g aria-hidden="true">
        {spots.map((spot) =>
          spot.at ? (
            <circle
              class={`map__spot map__spot--${spot.near === 'county' ? 'own' : 'within'}`}
              cx={spot.at[0]}
              cy={spot.at[1]}
              r="3.4"
            >
              <title>{spot.name}</title>
            </circle>
          ) : null,
        )}
      </g>
    </svg>
  );
}

const TILE = 34;

function TilesMap({ known }: { readonly known: ReadonlyMap<string, Drawn> }) {
  const shown = US_STATES.filter(({ fips, tile }) => tile[1] < 8 || known.has(fips));
  const rows = Math.max(...shown.map(({ tile }) => tile[1])) + 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing that holds links; no element of HTML is one
    <svg
      class="map map--tiles"
      viewBox={`0 0 ${11 * TILE} ${rows * TILE}`}
      role="group"
      aria-label={t('record.map.tiles')}
    >
      {shown.map((state) => {
        const one = known.get(state.fips);
        const [x, y] = [state.tile[0] * TILE + 1, state.tile[1] * TILE + 1];
        const box = { x, y, width: TILE - 2, height: TILE - 2 };
        const name = (
          <text class="map__usps" x={x + (one ? 3 : 16)} y={y + (one ? 11 : 20)} text-anchor={one ? 'start' : 'middle'}>
            {state.usps}
          </text>
        );
        if (!one) {
          return (
            // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused
            <g aria-hidden="true">
              <rect class="map__land" {...box} />
              {name}
            </g>
          );
        }
        return (
          <AreaLink one={one}>
            <rect class="map__shape" {...box} fill={fill(one.standing)} />
            {name}
            <text class="map__n map__n--tile" x={x + 16} y={y + 26}>
              {short(one.total)} {MARKS[one.standing]}
            </text>
          </AreaLink>
        );
      })}
    </svg>
  );
}

function Legend({ known, spots }: { readonly known: ReadonlyMap<string, Drawn>; readonly spots: readonly Spotted[] }) {
  const used = [...STANDINGS, 'fits' as const].filter((one) => [...known.values()].some((d) => d.standing === one));
  const near = (which: Placed['near']) => spots.some((spot) => spot.near === which);
  return (
    <ul class="map__legend" aria-label={t('record.map.legend')}>
      {used.map((one) => (
        <li>
          <svg width="26" height="18" aria-hidden="true" focusable="false">
            <rect class="map__shape" x="1" y="1" width="24" height="16" fill={fill(one)} />
          </svg>{' '}
          <span aria-hidden="true">{MARKS[one]}</span> {standingWord(one)}
        </li>
      ))}
      {near('county') ? (
        <li class="map__only-wide">
          <svg width="12" height="12" aria-hidden="true" focusable="false">
            <circle class="map__spot map__spot--own" cx="6" cy="6" r="4" />
          </svg>{' '}
          {t('record.map.legend.county')}
        </li>
      ) : null}
      {near('in county') ? (
        <li class="map__only-wide">
          <svg width="12" height="12" aria-hidden="true" focusable="false">
            <circle class="map__spot map__spot--within" cx="6" cy="6" r="4" />
          </svg>{' '}
          {t('record.map.legend.place')}
        </li>
      ) : null}
    </ul>
  );
}

/** Both drawings (the style sheet shows one) and their legend. */
export function RecordMap(props: MapProps) {
  const known = drawn(props);
  return (
    <figure class="map-figure">
      <MapPatterns />
      <StatesMap {...props} known={known} />
      <TilesMap known={known} />
      <figcaption>
        <Legend known={known} spots={props.spots} />
      </figcaption>
    </figure>
  );
}
