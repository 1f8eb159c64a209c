/**
 * When two rows, or a row and a party of the directory, are the same. An id and a name both count: the same place is named with its id in one
 * list and without it in another. What says two things at once is told, never decided here. Reads no database.
 */
import { t } from '../../base/language.ts';
import { partyKind } from '../../ui/words.ts';
import { type Candidate, type Match as Meant, meant, type Named, type Party } from '../directory/view.ts';
import { stateName, stateOfDivision } from '../states.ts';

const written = (state: string | null): string => (state === null ? '' : stateName(state).toLowerCase());

/** Keys that two rows of one name share where they may be in the same place: the state as written, and as the id says. */
function nameKeys({ name, kind, state, ocdId }: Named): readonly string[] {
  const there = written(state);
  const own = `${kind}|${there}|${name}`.toLowerCase();
  const byId = there === '' && ocdId !== null ? stateOfDivision(ocdId) : null;
  return byId === null ? [own] : [own, `${kind}|${byId}|${name}`.toLowerCase()];
}

/** “Watsonville (place, California)”, with what tells it from others. */
export const placeWords = ({ name, kind, state }: Pick<Party, 'name' | 'kind' | 'state'>): string =>
  `${name} (${[partyKind(kind), ...(state === null ? [] : [state])].join(', ')})`;

/** Rows that were seen, and which of them a further row repeats. Some map look-ups a row, however many there are. */
export interface SeenRows<T extends Named> {
  /** The row that this one repeats, and why they are taken to be the same; null where it is a new one, which is seen from now on. */
  see(row: T): { readonly row: T; readonly by: 'id' | 'name' } | null;
}

export function seenRows<T extends Named>(): SeenRows<T> {
  const ids = new Map<string, T>();
  // Most names come once: only where one comes again are kind and state looked at.
  const first = new Map<string, T>();
  const repeated = new Set<string>();
  // Apart by whether they have an id: two ids are two parties, also under one name.
  const bare = new Map<string, T>();
  const withId = new Map<string, T>();
  const keep = (row: T) => {
    const rows = row.ocdId === null ? bare : withId;
    for (const key of nameKeys(row)) if (!rows.has(key)) rows.set(key, row);
  };
  return {
    see(row) {
      const same = row.ocdId === null ? undefined : ids.get(row.ocdId);
      if (same) return { row: same, by: 'id' };
      const name = row.name.toLowerCase();
      const before = first.get(name);
      if (before && !repeated.has(name)) {
        repeated.add(name);
        keep(before);
      }
      if (before) {
        for (const key of nameKeys(row)) {
          const twin = bare.get(key) ?? (row.ocdId === null ? withId.get(key) : undefined);
          if (twin) return { row: twin, by: 'name' };
        }
        keep(row);
      } else first.set(name, row);
      if (row.ocdId !== null) ids.set(row.ocdId, row);
      return null;
    },
  };
}

/** What is told of a row that repeats one of line `line`. */
export function twinWords(row: Named, twin: Named, by: 'id' | 'name', line: number): string {
  if (by === 'id' && (row.name.toLowerCase() !== twin.name.toLowerCase() || row.kind !== twin.kind)) {
    return t('requests.twin.id', { one: placeWords(row), other: placeWords(twin), line });
  }
  if (by === 'name' && (row.ocdId === null) !== (twin.ocdId === null)) {
    return t(twin.ocdId === null ? 'requests.twin.without' : 'requests.twin.with', { name: row.name, line });
  }
  return t('requests.twin.name', { name: row.name, line });
}

/** Where the state that is written is not the one of the id: what is told; null where they agree or cannot be compared. */
export function stateContradiction({ state, ocdId }: Pick<Named, 'state' | 'ocdId'>): string | null {
  if (state === null || ocdId === null) return null;
  const name = stateOfDivision(ocdId);
  if (name === null || stateName(state) === name) return null;
  return t('requests.row.elsewhere', { state, id: ocdId, there: name });
}

/** The party that a row names: known, new, ambiguous, or known under its id as something else. */
export type Match = Meant | { readonly match: 'contradicts'; readonly party: Party };

/** Matches one row against the directory's candidates. A bare name never matches silently: the directory says who is meant. */
export function matchParty(row: Named, candidates: readonly Candidate[]): Match {
  const found = meant(row, candidates);
  if (found.match !== 'known' || row.ocdId === null) return found;
  const { party } = found;
  const all = candidates.filter((one) => one.id === party.id);
  const byId = all.some((one) => one.how === 'id' || one.ocdId === row.ocdId);
  return byId && contradicts(row, party, all) ? { match: 'contradicts', party } : found;
}

/**
 * The id is the same: does the rest say something else? Every name that the party has or had will do. Where the id names a state that is known, it
 * alone says where that is (see `stateContradiction`).
 */
function contradicts(row: Named, party: Party, ways: readonly Candidate[]): boolean {
  const named = ways.filter((one) => one.how !== undefined && one.how !== 'id');
  if (named.length === 0 && row.name.toLowerCase() !== party.name.toLowerCase()) return true;
  // A city and county in one stands in the directory once.
  const both = named.some((one) => one.how === 'alias' || one.how === 'bare alias');
  const kinds = [row.kind, party.kind];
  if (row.kind !== party.kind && !(both && kinds.every((kind) => kind === 'county' || kind === 'place'))) return true;
  if (row.ocdId !== null && stateOfDivision(row.ocdId) !== null) return false;
  const [a, b] = [written(row.state), written(party.state)];
  return a !== '' && b !== '' && a !== b;
}
