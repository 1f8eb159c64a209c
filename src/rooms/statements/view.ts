/** Statements, as read. */

import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import { type Corrected, corrected, correctedSql, correctionRow } from '../corrected.ts';
import { type TextQuote, textQuote } from '../quotation.ts';
import { EVERYTHING, type Sight } from '../sight.ts';
import { FORMS, MEDIA, type Medium, speaker, statementCorrected, statementMade } from './entries.ts';

export interface Statement {
  readonly id: string;
  readonly entry: string;
  readonly seq: number;
  readonly speaker: { readonly name: string; readonly office: string | null };
  /** the directory's person, where it has them */
  readonly person: string | null;
  readonly words: string;
  readonly form: (typeof FORMS)[number];
  readonly medium: Medium;
  readonly outlet: string | null;
  readonly dayOnly: boolean;
  readonly anchor: TextQuote | null;
  readonly about: readonly string[];
  readonly source: {
    readonly id: string;
    readonly entry: string;
    readonly publisher: string;
    readonly title: string;
    readonly published: string | null;
    readonly url: string | null;
    readonly fetchedAt: Date;
    readonly sha256: string;
  };
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** the correction that is shown: why, by which role, when, and the entry that it replaced; null where it stands as it was first written */
  readonly corrected: Corrected | null;
}

export const projectStatements: Project = (entry, seq) => {
  const correction = entry.kind === 'statement.corrected' ? statementCorrected.parse(entry.body) : null;
  const b = correction ?? statementMade.parse(entry.body);
  return [
    {
      table: 'view.statement',
      row: {
        ...stamps(entry, seq),
        entry: entry.id,
        id: b.statement,
        matter: entry.matter,
        holding: b.holding,
        speaker: b.speaker,
        words: b.words,
        form: b.form,
        medium: b.medium,
        outlet: b.outlet,
        day_only: b.dayOnly,
        source: b.source,
        anchor: b.anchor,
        about: b.about,
        audience: entry.audience,
        ...correctionRow(entry, correction),
      },
    },
  ];
};

const stored = z.object({
  id: z.string(),
  entry: z.string(),
  seq: z.number(),
  speaker,
  person: z.string().nullable(),
  words: z.string(),
  form: z.enum(FORMS),
  medium: z.enum(MEDIA),
  outlet: z.string().nullable(),
  day_only: z.boolean(),
  anchor: textQuote.nullable(),
  about: z.array(z.string()),
  source: z.object({
    id: z.string(),
    entry: z.string(),
    publisher: z.string(),
    title: z.string(),
    published: z.string().nullable(),
    url: z.string().nullable(),
    fetchedAt: z.coerce.date(),
    sha256: z.string(),
  }),
  occurred_at: z.date(),
  recorded_at: z.date(),
  corrected,
});

/** SQL condition: the statement in table alias `s` is not replaced by a correction that is known. */
export const newestStatement = (sight: Sight): RawBuilder<unknown> =>
  sql`not exists (select from view.statement n where n.id = s.id and n.seq > s.seq and ${sight.known('n')})`;

/**
 * Statements of a matter with their sources as they stand, in the order in which they were made. At most 1,000.
 * @param which a further condition on `view.statement s`
 */
export async function statementsOf(
  db: Kysely<Database>,
  matter: string,
  sight: Sight = EVERYTHING,
  which: RawBuilder<unknown> = sql`true`,
): Promise<readonly Statement[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select s.id, s.entry, s.seq, s.speaker, (select h.person from view.holding h where h.id = s.holding) as person, s.words, s.form, s.medium, s.outlet, s.day_only, s.anchor, s.about, s.occurred_at, s.recorded_at,
           ${correctedSql('s')} as corrected,
           jsonb_build_object('id', k.id, 'entry', k.entry, 'publisher', k.publisher, 'title', k.title, 'published', k.published, 'url', k.url,
             'fetchedAt', k.fetched_at, 'sha256', k.hash) as source
    from view.statement s join view.source k on k.id = s.source
    where s.matter = ${matter} and ${sight.shown('s')} and ${newestStatement(sight)} and ${which} order by s.occurred_at, s.seq limit 1000`.execute(
    db,
  );
  return rows.map((row) => {
    const { day_only, occurred_at, recorded_at, ...rest } = stored.parse(row);
    return { ...rest, dayOnly: day_only, occurredAt: occurred_at, recordedAt: recorded_at };
  });
}

/** "said", "wrote in a post", "told CNN": how the words came into the world. */
export function mediumWords({ medium, outlet }: Pick<Statement, 'medium' | 'outlet'>): string {
  switch (medium) {
    case 'statement':
      return outlet === null ? t('said.how.statement') : t('said.how.statement.by', { outlet });
    case 'post':
      return outlet === null ? t('said.how.post') : t('said.how.post.on', { outlet });
    case 'letter':
      return t('said.how.letter');
    case 'hearing':
      return t('said.how.hearing');
    case 'interview':
      return outlet === null ? t('said.how.interview') : t('said.how.interview.with', { outlet });
    case 'spokesperson':
      return outlet === null ? t('said.how.spokesperson') : t('said.how.spokesperson.by', { outlet });
    case 'told an outlet':
      return outlet === null ? t('said.how.outlet') : t('said.how.outlet.told', { outlet });
  }
}
