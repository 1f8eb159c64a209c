/** Finding one letter among tens of thousands before they leave: by the line of the file, or by words of the name. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';

/** So many are offered; who has more writes more of the name. */
export const OFFERED = 10;

export interface FoundLetter {
  /** its place in the list, from 1 */
  readonly n: number;
  readonly line: number;
  readonly name: string;
  readonly state: string | null;
}

/**
 * @param text a number is a line of the file, with or without commas; everything else is looked for in names
 * @returns the one that was meant, where that is clear; else some that fit, and how many there are
 */
export async function findLetter(
  db: Kysely<Database>,
  draft: string,
  text: string,
): Promise<{ readonly one: FoundLetter | null; readonly some: readonly FoundLetter[]; readonly total: number }> {
  const line = /^[\d,]{1,9}$/.test(text) ? Number(text.replaceAll(',', '')) : 0;
  const pattern = `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const { rows } = await sql<FoundLetter & { total: number }>`
    select r.line, r.name, r.state, r.total,
      (select count(*)::int from work.draft_recipient b where b.draft = ${draft} and b.line <= r.line) as n
    from (
      select line, name, state, count(*) over ()::int as total, line = ${line} as meant, lower(name) = lower(${text}) as whole
      from work.draft_recipient where draft = ${draft} and (line = ${line} or name ilike ${pattern})
      order by meant desc, whole desc, line limit ${OFFERED}) r
    order by r.meant desc, r.whole desc, r.line`.execute(db);
  const [first] = rows;
  if (!first) return { one: null, some: [], total: 0 };
  return { one: first.line === line || first.total === 1 ? first : null, some: rows, total: first.total };
}
