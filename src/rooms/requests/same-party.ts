/**
 * When two rows, or a row and a party of the directory, are the same. An id and a name both count: the same place is named with its id in one
 * list and without it in another. What says two things at once is told, never decided here. Reads no database.
 */
import type { Party } from '../directory/view.ts';
import { STATES, stateCode, stateOfId } from '../states.ts';

/** As much of a row, a recipient or a party as tells it from others. */
export interface Named {
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocdId: string | null;
}

const written = (state: string | null): string => stateCode(state) ?? (state ?? '').trim().toLowerCase();

/** A state as it is kept: by its name where it is one of the United States, else as it was written. */
export const stateName = (state: string): string => STATES[stateCode(state) ?? ''] ?? state;

/** Keys that two rows of one name share where they may be in the same place: the state as written, and as the id says. */
function nameKeys({ name, kind, state, ocdId }: Named): readonly string[] {
  const there = written(state);
  const own = `${kind}|${there}|${name}`.toLowerCase();
  const byId = there === '' ? stateOfId(ocdId) : null;
  return byId === null ? [own] : [own, `${kind}|${byId}|${name}`.toLowerCase()];
}

/** “Watsonville (place, California)”, with what tells it from others. */
export const placeWords = ({ name, kind, state }: Named): string =>
  `${name} (${state === null ? kind : `${kind}, ${state}`})`;

/** Rows that were seen, and which of them a further row repeats. Some map look-ups a row, however many there are. */
export interface SeenRows<T extends Named> {
  /** The row that this one repeats, and why they are taken to be the same; null where it is a new one, which is seen from now on. */
  see(row: T): { readonly row: T; readonly by: 'id' | 'name' } | null;
}

export function seenRows<T extends Named>(): SeenRows<T> {
  const ids = new Map<string, T>();
  // Apart by whether they have an id: two ids are two parties, also under one name.
  const bare = new Map<string, T>();
  const withId = new Map<string, T>();
  return {
    see(row) {
      const same = row.ocdId === null ? undefined : ids.get(row.ocdId);
      if (same) return { row: same, by: 'id' };
      const keys = nameKeys(row);
      for (const key of keys) {
        const twin = bare.get(key) ?? (row.ocdId === null ? withId.get(key) : undefined);
        if (twin) return { row: twin, by: 'name' };
      }
      if (row.ocdId !== null) ids.set(row.ocdId, row);
      const names = row.ocdId === null ? bare : withId;
      for (const key of keys) if (!names.has(key)) names.set(key, row);
      return null;
    },
  };
}

/** What is told of a row that repeats one of line `line`. */
export function twinWords(row: Named, twin: Named, by: 'id' | 'name', line: number): string {
  if (by === 'id' && (row.name.toLowerCase() !== twin.name.toLowerCase() || row.kind !== twin.kind)) {
    return `${placeWords(row)} has the same ocd_id as ${placeWords(twin)} in line ${line}.`;
  }
  if (by === 'name' && (row.ocdId === null) !== (twin.ocdId === null)) {
    return `${row.name} stands in line ${line} already, ${twin.ocdId === null ? 'without' : 'with'} an ocd_id. If these are two, give each its own ocd_id.`;
  }
  return `${row.name} stands in line ${line} already.`;
}

/** Where the state that is written is not the one of the id: what is told; null where they agree or cannot be compared. */
export function stateContradiction({ state, ocdId }: Pick<Named, 'state' | 'ocdId'>): string | null {
  if (state === null || ocdId === null) return null;
  const name = STATES[stateOfId(ocdId) ?? ''];
  if (name === undefined || stateName(state) === name) return null;
  return `The state is “${state}”, but the ocd_id “${ocdId}” lies in ${name}. Write ${name}, leave the state empty, or mend the ocd_id.`;
}

/** The party that a row names: known, new, ambiguous, or known under its id as something else. A bare name never matches silently. */
export type Match =
  | { readonly match: 'known'; readonly party: Party }
  | { readonly match: 'new' }
  | { readonly match: 'ambiguous'; readonly among: readonly Party[] }
  | { readonly match: 'contradicts'; readonly party: Party };

/** Matches one row against the directory's candidates (same OCD id or same name). */
export function matchParty(row: Named, candidates: readonly Party[]): Match {
  if (row.ocdId !== null) {
    const byId = candidates.filter((party) => party.ocdId === row.ocdId);
    const [party] = byId;
    if (party) {
      if (byId.length > 1) return { match: 'ambiguous', among: byId };
      return { match: contradicts(row, party) ? 'contradicts' : 'known', party };
    }
  }
  const keys = nameKeys(row);
  const byName = candidates.filter(
    (party) => !(row.ocdId !== null && party.ocdId !== null) && nameKeys(party).some((key) => keys.includes(key)),
  );
  if (byName.length > 1) return { match: 'ambiguous', among: byName };
  return byName[0] ? { match: 'known', party: byName[0] } : { match: 'new' };
}

/** The id is the same: does the rest say something else? Where the id names a state of the table, it alone says where that is. */
function contradicts(row: Named, party: Named): boolean {
  if (row.kind !== party.kind || row.name.toLowerCase() !== party.name.toLowerCase()) return true;
  if (STATES[stateOfId(row.ocdId) ?? ''] !== undefined) return false;
  const [a, b] = [written(row.state), written(party.state)];
  return a !== '' && b !== '' && a !== b;
}
