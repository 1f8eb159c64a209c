/**
 * The public log over HTTP (FORMATS.md, "Log"): checkpoint, tiles, entry bundles, and what a stranger needs to know to verify. It
 * serves what the sequencer has published and nothing beyond the tree of the newest checkpoint; never an empty tile.
 */
import { sql } from 'kysely';
import { NotFound } from '../base/errors.ts';
import type { LogIdentity } from '../base/log-identity.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';

import { encodeBundle } from '../proof/bundle.ts';
import { HASH_BYTES, ProofFailure, TILE_WIDTH, type TileCoord, tileWidth } from '../proof/index.ts';
import { parseTilePath } from '../proof/write.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const noTile = () =>
  new NotFound('no-tile', { what: 'The log has no such tile.', next: 'Read /log/checkpoint first.' });

async function checkpoint(c: Ctx): Promise<Response> {
  const row = await c
    .get('services')
    .db.selectFrom('log.checkpoint')
    .select(['note', 'size'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) throw new NotFound('no-checkpoint', 'Nothing has been written to this log yet.');
  // With the cosignatures that have come until now; all of them stand below the log's own line.
  const lines = await c
    .get('services')
    .db.selectFrom('log.cosignature')
    .select('line')
    .where('size', '=', row.size)
    .orderBy('n')
    .execute();
  return c.body(`${row.note}${lines.map((one) => one.line).join('')}`, 200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache',
  });
}

/** Exactly one spelling of each tile's path is served; what is not a path of a tile is not found. */
function coordOf(path: string): TileCoord {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof ProofFailure) throw noTile();
    throw error;
  }
}

async function tile(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const coord = coordOf(new URL(c.req.url).pathname.replace(/^\/log\//, ''));
  const size = (await db.selectFrom('log.tree').select('size').executeTakeFirst())?.size ?? 0;
  const level = coord.level === 'entries' ? 0 : coord.level;
  // Partial tiles exist for every size that was published, and are cut from what has grown since.
  if (coord.width > tileWidth(level, coord.index, size)) throw noTile();
  const bytes = coord.level === 'entries' ? await bundle(c, coord) : await hashes(c, { ...coord, level });
  return c.body(bytes, 200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': IMMUTABLE });
}

async function hashes(
  c: Ctx,
  { level, index, width }: TileCoord & { level: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const row = await c
    .get('services')
    .db.selectFrom('log.tile')
    .select('data')
    .where('level', '=', level)
    .where('n', '=', index)
    .executeTakeFirst();
  if (!row || row.data.length < width * HASH_BYTES) throw noTile();
  return new Uint8Array(row.data.subarray(0, width * HASH_BYTES));
}

/** An entry bundle: the commitments of up to 256 entries. */
async function bundle(c: Ctx, { index, width }: TileCoord): Promise<Uint8Array<ArrayBuffer>> {
  const first = index * TILE_WIDTH;
  const { rows } = await sql<{ commitment: Buffer }>`
    select commitment from ledger.entry where seq >= ${first} and seq < ${first + width} order by seq`.execute(
    c.get('services').db,
  );
  if (rows.length !== width) throw noTile();
  return new Uint8Array(encodeBundle(rows.map((row) => row.commitment)));
}

/** `/log/…`, hand-overs to a new key among it (oldest first), and `/.well-known/counterfoil`. */
export function publicLogRoutes(log: LogIdentity): readonly Route[] {
  const get = (path: string, handler: Route['handler']): Route => ({ method: 'GET', path, access: ANYONE, handler });
  return [
    get('/log/checkpoint', checkpoint),
    get('/log/tile/*', tile),
    get('/log/hand-overs', (c) => {
      c.header('Cache-Control', 'no-cache');
      c.header('Access-Control-Allow-Origin', '*');
      return c.json((log.past ?? []).map(({ statement, checkpoint }) => ({ statement, checkpoint })));
    }),
    get('/.well-known/counterfoil', (c) => {
      c.header('Cache-Control', 'public, max-age=300');
      c.header('Access-Control-Allow-Origin', '*');
      const { origin, logKey, witnesses, policy, past = [] } = log;
      const before = past.length > 0 ? { past } : {};
      return c.json({ counterfoil: 1, origin, logKey, witnesses, policy, ...before });
    }),
  ];
}
