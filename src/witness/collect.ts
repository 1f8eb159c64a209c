/**
 * Collects cosignatures for this server's own log: offers the newest checkpoint to each witness, each at its own pace, all beside the
 * sequencer. It never holds up an append or a checkpoint; what a slow or dead witness costs is that witness's signature alone.
 *
 * What a crash means: a cosignature that was not kept yet is asked for again; the witness signs the same checkpoint twice, which is
 * allowed. Several processes may collect at once: the first line of a witness for a checkpoint stays.
 */
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Clock, Random } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { keepCosignature, settleQuorums, witnessId } from '../ledger/cosignatures.ts';
import type { HashReader } from '../proof/index.ts';
import { raise } from './alarms.ts';
import type { Asked, Witnesses } from './config.ts';
import { type Offered, offer } from './offer.ts';
import { rounds } from './rounds.ts';
import { keepState } from './state.ts';

export interface CollectorDeps {
  readonly pool: Pool;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly random: Random;
  readonly witnesses: Witnesses;
  /** nodes of our own tree at a size */
  readonly at: (size: number) => HashReader;
  readonly onError: (error: unknown) => void;
  readonly fetch?: typeof fetch;
  /** milliseconds between looks at the newest checkpoint */
  readonly every?: number;
  /** milliseconds between two offers to one witness, at least */
  readonly gap?: number;
  /** milliseconds to the next try after a first failure; doubled each time */
  readonly backOff?: number;
  readonly timeout?: number;
}

export interface Collector {
  /** Looks once and waits for all offers that it began; for tests. */
  round(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Witnesses that are asked at one time. */
const AT_ONCE = 8;
const LONGEST = 300_000;

interface State {
  readonly witness: Asked;
  readonly id: string;
  busy: boolean;
  /** what the witness signed last, where it told us so; else what is kept decides */
  known: number | null;
  failures: number;
  /** by performance.now() */
  notBefore: number;
}

interface Newest {
  readonly size: number;
  readonly note: string;
  /** by witness: the newest size that we keep its cosignature of */
  readonly signed: ReadonlyMap<string, number>;
}

async function newest(pool: Pool, witnesses: readonly string[]): Promise<Newest | null> {
  const { rows } = await pool.query<{ size: number; note: string; witness: string; signed: number | null }>({
    name: 'newest-for-witnesses',
    text: `select c.size, c.note, w.witness, (select max(s.size) from log.cosignature s where s.witness = w.witness) as signed
           from (select size, note from log.checkpoint order by size desc limit 1) c, unnest($1::text[]) w (witness)`,
    values: [witnesses],
  });
  const [first] = rows;
  if (!first) return null;
  const signed = new Map(rows.map((row) => [row.witness, row.signed ?? 0]));
  return { size: first.size, note: first.note, signed };
}

export function createCollector(deps: CollectorDeps): Collector {
  const { pool, db, clock, witnesses } = deps;
  const states: readonly State[] = witnesses.asked.map((witness) => ({
    witness,
    id: witnessId(witness.key),
    busy: false,
    known: null,
    failures: 0,
    notBefore: 0,
  }));
  const ids = states.map((one) => one.id);
  const under = new Set<Promise<void>>();
  let settled = false;

  async function tell(state: State, trouble: string | null, signed = 0): Promise<void> {
    const failures = trouble === null ? 0 : state.failures + 1;
    const changed = failures !== state.failures;
    state.failures = failures;
    const wait = failures === 0 ? (deps.gap ?? 1_000) : (deps.backOff ?? 1_000) * 2 ** Math.min(failures - 1, 20);
    state.notBefore = performance.now() + Math.min(LONGEST, wait);
    if (!changed && signed === 0) return;
    await keepState(db, state.id, { trouble, failures, tried_at: new Date(clock.now()) }, signed);
  }

  /** What came of an offer, kept. Whatever must not be becomes an alarm, once; the witness is asked again, ever more rarely. */
  async function settle(state: State, { size, note }: Newest, offered: Offered): Promise<void> {
    if (offered.was === 'signed') {
      const { line, time } = offered;
      const now = new Date(clock.now());
      const fresh = await keepCosignature(pool, witnesses, { size, witness: state.id, line, time }, now);
      state.known = size;
      return await tell(state, null, fresh ? 1 : 0);
    }
    if (offered.was === 'overtaken') {
      state.known = offered.theirs;
      return await tell(state, null);
    }
    state.known = null;
    if (offered.was === 'trouble') return await tell(state, offered.words);
    const at = offered.was === 'ahead' ? offered.theirs : offered.at;
    const ours = offered.was === 'ahead' ? offered.ours : size;
    const answer = offered.was === 'ahead' ? `409: ${offered.theirs}` : offered.answer;
    await raise(deps, { kind: offered.was, who: state.id, at, ours, evidence: { checkpoint: note, answer } });
    await tell(
      state,
      offered.was === 'ahead'
        ? `it has signed ${at} entries; this log has ${ours}`
        : `it signed another history at ${at}`,
    );
  }

  async function ask(state: State, newest: Newest): Promise<void> {
    state.busy = true;
    try {
      const old = Math.min(newest.size, Math.max(state.known ?? 0, newest.signed.get(state.id) ?? 0));
      const offered = await offer(
        {
          fetch: deps.fetch ?? fetch,
          at: deps.at,
          signal: looking.signal,
          ourSize: async () =>
            (await pool.query<{ size: number }>('select size from log.tree')).rows[0]?.size ?? newest.size,
          ...(deps.timeout === undefined ? {} : { timeout: deps.timeout }),
        },
        state.witness,
        newest,
        old,
      );
      // Cut off because we stop: that says nothing of the witness.
      if (looking.signal.aborted && offered.was === 'trouble') return;
      await settle(state, newest, offered);
    } catch (error) {
      state.notBefore = performance.now() + (deps.backOff ?? 1_000);
      deps.onError(error);
    } finally {
      state.busy = false;
    }
  }

  async function look(): Promise<void> {
    if (!settled) {
      await settleQuorums(pool, witnesses);
      settled = true;
    }
    const now = await newest(pool, ids);
    if (!now) return;
    for (const state of states) {
      if (looking.signal.aborted || under.size >= AT_ONCE) return;
      if (state.busy || performance.now() < state.notBefore || now.signed.get(state.id) === now.size) continue;
      const asked: Promise<void> = ask(state, now).finally(() => under.delete(asked));
      under.add(asked);
    }
  }

  const looking = rounds(deps.every ?? 250, look, deps.onError);
  return {
    async round() {
      await look();
      await Promise.all(under);
    },
    start: looking.start,
    async stop() {
      await looking.stop();
      await Promise.all(under);
    },
  };
}
