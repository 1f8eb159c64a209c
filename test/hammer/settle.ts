/**
 * The reckoning after the hammer: what is in the database against what the callers remember. Every acknowledged entry once and where it was
 * said to be; what was not acknowledged whole or not at all, with its rows; the log whole; every receipt and checkpoint true; views equal.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { loadVerifier } from '../../src/adapters/keys/log-key.ts';
import { fromPostgres } from '../../src/adapters/postgres/index.ts';
import { openPool } from '../../src/adapters/postgres/pool.ts';
import { Unavailable } from '../../src/base/errors.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { nodeCache } from '../../src/ledger/nodes.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { receiptsOf } from '../../src/ledger/receipts.ts';
import { tileReader } from '../../src/ledger/tiles.ts';
import { equal } from '../../src/proof/bytes.ts';
import { hex, parseCheckpoint, rootOf, Verifier } from '../../src/proof/index.ts';
import { useNodeCrypto } from '../../src/proof/node-crypto.ts';
import { streamOf } from '../../src/rooms/entries.ts';
import { project } from '../../src/rooms/project.ts';
import type { Field } from './field.ts';
import type { Memory } from './memory.ts';

export interface Reckoning {
  readonly entries: number;
  readonly acknowledged: number;
  /** commands that nobody was answered about: found written whole, and found not written */
  readonly unheardWritten: number;
  readonly unheardAbsent: number;
  readonly receipts: number;
  readonly checkpoints: number;
  /** entries of the largest batch that was written in one transaction */
  readonly largestBatch: number;
}

/**
 * Waits until PostgreSQL answers: what was heard last may have been said just before the last kill, and its recovery still be under way.
 * @throws what PostgreSQL says after a minute
 */
async function recovered(pool: Pool): Promise<void> {
  for (const until = Date.now() + 60_000; ; await sleep(100)) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (!(fromPostgres(error) instanceof Unavailable) || Date.now() > until) throw error;
    }
  }
}

/** Tells `memory` everything that is wrong. @param folder where every receipt is kept as a file, for whoever checks after this */
export async function settle(field: Field, memory: Memory, folder: string): Promise<Reckoning> {
  useNodeCrypto();
  await mkdir(folder);
  const pool = openPool(field.postgres.ownerConfig);
  try {
    await recovered(pool);
    const { rows: commands } = await pool.query<{ key: string; count: number; ids: string[]; seqs: number[] }>(`
      select c.key, c.count, array_agg(e.id::text order by e.seq) filter (where e.id is not null) as ids,
             array_agg(e.seq::float8 order by e.seq) filter (where e.id is not null) as seqs
      from ledger.command c left join ledger.entry e on e.seq >= c.first_seq and e.seq < c.first_seq + c.count
      group by c.key, c.count`);
    const known = new Map(commands.map((one) => [one.key, one]));
    const { rows: stored } = await pool.query<{ id: string }>('select id::text from ledger.entry');
    const ids = new Set(stored.map((one) => one.id));
    const outbox = new Set(
      (await pool.query<{ key: string }>('select key from work.outbox')).rows.map((one) => one.key),
    );
    let acknowledged = 0;
    let unheardWritten = 0;
    let unheardAbsent = 0;
    for (const { key, ids: tried, positions } of memory.entries.values()) {
      const one = known.get(key);
      if (positions !== null) {
        acknowledged += tried.length;
        if (!one) memory.wrong(`${key} was acknowledged and is not there`);
        else if (String(one.seqs) !== String(positions))
          memory.wrong(`${key} lies at ${one.seqs}, acknowledged at ${positions}`);
      } else if (one) unheardWritten++;
      else unheardAbsent++;
      if (one && String(one.ids) !== String(tried))
        memory.wrong(`${key} has the entries ${one.ids} instead of ${tried}`);
      if (one && !outbox.has(key)) memory.wrong(`${key} was written without its row`);
      if (!one && tried.some((id) => ids.has(id))) memory.wrong(`${key} was written in part`);
      if (!one && outbox.has(key)) memory.wrong(`${key} was not written, its row was`);
    }
    const counted = commands.reduce((sum, one) => sum + one.count, 0);
    if (counted !== stored.length || ids.size !== stored.length)
      memory.wrong(`${stored.length} entries, ${ids.size} of them different, ${counted} of commands`);

    const { rows: matters } = await pool.query<{ id: string; key: string }>(`
      select e.canonical::json #>> '{matter}' as id, c.key from ledger.command c
      join ledger.entry e on e.seq = c.first_seq where e.kind = 'matter.opened'`);
    const opened = Map.groupBy(matters, (one) => one.key.replace(/^matter:/, ''));
    for (const [once, at] of memory.matters) {
      const its = opened.get(once) ?? [];
      if (its.length > 1 || (at !== null && its.length !== 1))
        memory.wrong(`the form ${once} opened ${its.length} matters`);
      if (at === null) its.length === 0 ? unheardAbsent++ : unheardWritten++;
      else acknowledged++;
      if (at !== null && its[0] && !at.includes(its[0].id)) memory.wrong(`the form ${once} was answered with ${at}`);
    }

    const key = await loadVerifier(field.keys, field.origin);
    const found = await fsck({ pool, origin: field.origin, key, streamOf });
    if (!found.ok)
      memory.wrong(`fsck: ${found.failure} at ${found.at}, expected ${found.expected}, found ${found.found}`);
    else if (found.unpublished > 0) memory.wrong(`${found.unpublished} entries were never published`);

    const tiles = nodeCache(tileReader(pool));
    for (const text of memory.checkpoints.values()) {
      const { size, root } = parseCheckpoint(text);
      const now = await rootOf(tiles.at(size), size);
      if (!equal(root, now)) memory.wrong(`the checkpoint of ${size} said ${hex(root)}, the log makes ${hex(now)}`);
    }

    const verifier = new Verifier(`log ${field.vkey}\nquorum none\n`);
    let receipts = 0;
    const all = [...ids];
    for (let at = 0; at < all.length; at += 500) {
      const some = await receiptsOf(pool, tiles, null, all.slice(at, at + 500));
      await Promise.all([...some].map(([id, { json }]) => writeFile(join(folder, `${id}.receipt.json`), json)));
      for (const [id, receipt] of some) {
        const verdict = await verifier.verify(receipt.json);
        if (!verdict.ok) memory.wrong(`the receipt of ${id}: ${verdict.failure}`);
        const before = memory.receipts.get(id);
        if (before !== undefined && before !== receipt.json)
          memory.wrong(`the receipt of ${id} is not the one that was given out`);
        receipts++;
      }
    }
    if (receipts !== stored.length) memory.wrong(`${receipts} receipts of ${stored.length} entries`);

    const { rows: batches } = await pool.query<{ most: number }>(
      'select max(n)::float8 as most from (select count(*) as n from ledger.entry group by xmin) t',
    );
    const views = await rebuild(pool, project);
    if (!views.equal)
      memory.wrong(
        `views differ: ${views.tables.filter((one) => one.onlyBefore + one.onlyRebuilt > 0).map((one) => one.table)}`,
      );
    return {
      entries: stored.length,
      acknowledged,
      unheardWritten,
      unheardAbsent,
      receipts,
      checkpoints: memory.checkpoints.size,
      largestBatch: batches[0]?.most ?? 0,
    };
  } finally {
    await pool.end();
  }
}
