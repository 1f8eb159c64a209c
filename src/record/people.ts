/** People whom a record names, with their office and what they did in it: spoke, claimed a figure, were invited. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import type { Cut } from './cut.ts';
import { open, publicSight } from './open.ts';

export interface Named {
  /** id in the directory; null where the record knows the name alone */
  readonly person: string | null;
  readonly name: string;
  /** as they stood when the record named them: "Mayor, City of Example"; several where they held several */
  readonly offices: readonly string[];
  readonly parties: readonly { readonly id: string; readonly name: string }[];
  readonly statements: number;
  readonly figures: number;
  readonly invitations: number;
}

export const PEOPLE_SIZE = 100;
export const PEOPLE_SORTS = ['name', 'statements', 'invitations'] as const;

export interface PeopleQuery {
  readonly q: string;
  readonly sort: (typeof PEOPLE_SORTS)[number];
  readonly down: boolean;
  /** from 1 */
  readonly page: number;
}

/**
 * One page of the people of a matter, and how many fit. People of one name are told apart by whom the directory knows them as; of whom it
 * does not know, one name and office is one person.
 */
export async function peopleOf(
  db: Kysely<Database>,
  matter: string,
  cut: Cut,
  { q, sort, down, page }: PeopleQuery,
  size = PEOPLE_SIZE,
): Promise<{ readonly rows: readonly Named[]; readonly total: number }> {
  const seen = (alias: string) => sql`${sql.ref(`${alias}.matter`)} = ${matter} and ${open(alias, cut)}`;
  const sight = publicSight(cut);
  const newest = (
    table: 'view.statement' | 'view.figure',
    alias: string,
  ) => sql`not exists (select from ${sql.table(table)} n
    where n.id = ${sql.ref(`${alias}.id`)} and n.seq > ${sql.ref(`${alias}.seq`)} and ${sight.known('n')})`;
  const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const order = sort === 'name' ? sql`lower(g.name)` : sql.ref(`g.${sort}`);
  const { rows } = await sql<Named & { total: number }>`
    with named as (
      select s.holding, s.speaker ->> 'name' as name, s.speaker ->> 'office' as office, 1 as said, 0 as claimed, 0 as invited
        from view.statement s where ${seen('s')} and ${newest('view.statement', 's')}
      union all select f.holding, f.claimant, null, 0, 1, 0 from view.figure f where f.holding is not null and ${seen('f')} and ${newest('view.figure', 'f')}
      union all select p.holding, p.name, p.office, 0, 0, 1 from view.participant p where p.holding is not null and ${seen('p')}),
    known as (
      select n.*, h.person, coalesce(n.office, o.title || ', ' || y.name) as words, o.party, y.name as party_name,
        coalesce(c.name, p.name, n.name) as called
      from named n left join view.holding h on h.id = n.holding left join view.person p on p.id = h.person
      left join lateral (select c.name from view.person_change c where c.person = h.person and c.seq <= ${cut.last} order by c.seq desc limit 1) c on true
      left join view.office o on o.id = h.office left join view.party y on y.id = o.party),
    g as (
      select k.person, min(k.called) as name, array_remove(array_agg(distinct k.words), null) as offices,
        coalesce(jsonb_agg(distinct jsonb_build_object('id', k.party, 'name', k.party_name)) filter (where k.party is not null), '[]') as parties,
        sum(k.said)::int as statements, sum(k.claimed)::int as figures, sum(k.invited)::int as invitations
      from known k group by k.person, case when k.person is null then lower(k.name) || ' ' || coalesce(k.words, '') end)
    select g.*, count(*) over ()::int as total from g
    where ${q} = '' or g.name ilike ${like} or array_to_string(g.offices, ' ') ilike ${like}
    order by ${order} ${down ? sql`desc` : sql`asc`}, lower(g.name), g.person limit ${size} offset ${(page - 1) * size}`.execute(
    db,
  );
  return { rows: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}
