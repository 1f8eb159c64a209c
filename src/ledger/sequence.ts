/**
 * The sequencer: takes entries that are durable but not yet under a checkpoint, grows the tree, signs, and publishes. Tiles,
 * checkpoint and the tree's size move in one transaction, so a reader sees either the old log or the new one, whole.
 *
 * What a crash means, step by step:
 * - before COMMIT: nothing moved; the next round takes the same entries and comes to the same tiles and root (the tree is a
 *   function of the commitments). A signature made in vain was never published, so no two checkpoints can disagree.
 * - COMMIT stored, answer lost: the next round reads the tree's size anew and goes on from there.
 * - a process that stands still in a round: its session is ended after `SILENT`, and nothing moved.
 * - two processes at once: the row lock on log.tree lets one work; the other finds nothing left to do.
 */
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../base/clock.ts';
import { Unavailable } from '../base/errors.ts';
import { type Edge, edgeFrom, growTiles } from '../proof/grow.ts';
import { partialTiles } from '../proof/prove.ts';
import { formatCheckpoint, formatVkey, type Signer, signNote } from '../proof/write.ts';
import { leavesOf, pairInto } from './hashing.ts';
import { readCommitments, tileReader, writeTiles } from './tiles.ts';
import { inTransaction } from './transaction.ts';

/** Entries that one round takes at most: bounds memory and the time that a round holds its lock. */
export const ROUND = 16_384;

/**
 * How long PostgreSQL waits for a process in the middle of a round, milliseconds, before it ends its session and another process
 * publishes instead. A full round hashes for a fraction of this.
 */
const SILENT = 3_000;

export interface SequenceDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly origin: string;
  readonly signer: Signer;
}

export interface Round {
  readonly size: number;
  readonly more: boolean;
}

export interface Sequencer {
  /** One round. Gives the tree's size afterwards and whether entries are still waiting. */
  round(): Promise<Round>;
  /** The same for whoever comes again and again: leaves the round to another process as long as that one publishes. */
  turn(): Promise<Round>;
}

/** @returns a sequencer that remembers the tree's right edge between rounds and reads it back when another process moved it */
export function sequencer(deps: SequenceDeps): Sequencer {
  let remembered: Edge | null = null;
  /** the tree's size at the last look */
  let seen: number | null = null;
  /** it was moved by another process since the look before */
  let another = false;
  const vkey = formatVkey(deps.signer.key);

  async function edgeAt(client: PoolClient, size: number): Promise<Edge> {
    if (remembered?.size === size) return remembered;
    return edgeFrom(size, await tileReader(client).readTiles(partialTiles(size)));
  }

  async function work(yields: boolean): Promise<Round> {
    try {
      const { edge, ...round } = await inTransaction(deps.pool, (client) => grow(client, yields));
      if (edge) remembered = edge;
      seen = round.size;
      return round;
    } catch (error) {
      remembered = null;
      throw error;
    }
  }

  return {
    round: () => work(false),
    async turn() {
      if (!another) return work(true);
      const { size, head } = await readSizes(deps.pool);
      if (size === seen && head > size) {
        // Whoever published has not done so since the turn before.
        another = false;
        return work(true);
      }
      seen = size;
      return { size, more: false };
    },
  };

  async function grow(client: PoolClient, yields: boolean): Promise<Round & { readonly edge?: Edge }> {
    const { rows } = await client.query<{ tree: number; head: number; signer: string | null }>({
      name: yields ? 'lock-free-tree' : 'lock-tree',
      text: `select t.size as tree, h.size as head, t.signer, set_config('idle_in_transaction_session_timeout', '${SILENT}', true)
             from log.tree t, log.head h for update of t ${yields ? 'skip locked' : ''}`,
    });
    if (yields && rows.length === 0) {
      another = true;
      return { size: seen ?? 0, more: false };
    }
    const { tree = 0, head = 0, signer = null } = rows[0] ?? {};
    // The log was handed over, perhaps while this process ran: what it signed now would be a second history.
    if (signer !== null && signer !== vkey) throw handedOver(deps.origin);
    another = yields && seen !== null && tree !== seen;
    if (head <= tree || another) return { size: tree, more: false };
    const commitments = await readCommitments(client, tree, Math.min(ROUND, head - tree));
    const edge = await edgeAt(client, tree);
    const grown = growTiles(edge, leavesOf(commitments), pairInto);
    const size = grown.edge.size;
    const note = await signNote(formatCheckpoint({ origin: deps.origin, size, root: grown.root }), [deps.signer]);
    await writeTiles(client, grown.tiles);
    await client.query({
      name: 'publish',
      text: `with moved as (update log.tree set size = $1, signer = $5 where size = $4 returning 1)
                 insert into log.checkpoint (size, signed_at, note) 
                 select $1, greatest($2, (select signed_at from log.checkpoint order by size desc limit 1)), $3 from moved`,
      values: [size, new Date(deps.clock.now()), note, tree, vkey],
    });
    return { size, more: size < head, edge: grown.edge };
  }
}

async function readSizes(pool: Pool): Promise<{ size: number; head: number }> {
  const { rows } = await pool.query<{ size: number; head: number }>({
    name: 'read-sizes',
    text: 'select t.size, h.size as head from log.tree t, log.head h',
  });
  return rows[0] ?? { size: 0, head: 0 };
}

function handedOver(origin: string): Unavailable {
  return new Unavailable('log-handed-over', {
    what: `The log ${origin} was handed over to another key, so this process signs nothing any more.`,
    lost: 'What was accepted is safe; its receipts come once a server with the new key runs.',
    next: 'Restart this server.',
  });
}
