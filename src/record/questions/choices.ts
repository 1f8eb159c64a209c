/** What a question can be about: public requests and meetings to choose from, newest first, and what narrows them. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { affiliationWords } from '../../rooms/people/among.ts';
import type { Cut } from '../cut.ts';
import { open } from '../open.ts';
import { associations, statesOf } from '../parties.ts';

export interface ToChoose {
  readonly id: string;
  readonly title: string;
  readonly matter: string;
  readonly at: Date;
}

export interface Choices {
  readonly requests: readonly ToChoose[];
  readonly meetings: readonly ToChoose[];
  readonly states: readonly string[];
  readonly associations: readonly { readonly id: string; readonly name: string }[];
  readonly affiliations: readonly string[];
}

/** How many of each are listed; those that a question names already are listed beside them. */
const MOST = 300;

export async function choicesAt(db: Kysely<Database>, cut: Cut, named: readonly string[]): Promise<Choices> {
  const list = (table: 'view.request' | 'view.meeting', title: string) => sql<ToChoose>`
    select t.id, ${sql.ref(`t.${title}`)} as title, m.title as matter, t.occurred_at as at
    from ${sql.table(table)} t join view.matter m on m.id = t.matter
    where ${open('t', cut)} and m.audience = 'public'
    order by (t.id = any(${[...named]}::uuid[])) desc, t.seq desc limit ${MOST}`;
  const [requests, meetings, states, members, affiliations] = await Promise.all([
    list('view.request', 'title').execute(db),
    list('view.meeting', 'subject').execute(db),
    statesOf(db),
    associations(db),
    affiliationWords(db),
  ]);
  return { requests: requests.rows, meetings: meetings.rows, states, associations: members, affiliations };
}
