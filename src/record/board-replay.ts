/**
 * How the cells of a request stood at a cut, out of its history: the newest answer and finding of each, and the date of each recipient. Sums and
 * filters of a board are read off it. The same as the SQL of board-counts.ts and board-filter.ts says; tests compare the two. Pure.
 */
import { DISPOSITIONS, type Disposition } from '../rooms/answers/entries.ts';
import { FINDINGS, type Finding } from '../rooms/determinations/entries.ts';
import { type Facets, type Group, NOBODY } from './board-counts.ts';
import type { Facts, History, MovedDue } from './board-history.ts';
import type { Cut } from './cut.ts';
import { countUpTo } from './prefixes.ts';

export interface Replay {
  readonly history: History;
  /** services up to here count, by number; on the axis of what happened, those that are `there` */
  readonly services: number;
  readonly there: (n: number) => boolean;
  /** newest answer and newest finding of a cell, by their place in the history; −1 for none */
  readonly answer: Int32Array;
  readonly finding: Int32Array;
  /** whether anybody has determined the newest answer of a cell */
  readonly looked: Uint8Array;
  /** cells with an answer, and with a finding, by service */
  readonly answered: Uint16Array;
  readonly found: Uint16Array;
  /** dates that something moved, by service; null where it stands in the history as it was served */
  readonly moved: ReadonlyMap<number, Pick<MovedDue, 'dueAt' | 'dueOn' | 'pausedUntil'>>;
}

/** Bytes, about. */
export const weighReplay = ({ answer, answered, moved }: Replay): number =>
  9 * answer.length + 4 * answered.length + 80 * moved.size;

/** The newest fact of each cell: the last one, or on the axis of what happened the one that happened last. */
function newest(
  { count, seq, occurred, cell }: Facts,
  cells: number,
  { last, until }: Pick<Cut, 'last' | 'until'>,
): Int32Array {
  const out = new Int32Array(cells).fill(-1);
  const end = countUpTo(seq, count, last);
  const latest = until?.getTime() ?? null;
  for (let i = 0; i < end; i++) {
    const at = cell[i] ?? 0;
    if (latest !== null) {
      const happened = occurred[i] ?? 0;
      const old = out[at] ?? -1;
      if (happened > latest || (old >= 0 && happened < (occurred[old] ?? 0))) continue;
    }
    out[at] = i;
  }
  return out;
}

export function replayed(history: History, cut: Pick<Cut, 'last' | 'until'>): Replay {
  const { roster, items, answers, findings, alike, like } = history;
  const services = countUpTo(roster.seqs, roster.seqs.length, cut.last);
  const until = cut.until?.getTime() ?? null;
  const there = until === null ? () => true : (n: number) => (alike[like[n] ?? -1]?.occurred ?? 0) <= until;
  const cells = services * items;
  const answer = newest(answers, cells, cut);
  const finding = newest(findings, cells, cut);
  const looked = new Uint8Array(cells);
  const end = countUpTo(findings.seq, findings.count, cut.last);
  for (let i = 0; i < end; i++) {
    const at = findings.cell[i] ?? 0;
    if (until !== null && (findings.occurred[i] ?? 0) > until) continue;
    const said = answer[at] ?? -1;
    if (said >= 0 && answers.answer[said] === findings.answer[i]) looked[at] = 1;
  }
  const answered = new Uint16Array(services);
  const found = new Uint16Array(services);
  for (let n = 0, at = 0; n < services; n++) {
    for (let i = 0; i < items; i++, at++) {
      if ((answer[at] ?? -1) >= 0) answered[n] = (answered[n] ?? 0) + 1;
      if ((finding[at] ?? -1) >= 0) found[n] = (found[n] ?? 0) + 1;
    }
  }
  const moved = new Map<number, Pick<MovedDue, 'dueAt' | 'dueOn' | 'pausedUntil'>>();
  for (const one of newestDues(history, cut).values()) moved.set(one.n, standing(one, answer, items));
  return { history, services, there, answer, finding, looked, answered, found, moved };
}

/** The date of each service that was moved by then: the last fact, and of what it changes the last moment. */
export function newestDues(
  { dues }: Pick<History, 'dues'>,
  { last, until }: Pick<Cut, 'last' | 'until'>,
): Map<number, MovedDue> {
  const out = new Map<number, MovedDue>();
  for (const one of dues) {
    if (one.seq > last) break;
    if (until === null || one.occurred <= until.getTime()) out.set(one.n, one);
  }
  return out;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Where the items differ, the date of the one without an answer that is due first. */
function standing(due: MovedDue, answer: Int32Array, items: number): Pick<MovedDue, 'dueAt' | 'dueOn' | 'pausedUntil'> {
  if (due.uneven === null) return due;
  const open = due.uneven
    .filter(({ item }) => item < 0 || (answer[due.n * items + item] ?? -1) < 0)
    .sort((a, b) => (a.dueAt === b.dueAt ? a.item - b.item : (a.dueAt ?? NEVER) - (b.dueAt ?? NEVER)));
  return open[0] ?? { dueAt: null, dueOn: null, pausedUntil: null };
}

type Sums = { -readonly [name in keyof Group]: Group[name] };

/** The sums above a board. */
export function facetsOf(replay: Replay): Facets {
  const { history, services, there, answer, finding, answered, moved } = replay;
  const { items, alike, like, answers, findings } = history;
  const groups = new Map<string, Sums>();
  const byAlike: (Sums | undefined)[] = [];
  const kinds = new Set<string>();
  const states = new Set<string>();
  const group = (dueAt: number, dueOn: string | null, pausedUntil: number): Sums => {
    const key = `${dueAt} ${dueOn} ${pausedUntil}`;
    const known = groups.get(key);
    if (known) return known;
    const fresh = { dueAt, dueOn, pausedUntil, ...NOBODY };
    groups.set(key, fresh);
    return fresh;
  };
  const seen = new Uint8Array(alike.length);
  const deficient = FINDINGS.indexOf('deficient');
  let asked = 0;
  for (let n = 0; n < services; n++) {
    if (!there(n)) continue;
    asked++;
    const which = like[n] ?? -1;
    const served = alike[which];
    if (!served) continue;
    seen[which] = 1;
    const date = moved.get(n);
    let to = byAlike[which];
    if (date) to = group(date.dueAt ?? NEVER, date.dueOn, date.dueAt === null ? NEVER : (date.pausedUntil ?? 0));
    else if (!to) {
      to = group(served.dueAt, served.dueOn, 0);
      byAlike[which] = to;
    }
    const said = answered[n] ?? 0;
    to.asked++;
    if (said === 0) continue;
    let [determined, current, bad, toReview] = [0, 0, 0, 0];
    for (let at = n * items; at < (n + 1) * items; at++) {
      const a = answer[at] ?? -1;
      if (a < 0) continue;
      const d = finding[at] ?? -1;
      if (d >= 0) determined++;
      if (d >= 0 && findings.value[d] === deficient) bad++;
      if (d >= 0 && findings.answer[d] === answers.answer[a]) current++;
      else toReview++;
    }
    if (said >= items) to.answered++;
    else to.partly++;
    if (determined >= items) to.determined++;
    to.itemsAnswered += said;
    to.itemsDetermined += current;
    if (bad > 0) to.deficient++;
    if (toReview > 0) to.toReview++;
  }
  for (const [i, { kind, state }] of alike.entries()) {
    if (seen[i] !== 1) continue;
    kinds.add(kind);
    if (state !== null) states.add(state);
  }
  const inOrder = (a: Sums, b: Sums) =>
    a.dueAt === b.dueAt
      ? a.pausedUntil === b.pausedUntil
        ? 0
        : a.pausedUntil - b.pausedUntil
      : a.dueAt < b.dueAt
        ? -1
        : 1;
  return { asked, groups: [...groups.values()].sort(inOrder), kinds: [...kinds].sort(), states: [...states].sort() };
}

/** Whether a condition holds of a service, by its number. */
export type Holds = (replay: Replay) => (n: number) => boolean;

const anyCell =
  (fits: (replay: Replay, at: number) => boolean): Holds =>
  (replay) =>
  (n) => {
    const { items } = replay.history;
    for (let at = n * items; at < (n + 1) * items; at++) if (fits(replay, at)) return true;
    return false;
  };

export const isThere: Holds = ({ there }) => there;
const done: Holds =
  ({ answered, history }) =>
  (n) =>
    (answered[n] ?? 0) >= history.items;
export const isAnswered = done;
export const isUnanswered: Holds = (replay) => (n) => !done(replay)(n);
export const isNotReviewed: Holds =
  ({ found, history }) =>
  (n) =>
    (found[n] ?? 0) < history.items;
export const isToReview = anyCell(({ answer, looked }, at) => (answer[at] ?? -1) >= 0 && looked[at] !== 1);
export function answerIs(disposition: Disposition): Holds {
  const wanted = DISPOSITIONS.indexOf(disposition);
  return anyCell(({ answer, history }, at) => history.answers.value[answer[at] ?? -1] === wanted);
}
export function findingIs(which: Finding): Holds {
  const wanted = FINDINGS.indexOf(which);
  return anyCell(({ finding, history }, at) => history.findings.value[finding[at] ?? -1] === wanted);
}

/** Something is owed, and the date and the end of a pause (0: none, infinite: the clock stands) are so. */
export const owes =
  (fits: (dueAt: number, pausedUntil: number, moved: boolean) => boolean): Holds =>
  (replay) => {
    const { answered, moved, history } = replay;
    const { items, alike, like } = history;
    return (n) => {
      if ((answered[n] ?? 0) >= items) return false;
      const date = moved.get(n);
      if (!date) return fits(alike[like[n] ?? -1]?.dueAt ?? NEVER, 0, false);
      return fits(date.dueAt ?? NEVER, date.dueAt === null ? NEVER : (date.pausedUntil ?? 0), true);
    };
  };
