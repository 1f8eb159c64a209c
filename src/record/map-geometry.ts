/**
 * The outlines of states and the middles of counties, as a map of the record draws them: from the Census Bureau's boundaries in `us-atlas`,
 * projected (Albers, Alaska and Hawaii set in), made simpler, and kept as text for as long as the process runs. Read once, when the first
 * map is asked for. Knows nothing of any record.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { geoAlbersUsa, geoPath } from 'd3-geo';
import type { MultiPolygon } from 'geojson';
import { feature } from 'topojson-client';
import { z } from 'zod';

/** Width and height of the map in its own units. */
export const MAP_SIZE = { width: 975, height: 610 } as const;
/** Paths are written in tenths of these units, so that they hold whole numbers. */
export const PATH_SCALE = 0.1;

export type Point = readonly [x: number, y: number];

export interface MapGeometry {
  /** by FIPS code of the state ("06"): its outline, and where its number stands; territories are not on this projection */
  readonly states: ReadonlyMap<string, { readonly path: string; readonly middle: Point }>;
  /** by FIPS code ("06075"): name without "County" */
  readonly counties: ReadonlyMap<string, string>;
  /** the middle of a county; null off the projection, and where there is none of this code */
  middle(fips: string): Point | null;
}

const isArcs = (value: unknown): value is [number, number][][] =>
  Array.isArray(value) &&
  value.every(
    (arc) =>
      Array.isArray(arc) &&
      arc.every((at) => Array.isArray(at) && at.length === 2 && Number.isFinite(at[0]) && Number.isFinite(at[1])),
  );
const named = { id: z.string(), properties: z.object({ name: z.string() }) };
const polygons = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), ...named, arcs: z.array(z.array(z.int())) }),
  z.object({ type: z.literal('MultiPolygon'), ...named, arcs: z.array(z.array(z.array(z.int()))) }),
]);
type Shape = z.infer<typeof polygons>;
const collection = z.object({ type: z.literal('GeometryCollection'), geometries: z.array(polygons) });
const pair = z.tuple([z.number(), z.number()]);
const topology = z.object({
  type: z.literal('Topology'),
  transform: z.object({ scale: pair, translate: pair }),
  // Two hundred thousand pairs, looked at by hand: a schema for each would take longer than all that follows.
  arcs: z.custom<[number, number][][]>(isArcs, 'is not a list of arcs'),
  objects: z.object({ states: collection, counties: collection.optional() }),
});
type Atlas = z.infer<typeof topology>;

const resolve = createRequire(import.meta.url).resolve;
const read = async (file: string): Promise<Atlas> =>
  topology.parse(JSON.parse(await readFile(resolve(`us-atlas/${file}`), 'utf8')));

/** About one unit of the map, in square degrees. Shared borders are one arc, so both neighbours lose the same corners. */
const LEAST_AREA = 0.0022;

const doubled = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number =>
  Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));

/** Visvalingam's simplification: the corner that matters least goes first, until each left spans `LEAST_AREA`. Ends stay. */
export function simplified(points: readonly Point[]): [number, number][] {
  const left = points.map(([x, y]) => ({
    at: [x, y] satisfies Point,
    flat: [x * Math.cos((y * Math.PI) / 180), y] satisfies Point,
  }));
  for (let guard = points.length; guard > 0 && left.length > 2; guard--) {
    let [least, which] = [Number.POSITIVE_INFINITY, -1];
    for (let i = 1; i < left.length - 1; i++) {
      const [a, b, c] = [left[i - 1], left[i], left[i + 1]];
      if (!a || !b || !c) continue;
      const area = doubled(a.flat, b.flat, c.flat) / 2;
      if (area < least) [least, which] = [area, i];
    }
    // A ring of three corners is the least that still has an inside.
    const ring = left.length <= 4 && `${left[0]?.at}` === `${left.at(-1)?.at}`;
    if (least >= LEAST_AREA || ring) break;
    left.splice(which, 1);
  }
  return left.map(({ at: [x, y] }) => [x, y]);
}

/** Arcs out of their packed form (differences of whole numbers), simplified, without the transform that packs them. */
function plainArcs({ arcs, transform }: Atlas): [number, number][][] {
  const { scale, translate } = transform;
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    const points = arc.map(([dx, dy]): [number, number] => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
    return simplified(points);
  });
}

const RING = /M([^MZ]*)Z/g;

/** A path in absolute numbers as relative whole ones, each ring by itself; specks go, the largest ring stays. */
export function compact(path: string, least: number): string {
  const rings = [...path.matchAll(RING)].map(([, text = '']) => {
    const points = text.split('L').map((pair): Point => {
      const [x = 0, y = 0] = pair.split(',').map((n) => Math.round(Number(n)));
      return [x, y];
    });
    const area = points.reduce((sum, [x, y], i) => {
      const [nx, ny] = points[(i + 1) % points.length] ?? [0, 0];
      return sum + x * ny - nx * y;
    }, 0);
    return { points, area: Math.abs(area) / 2 };
  });
  const most = Math.max(0, ...rings.map(({ area }) => area));
  let from: Point = [0, 0];
  let out = '';
  for (const { points, area } of rings) {
    if (area < least && area < most) continue;
    const [first = [0, 0], ...rest] = points;
    out += out === '' ? `M${first[0]} ${first[1]}l` : `m${first[0] - from[0]} ${first[1] - from[1]}l`;
    let at: Point = first;
    out += rest
      .map((next) => {
        const step = `${next[0] - at[0]} ${next[1] - at[1]}`;
        at = next;
        return step;
      })
      .join(' ')
      .replaceAll(' -', '-');
    out += 'z';
    from = first;
  }
  return out;
}

/** Square tenths of a unit under which an island is not drawn. */
const SPECK = 500;

const scale = 1 / PATH_SCALE;
/** Degrees into tenths of the map's units. */
const tenths = geoAlbersUsa()
  .scale(1300 * scale)
  .translate([(MAP_SIZE.width / 2) * scale, (MAP_SIZE.height / 2) * scale])
  .precision(0);

type Arcs = Pick<Atlas, 'arcs'> & { readonly transform?: Atlas['transform'] };

/** Rings of a shape's parts, in degrees; the outer one of each part first. */
function partsOf({ arcs, transform }: Arcs, shape: Shape): readonly (readonly (readonly number[])[])[] {
  const whole = { type: 'Topology' as const, objects: {}, arcs, ...(transform ? { transform } : {}) };
  const { coordinates } = multi(whole, shape);
  return coordinates.map(([outer = []]) => outer);
}

function multi(whole: Parameters<typeof feature>[0], shape: Shape): MultiPolygon {
  if (shape.type === 'MultiPolygon') return feature(whole, shape).geometry;
  return { type: 'MultiPolygon', coordinates: [feature(whole, shape).geometry.coordinates] };
}

/** Middle of the largest part of a shape, on the map; null off the projection. */
function middleOf(arcs: Arcs, shape: Shape): Point | null {
  const middles = partsOf(arcs, shape).map((ring) => {
    let [area, x, y] = [0, 0, 0];
    for (const [i, [ax = 0, ay = 0]] of ring.entries()) {
      const [bx = 0, by = 0] = ring[(i + 1) % ring.length] ?? [];
      const cross = ax * by - bx * ay;
      area += cross / 2;
      x += ((ax + bx) * cross) / 6;
      y += ((ay + by) * cross) / 6;
    }
    return { size: Math.abs(area), at: [x / area, y / area] satisfies Point };
  });
  const largest = middles.reduce((most, one) => (one.size > most.size ? one : most), { size: 0, at: [0, 0] });
  const at = largest.size === 0 ? null : tenths([largest.at[0] ?? 0, largest.at[1] ?? 0]);
  return at && [Math.round(at[0] * PATH_SCALE), Math.round(at[1] * PATH_SCALE)];
}

function outlines(atlas: Atlas): MapGeometry['states'] {
  const drawn = geoPath(tenths).digits(0);
  const arcs = plainArcs(atlas);
  const whole = { type: 'Topology' as const, objects: {}, arcs };
  const out = new Map<string, { path: string; middle: Point }>();
  for (const state of atlas.objects.states.geometries) {
    const path = drawn(multi(whole, state));
    const middle = middleOf({ arcs }, state);
    if (path && middle) out.set(state.id, { path: compact(path, SPECK), middle });
  }
  return out;
}

async function load(): Promise<MapGeometry> {
  const states = outlines(await read('states-10m.json'));
  const atlas = await read('counties-10m.json');
  const counties = new Map(atlas.objects.counties?.geometries.map((county) => [county.id, county]) ?? []);
  const middles = new Map<string, Point | null>();
  return {
    states,
    counties: new Map([...counties].map(([id, { properties }]) => [id, properties.name])),
    middle(fips) {
      const known = middles.get(fips);
      const county = counties.get(fips);
      if (known !== undefined || !county) return known ?? null;
      const middle = middleOf(atlas, county);
      middles.set(fips, middle);
      return middle;
    },
  };
}

let kept: Promise<MapGeometry> | undefined;

/** Outlines and middles, read and drawn when first asked for. @throws Error where the package's files are not of their form */
export function mapGeometry(): Promise<MapGeometry> {
  kept ??= load().catch((error: unknown) => {
    kept = undefined;
    throw error;
  });
  return kept;
}
