/**
 * Reads a list through and keeps what each row would change: the dry run of an import. Writes no entry. Cut off anywhere, it is done again
 * from the beginning; a list is read faster than it is understood.
 */

import { sql } from 'kysely';
import { breather } from '../../../base/breath.ts';
import { t } from '../../../base/language.ts';
import type { Services } from '../../../base/services.ts';
import { compare } from './compare.ts';
import { ocdFileOf, ocdMapping } from './ocd.ts';
import { type Aside, firstLine, type Read, rowsOfOcd, skipFirst } from './ocd-rows.ts';
import { type Line, linesOf, wrongFile } from './read.ts';
import { guess, type Listed, type Mapping, readListed } from './row.ts';
import {
  bytesOf,
  changeImport,
  deleteRows,
  filesOf,
  type Import,
  insertRows,
  loadImport,
  type RowOf,
} from './store.ts';

type Needs = Pick<Services, 'db' | 'clock'>;
const CHUNK = 500;

/** What a list is once its files are there: Open Civic Data's own, or any other, whose columns somebody has to name. @throws InvalidInput `list-refused` */
export async function recognise(services: Needs, id: string): Promise<Import['form']> {
  const { db } = services;
  const files = await filesOf(db, id);
  const [only] = files;
  if (!only) throw wrongFile(t('directory.import.no-file'));
  // Read to its end: a file that breaks off is refused now, and not after somebody has named its columns.
  const firsts = await Promise.all(files.map(({ file }) => firstLine(db, id, file, true)));
  const kinds = firsts.map(ocdFileOf);
  const empty = firsts.findIndex((one) => one === undefined);
  if (empty >= 0)
    throw wrongFile(t('directory.import.empty', { file: files[empty]?.name ?? t('directory.import.the-file') }));
  const name = files
    .map((one) => one.name)
    .join(', ')
    .slice(0, 200);
  if (kinds.every((one) => one !== null)) {
    const map = ocdMapping('Open Civic Data');
    await changeImport(services, id, { name, form: 'ocd', mapping: map, state: 'comparing' });
    return 'ocd';
  }
  if (files.length > 1) {
    const other = files[kinds.indexOf(null)]?.name ?? '';
    throw wrongFile(t('directory.import.not-ocd', { file: other }));
  }
  const list = only.name.replace(/(\.csv)?(\.gz)?$/i, '').slice(0, 100) || 'list';
  await changeImport(services, id, {
    name,
    form: 'csv',
    mapping: guess(firsts[0]?.cells ?? [], list),
    state: 'mapping',
  });
  return 'csv';
}

/** Columns of a list and its first rows as the mapping reads them, for the page where the columns are named. */
export async function preview(
  { db }: Pick<Services, 'db'>,
  one: Import,
  rows: number,
): Promise<{
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly line: number;
    readonly read: Listed | string;
    readonly cells: readonly string[];
  }[];
}> {
  const lines: Line[] = [];
  for await (const line of linesOf(bytesOf(db, one.id, 0))) {
    lines.push(line);
    if (lines.length > rows) break;
  }
  const [head, ...rest] = lines;
  const read = (cells: readonly string[]) =>
    one.mapping ? readListed(cells, one.mapping) : t('directory.import.no-column');
  return { columns: head?.cells ?? [], rows: rest.map(({ line, cells }) => ({ line, cells, read: read(cells) })) };
}

async function* rowsOfCsv(db: Needs['db'], id: string, map: Mapping): AsyncGenerator<Read> {
  const [file] = await filesOf(db, id);
  for await (const { line, cells } of skipFirst(linesOf(bytesOf(db, id, 0))))
    yield { file: file?.name ?? '', line, cells, read: readListed(cells, map) };
}

/**
 * Compares all rows of a list with the directory.
 * @param goesOn asked between chunks; false stops, and the next start begins anew
 */
export async function compareList(services: Needs, id: string, goesOn: () => boolean = () => true): Promise<void> {
  const { db } = services;
  const one = await loadImport(db, id);
  const map = one.mapping;
  if (one.state !== 'comparing' || map === null) return;
  await deleteRows(db, id);
  const aside: Aside = { lines: [], uncounted: new Set() };
  const rows = one.form === 'ocd' ? rowsOfOcd(db, id, map, aside) : rowsOfCsv(db, id, map);
  const breath = breather();
  /** lines by the party that they are of, or by what makes them the same before the directory is asked */
  const seen = new Map<string, number>();
  let [n, read, same] = [0, 0, 0];
  let chunk: Read[] = [];
  const flush = async () => {
    const good = chunk.flatMap((row) => (typeof row.read === 'string' ? [] : [row.read]));
    const found = await compare(db, one.party, good);
    const made: RowOf[] = [];
    let at = 0;
    for (const row of chunk) {
      const base = { n: n++, file: row.file, line: row.line, party: null, before: null, problem: null, chosen: false };
      const problem = (what: string) =>
        made.push({ ...base, what: 'problem', name: (row.cells[0] ?? '').slice(0, 200), body: {}, problem: what });
      if (typeof row.read === 'string') {
        problem(row.read);
        continue;
      }
      const compared = found[at++];
      const { name, kind, state, ocdId } = row.read;
      if (!compared || compared.what === 'unclear') {
        problem(compared?.problem ?? '');
        continue;
      }
      const key = 'party' in compared ? compared.party : (ocdId ?? `${kind}|${state ?? ''}|${name}`.toLowerCase());
      const before = seen.get(key);
      if (before !== undefined) {
        problem(t('directory.import.same', { name, line: before }));
        continue;
      }
      seen.set(key, row.line);
      if (compared.what === 'new') made.push({ ...base, what: 'new', name, body: row.read, chosen: true });
      else if (compared.what === 'changed')
        made.push({
          ...base,
          what: 'changed',
          name,
          party: compared.party,
          body: row.read,
          before: compared.differences,
          chosen: true,
        });
      else {
        same++;
        n--;
      }
    }
    await insertRows(db, id, made);
    read += chunk.length;
    chunk = [];
    await changeImport(services, id, { done: read });
  };
  for await (const row of rows) {
    await breath();
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    if (!goesOn()) return;
    await flush();
  }
  if (chunk.length > 0) await flush();
  if (read === 0) throw wrongFile(t('directory.import.no-party'));
  if (map.whole) await markGone(services, one, map, (id, ocdId) => seen.has(id) || aside.uncounted.has(ocdId ?? ''), n);
  await changeImport(services, id, { state: 'compared', total: read, done: read, notes: { same, lines: aside.lines } });
}

/** Parties of this list that are not in it any more. Nobody is chosen: that a list is short is no proof that somebody is gone. */
async function markGone(
  { db }: Needs,
  one: Import,
  map: Mapping,
  isListed: (party: string, ocdId: string | null) => boolean,
  from: number,
): Promise<void> {
  const { rows } = await sql<{ id: string; name: string; ocdId: string | null }>`
    select p.id, coalesce(c.name, p.name) as name, coalesce(c.ocd_id, p.ocd_id) as "ocdId" from view.party_detail d join view.party p on p.id = d.party
    left join lateral (select name, ocd_id, ended from view.party_change where party = p.id order by occurred_at desc, seq desc limit 1) c on true
    where d.list = ${map.list} and not coalesce(c.ended, false) order by p.seq`.execute(db);
  const gone = rows.filter((row) => !isListed(row.id, row.ocdId));
  for (let i = 0; i < gone.length; i += CHUNK)
    await insertRows(
      db,
      one.id,
      gone.slice(i, i + CHUNK).map(({ id, name, ocdId }, k) => ({
        n: from + i + k,
        file: one.name,
        line: 0,
        what: 'gone',
        name,
        party: id,
        body: { ocdId },
        before: null,
        problem: null,
        chosen: false,
      })),
    );
}
