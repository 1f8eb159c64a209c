/**
 * The hammer: servers, writers, readers and verifiers at work on one log while processes are killed at random moments, and a full reckoning
 * at the end. Kinds and moments of the kills come from a seed; what the processes make of them does not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../support/seeded.ts';
import { setOn } from './callers.ts';
import { openField } from './field.ts';
import { blow, deckOf, HEAVY, KIND_NAMES, KINDS, type Kind } from './kills.ts';
import { finalAudit } from './last-audit.ts';
import { remember } from './memory.ts';

import { settle } from './settle.ts';
import { calm } from './storm.ts';

export interface HammerOptions {
  /** ends after so many seconds, whatever was killed */
  readonly seconds: number;
  /** ends after so many kills; null: when the time is up */
  readonly kills: number | null;
  readonly seed: number;
  /** these kinds one after the other, instead of kinds by the seed */
  readonly kinds?: readonly Kind[];
  readonly servers?: number;
  /** whether a crowd presses on at each blow: hundreds of callers of the ledger, dozens of people, none of whom pauses */
  readonly heavy?: boolean;
  readonly say?: (line: string) => void;
  /** ends everything that was started, at once; then the run is refused */
  readonly signal?: AbortSignal;
}

/** Callers of a process with the ledger, enough for full batches two deep, and people at the servers. */
const CROWD = { callers: 600, people: 40 } as const;

/** What stands in the middle of numbers, and the largest. */
function summary(numbers: readonly number[]): { median: number; most: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { median: Math.round(sorted[sorted.length >> 1] ?? 0), most: Math.round(sorted.at(-1) ?? 0) };
}

export async function hammer(options: HammerOptions) {
  const { seconds, kills, seed, kinds, servers = 2, heavy = false, say = () => {}, signal } = options;
  const memory = remember(seeded(seed + 1));
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-hammer-audit-'));
  const crowd = heavy ? CROWD : { callers: 0, people: 0 };
  const storm = calm(crowd.callers);
  const field = await openField({ servers, writers: 2, callers: 4, pause: 60, crowd: crowd.callers, storm, memory });
  const callers = setOn(field, memory, seeded(seed + 2), folder, { storm, crowd: crowd.people });
  try {
    const dice = seeded(seed);
    const deal = deckOf(heavy ? HEAVY : KINDS, dice);
    const killed = new Map<Kind, number[]>();
    const underWay: number[] = [];
    let total = 0;
    const from = Date.now();
    while (Date.now() - from < seconds * 1000 && !signal?.aborted && total < (kills ?? Number.POSITIVE_INFINITY)) {
      const kind = kinds?.[total % kinds.length] ?? deal();
      const at = dice();
      let fell = await blow(field, memory, storm, kind, at);
      for (; fell === null && Date.now() - from < seconds * 1000; fell = await blow(field, memory, storm, kind, at))
        await sleep(50);
      if (fell === null) break;
      total++;
      killed.set(kind, [...(killed.get(kind) ?? []), fell.ms]);
      underWay.push(fell.underWay);
      // Before the last one: some audit has come through while all this went on.
      for (let i = 0; total === (kills ?? 0) - 1 && i < 600 && !memory.counts.has('audits'); i++) await sleep(100);
      if (total % 10 === 0)
        say(`${total} kills, ${memory.ids.length} entries acknowledged, ${Math.round((Date.now() - from) / 1000)} s`);
    }
    signal?.throwIfAborted();
    if (!memory.counts.has('audits')) memory.wrong('no audit came through between the kills');
    // Everybody back, and everything published, before the end.
    while (!field.servers.every((one) => one.ready()) || field.writers().length < 2) await sleep(50);
    await memory.next();
    const lasted = Math.round((Date.now() - from) / 1000);
    await callers.stop();
    await field.rest();
    say('the reckoning …');
    const receipts = join(folder, 'receipts');
    const reckoning = await settle(field, memory, receipts);
    say('the last audit …');
    const audited = await finalAudit(field, memory, folder, receipts, reckoning.entries);
    const each = KIND_NAMES.map((kind) => {
      const its = killed.get(kind) ?? [];
      const { median, most } = summary(its);
      return [kind, { kills: its.length, medianMs: median, longestMs: most }] as const;
    });
    return {
      seed,
      heavy,
      seconds: lasted,
      kills: total,
      /** per kind, and the time until something was acknowledged again */
      byKind: Object.fromEntries(each),
      /** commands of the two writers that were on their way when a blow fell */
      underWay: summary(underWay),
      ...reckoning,
      audited,
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
