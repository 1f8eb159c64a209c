/**
 * What `npm run bench -- log` asks of a log as it is stored: a proof of any leaf among ten million, and how fast fsck recomputes a log.
 * Each is a process of its own, by role: `proof`, `fsck`.
 */
import { randomBytes } from 'node:crypto';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { checkLog, type LogSource } from '../src/ledger/check.ts';
import { databaseSource, fsck, oneState } from '../src/ledger/fsck.ts';
import { leavesOf } from '../src/ledger/hashing.ts';
import { nodeCache } from '../src/ledger/nodes.ts';
import { readCommitments, tileReader, writeTiles } from '../src/ledger/tiles.ts';
import { equal } from '../src/proof/bytes.ts';
import { EMPTY_EDGE, edgeRoot, growTiles } from '../src/proof/grow.ts';
import { HASH_BYTES, parseVkey, rootFromInclusion, TILE_WIDTH } from '../src/proof/index.ts';
import { useNodeCrypto } from '../src/proof/node-crypto.ts';
import { inclusionProof } from '../src/proof/prove.ts';
import { streamOf } from '../src/rooms/entries.ts';
import { benchDatabase } from './database.ts';
import { itemAnswered, newId } from './entry.ts';
import { benchLedger, ORIGIN } from './ledger.ts';
import { isRole, quantile } from './lib.ts';

const STREAMS = new URL('../src/rooms/streams.ts', import.meta.url).href;
const LEAVES = 10_000_000;
const PROOFS = 4_000;
/** Different full tiles of leaves; the tree repeats them, so that it is built in seconds. All of its tiles are stored. */
const KINDS = 256;
const ENTRIES = 100_000;
const PAGE = 2_048;

/** Builds the log straight into its tiles, then makes proofs of random leaves one after another, and checks each against the root. */
async function proofs(): Promise<Record<string, number>> {
  useNodeCrypto();
  const database = await benchDatabase();
  const pool = openPool(database.ownerConfig);
  const full = Math.floor(LEAVES / TILE_WIDTH);
  const kinds = Array.from({ length: KINDS }, () => new Uint8Array(randomBytes(TILE_WIDTH * HASH_BYTES)));
  const roots = kinds.map((tile) => growTiles(EMPTY_EDGE, tile).root);
  const kindOf = (tile: number) => kinds[tile % KINDS] ?? new Uint8Array(0);
  const above = growTiles(
    EMPTY_EDGE,
    Array.from({ length: full }, (_, i) => roots[i % KINDS] ?? new Uint8Array(0)),
  );
  const last = kindOf(full).slice(0, (LEAVES % TILE_WIDTH) * HASH_BYTES);
  const root = edgeRoot({ size: LEAVES, tiles: [last, ...above.edge.tiles] });
  await pool.query({
    text: `insert into log.tile (level, n, data)
           select 0, s.n, k.data from generate_series(0, $1::bigint - 1) s (n), unnest($2::bytea[]) with ordinality k (data, i)
           where k.i - 1 = s.n % ${KINDS}`,
    values: [full, kinds.map((tile) => Buffer.from(tile))],
  });
  const higher = above.tiles.map((tile) => ({ ...tile, level: tile.level + 1 }));
  const client = await pool.connect();
  await writeTiles(client, [...higher, { level: 0, index: full, width: LEAVES % TILE_WIDTH, bytes: last }]);
  client.release();
  await pool.query('vacuum analyze log.tile');
  const reader = tileReader(pool);
  const nodes = nodeCache(reader);
  const took: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < PROOFS; i++) {
    const index = Math.floor(Math.random() * LEAVES);
    const since = performance.now();
    const hashes = await inclusionProof(nodes.at(LEAVES), index, LEAVES);
    took.push(performance.now() - since);
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    const leaf = kindOf(Math.floor(index / TILE_WIDTH)).subarray(at, at + HASH_BYTES);
    if (!equal(rootFromInclusion(index, LEAVES, leaf, hashes), root)) throw new Error(`a wrong proof of ${index}`);
    const other = Math.floor(Math.random() * full);
    const begun = performance.now();
    await pool.query({
      name: 'one',
      text: 'select data from log.tile where level = 0 and n = $1',
      values: [other],
    });
    bare.push(performance.now() - begun);
  }
  const { rows } = await pool.query<{ bytes: number }>(`select pg_total_relation_size('log.tile') as bytes`);
  await pool.end();
  await database.close();
  return {
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    worst: Math.max(...took),
    bare: quantile(bare, 0.99),
    MiB: (rows[0]?.bytes ?? 0) / 2 ** 20,
  };
}

/** Leaves a second: of the whole check, of the tree alone from commitments to checkpoints, and of reading the rows and nothing else. */
async function checking(): Promise<Record<string, number>> {
  useNodeCrypto();
  const database = await benchDatabase();
  const { ledger, pool, vkey } = await benchLedger(database, { project: () => [] });
  ledger.start();
  for (let i = 0; i < ENTRIES; i += 1000)
    await ledger.append({ key: newId(), entries: Array.from({ length: 1000 }, itemAnswered) });
  await ledger.stop();
  const options = { origin: ORIGIN, key: parseVkey(vkey), streamOf };
  const rate = async (work: () => Promise<unknown>) => {
    const since = performance.now();
    await work();
    return ENTRIES / ((performance.now() - since) / 1000);
  };
  const good = (finding: { ok: boolean }) => {
    if (!finding.ok) throw new Error(JSON.stringify(finding));
  };
  const alone = () =>
    oneState(pool, async (client) => {
      const source: LogSource = {
        ...databaseSource(client),
        async *entries() {
          // As fsck's own source: the database reads the next page while this one is hashed.
          const read = (from: number) => readCommitments(client, from, Math.min(PAGE, ENTRIES - from));
          let next = read(0);
          for (let from = 0; from < ENTRIES; from += PAGE) {
            const page = await next;
            if (from + PAGE < ENTRIES) next = read(from + PAGE);
            const count = page.length / HASH_BYTES;
            yield { from, count, leaves: leavesOf(page), first: '', last: '', telling: [] };
          }
        },
      };
      good(await checkLog(source, options));
    });
  const reading = () =>
    oneState(pool, async (client) => {
      for await (const _ of databaseSource(client).entries());
    });
  const whole = async () => good(await fsck({ pool, streams: STREAMS, ...options }));
  // Once each for the engine to compile and the database to have everything in memory.
  for (const work of [reading, alone, whole]) await work();
  const measured = { reading: await rate(reading), tree: await rate(alone), whole: await rate(whole) };
  await pool.end();
  await database.close();
  return measured;
}

if (isRole('proof')) process.stdout.write(`${JSON.stringify(await proofs())}\n`);
if (isRole('fsck')) process.stdout.write(`${JSON.stringify(await checking())}\n`);
