/**
 * Which party of the directory somebody means who gives a name, a kind, a state, perhaps a division id. Pure: candidates come in. It never
 * chooses among several, and a name without its state never finds a place.
 */

import { stateName, stateOfDivision } from '../states.ts';
import type { PartyKind } from './entries.ts';

export interface Named {
  readonly name: string;
  readonly kind: PartyKind;
  readonly state: string | null;
  readonly ocdId: string | null;
}

export interface Party {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly ocdId: string | null;
  readonly state: string | null;
}

/**
 * How a party came among the candidates: by its id or one that stands for it (`id`); by its name, present or former (`name`), or a further one
 * (`alias`); by its name without the word for what it is, where what was asked for is whole (`whole`: "Oklahoma City" for "Oklahoma City
 * city"), or where that was left out too (`bare`: "City of Exampleton" for "Exampleton city"; `bare alias` by a further name).
 */
export const HOW = ['id', 'name', 'alias', 'whole', 'bare', 'bare alias'] as const;
export type How = (typeof HOW)[number];
export type Candidate = Party & { readonly how?: How };

/** The party that is meant: known, new, or ambiguous. */
export type Match =
  | { readonly match: 'known'; readonly party: Party }
  | { readonly match: 'new' }
  | { readonly match: 'ambiguous'; readonly among: readonly Party[] };

/** Kinds of which there are several with one name, in one country. */
export const NEEDS_PLACE: readonly PartyKind[] = ['state', 'county', 'place', 'district'];

const WORDS =
  /^(?:the )?(city|town|village|borough|township|county|parish|municipality|plantation)(?: and (?:county|borough))? of | (city|town|village|borough|township|county|parish|municipality|municipio|plantation)(?: \(balance\))?$/i;

/** What a name says the place is ("township"), or null. */
export function designation(name: string): string | null {
  const found = WORDS.exec(name.trim());
  return (found?.[1] ?? found?.[2] ?? null)?.toLowerCase() ?? null;
}

const same = (a: string | null, b: string | null) => (a ?? '').toLowerCase() === (b ?? '').toLowerCase();

/** The state of a party or of what is asked for; its id says it where nothing else does. */
export const stateOf = ({ state, ocdId }: Pick<Named, 'state' | 'ocdId'>): string | null =>
  state === null ? (ocdId === null ? null : stateOfDivision(ocdId)) : stateName(state);

/** A city and county in one stands in the directory once, and goes by the names of both. */
const sameKind = (one: Candidate, kind: PartyKind): boolean =>
  one.kind === kind ||
  ((one.how === 'alias' || one.how === 'bare alias') &&
    [one.kind, kind].every((each) => each === 'county' || each === 'place'));

const distinct = (parties: readonly Candidate[]): readonly Party[] => [
  ...new Map(parties.map(({ how: _, ...party }) => [party.id, party])).values(),
];

function oneOf(parties: readonly Party[], asked: string | null): Match {
  const [only] = parties;
  if (!only) return { match: 'new' };
  if (parties.length === 1) return { match: 'known', party: only };
  const exact = asked === null ? [] : parties.filter((one) => designation(one.name) === asked);
  return exact.length === 1 && exact[0] ? { match: 'known', party: exact[0] } : { match: 'ambiguous', among: parties };
}

/** Matches what somebody gave against the directory's candidates (see `candidatesFor` of the view). */
export function meant(asked: Named, candidates: readonly Candidate[]): Match {
  if (asked.ocdId !== null) {
    const byId = distinct(candidates.filter((one) => one.how === 'id' || one.ocdId === asked.ocdId));
    if (byId.length > 0) return oneOf(byId, null);
  }
  const state = stateOf(asked);
  // A state lies in none.
  const itself = asked.kind === 'state';
  // Two ids are two parties, whatever they are called.
  const near = candidates.filter(
    (one) =>
      one.how !== 'id' &&
      sameKind(one, asked.kind) &&
      (itself || same(stateOf(one), state)) &&
      !(asked.ocdId && one.ocdId),
  );
  const named = distinct(near.filter((one) => one.how === 'name' || one.how === 'alias' || same(one.name, asked.name)));
  if (named.length > 0) return oneOf(named, null);
  if (!NEEDS_PLACE.includes(asked.kind) || asked.ocdId !== null) return { match: 'new' };
  if (state === null && !itself) {
    // A bare name without its state: whoever goes by it may be meant, and be it one alone.
    const among = distinct(candidates.filter((one) => one.how !== 'id' && sameKind(one, asked.kind)));
    return among.length > 0 ? { match: 'ambiguous', among } : { match: 'new' };
  }
  const word = designation(asked.name);
  const whole = distinct(near.filter((one) => one.how === 'whole'));
  if (whole.length > 0) return oneOf(whole, word);
  const bare = near.filter((one) => {
    if (one.how === 'bare alias') return true;
    const theirs = designation(one.name);
    return one.how === 'bare' && (word === null || theirs === null || theirs === word);
  });
  return oneOf(distinct(bare), word);
}
