/**
 * The hammer: servers, writers, readers and verifiers at work on one log while processes are killed at random moments, and a full reckoning
 * at the end. Kinds and moments of the kills come from a seed; what the processes make of them does not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setOn } from './callers.ts';
import { openField } from './field.ts';
import { blow, KIND_NAMES, type Kind, kindOf } from './kills.ts';
import { remember } from './memory.ts';
import { settle } from './settle.ts';

export interface HammerOptions {
  /** ends after so many seconds, whatever was killed */
  readonly seconds: number;
  /** ends after so many kills; null: when the time is up */
  readonly kills: number | null;
  readonly seed: number;
  /** these kinds one after the other, instead of kinds by the seed */
  readonly kinds?: readonly Kind[];
  readonly servers?: number;
  readonly say?: (line: string) => void;
  /** ends everything that was started, at once; then the run is refused */
  readonly signal?: AbortSignal;
}

/** Random numbers from a seed (mulberry32), 0 ≤ n < 1. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function hammer({ seconds, kills, seed, kinds, servers = 2, say = () => {}, signal }: HammerOptions) {
  const memory = remember(seeded(seed + 1));
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-hammer-audit-'));
  const field = await openField({ servers, writers: 2, callers: 4, pause: 60, memory });
  const callers = setOn(field, memory, seeded(seed + 2), folder);
  try {
    const dice = seeded(seed);
    const killed = new Map<Kind, number[]>();
    let total = 0;
    const from = Date.now();
    while (Date.now() - from < seconds * 1000 && !signal?.aborted && total < (kills ?? Number.POSITIVE_INFINITY)) {
      const kind = kinds?.[total % kinds.length] ?? kindOf(dice());
      const at = dice();
      let ms = await blow(field, memory, kind, at);
      for (; ms === null && Date.now() - from < seconds * 1000; ms = await blow(field, memory, kind, at))
        await sleep(50);
      if (ms === null) break;
      total++;
      killed.set(kind, [...(killed.get(kind) ?? []), ms]);
      if (total % 10 === 0)
        say(`${total} kills, ${memory.ids.length} entries acknowledged, ${Math.round((Date.now() - from) / 1000)} s`);
    }
    signal?.throwIfAborted();
    // Everybody back, and everything published, before the end.
    while (!field.servers.every((one) => one.ready()) || field.writers().length < 2) await sleep(50);
    await memory.next();
    const lasted = Math.round((Date.now() - from) / 1000);
    await callers.stop();
    await field.rest();
    say('the reckoning …');
    const reckoning = await settle(field, memory);
    const each = KIND_NAMES.map((kind) => {
      const its = (killed.get(kind) ?? []).sort((a, b) => a - b);
      return [
        kind,
        { kills: its.length, medianMs: Math.round(its[its.length >> 1] ?? 0), longestMs: Math.round(its.at(-1) ?? 0) },
      ] as const;
    });
    return {
      seed,
      seconds: lasted,
      kills: total,
      /** per kind, and the time until something was acknowledged again */
      byKind: Object.fromEntries(each),
      ...reckoning,
      ...Object.fromEntries(memory.counts),
      wrong: memory.wrongs,
      met: memory.wrongs.length === 0,
    };
  } finally {
    await field.close();
    await callers.stop().catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}
