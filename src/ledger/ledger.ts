/**
 * The ledger of one server: the append queue, the sequencer's rhythm, receipts. Put together here, used by everybody through
 * `LedgerPort`. It starts no timer before `start` and leaves none after `stop`.
 */
import type { Pool } from 'pg';
import type { Append, Appended } from '../base/append.ts';
import type { LedgerPort } from '../base/services.ts';
import type { TileReader } from '../proof/index.ts';
import type { Signer } from '../proof/write.ts';
import { type AppendDeps, appender } from './append.ts';
import { type WitnessPolicy, witnessedOf } from './cosignatures.ts';
import { nodeCache } from './nodes.ts';
import { others } from './others.ts';
import { groupCommit } from './queue.ts';
import { receiptsOf } from './receipts.ts';
import { type Round, sequencer } from './sequence.ts';
import { tileReader } from './tiles.ts';

export interface LedgerDeps extends AppendDeps {
  readonly origin: string;
  readonly signer: Signer;
  /** told of failures in the background, which the next round mends */
  readonly onError: (error: unknown) => void;
  /** turns the database's errors into refusals (full disk, lost connection) */
  readonly mapError: (error: unknown) => unknown;
  /** milliseconds between rounds of the sequencer: receipts come within about twice this; a quarter of it where many entries wait */
  readonly publishEvery?: number;
  /** whose cosignatures receipts wait for; left out where no witness is asked */
  readonly witnesses?: WitnessPolicy | undefined;
}

export interface Ledger extends LedgerPort {
  readonly pool: Pool;
  readonly tiles: TileReader;
  /** Publishes everything that is durable now; for tests, the command line, and the end of `stop`. */
  publish(): Promise<number>;
  /** Differs whenever this process has appended or published something more; what others did it does not know. */
  version(): string;
  start(): void;
  stop(): Promise<void>;
}

/** Entries in one transaction at most: bounds the time the log's lock is held, and leaves callers over to prepare the next one. */
const MOST = 512;
/** Batches under way at once: while the database writes one, the next is on its way to it. */
const DEPTH = 2;
/** While other processes write, theirs is what the database does meanwhile, and one batch of all that wait costs less than two. */
const DEPTH_AMONG_OTHERS = 1;
/** Entries that are worth a batch of their own while another is under way. */
const WORTH = 16;
/** Entries that are worth a checkpoint of their own before its time: so many hide how few callers there are as well as the rhythm does. */
const WORTH_A_CHECKPOINT = 512;

/** @returns the ledger; call `start` for publishing at a fixed rhythm (also what keeps batch timing from telling much) */
export function createLedger(deps: LedgerDeps): Ledger {
  const every = deps.publishEvery ?? 100;
  const company = others(deps.clock);
  const queue = groupCommit<Append, Appended>(appender(deps, company), {
    most: MOST,
    depth: () => (company.about() ? DEPTH_AMONG_OTHERS : DEPTH),
    worth: WORTH,
  });
  const rounds = sequencer(deps);
  const tiles = tileReader(deps.pool);
  const nodes = nodeCache(tiles);
  const witnesses = deps.witnesses ?? null;
  const waiting = new Set<{ position: number; tell: (done: boolean) => void }>();
  let publishedSize = 0;
  let appended = 0;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<number> | null = null;
  let unpublished = 0;
  let begun = 0;
  let hastened = false;

  async function publishAll(round: () => Promise<Round>): Promise<number> {
    for (;;) {
      const { size, more } = await round();
      publishedSize = size;
      for (const one of waiting) {
        if (one.position >= size) continue;
        waiting.delete(one);
        one.tell(true);
      }
      if (!more) return size;
    }
  }

  function publish(round: () => Promise<Round>): Promise<number> {
    unpublished = 0;
    begun = performance.now();
    running ??= publishAll(round).finally(() => {
      running = null;
    });
    return running;
  }

  /** Not left to another process. */
  async function publishNow(): Promise<number> {
    await running?.catch(() => {});
    return await publish(rounds.round);
  }

  /** The rhythm is from begin to begin; after a long round there is a pause all the same, in which callers get their turn. */
  function schedule(ms = every): void {
    hastened = false;
    timer = setTimeout(
      async () => {
        await publish(rounds.turn).catch(deps.onError);
        if (!timer) return;
        schedule();
        hasten();
      },
      Math.max(begun + ms - performance.now(), every / 8),
    );
  }

  /** Where many wait already, the next round is not put off for as long. */
  function hasten(): void {
    if (!timer || hastened || running || unpublished < WORTH_A_CHECKPOINT) return;
    clearTimeout(timer);
    schedule(every / 4);
    hastened = true;
  }

  return {
    pool: deps.pool,
    tiles,
    async append(command) {
      try {
        const done = await queue.push(command, Math.max(1, command.entries.length));
        unpublished += done.entries.length;
        hasten();
        return done;
      } catch (error) {
        throw deps.mapError(error);
      } finally {
        // Also after a failure: it may have been written all the same.
        appended++;
      }
    },
    version: () => `${appended} ${publishedSize}`,
    receipt: async (entryId) => (await receiptsOf(deps.pool, nodes, witnesses, [entryId])).get(entryId) ?? null,
    receipts: (entryIds) => receiptsOf(deps.pool, nodes, witnesses, entryIds),
    witnessed: (position) => witnessedOf(deps.pool, witnesses, position),
    published(position, ms) {
      if (position < publishedSize) return Promise.resolve(true);
      return new Promise((resolve) => {
        const one = { position, tell: resolve };
        const late = setTimeout(() => {
          waiting.delete(one);
          resolve(false);
        }, ms);
        one.tell = (done) => {
          clearTimeout(late);
          resolve(done);
        };
        waiting.add(one);
      });
    },
    publish: publishNow,
    start() {
      if (!timer) schedule();
    },
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      await queue.idle();
      await publishNow();
    },
  };
}
