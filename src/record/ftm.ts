/**
 * Figures and statements of a record in the names of FollowTheMoney's statement model: one line a value, with where it comes from and since when
 * it is known here. Its vocabulary of entities has neither a claim of a number nor a quotation, so `schema` and `prop` are our own words and say so
 * by their prefix; ranks stand beside, since that model has none. Pure.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Figure } from '../rooms/figures/view.ts';
import type { Statement } from '../rooms/statements/view.ts';

export const ftmStatement = z
  .strictObject({
    id: z.string().meta({ description: 'hash of dataset, entity_id, prop and value' }),
    entity_id: z.string(),
    canonical_id: z.string(),
    schema: z.string(),
    prop: z.string(),
    value: z.string(),
    original_value: z.string().nullable(),
    lang: z.string().nullable(),
    dataset: z.string().meta({ description: 'slug of the record' }),
    origin: z.string().nullable().meta({ description: 'address of the source, or its publisher and title' }),
    first_seen: z.string().meta({ description: 'when it was recorded here' }),
    last_seen: z.string().meta({ description: 'as of when it still stood' }),
    rank: z.enum(['preferred', 'normal', 'deprecated']).nullable(),
  })
  .meta({ id: 'FtmStatement' });
export type FtmStatement = z.infer<typeof ftmStatement>;

export const ftmList = z.strictObject({ statements: z.array(ftmStatement) }).meta({ id: 'FtmStatementList' });

interface Of {
  readonly dataset: string;
  /** as of when the record is read */
  readonly at: Date;
}

type Values = readonly (readonly [prop: string, value: string | null, original?: string | undefined])[];
interface Source {
  readonly publisher: string;
  readonly title: string;
  readonly url: string | null;
}

function lines(
  { dataset, at }: Of,
  one: { readonly id: string; readonly recordedAt: Date; readonly source: Source },
  schema: string,
  values: Values,
  rank: FtmStatement['rank'],
): readonly FtmStatement[] {
  const { publisher, title, url } = one.source;
  return values.flatMap(([prop, value, original]) =>
    value === null
      ? []
      : [
          {
            id: createHash('sha1').update([dataset, one.id, prop, value].join('\n')).digest('hex'),
            ...{ entity_id: one.id, canonical_id: one.id, schema, prop, value },
            original_value: original ?? null,
            // Nobody says in which language a source is.
            lang: null,
            dataset,
            origin: url ?? `${publisher}: ${title}`,
            first_seen: one.recordedAt.toISOString(),
            last_seen: at.toISOString(),
            rank,
          },
        ],
  );
}

/** One line a value of each figure; both ends of a range are values of their own. */
export const figuresFtm = (of: Of, figures: readonly Figure[]): readonly FtmStatement[] =>
  figures.flatMap((one) => {
    const values: Values = [
      ['measure', one.measure],
      [one.high === null ? 'amount' : 'amountMin', one.low, one.originalValue],
      ['amountMax', one.high, one.originalValue],
      ['qualifier', one.qualifier === 'exactly' ? null : one.qualifier],
      ['unit', one.unit],
      ['date', one.asOf],
      ['claimant', one.claimant],
    ];
    return lines(of, one, 'counterfoil:Figure', values, one.rank);
  });

/** One line a value of each statement. */
export const statementsFtm = (of: Of, statements: readonly Statement[]): readonly FtmStatement[] =>
  statements.flatMap((one) => {
    const values: Values = [
      [one.form, one.words, one.anchor?.exact],
      ['speaker', one.speaker.name],
      ['role', one.speaker.office],
      ['date', one.dayOnly ? one.occurredAt.toISOString().slice(0, 10) : one.occurredAt.toISOString()],
    ];
    return lines(of, one, 'counterfoil:Statement', values, null);
  });
