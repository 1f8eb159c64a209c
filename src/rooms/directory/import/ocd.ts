/**
 * Open Civic Data's own files, known by how they begin: divisions (`id,name,…`), ids that stand for others (`id,sameAs,sameAsNote`), and
 * divisions that the census does not count (lines of `id,note`). Pure.
 */
import { t } from '../../../base/language.ts';
import type { Line } from './read.ts';
import { kindOfDivision, type Listed, type Mapping, readListed } from './row.ts';

export type OcdFile = 'divisions' | 'aliases' | 'uncounted';

/** Which of its files this is, by its first line; null for any other list. */
export function ocdFileOf(first: Line | undefined): OcdFile | null {
  const [a = '', b = ''] = first?.cells ?? [];
  if (a === 'id' && b === 'sameAs') return 'aliases';
  if (a === 'id' && b === 'name' && (first?.cells ?? []).includes('census_geoid')) return 'divisions';
  return a.startsWith('ocd-division/') ? 'uncounted' : null;
}

const columns = {
  name: 1,
  ocdId: 0,
  kind: null,
  state: null,
  seat: null,
  timeZone: null,
  alias: null,
  mail: null,
  phone: null,
  postal: null,
};

export const ocdMapping = (list: string): Mapping => ({ columns, kind: null, state: null, list, whole: true });

/** A division; its kind and state follow from its id. */
export function readDivision(cells: readonly string[], map: Mapping): Listed | string {
  const read = readListed(cells, map);
  if (typeof read !== 'string') return read;
  const [id = ''] = cells;
  return id.startsWith('ocd-division/') && kindOfDivision(id) === null
    ? t('directory.import.no-division', { id: id.slice(0, 80) })
    : read;
}

export interface Same {
  /** the id that stands for another */
  readonly id: string;
  readonly note: string | null;
}

/** Ids by the id that they stand for, and the other way round. */
export interface Sames {
  readonly of: ReadonlyMap<string, readonly Same[]>;
  readonly to: ReadonlyMap<string, string>;
}

/** @param lines without the first @param uncounted divisions of their own, whatever another file says they are the same as */
export async function readSames(lines: AsyncIterable<Line>, uncounted: ReadonlySet<string>): Promise<Sames> {
  const of = new Map<string, Same[]>();
  const to = new Map<string, string>();
  for await (const { cells } of lines) {
    const [id = '', target = '', note = ''] = cells;
    if (id === '' || target === '' || id === target || uncounted.has(id) || to.has(id)) continue;
    to.set(id, target);
    const one = { id, note: note === '' ? null : note.slice(0, 300) };
    const there = of.get(target);
    if (there) there.push(one);
    else of.set(target, [one]);
  }
  return { of, to };
}
