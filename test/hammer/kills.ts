/** Where the next blow falls: kinds, and one blow of each. SIGKILL only, by process number, to processes that the hammer started. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/adapters/postgres/process.ts';
import { childrenOf } from '../support/own-cluster.ts';
import type { Field } from './field.ts';
import type { Memory } from './memory.ts';
import type { Storm } from './storm.ts';

/** Kinds of kill and how often each comes among twenty. */
export const KINDS = {
  /** any one process of PostgreSQL but its first: PostgreSQL ends all sessions and recovers by itself */
  backend: 10,
  /** a process with the real ledger, in the middle of its batches */
  writer: 3,
  /** a process of src/main.ts */
  server: 3,
  /** PostgreSQL's first process alone: the others find out and end */
  postmaster: 2,
  /** PostgreSQL whole, as a power cut would end it */
  postgres: 1,
  /** everything at once */
  all: 1,
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = ['backend', 'writer', 'server', 'postmaster', 'postgres', 'all'] as const;

/** The same for heavy blows, where a server or PostgreSQL whole ends under a crowd in three of four. */
export const HEAVY: Readonly<Record<Kind, number>> = {
  backend: 1,
  writer: 2,
  server: 8,
  postmaster: 1,
  postgres: 7,
  all: 1,
};

/** Kinds out of a deck that is shuffled anew when it is used up, so that of each twenty as many are of a kind as were put in. */
export function deckOf(kinds: Readonly<Record<Kind, number>>, dice: () => number): () => Kind {
  let deck: Kind[] = [];
  return () => {
    if (deck.length === 0) deck = KIND_NAMES.flatMap((kind) => Array.from({ length: kinds[kind] }, () => kind));
    return deck.splice(Math.floor(dice() * deck.length), 1)[0] ?? 'backend';
  };
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // gone already
  }
}

const pick = <T>(many: readonly T[], dice: number): T | undefined => many[Math.floor(dice * many.length)];

/** @returns false where there was nobody of this kind to kill just now */
function strike(field: Field, kind: Kind, writer: number | undefined, dice: number): boolean {
  const { pid } = field.postgres;
  const servers = field.servers.flatMap((one) => {
    const its = one.ready() ? one.pid() : null;
    return its === null ? [] : [its];
  });
  const postgres = () => [pid, ...childrenOf(pid)];
  const victims = {
    backend: () => [pick(childrenOf(pid), dice)],
    writer: () => [writer],
    server: () => [pick(servers, dice)],
    postmaster: () => [pid],
    postgres,
    all: () => [...servers, ...field.writers().map((one) => one.pid), ...postgres()],
  }[kind]();
  if (!isAlive(pid)) return false;
  return victims.map((one) => one !== undefined && kill(one)).includes(true);
}

/** Milliseconds after which a system that acknowledges nothing is given up: then the run ends, since nothing more can be learnt from it. */
const GIVEN_UP = 180_000;

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`nothing was acknowledged for three minutes ${what}`)), GIVEN_UP);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(late);
  }
}

export interface Blow {
  /** milliseconds until something was acknowledged again */
  readonly ms: number;
  /** commands of writers that were on their way when it fell */
  readonly underWay: number;
}

/**
 * One blow, and the time until something is acknowledged again: by another writer process where a writer was killed.
 * @returns null where nothing could be killed
 * @throws Error where nothing is acknowledged any more
 */
export async function blow(field: Field, memory: Memory, storm: Storm, kind: Kind, dice: number): Promise<Blow | null> {
  // Somebody was just answered, and where a writer is to end there is another one who may be held up.
  await within(Promise.all([memory.next(), memory.nextAnswer(5_000)]), `before a kill (${kind})`);
  if (kind === 'writer' && field.writers().length < 2) return null;
  storm.begin();
  const writer = kind === 'writer' ? pick(field.writers(), dice) : undefined;
  let from = 0;
  let underWay = 0;
  try {
    // The crowd is let loose by word to another process: it has to have come.
    for (let i = 0; i < 100 && memory.underWay() < storm.crowd; i++) await sleep(10);
    await sleep(dice * (storm.crowd > 0 ? 150 : 400));
    from = performance.now();
    underWay = memory.underWay();
    if (!strike(field, kind, writer?.pid, dice)) return null;
  } finally {
    // Whoever is on his way repeats until he is answered; nobody else joins.
    storm.end();
  }
  return { ms: (await within(memory.next(writer?.slot), `after a kill (${kind})`)) - from, underWay };
}
