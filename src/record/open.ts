/**
 * THE one place that says what everyone may see: facts for everyone (`audience`), visible at a cut, and neither under an embargo nor taken down
 * (`work.withheld`, migrations/0066). Every query for the public goes through here; test/withheld.test.ts holds that none goes past it.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Sight } from '../rooms/sight.ts';
import { type Cut, visible } from './cut.ts';

/** SQL condition: what the fact in table alias `t` says is not withheld from everyone at a time. */
export const shown = (t: string, at: Date): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(`${t}.seq`)} not in (select w.seq from work.withheld(${at}) w)`;

/** Positions that are withheld from everyone at a time: few. For whoever lists by `everyones` and leaves these out. */
export const withheldAt = (at: Date): RawBuilder<number[] | null> =>
  sql<number[] | null>`(select array_agg(w.seq) from work.withheld(${at}) w)`;

const forAll = (t: string): RawBuilder<boolean> => sql<boolean>`${sql.ref(`${t}.audience`)} = 'public'`;

/** SQL condition: it is for everyone, whether it is withheld or not. Nothing goes out by it alone. */
export const everyones = forAll;

/** SQL condition: the fact in table alias `t` is for everyone, known at the cut, and not withheld then. It may not have happened by then. */
const known = (t: string, cut: Cut): RawBuilder<boolean> =>
  sql<boolean>`${forAll(t)} and ${sql.ref(`${t}.seq`)} <= ${cut.last} and ${shown(t, cut.shownAt)}`;

/** SQL condition: everyone may see the fact in table alias `t` at the cut. */
export const open = (t: string, cut: Cut): RawBuilder<boolean> =>
  sql<boolean>`${forAll(t)} and ${visible(t, cut)} and ${shown(t, cut.shownAt)}`;

/** SQL condition: everyone may see it now, whenever it was written. */
export const openNow = (t: string, now: Date): RawBuilder<boolean> => sql<boolean>`${forAll(t)} and ${shown(t, now)}`;

/** What everyone sees of things that are corrected. */
export const publicSight = (cut: Cut): Sight => ({ shown: (t) => open(t, cut), known: (t) => known(t, cut) });
