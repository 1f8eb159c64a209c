/** Which parties have to do with an association or an affiliation on a day, as SQL: for lists that are narrowed by it. Runs no query by itself, but for the choices. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import type { Seen } from '../directory/view.ts';

/** SQL: what stands under this alias held on the day, by the last word on its days; what is not known does not speak against it. */
const held = (alias: string, seen: Seen, day: string) => sql`not exists (
  select from (select t.* from view.term t where t.term = ${sql.ref(`${alias}.id`)} and ${seen('t')} order by t.seq desc limit 1) t
  where t.withdrawn or coalesce(t.from_on > ${day}::date, false) or coalesce(t.until_on < ${day}::date, false))
  and (exists (select from view.term t where t.term = ${sql.ref(`${alias}.id`)} and ${seen('t')})
    or (coalesce(${sql.ref(`${alias}.from_on`)} <= ${day}::date, true) and coalesce(${sql.ref(`${alias}.until_on`)} >= ${day}::date, true)))`;

/** SQL: parties with an office that somebody holds on the day, as `(party, person)`. */
const holders = (seen: Seen, day: string) => sql`(
  select o.party, h.person from view.holding h join view.office o on o.id = h.office where ${seen('h')} and ${held('h', seen, day)})`;

/** SQL: ids of the members of an association on a day (`YYYY-MM-DD`), and of parties with an office that a member holds. */
export const membersOn = (association: string, seen: Seen, day: string): RawBuilder<unknown> => sql`
  select m.member from view.membership m where m.association = ${association} and m.member is not null and ${seen('m')} and ${held('m', seen, day)}
  union select k.party from view.membership m join ${holders(seen, day)} k on k.person = m.person
  where m.association = ${association} and ${seen('m')} and ${held('m', seen, day)}`;

/** SQL: parties with what those who hold an office of theirs on the day are affiliated with, as `(party, among)`. */
export const affiliationsOn = (seen: Seen, day: string): RawBuilder<unknown> => sql`
  select k.party, f.among from view.affiliation f join ${holders(seen, day)} k on k.person = f.person
  where ${seen('f')} and ${held('f', seen, day)}`;

/** What people are affiliated with, for a choice. */
export async function affiliationWords(db: Kysely<Database>): Promise<readonly string[]> {
  const { rows } = await sql<{
    among: string;
  }>`select distinct among from view.affiliation order by among limit 100`.execute(db);
  return rows.map(({ among }) => among);
}
