/** Rows of Open Civic Data's files, taken together: divisions with the ids and names that stand for them. Reads the files, writes nothing. */

import { t } from '../../../base/language.ts';
import type { Services } from '../../../base/services.ts';
import { PARTY_KINDS } from '../entries.ts';
import { candidatesFor, stateOfDivision } from '../view.ts';
import { type OcdFile, ocdFileOf, readDivision, readSames, type Sames } from './ocd.ts';
import { type Line, linesOf } from './read.ts';
import type { Listed, Mapping } from './row.ts';
import { bytesOf, filesOf } from './store.ts';

type Needs = Pick<Services, 'db'>;

/** What reading a list brings besides its rows. */
export interface Aside {
  /** what was passed over, and why */
  readonly lines: string[];
  /** ids that count as listed */
  readonly uncounted: Set<string>;
}

export interface Read {
  readonly file: string;
  readonly line: number;
  /** what the row says, or what is wrong with it */
  readonly read: Listed | string;
  readonly cells: readonly string[];
}

/** @param whole reads the file through, too @throws InvalidInput `list-refused` */
export async function firstLine(db: Needs['db'], id: string, file: number, whole = false): Promise<Line | undefined> {
  let first: Line | undefined;
  for await (const one of linesOf(bytesOf(db, id, file))) {
    first ??= one;
    if (!whole) break;
  }
  return first;
}

/** All but the names of the columns. */
export async function* skipFirst(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  let first = true;
  for await (const one of lines) {
    if (!first) yield one;
    first = false;
  }
}

/** Divisions, each with the ids and names that stand for it; what stands for another is no row of its own. */
export async function* rowsOfOcd(
  db: Needs['db'],
  id: string,
  map: Mapping,
  { lines, uncounted }: Aside,
): AsyncGenerator<Read> {
  const files = await filesOf(db, id);
  const kinds = new Map<OcdFile, (typeof files)[number][]>();
  for (const file of files) {
    const kind = ocdFileOf(await firstLine(db, id, file.file));
    if (kind) kinds.set(kind, [...(kinds.get(kind) ?? []), file]);
  }
  for (const { file } of kinds.get('uncounted') ?? [])
    for await (const { cells } of linesOf(bytesOf(db, id, file))) uncounted.add(cells[0] ?? '');
  async function* aliasLines() {
    for (const { file } of kinds.get('aliases') ?? []) yield* skipFirst(linesOf(bytesOf(db, id, file)));
  }
  const sames = await readSames(aliasLines(), uncounted);
  const divisions = kinds.get('divisions') ?? [];
  const listed = await listedAmong(db, id, divisions, sames);
  let folded = 0;
  for (const { file, name } of divisions) {
    for await (const { line, cells } of skipFirst(linesOf(bytesOf(db, id, file)))) {
      const division = (cells[0] ?? '').normalize('NFC');
      const target = sames.to.get(division);
      if (target !== undefined && listed.targets.has(target)) {
        folded++;
        continue;
      }
      const read = readDivision(cells, map);
      const standIns = typeof read === 'string' ? [] : standInsOf(sames, division, listed.names);
      yield { file: name, line, cells, read: typeof read === 'string' ? read : { ...read, aliases: standIns } };
    }
  }
  if (folded > 0) lines.push(t('directory.import.folded', { n: folded }));
  if (uncounted.size > 0) lines.push(t('directory.import.uncounted', { n: uncounted.size }));
  yield* leftOver(db, sames, listed.targets, kinds.get('aliases')?.[0]?.name ?? '', lines);
}

const standInsOf = (sames: Sames, division: string, names: ReadonlyMap<string, string>): Listed['aliases'] =>
  (sames.of.get(division) ?? []).flatMap(({ id, note }) => {
    const name = names.get(id);
    return [
      { of: 'ocd-id' as const, value: id, note },
      ...(name === undefined ? [] : [{ of: 'name' as const, value: name, note }]),
    ];
  });

/** Of the ids that others stand for, those in the list; and the names that the list has of ids that stand for others. */
async function listedAmong(
  db: Needs['db'],
  id: string,
  divisions: readonly { readonly file: number }[],
  sames: Sames,
): Promise<{ readonly targets: ReadonlySet<string>; readonly names: ReadonlyMap<string, string> }> {
  const targets = new Set<string>();
  const names = new Map<string, string>();
  if (sames.to.size === 0) return { targets, names };
  for (const { file } of divisions) {
    for await (const { cells } of skipFirst(linesOf(bytesOf(db, id, file)))) {
      const [division = '', name = ''] = cells;
      if (sames.of.has(division)) targets.add(division);
      if (sames.to.has(division)) names.set(division, name);
    }
  }
  return { targets, names };
}

/** Ids that stand for divisions which are not in the list, but in the directory. */
async function* leftOver(
  db: Needs['db'],
  sames: Sames,
  targets: ReadonlySet<string>,
  file: string,
  lines: string[],
): AsyncGenerator<Read> {
  const asked = [...sames.of.keys()]
    .filter((target) => !targets.has(target))
    .map((ocdId) => ({ name: '', kind: 'other' as const, state: stateOfDivision(ocdId), ocdId }));
  const found = await candidatesFor(db, asked);
  let nobody = 0;
  for (const one of asked) {
    const [party] = found(one).filter((each) => each.how === 'id');
    if (!party) {
      nobody += sames.of.get(one.ocdId)?.length ?? 0;
      continue;
    }
    const aliases = (sames.of.get(one.ocdId) ?? []).map((same) => ({
      of: 'ocd-id' as const,
      value: same.id,
      note: same.note,
    }));
    const nothing = { state: null, seat: null, timeZone: null, channels: [] };
    const read = { ...nothing, name: party.name, kind: 'other' as const, ocdId: one.ocdId, aliases };
    yield { file, line: 0, cells: [], read: { ...read, kind: kindIn(party.kind) } };
  }
  if (nobody > 0) lines.push(t('directory.import.nobody', { n: nobody }));
}

const kindIn = (kind: string): Listed['kind'] => PARTY_KINDS.find((one) => one === kind) ?? 'other';
