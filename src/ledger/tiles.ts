/**
 * Tiles and checkpoints in the database: the public log as it is stored. The sequencer alone writes (sequence.ts); everybody
 * else reads. Full tiles never change, so they are kept in memory once read.
 */
import type { ClientBase, Pool } from 'pg';
import type { NewTile } from '../proof/grow.ts';
import { HASH_BYTES, TILE_WIDTH, type TileCoord, type TileReader } from '../proof/index.ts';

export interface Checkpoint {
  readonly size: number;
  /** C2SP signed note */
  readonly note: string;
  readonly signedAt: Date;
}

const CACHED_TILES = 4096; // 8 KiB each: 32 MiB at most

/** Reads tiles of the stored tree; wider states of a partial tile are cut to the width that was asked for. */
export function tileReader(pool: Pool | ClientBase): TileReader {
  const full = new Map<string, Uint8Array>();
  return {
    async readTiles(coords: readonly TileCoord[]) {
      const missing = coords.filter((c) => !full.has(`${c.level}/${c.index}`));
      const found = new Map<string, Uint8Array>();
      if (missing.length > 0) {
        const { rows } = await pool.query<{ level: number; n: number; data: Buffer }>({
          name: 'read-tiles',
          text: `select t.level, t.n, t.data from unnest($1::int[], $2::bigint[]) as w (level, n)
                 join log.tile t on t.level = w.level and t.n = w.n`,
          values: [missing.map((c) => c.level), missing.map((c) => c.index)],
        });
        for (const row of rows) {
          const key = `${row.level}/${row.n}`;
          found.set(key, row.data);
          if (row.data.length === TILE_WIDTH * HASH_BYTES) {
            if (full.size >= CACHED_TILES) full.delete(full.keys().next().value ?? '');
            full.set(key, row.data);
          }
        }
      }
      return coords.map((c) => {
        const key = `${c.level}/${c.index}`;
        const data = found.get(key) ?? full.get(key);
        if (!data || data.length < c.width * HASH_BYTES) throw new Error(`tile ${key} is missing or too short`);
        return data.subarray(0, c.width * HASH_BYTES);
      });
    },
  };
}

/** Writes tiles of a grown tree; the partial tile at the right edge is written over by its wider state. */
export async function writeTiles(client: ClientBase, tiles: readonly NewTile[]): Promise<void> {
  await client.query({
    name: 'write-tiles',
    text: `insert into log.tile (level, n, data) select * from unnest($1::int[], $2::bigint[], $3::bytea[])
           on conflict (level, n) do update set data = excluded.data where length(excluded.data) > length(log.tile.data)`,
    values: [tiles.map((t) => t.level), tiles.map((t) => t.index), tiles.map((t) => Buffer.from(t.bytes))],
  });
}

/**
 * `count` commitments from position `from`, one after the other: what leaves are made of. They come as one value, because rows would cost
 * more than hashing them does.
 * @throws where one is missing
 */
export async function readCommitments(client: ClientBase | Pool, from: number, count: number): Promise<Uint8Array> {
  const { rows } = await client.query<{ all: Buffer | null }>({
    name: 'read-commitments',
    text: `select string_agg(commitment, '' order by seq) as all from ledger.entry where seq >= $1 and seq < $1::bigint + $2::int`,
    values: [from, count],
  });
  const all = rows[0]?.all ?? Buffer.alloc(0);
  if (all.length !== count * HASH_BYTES) throw new Error(`of ${count} entries from ${from} not all are there`);
  return all;
}

/** The newest checkpoint, or null before the first entry is published. */
export async function latestCheckpoint(pool: Pool): Promise<Checkpoint | null> {
  const { rows } = await pool.query<{ size: number; note: string; signed_at: Date }>({
    name: 'latest-checkpoint',
    text: 'select size, note, signed_at from log.checkpoint order by size desc limit 1',
  });
  return rows[0] ? { size: rows[0].size, note: rows[0].note, signedAt: rows[0].signed_at } : null;
}
